"""FAQ sheets: what is taken, what is refused, and that it is answered at once."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bot.app import App
from bot.commands import import_file
from bot.content.loader import read
from bot.questions import Answered, answer
from tests.importing.makers import HEADER, app_over, make_csv, make_xlsx

CANTEEN = ("园区食堂几点开饭？", "食堂开饭时间；几点能吃饭|吃饭时间", "中午十一点半开饭。", "后勤通知第3条", "")
TODAY = date(2026, 11, 21)


class Office:
    """One data folder: files are imported into it and questions asked of it."""

    def __init__(self, small_app: App, folder: Path) -> None:
        self.small_app = small_app
        self.folder = folder
        self.data = folder / "data"

    def imports(self, *files: Path) -> int:
        """Exit status of `kexie import`."""
        parser = argparse.ArgumentParser()
        import_file.arguments(parser)
        return import_file.run(
            parser.parse_args([str(file) for file in files]), app_over(self.small_app, self.data).settings
        )

    def csv(self, *rows: Sequence[str], name: str = "问答.csv") -> int:
        """Import rows under the usual header."""
        return self.imports(make_csv(self.folder / name, [HEADER, *rows]))

    def ask(self, question: str, region: str = "") -> Answered:
        """Ask as `kexie ask` does, in a fresh process as it were."""
        app = app_over(self.small_app, self.data)
        return answer(app.content, app.understander, question, region, TODAY, look_up=app.library.find)

    @property
    def files(self) -> list[Path]:
        """Everything that imports wrote."""
        return sorted(path for path in (self.data / "content").rglob("*") if path.is_file())


@pytest.fixture
def office(small_app: App, tmp_path: Path) -> Office:
    """A fresh office."""
    return Office(small_app, tmp_path)


def test_an_imported_question_is_answered_at_once(office: Office) -> None:
    """Question and other phrasings of a row bring its answer with its source, and no model is trained for it."""
    models = {path.name for path in office.small_app.settings.models.iterdir()} or None
    assert office.csv(CANTEEN) == 0
    for asked in ("园区食堂几点开饭", "吃饭时间", "请问食堂开饭时间？", "园區食堂幾點開飯"):
        found = office.ask(asked)
        assert found.status == "answer", asked
        assert "十一点半" in found.shown
        assert "出处：本地问答（问答） 后勤通知第3条" in found.shown
    if models:
        assert {path.name for path in (office.data / "models").iterdir()} == models


def test_what_the_shipped_content_knows_is_answered_as_before(office: Office) -> None:
    """An imported FAQ changes no answer to a question that is not its own."""
    before = office.ask("成立企业科协要哪些材料")
    office.csv(CANTEEN)
    after = office.ask("成立企业科协要哪些材料")
    assert (after.status, after.entry, after.shown) == (before.status, before.entry, before.shown)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_every_usual_encoding_is_read(office: Office, encoding: str) -> None:
    """A CSV in any encoding that Chinese spreadsheets write is understood."""
    assert office.imports(make_csv(office.folder / "a.csv", [HEADER, CANTEEN], encoding)) == 0
    assert "十一点半" in office.ask("园区食堂几点开饭").shown


@pytest.mark.parametrize(
    ("header", "delimiter"),
    [
        (("标准问", "扩展问", "回答", "出处", "城市"), ","),
        (("问题（必填）", " 相似问法", "答案*", "依据", "适用地区"), ";"),
        (("Question", "similar questions", "Answer", "source", "region"), "\t"),
    ],
)
def test_headers_go_by_many_names(office: Office, header: Sequence[str], delimiter: str) -> None:
    """Column names are taken as people write them, whatever separates the columns."""
    path = make_csv(office.folder / "a.csv", [("某单位常见问题汇总",), header, CANTEEN], delimiter=delimiter)
    assert office.imports(path) == 0
    assert "十一点半" in office.ask("食堂开饭时间").shown


def test_a_spreadsheet_is_read_as_it_is_shown(office: Office) -> None:
    """XLSX: whole numbers and dates read as people see them, and several columns of 相似问 count as one."""
    rows = [("问题", "相似问1", "相似问2", "答案"), ("食堂能坐多少人", "食堂座位数", "食堂多大", 120.0)]
    assert office.imports(make_xlsx(office.folder / "食堂.xlsx", rows)) == 0
    for asked in ("食堂能坐多少人", "食堂座位数", "食堂多大"):
        assert office.ask(asked).shown.startswith("120\n")


def test_bad_rows_are_named_and_the_others_imported(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """Each bad row is reported with number and reason; exit status 1; the good ones are answered."""
    status = office.csv(
        CANTEEN,
        ("", "", "没有问题", "", ""),
        ("只有问题", "", "", "", ""),
        ("外地的事", "", "去问", "", "火星"),
        ("😀", "", "x", "", ""),
    )
    said = capsys.readouterr().err
    assert status == 1
    for part in (
        "第 3 行：缺问题",
        "第 4 行：问题「只有问题」缺答案",
        "第 5 行：地区「火星」没有城市文件",
        "第 6 行：问题里没有文字",
    ):
        assert part in said
    assert "十一点半" in office.ask("园区食堂几点开饭").shown


def test_a_phrasing_that_is_taken_is_skipped_and_named(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """A phrasing stays with the entry that has it, shipped or of another file; the row lives on with the others."""
    taken = office.ask("成立企业科协要哪些材料").why["candidates"][0]["id"]
    title = office.small_app.content.entries[taken].title
    assert office.csv(("本园区怎么申请", title + "；园区申请办法", "找综合部。", "", "")) == 0
    assert f"已经属于词条「{title}」" in capsys.readouterr().err
    assert office.ask(title).entry == taken
    assert "综合部" in office.ask("园区申请办法").shown
    assert office.csv(("园区申请办法", "", "另一个答案。", "", ""), name="二.csv") == 1
    assert "别处都已经有了" in capsys.readouterr().err


def test_importing_again_replaces(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file again takes the place of its earlier entries, and only of these."""
    office.csv(CANTEEN, ("班车几点发", "", "早上七点。", "", ""))
    office.csv(("停车场在哪", "", "东门。", "", ""), name="停车.csv")
    office.csv((CANTEEN[0], "", "改成十二点。", "", ""))
    assert "换下上次的 2 条" in capsys.readouterr().out
    assert "十二点" in office.ask("园区食堂几点开饭").shown
    assert office.ask("班车几点发").status != "answer"
    assert "东门" in office.ask("停车场在哪").shown


