"""Documents: passages with their place, found when no entry answers, and files that cannot be read."""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app import App
from bot.commands import search
from bot.importing.documents import read_document
from bot.importing.library import Library
from bot.importing.passages import LONGEST, cut_up
from bot.settings import Settings
from tests.importing.makers import RULES, app_over, lock_pdf, make_bomb, make_csv, make_docx, make_pdf, make_xlsx
from tests.importing.test_faq import Office
from tests.talk import Desk

CHECKED_BY_NOBODY = "片段未经编辑核对"


@pytest.fixture
def office(small_app: App, tmp_path: Path) -> Office:
    """A fresh office."""
    return Office(small_app, tmp_path)


def text_file(path: Path) -> Path:
    """The made-up rules as .txt."""
    path.write_text(RULES, encoding="gb18030")
    return path


def markdown(path: Path) -> Path:
    """The made-up rules as .md."""
    lines = [f"# {line}" if "条" not in line else f"{line[:4]}**{line[4:]}**" for line in RULES.split("\n")]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def word(path: Path) -> Path:
    """The made-up rules as .docx, with headings and a table."""
    return make_docx(
        path,
        RULES.replace("第一章", "# 第一章").replace("第二章", "# 第二章"),
        [("房间", "座位"), ("三楼会议室", "四十")],
    )


def portable(path: Path) -> Path:
    """The made-up rules as .pdf over two pages."""
    return make_pdf(path, [RULES[: RULES.index("第二章")], RULES[RULES.index("第二章") :]])


MAKERS: dict[str, Callable[[Path], Path]] = {".txt": text_file, ".md": markdown, ".docx": word, ".pdf": portable}


@pytest.mark.parametrize("suffix", MAKERS)
def test_a_passage_comes_with_its_place(office: Office, suffix: str) -> None:
    """A question that only an imported document answers shows the passage, its chapter, article and page, marked as
    not checked, and stays `unknown`."""
    assert office.imports(MAKERS[suffix](office.folder / f"会议室规定{suffix}")) == 0
    found = office.ask("预约会议室要提前几个工作日填预约单")
    assert found.status == "unknown"
    assert CHECKED_BY_NOBODY in found.shown
    assert f"原文片段｜《会议室规定{suffix}》" in found.shown
    assert "第二章 预约 第三条" in found.shown
    assert "提前两个工作日" in found.shown
    assert ("第 2 页" in found.shown) == (suffix == ".pdf")


def test_a_table_in_a_word_document_is_found(office: Office) -> None:
    """Rows of tables are text too."""
    office.imports(word(office.folder / "规定.docx"))
    assert any(
        "三楼会议室 | 四十" in passage.text for passage in _library(office).find("三楼会议室座位", 5, strong=False)
    )


def test_the_live_chat_shows_passages_too(office: Office, small_desk: Desk) -> None:
    """The chat answers with the same passage as `kexie ask`."""
    settings = Settings(**{**vars(small_desk.app.settings), "data": office.data})
    office.imports(text_file(office.folder / "规定.txt"))
    small_desk.app.__dict__["settings"] = settings
    person = small_desk.person()
    assert "提前两个工作日" in person.say("预约会议室要提前几个工作日填预约单")
    assert CHECKED_BY_NOBODY in person.last


@pytest.mark.parametrize(
    "question",
    ["今天天气怎么样", "预约挂号怎么弄", "会议室的绿植谁浇水买什么花", "😀", '"会议室" OR *', "NEAR(会议室)"],
)
def test_a_weak_match_shows_nothing(office: Office, question: str) -> None:
    """A question that shares only a word or two with a document gets no passage."""
    office.imports(text_file(office.folder / "规定.txt"))
    assert "原文片段" not in office.ask(question).shown


def test_what_an_entry_answers_shows_no_passage(office: Office) -> None:
    """Passages never stand beside an answer that an editor wrote."""
    path = office.folder / "抄.txt"
    path.write_text("成立企业科协要哪些材料：成立企业科协要交申请、名单和材料。", encoding="utf-8")
    office.imports(path)
    assert "原文片段" not in office.ask("成立企业科协要哪些材料").shown


def test_importing_a_document_again_replaces_it(office: Office) -> None:
    """The same name again takes the place of the earlier passages."""
    path = text_file(office.folder / "规定.txt")
    office.imports(path)
    path.write_text("第一条 会议室改由行政部管理。", encoding="utf-8")
    office.imports(path)
    found = _library(office).find("会议室 管理 综合部 行政部", 9, strong=False)
    assert [passage.text for passage in found] == ["第一条 会议室改由行政部管理。"]


