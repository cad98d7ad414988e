"""Holding answers against the places they cite."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.facts import check_facts, facts_in
from bot.content.loader import read
from bot.content.models import Content, Document, Entry, Overlay, Region, Source, Step, Words
from bot.content.problems import Problems

ROOT = Path(__file__).parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="资料原文不随代码发布：没有 ../shared/seeds")

HANDBOOK = """第一章

1 蘑菇协会怎么开会？

蘑菇协会每三至五年开一次大会，有三分之二以上的蘑菇到场才能开。2003年6月，第九次大会在松树下召开，同年7月5日散会，

来了1200多位代表，花了3.5万元。网址 https://mogu.example.org/portal 。

蘑菇们在雨后的清晨轻轻推开落叶钻出湿润的泥土晒太阳。

2 蘑菇协会有几个部？

设采集部、晾晒部、品尝部。电话：0999-1234567。

附录
"""
PAPER = Document("handbook", "蘑菇协会工作手册（2019年版）", "手册", "蘑菇协会", "蘑协〔2019〕7号", "2019", "in force")
OLD = Document("charter", "蘑菇协会老章程", "老章程", "蘑菇协会", "", "1990-03-05", "past")
SOURCES = {
    "handbook/1": Source("handbook/1", "第一章 第1问", "蘑菇协会怎么开会？", PAPER),
    "handbook/2": Source("handbook/2", "第一章 第2问", "蘑菇协会有几个部？", PAPER),
    "charter/1": Source("charter/1", "第一条", "总则", OLD),
}


def entry(answer: str, *sources: str, kind: str = "answer", expires: str = "") -> Entry:
    """A made-up entry."""
    given = sources or ("handbook/1",)
    return Entry("mushrooms", "蘑菇", "步骤", "怎么办？", ("怎么办",), answer, given, kind=kind, expires=expires)


Faults = Callable[..., list[str]]


@pytest.fixture
def faults(tmp_path: Path) -> Faults:
    """Faults of made-up content, as 'CODE fault' lines."""
    (tmp_path / "handbook.txt").write_text(HANDBOOK, encoding="utf-8")

    def check(*entries: Entry, overlays: tuple[Overlay, ...] = ()) -> list[str]:
        regions = {"菇市": Region("gu", "菇市", (), "", {one.entry: one for one in overlays})} if overlays else {}
        found = {one.id: one for one in entries}
        problems = Problems()
        content = Content(SOURCES, found, regions, Words(), {}, {}, {}, "")
        check_facts(content, tmp_path, problems)
        return [f"{p.code} {p.place} {p.fault}" for p in problems.items]

    return check


@pytest.mark.parametrize(
    "answer",
    [
        "大会每3—5年开一次。",
        "三至五年一次，到场要有2/3以上。",
        "2003年6月的第9次大会，来了1200多人。",
        "散会是2003年7月5日，花了35000元。",
        "见 mogu.example.org/portal ，或看2019年版手册、蘑协〔2019〕7号、第1问。",
        "分三步：先找、再采、后晒。",
        "1. 先找。\n2. 再采。\n一共两步。",
        "一共四样：\n- 锅\n- 碗\n- 瓢\n- 盆",
        "开会要7天还是8天，手册没有写。",
        "假如有30名代表，20名到场就够。",
        "这两样都要有。",
    ],
)
def test_facts_that_the_cited_place_states_pass(faults: Faults, answer: str) -> None:
    """Numerals may be written otherwise; an answer may count its own list and say what is not written."""
    assert faults(entry(answer)) == []


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ("大会每6年开一次。", "6年"),
        ("每四年开一次。", "4年"),
        ("到场要有四分之三。", "3/4"),
        ("到场要有90%。", "90%"),
        ("2003年8月开会。", "2003年8月"),
        ("2003年7月6日散会。", "2003年7月6日"),
        ("1998年开会。", "1998年"),
        ("第八次大会很热闹。", "第8次"),
        ("来了1300位代表。", "1300位"),
        ("花了3.6万元。", "3.6万元"),
        ("请打 0999-7654321 问，手册没写。", "0999-7654321"),
        ("见 https://mogu.example.org/other 。", "https://mogu.example.org/other"),
        ("写信到 gu@mogu.example.org 。", "gu@mogu.example.org"),
        ("依据是蘑协〔2020〕7号。", "〔2020〕7号"),
        ("每半年开一次。", "每半年"),
        ("分五步：先找、再采、后晒。", "5步"),
        ("手册第二十二、二十三条写了。", "第22条"),
    ],
)
def test_a_fact_that_no_cited_place_states_is_named(faults: Faults, answer: str, named: str) -> None:
    """The fault names the number, with numerals in digits."""
    found = faults(entry(answer))
    assert found
    assert found[0].startswith(f"FACT_001 mushrooms.answer 「{named}」")


def test_the_fault_says_which_other_place_states_the_fact(faults: Faults) -> None:
    """A forgotten source is the commonest fault, so the place that has it is named."""
    assert "handbook/2 里有" in faults(entry("电话 0999-1234567。"))[0]
    assert faults(entry("电话 0999-1234567。", "handbook/1", "handbook/2")) == []


def test_all_fields_steps_and_overlays_are_checked(faults: Faults) -> None:
    """detail, more, each step, and what a city says differently."""
    step = Step("先找", "蘑菇", "找满77天", time_limit="88天", sources=("handbook/1",))
    one = replace(entry("好。"), detail="要44天。", more="要55天。", steps=(step,))
    local = Overlay("mushrooms", "菇市要66天。", ("handbook/1",))
    assert [line.split(" 「")[0] for line in faults(one, overlays=(local,))] == [
        "FACT_001 mushrooms.detail",
        "FACT_001 mushrooms.more",
        "FACT_001 mushrooms.steps[1]",
        "FACT_001 mushrooms.steps[1]",
        "FACT_001 菇市.overlays[mushrooms].answer",
    ]


def test_open_answers_may_name_public_lines_and_any_document(faults: Faults) -> None:
    """An answer of kind boundary may send people to 12345; an ordinary answer may not."""
    assert faults(entry("请打 12345，2019年的手册不管这个。", "charter/1", kind="boundary")) == []
    assert "12345" in faults(entry("请打 12345。"))[0]


def test_a_copied_run_is_shown_and_official_names_are_free(faults: Faults) -> None:
    """20 characters in a row, punctuation ignored; quoted names break a run."""
    assert "FACT_002" in faults(entry("蘑菇们在雨后的清晨，轻轻推开落叶、钻出湿润的泥土。"))[0]
    assert faults(entry("清晨轻轻推开落叶钻出湿润的泥土。")) == []
    assert faults(entry("书名是《蘑菇们在雨后的清晨轻轻推开落叶钻出湿润的泥土》。")) == []


def test_an_answer_from_a_past_document_says_so(faults: Faults) -> None:
    """Either `expires` or the year in the text; open answers need neither."""
    assert "FACT_003" in faults(entry("要早起。", "charter/1"))[0]
    assert faults(entry("要早起（1990年）。", "charter/1")) == []
    assert faults(entry("要早起。", "charter/1", expires="1991-01-01")) == []
    assert faults(entry("要早起。", "charter/1", kind="open")) == []


def test_missing_documents_are_one_problem(tmp_path: Path) -> None:
    """Nothing is raised: the clerk is told that the folder is incomplete."""
    problems = Problems()
    check_facts(Content(SOURCES, {}, {}, Words(), {}, {}, {}, ""), tmp_path, problems)
    assert [problem.code for problem in problems.items] == ["FACT_000"]


@pytest.mark.parametrize(
    "text", ["", "一", "第", "5/0人", "分之", "2003年99月99日", "〔2019〕号", "三三三三三三个", "１２％", "1,,2", "٣个"]
)
def test_odd_text_is_read_without_failing(text: str) -> None:
    """Whatever a clerk types is read; nonsense yields what it yields."""
    facts_in(text)
    facts_in(text, source=True)


@needs_seeds
def test_real_content_states_only_what_its_sources_state() -> None:
    """Every entry and overlay of knowledge/ against the documents, in under ten seconds."""
    content, _ = read(ROOT)
    problems = Problems()
    began = time.monotonic()
    check_facts(content, SEEDS, problems)
    assert [str(problem) for problem in problems.items] == []
    assert time.monotonic() - began < 10
