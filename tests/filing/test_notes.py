"""Notes: shown before the next question, with their sources, to those whom they concern."""

from __future__ import annotations

from pathlib import Path

from bot.content.form_loader import load_forms
from bot.content.loader import read
from bot.content.problems import Problems
from tests.filing.filing_talk import ROOT, Talk, read_form, small

NOTED = """
  - {type: text, name: city, label: 城市, required: yes, prefill: region}
  - {type: note, name: local, label: 这里要先批复。, relevant: city == '温州', sources: [rules/12]}
  - {type: text, name: district, label: 县区, required: yes, prefill: district}
  - {type: text, name: last, label: 丙, required: yes}
  - {type: text, name: end, label: 丁, required: yes}
"""


def test_a_note_stands_before_the_next_question_with_its_source(tmp_path: Path) -> None:
    """Only where its expression holds, and once."""
    talk = Talk(read_form(small(NOTED), tmp_path))
    assert "这里要先批复。\n依据：rules/12。\n\n（2/4）县区" in talk.say("温州")
    assert "批复" not in talk.say("甲区")
    assert "批复" not in Talk(read_form(small(NOTED), tmp_path)).say("镇江")


def test_a_note_is_read_although_the_questions_around_it_were_taken_over(tmp_path: Path) -> None:
    """City and district came from an earlier form: the first question that is asked has the note above it."""
    talk = Talk(read_form(small(NOTED), tmp_path), {"region": "温州", "district": "甲区"})
    assert "这里要先批复。" in talk.last
    assert "丙" in talk.last
    assert "批复" not in talk.say("测试")


def test_who_files_in_wenzhou_hears_of_the_approval() -> None:
    """What its document says, with the place; nobody else is told so."""
    sources = read(ROOT)[0].sources
    form = load_forms(ROOT / "forms", sources, Problems())["founding_filing"]
    for city, concerned in (("瑞安", True), ("镇江", False), ("别的", False)):
        talk = Talk(form)
        talk.say("测试一号有限公司", "91321100MA1XK3L26L", city)
        assert ("要经县（市、区）科协批复" in talk.last) is concerned
        assert ("依据：" in talk.last and "97" in talk.last) is concerned
        assert "所在县（市、区）或园区" in talk.last
