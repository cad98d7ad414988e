"""The naughty strings (tests/data/README.md), the forms they are put into, and answers that open every text question."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.content.loader import read
from bot.filing.draft import Draft
from bot.settings import DEFAULT_CONTENT
from tests.filing.filing_talk import DRAFT_ID

STRINGS: list[str] = json.loads((Path(__file__).parents[1] / "data" / "blns.json").read_text(encoding="utf-8"))
CONTENT, _ = read(DEFAULT_CONTENT)
TRIES = 2_000
"""Random choices that are tried until every text question was asked once."""
FILE = [{"name": "a.pdf", "path": "x/a.pdf", "size": 1, "media_type": "application/pdf"}]

Fill = Callable[[Field, int], str]
"""(text question, number of the item it is in, 0 outside) -> its answer."""


def texts(fields: tuple[Field, ...]) -> list[Field]:
    """Questions that are answered by typing what one likes."""
    return [one for one in flat(fields) if one.type == "text"]


def everywhere(text: str) -> Callable[[Field], str]:
    """The same string, whatever the question."""
    return lambda one: text


def filled(form: Form, value: Callable[[Field], Any]) -> dict[str, Any]:
    """Answers with `value(field)` in every text field, in one item of each repeat too, and nothing else."""
    return dict(_filled(form.survey, value))


def _filled(fields: tuple[Field, ...], value: Callable[[Field], Any]) -> Iterator[tuple[str, Any]]:
    for one in flat(fields):
        if one.type == "text":
            yield one.name, value(one)
        elif one.type == "repeat":
            yield one.name, [dict(_filled(one.children, value))]


def ways(form: Form) -> list[dict[str, Any]]:
    """Choices, numbers, days and files (for a repeat those of one item) with which, taken together, every text question
    of the form is asked. Fails when there is one that no choice leads to."""
    dice = random.Random(form.form_id)
    wanted = {one.name for one in texts(form.survey)}
    wanted |= {child.name for one in flat(form.survey) if one.type == "repeat" for child in texts(one.children)}
    found: list[dict[str, Any]] = []
    for _ in range(TRIES):
        if not wanted:
            return found
        way = _drawn(form.survey, dice)
        opened = asked_texts(answers(form, way, lambda one, number: "测")) & wanted
        if opened:
            wanted -= opened
            found.append(way)
    raise AssertionError(f"{form.form_id}: no choice leads to {sorted(wanted)}")


def _drawn(fields: tuple[Field, ...], dice: random.Random) -> dict[str, Any]:
    """An answer to everything but the text questions."""
    made: dict[str, Any] = {}
    for one in flat(fields):
        if one.type == "repeat":
            made[one.name] = _drawn(one.children, dice)
        elif one.choices:
            picked = dice.choice(one.choices).name
            made[one.name] = picked if one.type == "select_one" else [picked]
        elif one.type in ("integer", "decimal", "range"):
            made[one.name] = dice.choice((1, 5, 50, 500))
        else:
            made |= {one.name: {"date": "2026-03-05", "file": FILE, "image": FILE, "acknowledge": "yes"}.get(one.type)}
    return made


def answers(form: Form, way: dict[str, Any], value: Fill, items: int = 1) -> dict[str, Any]:
    """What is handed in with these choices and `value` in every text question, with so many items in each list."""
    made = dict(way)
    for one in flat(form.survey):
        if one.type == "text":
            made[one.name] = value(one, 0)
        elif one.type == "repeat":
            made[one.name] = [
                {**way[one.name], **{child.name: value(child, n) for child in texts(one.children)}}
                for n in range(items)
            ]
    lists = tuple(one.name for one in flat(form.survey) if one.type == "repeat")
    return Draft(DRAFT_ID, form.form_id, form.version, values=made, ended=lists).answers(form)


def asked_texts(given: dict[str, Any]) -> set[str]:
    """Names of all questions with an answer, inside lists too."""
    items = [item for value in given.values() if isinstance(value, list) for item in value if isinstance(item, dict)]
    return set(given) | {name for item in items for name in item}
