"""What `kexie check` asks of entries beyond being readable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.content.editing import LONGEST, LONGEST_STEP, check_editing, few_phrasings, size
from bot.content.models import Content, Document, Entry, Overlay, Region, Source, Step, Words
from bot.content.problems import Problem, Problems

NOTICE = Document("notice", "蘑菇评选通知", "通知", "蘑菇协会", "", "2021-09", "past")
SOURCES = {
    "notice/1": Source("notice/1", "第一部分", "条件", NOTICE),
    "notice/2": Source("notice/2", "第二部分", "时间", NOTICE, expires="2021-11-20"),
}
STEP = Step("采蘑菇", "会员", "上山采。", time_limit="资料没写", sources=("notice/1",))


def entry(**changes: Any) -> Entry:
    """An entry without a fault, changed."""
    asks = tuple(f"问法{n}" for n in range(40))
    return replace(Entry("mushrooms", "蘑菇", "步骤", "怎么办？", asks, "这么办。", ("notice/1",)), **changes)


def content(*entries: Entry, overlays: tuple[Overlay, ...] = (), most_asked: tuple[str, ...] = ()) -> Content:
    """Content of these entries and one city."""
    regions = {"菇市": Region("gu", "菇市", (), "", {one.entry: one for one in overlays})} if overlays else {}
    found = {one.id: one for one in entries}
    return Content(SOURCES, found, regions, Words(), {}, {}, {}, "x", most_asked=most_asked)


def faults(made: Content) -> list[Problem]:
    problems = Problems()
    check_editing(made, problems)
    return problems.items


@pytest.mark.parametrize(
    ("text", "length"),
    [("一二三。", 4), ("- 一\n- 二\n", 2), ("1. 一\n12. 二", 2), ("一 二\n\n 三", 3), ("2021-11-20", 10), ("", 0)],
)
def test_a_length_is_what_is_read(text: str, length: int) -> None:
    """Blanks, line ends and the marks of lists do not count; everything else does."""
    assert size(text) == length


def test_an_entry_in_order_has_no_fault() -> None:
    """Nothing is said about what is as it should be, nor about 更多 and the list of steps, however long they are."""
    assert faults(content(entry(more="长" * 2000, steps=(STEP,) * 30))) == []


def test_answer_and_detail_together_have_a_limit() -> None:
    """One character over the limit is a fault with place, measure and remedy; at the limit there is none."""
    assert faults(content(entry(answer="一" * 100, detail="二" * (LONGEST - 100)))) == []
    (fault,) = faults(content(entry(answer="一" * 100, detail="二" * (LONGEST - 99))))
    assert str(fault).startswith(f"mushrooms：answer 加 detail 有 {LONGEST + 1} 个字")
    assert "移到 more" in fault.remedy
    assert fault.code == "ENTRY_020"


def test_a_city_and_a_step_have_limits_too() -> None:
    """An overlay is measured like an entry, and a step of either by what it says is to be done."""
    long = replace(STEP, do="采" * (LONGEST_STEP + 1))
    overlay = Overlay("mushrooms", "长" * (LONGEST + 1), ("notice/1",), steps=(STEP, long))
    found = faults(content(entry(steps=(long,)), overlays=(overlay,)))
    assert [(fault.code, fault.place) for fault in found] == [
        ("ENTRY_023", "mushrooms.steps[1].do"),
        ("ENTRY_020", "菇市.overlays[mushrooms]"),
        ("ENTRY_023", "菇市.overlays[mushrooms].steps[2].do"),
    ]


@pytest.mark.parametrize(("kind", "wanted"), [("answer", 20), ("open", 20), ("boundary", 30)])
def test_an_entry_has_enough_phrasings(kind: str, wanted: int) -> None:
    """20, and 30 where another office's business must be told from ours."""
    asks = entry().ask
    assert faults(content(entry(kind=kind, ask=asks[:wanted]))) == []
    (fault,) = faults(content(entry(kind=kind, ask=asks[: wanted - 1])))
    assert f"只有 {wanted - 1} 条，至少要 {wanted} 条" in fault.fault
    assert fault.code == "ENTRY_021"


def test_what_cites_a_deadline_is_marked() -> None:
    """A place with a last day makes an answer or an overlay need `expires`; what says that the papers leave something
    open does not."""
    cited = ("notice/1", "notice/2")
    (fault,) = faults(content(entry(sources=cited)))
    assert (fault.code, fault.place) == ("ENTRY_022", "mushrooms")
    assert "2021-11-20" in fault.fault + fault.remedy
    assert faults(content(entry(sources=cited, expires="2021-11-20"))) == []
    assert faults(content(entry(sources=cited, kind="open"))) == []
    overlay = Overlay("mushrooms", "菇市这么办。", cited)
    assert [fault.code for fault in faults(content(entry(), overlays=(overlay,)))] == ["ENTRY_022"]


def test_local_entries_are_left_alone() -> None:
    """What an office imports is its own business: it may be long and asked for in one way."""
    assert faults(content(entry(local=True, ask=("问",), answer="长" * 2000))) == []


def test_most_asked_entries_with_few_phrasings_are_named() -> None:
    """A reminder, no fault: fewest first, only those below 40, nothing when all have enough."""
    few, fewer = entry(id="few", ask=entry().ask[:30]), entry(id="fewer", ask=entry().ask[:25])
    made = content(entry(), few, fewer, most_asked=("mushrooms", "few", "fewer"))
    (line,) = few_phrasings(made)
    assert "3 个词条里，2 个" in line
    assert line.index("fewer（25）") < line.index("few（30）")
    assert faults(made) == []
    assert few_phrasings(content(entry(), most_asked=("mushrooms",))) == []
