"""Questions that are worded alike come together, the same way every time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.likeness import ALIKE, grouped, likeness

TEXTS = st.lists(st.text("备案材料要哪些交几份审批大会 abc12", max_size=12), max_size=30)


def test_other_words_around_the_same_matter_are_alike() -> None:
    """Fillers count for nothing; another matter is not alike."""
    assert likeness("请问备案要交什么材料呢", "我们公司备案要交哪些材料") >= ALIKE
    assert likeness("备案要交什么材料", "换届大会几年开一次") < 0.2
    assert likeness("beian cailiao", "huanjie dahui") < 0.2


@given(st.text(), st.text())
def test_likeness_is_a_likeness(one: str, other: str) -> None:
    """Between 0 and 1, the same both ways, and 1 for the same."""
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)
    assert likeness(one, one) == 1


@given(TEXTS)
def test_later_questions_move_no_earlier_one(texts: list[str]) -> None:
    """The group of a question depends on the questions before it alone; equal texts are together; leaders lead
    themselves."""
    found = grouped(texts)
    for end in range(len(texts)):
        assert grouped(texts[:end]) == found[:end]
    for number, leader in enumerate(found):
        assert leader <= number
        assert found[leader] == leader
        assert texts[number] == texts[leader] or likeness(texts[number], texts[leader]) >= ALIKE
        assert found[number] == found[texts.index(texts[number])]