def test_a_file_without_a_good_row_changes_nothing(office: Office) -> None:
    """When nothing can be taken, what an earlier import brought stays."""
    office.csv(CANTEEN)
    before = [path.read_bytes() for path in office.files]
    assert office.csv(("", "", "没有问题", "", "")) == 1
    assert [path.read_bytes() for path in office.files] == before


def test_a_region_is_honoured(office: Office) -> None:
    """An answer for one city is given to its people, county names included, and passed off as nobody else's."""
    office.csv(("值班电话是多少", "", "0000-1111", "", "瑞安市"), ("值班电话是多少", "", "0000-2222", "", ""))
    assert "（瑞安市）0000-1111" in office.ask("瑞安值班电话是多少").shown
    assert "0000-1111" in office.ask("值班电话是多少", "温州").shown
    assert "0000-1111" not in office.ask("无锡的值班电话是多少").shown


HOSTILE = (
    "!!python/object/apply:os.system ['id']",
    "- a: &x [*x, *x]\n--- \n... # !!binary |",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script> **粗** [链接](javascript:1)",
    "'\"`: {a: b} \u2028\x85\x07\u202e\U0001f600 yes no null 0012 2026-01-01",
    "@SUM(1+1)*cmd|'%s%n{0}{question}'",
)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_hostile_text_stays_text(office: Office, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Formulas, YAML tricks, markup and control characters come out as the text they are, or are refused by name."""
    rows = [HEADER, *((f"怪问题{n}号怎么办", text, text, text, "") for n, text in enumerate(HOSTILE))]
    if kind == "csv":
        assert office.imports(make_csv(office.folder / "怪.csv", rows)) == 0
    else:
        clean = [[cell.replace("\x07", "").replace("\x85", "") for cell in row] for row in rows]
        assert office.imports(make_xlsx(office.folder / "怪.xlsx", clean)) == 1
        assert "第 4 行：「相似问」是公式" in capsys.readouterr().err
    _, problems = read(office.small_app.settings.content, office.data / "content")
    assert problems.items == []
    assert "!!python/object/apply:os.system" in office.ask("怪问题0号怎么办").shown
    assert "<script>alert(1)</script>" in office.ask("怪问题3号怎么办").shown


def test_a_monstrous_cell_is_refused_by_its_size(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    """A cell of 100,000 characters, be it question, answer or phrasing, spoils its row or itself and nothing else."""
    office.csv(
        CANTEEN,
        ("问" * 100_000, "", "答", "", ""),
        ("长答案", "", "答" * 100_000, "", ""),
        ("多问法", "长" * 100_000, "好。", "", ""),
    )
    said = capsys.readouterr().err
    assert "第 3 行：问题有 100000 个字" in said
    assert "第 4 行：答案有 100000 个字" in said
    assert len(said) < 2000
    assert "好。" in office.ask("多问法").shown


@pytest.mark.parametrize(
    ("rows", "part"),
    [
        ([("题", "答复")], "没找到「问题」和「答案」两列"),
        ([("问体", "答案"), ("a", "b")], "读到的第一行是：问体、答案。请把列名写成：问题、相似问、答案"),
        ([HEADER], "一行写一个问题"),
        ([()], "空"),
    ],
)
def test_a_sheet_without_the_columns_says_what_to_write(
    office: Office, rows: list[Sequence[str]], part: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong header is met by what was read and the names that are needed."""
    assert office.imports(make_csv(office.folder / "a.csv", rows)) == 1
    assert part in capsys.readouterr().err
    assert office.files == []
