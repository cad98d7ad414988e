"""Every form is filled in a conversation that is written down, from the first word to the receipt, with all that people
do on the way. What happened is read from the answers, so a form without such a conversation fails here."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.forms import Form
from bot.content.loader import load
from bot.content.problems import Problems
from bot.settings import DEFAULT_CONTENT
from tests.forms.conversation import FOLDER, play
from tests.forms.line_talk import Line, Turn
from tests.forms.moments import MOMENTS, missed

FORMS = load_forms(DEFAULT_CONTENT / "forms", load(DEFAULT_CONTENT).sources, Problems())


@pytest.mark.parametrize("form", FORMS.values(), ids=list(FORMS))
def test_the_form_is_filled_with_all_that_people_do_on_the_way(form: Form, line: Line, tmp_path: Path) -> None:
    """A wrong answer, another matter, a pause, a change of mind, the receipt: all in one conversation."""
    assert (FOLDER / f"{form.form_id}.txt").exists(), f"write tests/forms/conversations/{form.form_id}.txt"
    person = line.person()
    play(form.form_id, person, tmp_path)
    assert missed(form, person.turns) == []


def test_no_conversation_is_left_of_a_form_that_is_gone() -> None:
    """One stem: forms/x.yaml and tests/forms/conversations/x.txt."""
    assert {file.stem for file in FOLDER.iterdir()} == set(FORMS)


def test_a_conversation_without_these_moments_is_found_out() -> None:
    """Whoever only fills in and hands in has done nothing of what has to be shown."""
    form = FORMS["founding_filing"]
    smooth = [
        Turn("我要备案", f"开始填「{form.title}」。\n（1/25）单位全称", ()),
        Turn("测试公司", f"请检查「{form.title}」：\n1. 单位全称：测试公司", ()),
        Turn("提交", f"「{form.title}」已提交。回执号：KX-2611-7F3K9QX-C", ()),
    ]
    assert missed(form, smooth) == [name for name in MOMENTS if name not in ("begun", "handed in, with a receipt")]
