"""The forms that staff fill with content of their own: what a clerk has to do stands in the file, and works."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.loader import load
from bot.content.problems import Problems
from bot.settings import DEFAULT_CONTENT

TEMPLATES = ("event_registration", "survey", "vote")
FORMS = DEFAULT_CONTENT / "forms"


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_ships_closed_and_marked_as_a_sample(name: str) -> None:
    """Nobody is led to believe in an event, a survey or a vote that does not exist."""
    form = load_forms(FORMS, load(DEFAULT_CONTENT).sources, Problems())[name]
    assert form.state == "closed"
    assert form.title.endswith("（样例）")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_copy_made_as_the_file_says_is_open_and_clean(name: str, tmp_path: Path) -> None:
    """Copy, change form_id, title and ask, take away `state: closed`: the checker has nothing to say."""
    shutil.copytree(FORMS, tmp_path / "forms")
    text = (FORMS / f"{name}.yaml").read_text("utf-8")
    text = re.sub(rf"(?m)^form_id: {name}\b", f"form_id: {name}_mine", text)
    text = re.sub(r"(?m)^title: \S+", "title: 我的测试", text)
    text = re.sub(r"(?m)^state: closed.*\n", "", text)
    text = re.sub(r"(?m)^ask:.*\n(?:  - .*\n)+", "ask: [我要参加云山测试]\n", text)
    (tmp_path / "forms" / f"{name}_mine.yaml").write_text(text, "utf-8")
    problems = Problems()
    form = load_forms(tmp_path / "forms", load(DEFAULT_CONTENT).sources, problems)[f"{name}_mine"]
    assert not problems.items, [str(one) for one in problems.items]
    assert form.state == "open"
    assert form.ask == ("我要参加云山测试",)
