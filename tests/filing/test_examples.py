"""The example in an error is an answer that the question takes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.forms import Field, everything
from bot.content.problems import Problems
from bot.filing.examples import example
from bot.filing.types import parse
from tests.filing.filing_talk import ROOT, TODAY

NUMBER = Field("integer", "n", label="数")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({}, "50"),
        ({"label": "报哪一年的情况", "start": 2000, "end": 2100}, "2025"),
        ({"label": "建站年份"}, "2025"),
        ({"label": "建站年份", "start": 2026}, "2026"),
        ({"label": "届期", "constraint": "this >= 3 and this <= 5"}, "3"),
        ({"label": "副主席几名", "start": 0, "end": 99}, "3"),
        ({"label": "场次", "hint": "写一个数，例如 12。"}, "12"),
        ({"label": "场次", "start": 60}, "60"),
        ({"label": "打分", "start": 0, "end": 10, "step": 5}, "5"),
    ],
)
def test_example(given: dict[str, object], shown: str) -> None:
    """It comes from the hint, the limits or what is usual."""
    one = replace(NUMBER, **given)  # type: ignore[arg-type]
    assert example(one, TODAY) == shown
    with pytest.raises(ValueError, match=f"例如 {shown}"):
        parse(one, "不好说", TODAY)


def test_every_example_in_our_forms_is_taken(tmp_path: Path) -> None:
    """Whoever types the example is not refused again."""
    for form in load_forms(ROOT / "forms", {}, Problems()).values():
        for one in everything(form.survey):
            if one.type in ("integer", "decimal", "range"):
                assert parse(one, example(one, TODAY), TODAY), (form.form_id, one.name)
