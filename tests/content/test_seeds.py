"""Cutting the source documents into the places that answers cite."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.loader import read
from bot.content.models import Document, Source
from bot.content.seeds import slice_seeds, title_page

ROOT = Path(__file__).parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="资料原文不随代码发布：没有 ../shared/seeds")

HANDBOOK = """目录

第一章 甲是什么 1

- 一、甲的来历 2
 - 1. 甲从哪里来？ 3
 - 2. 甲有多大? 5

第一章

甲是什么

这一章讲甲。

一 甲的来历

来历有说法。

1 甲从哪里来？

甲是从很远很远的地方一步一步慢慢走过来的，走了整整三



甲的照片

天三夜。

2

甲有多大？

有30米。

附录

企业科学技术协会组织通则

(2001年1月1日通过)

第一章 总 则

第一条 甲要守规矩，守规矩的意思是：

- 一、早起；

第二章 任 务

第二条 甲要干活。

企业科学技术协会章程模板

部分重要材料和资源链接

大组	小组	甲奖	https://jia.example.org
		乙奖	详见清单

企业科协大事记

2001年8月 甲来了。

2001年8月 乙也来了。

责任编辑：某
"""


def places(document: str, *rows: tuple[str, str, str]) -> dict[str, Source]:
    """Made-up sources of one document: (id, place, heading)."""
    paper = Document(document, "某文件", "某", "某局", "", "2001", "in force")
    return {key: Source(key, place, heading, paper) for key, place, heading in rows}


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    (tmp_path / "handbook.txt").write_text(HANDBOOK, encoding="utf-8")
    return tmp_path


def test_a_question_begins_with_the_chapter_and_section_before_it(seeds: Path) -> None:
    """Preambles of chapter and section belong to the question that follows them."""
    found = slice_seeds(seeds, places("handbook", ("handbook/1", "", "甲从哪里来？"), ("handbook/2", "", "甲有多大？")))
    assert "这一章讲甲。" in found["handbook/1"]
    assert "来历有说法。" in found["handbook/1"]
    assert "30米" not in found["handbook/1"]
    assert found["handbook/2"] == "2\n甲有多大？\n有30米。"


def test_a_sentence_wrapped_around_a_picture_is_joined(seeds: Path) -> None:
    """A caption inside a wrapped sentence comes after it."""
    found = slice_seeds(seeds, places("handbook", ("handbook/1", "", "甲从哪里来？")))
    assert "走了整整三天三夜。\n甲的照片" in found["handbook/1"]


def test_articles_stand_under_their_chapter(seeds: Path) -> None:
    """Each article carries its chapter; the note of adoption goes to the first and the last."""
    found = slice_seeds(seeds, places("rules", ("rules/1", "第一条", "总则"), ("rules/2", "第二条", "任务")))
    assert found["rules/1"].startswith("(2001年1月1日通过)\n第一章 总则\n第一条")
    assert found["rules/1"].endswith("- 一、早起；")
    assert "第二章 任务\n第二条 甲要干活。" in found["rules/2"]


def test_rows_of_the_link_table_keep_their_group(seeds: Path) -> None:
    """A row without a group cell belongs to the group above it."""
    found = slice_seeds(seeds, places("resources", ("resources/1", "", "甲奖"), ("resources/2", "", "乙奖")))
    assert found == {"resources/1": "大组 小组 甲奖 https://jia.example.org", "resources/2": "大组 小组 乙奖 详见清单"}


def test_two_events_of_one_month_are_kept_apart(seeds: Path) -> None:
    """Events are taken in the order printed."""
    found = slice_seeds(
        seeds, places("chronicle", ("chronicle/2001-08", "2001年8月", ""), ("chronicle/2001-08-2", "2001年8月", ""))
    )
    assert list(found.values()) == ["2001年8月 甲来了。", "2001年8月 乙也来了。"]


def test_a_missing_document_is_an_error_and_a_missing_place_is_not(seeds: Path) -> None:
    """OSError names the document; a place that the text lacks has no key."""
    assert slice_seeds(seeds, places("handbook", ("handbook/9", "", "没有这一问？"))) == {}
    with pytest.raises(OSError, match="wenzhou"):
        slice_seeds(seeds, places("wenzhou", ("wenzhou/1", "（一）", "")))


@pytest.fixture(scope="module")
def real() -> dict[str, str]:
    content, _ = read(ROOT)
    return slice_seeds(SEEDS, content.sources)


@needs_seeds
def test_every_place_has_its_text(real: dict[str, str]) -> None:
    """All 383 source ids get a text, and none is shorter than a sentence."""
    content, _ = read(ROOT)
    assert len(content.sources) == 383
    assert [key for key in content.sources if len(real.get(key, "")) < 20] == []


@needs_seeds
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("handbook/5", "26708"),
        ("handbook/12", "企业科协会员代表大会每三至五年召开一次"),
        ("handbook/51", "企业科技联合体"),
        ("charter/7", "每年5月30日"),
        ("charter/32", "1000名以上"),
        ("rules/30", "三分之二以上"),
        ("template/10", "保留×年"),
        ("resources/60", "businessMagList.action"),
        ("chronicle/2021-07-3", "创新达人"),
        ("zhenjiang/3", "2021年 11月 20日前"),
        ("zhenjiang/4", "0511-87055811"),
        ("zhenjiang/form", "项 目 申 报 书"),
        ("zhenjiang/work-2", "提供一张表"),
        ("zhenjiang/work-17", "强化机\n制运行"),
        ("zhenjiang/note", "1名企业科技联络员"),
        ("wenzhou/2", "2017 年 11 月底前"),
        ("wenzhou/8", "３０名（含）以上科技人员"),
        ("wenzhou/9", "一般每四年召开一次"),
        ("yueyang/4", "yykjhd@163.com"),
        ("yueyang/service-7", "永久展厅"),
        ("yueyang/score-8", "最多不超过 10 分"),
    ],
)
def test_a_place_holds_what_it_is_cited_for(real: dict[str, str], place: str, said: str) -> None:
    """Spot checks, one for each kind of cut."""
    assert said in real[place]


@needs_seeds
def test_the_title_page_ends_before_the_preface() -> None:
    """Price and ISBN are on it, the table of contents is not."""
    page = title_page(SEEDS)
    assert "46.00元" in page
    assert "978-7-5114-6740-9" in page
    assert "目录" not in page


@needs_seeds
def test_places_do_not_run_into_each_other(real: dict[str, str]) -> None:
    """No article holds another article's number, no question another question's heading."""
    content, _ = read(ROOT)
    for key in real:
        document, number = key.split("/")
        if document in ("charter", "rules", "template"):
            others = [s.place for s in content.sources.values() if s.document.id == document and s.id != key]
            assert not [other for other in others if f"\n{other} " in real[key]], key
        if document == "handbook":
            following = content.sources.get(f"handbook/{int(number) + 1}")
            assert not following or f"{number} {following.heading}" not in real[key], key