def test_search_prints_entries_and_passages_with_places(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """`kexie search` lists what an entry says and where, and passages with their place."""
    office.imports(text_file(office.folder / "规定.txt"))
    parser = argparse.ArgumentParser()
    search.arguments(parser)
    settings = _app(office).settings
    assert search.run(parser.parse_args(["会议室预约单"]), settings) == 0
    assert "1. 《规定.txt》第二章 预约 第三条" in capsys.readouterr().out
    assert search.run(parser.parse_args(["企业科协", "材料"]), settings) == 0
    out = capsys.readouterr().out
    assert "词条：" in out
    assert "出处：" in out


def test_passages_are_of_readable_size_and_lose_nothing(tmp_path: Path) -> None:
    """However a text is broken into lines and headings, every character of it is in a passage or a place, and no
    passage is longer than LONGEST."""
    text = (
        RULES
        + "\n目录\n第一章 甲\n第二章 乙\n"
        + "长" * 3000
        + "。\n一、孤零零的一行\n二、又一行\n1. 清单\n12 这是问题吗？\n尾巴"
    )
    path = tmp_path / "长.txt"
    path.write_text(text, encoding="utf-8")
    passages = cut_up("长.txt", read_document(path, lambda done, total: None))
    assert max(len(passage.text) for passage in passages) <= LONGEST
    everything = "".join(passage.place + passage.text for passage in passages).replace(" ", "")
    for line in text.split("\n"):
        assert line.replace(" ", "")[:400] in everything, line
    assert sum(passage.text.count("长") for passage in passages) == 3000


def _broken(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda f: f / "没有.pdf", "没有这个文件"),
    "empty": (lambda f: _broken(f / "空.docx", b" \n"), "文件是空的"),
    "unknown": (lambda f: _broken(f / "图.png", b"\x89PNG"), "只认 .csv"),
    "folder": (lambda f: f, "只认 .csv"),
    "no pdf": (lambda f: _broken(f / "假.pdf", b"hello"), "内容不是 .pdf"),
    "cut pdf": (lambda f: _broken(f / "断.pdf", make_pdf(f / "a.pdf", ["一", "二"]).read_bytes()[:300]), "PDF"),
    "locked pdf": (lambda f: lock_pdf(make_pdf(f / "a.pdf", ["一"]), f / "锁.pdf"), "加了密码"),
    "scan": (lambda f: make_pdf(f / "扫描.pdf", ["", ""]), "没有文字"),
    "cut docx": (lambda f: _broken(f / "断.docx", make_docx(f / "a.docx", "一").read_bytes()[:900]), "已损坏"),
    "zip but no docx": (lambda f: make_bomb(f / "假.docx", "x.txt", 1_000_000), "已损坏"),
    "zip but no xlsx": (lambda f: make_bomb(f / "假.xlsx", "x.txt", 1_000_000), "已损坏"),
    "old office": (lambda f: _broken(f / "旧.docx", b"\xd0\xcf\x11\xe0" + bytes(600)), "加了密码，或是旧版"),
    "locked xlsx": (lambda f: _broken(f / "锁.xlsx", b"\xd0\xcf\x11\xe0" + bytes(600)), "加了密码"),
    "renamed": (lambda f: _broken(f / "改名.csv", make_xlsx(f / "a.xlsx", [("问题", "答案")]).read_bytes()), "扩展名"),
    "picture as text": (lambda f: _broken(f / "图.txt", bytes(range(256)) * 9), "编码"),
    "docx bomb": (lambda f: make_bomb(f / "弹.docx", "word/document.xml", 250_000_000), "解压后过大"),
    "xlsx bomb": (lambda f: make_bomb(f / "弹.xlsx", "xl/sharedStrings.xml", 250_000_000), "解压后过大"),
    "entities": (lambda f: _laughs(f / "笑.docx"), "不该有的定义"),
    "huge": (lambda f: _huge(f / "大.pdf"), "超过 50 MB"),
    "open quote": (
        lambda f: _broken(f / "引.csv", '问题,答案\n"没关上,'.encode() + "长".encode() * 2_100_000),
        "引号没有成对",
    ),
}


def _laughs(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>')
    return path


def _huge(path: Path) -> Path:
    with path.open("wb") as stream:
        stream.truncate(60_000_000)
    return path


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_read_says_so_in_one_line(
    office: Office, case: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Damaged, locked, empty, huge and hostile files: one clear line, exit status 1, nothing changed."""
    make, part = BAD[case]
    path = make(office.folder)
    assert office.imports(path) == 1
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if not line.endswith(("页", "段", "行"))]
    assert len(lines) == 1
    assert part in lines[0]
    assert lines[0].startswith(f"{path.name}：")
    assert said.out == ""
    assert office.files == []
    assert not (office.data / "knowledge.db").exists()


def test_one_bad_file_keeps_nobody_from_the_others(office: Office) -> None:
    """Several files: the good ones are imported, and the status tells of the bad one."""
    sheet = make_csv(office.folder / "好.csv", [("问题", "答案"), ("班车几点发", "早上七点。")])
    assert office.imports(office.folder / "没有.pdf", sheet, text_file(office.folder / "规定.txt")) == 1
    assert "七点" in office.ask("班车几点发").shown
    assert _library(office).find("会议室预约单", strong=False)


def _app(office: Office) -> App:
    return app_over(office.small_app, office.data)


def _library(office: Office) -> Library:
    return _app(office).library
