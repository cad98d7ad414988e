"""What is asked and seen with these answers: relevance, calculations, choices, and the items of a repeat. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import fields as dataclass_fields
from datetime import date
from functools import lru_cache
from typing import Any

from bot.content.expressions import Expression, compile_expression
from bot.content.forms import Field, Form, flat
from bot.filing.wording import worded

GIVEN = "given"
"""Type of an answer from outside, as the item of a repeat sees it: it can be read and is never asked."""
SILENT = ("note", "calculate", GIVEN)
"""Types that are never answered by a person."""
MAX_CHAIN = 12
"""How often relevance is worked out again: longer chains of questions hanging on one another are not followed."""
MAX_ITEMS = 500
"""Items a repeat may have when the form sets no limit."""


@dataclass(frozen=True, kw_only=True)
class ItemForm(Form):
    """One item of a repeat as a form of its own: its questions, and the answers outside it as `given` rows."""

    repeat: Field
    number: int
    """Which item, from 0."""


class _EveryName:
    """The loader has checked the names; here any may be read."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@lru_cache(maxsize=4096)
def _compiled(text: str) -> Expression:
    return compile_expression(text, _EveryName())


def evaluate(form: Form, text: str, values: Mapping[str, Any], this: Any = None, today: date | None = None) -> Any:
    """Value of an expression of the form; None when it is empty."""
    return _compiled(text).evaluate(values, this, today)


def asked(form: Form, values: Mapping[str, Any]) -> list[Field]:
    """Questions that are relevant now, in order; groups opened up, choices filtered, `${name}` filled in. A repeat is
    one question. A question that is left without a choice, or a repeat of no item, is not asked."""
    shown = visible(form, values)
    rows = [one for one in relevant(form, shown) if one.type not in SILENT and not one.read_only]
    found = [_filtered(form, _worded(form, one, shown), shown) for one in rows]
    return [
        one
        for one in found
        if (one.choices or not one.choice_filter) and not (one.repeat_count and not wanted(form, one, shown))
    ]


def relevant(form: Form, shown: Mapping[str, Any]) -> list[Field]:
    """All rows but groups that are relevant, in order. `shown`: answers as `visible` gives them."""

    def walk(fields: tuple[Field, ...]) -> list[Field]:
        found = []
        for one in fields:
            if not one.relevant or evaluate(form, one.relevant, shown):
                found += walk(one.children) if one.type == "group" else [one]
        return found

    return walk(form.survey)


def visible(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that expressions may see: an answer that is not relevant counts as empty, and so may make others
    irrelevant. Calculations included, inside items too."""
    shown = dict(values)
    for _ in range(MAX_CHAIN):
        rows = relevant(form, shown)
        kept = {one.name: _seen(form, one, values[one.name], shown) for one in rows if one.name in values}
        sums = {f.name: evaluate(form, f.calculation, shown) for f in rows if f.type == "calculate"}
        following = {**kept, **{name: value for name, value in sums.items() if value is not None}}
        if following == shown:
            break
        shown = following
    return shown


def _seen(form: Form, one: Field, value: Any, shown: Mapping[str, Any]) -> Any:
    """The value as expressions see it: items without what is not relevant in them, with their calculations."""
    if one.type != "repeat" or not isinstance(value, list):
        return value
    if not any(child.relevant or child.type == "calculate" for child in flat(one.children)):
        return value
    outer = json.dumps({name: shown[name] for name in _read(one) if name in shown}, ensure_ascii=False, sort_keys=True)
    row = _Row(one)
    return [dict(_item(row, json.dumps(item, ensure_ascii=False), outer)) for item in value if isinstance(item, dict)]


class _Row:
    """A repeat as a key: the same object, however many forms hold it."""

    __slots__ = ("field",)

    def __init__(self, field: Field) -> None:
        self.field = field

    def __hash__(self) -> int:
        return id(self.field)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Row) and self.field is other.field


def _read(repeat: Field) -> set[str]:
    """Names outside that the expressions inside read."""
    inside = {child.name for child in flat(repeat.children)}
    texts = [text for child in flat(repeat.children) for text in (child.relevant, child.calculation) if text]
    return {name for text in texts for name in _compiled(text).names} - inside


@lru_cache(maxsize=20_000)
def _item(row: _Row, item: str, outer: str) -> dict[str, Any]:
    """One item as expressions see it. Kept, because a list is looked at many times for each message."""
    around = json.loads(outer)
    given = tuple(Field(GIVEN, name) for name in around)
    alone = Form("", "", "", "", "", (*given, *row.field.children))
    names = {child.name for child in flat(row.field.children)}
    return {name: value for name, value in visible(alone, {**around, **json.loads(item)}).items() if name in names}


def item_form(form: Form, repeat: Field, number: int) -> ItemForm:
    """The form of one item."""
    given = tuple(Field(GIVEN, one.name) for one in flat(form.survey))
    head = {one.name: getattr(form, one.name) for one in dataclass_fields(Form)}
    head |= {"survey": (*given, *repeat.children), "quick": False, "ask": ()}
    return ItemForm(**head, repeat=repeat, number=number)


def wanted(form: Form, repeat: Field, shown: Mapping[str, Any]) -> int | None:
    """How many items `repeat_count` asks for, 0 while it cannot be worked out; None when the person decides."""
    if not repeat.repeat_count:
        return None
    found = evaluate(form, repeat.repeat_count, shown)
    return min(MAX_ITEMS, max(0, int(found))) if isinstance(found, (int, float)) else 0


def limits(form: Form, repeat: Field, shown: Mapping[str, Any]) -> tuple[int, int]:
    """(fewest, most) items that a repeat has to have once it is begun."""
    fixed = wanted(form, repeat, shown)
    if fixed is not None:
        return fixed, fixed
    return max(int(repeat.start or 0), 1), int(repeat.end or MAX_ITEMS)


def _filtered(form: Form, one: Field, shown: Mapping[str, Any]) -> Field:
    if not one.choice_filter:
        return one
    # A filter over an answer that is still empty filters nothing.
    kept = tuple(
        c
        for c in one.choices
        if evaluate(form, one.choice_filter, {**shown, "name": c.name, **c.filters}) not in (False, 0)
    )
    return replace(one, choices=kept)


def _worded(form: Form, one: Field, shown: Mapping[str, Any]) -> Field:
    if "${" not in one.label + one.hint:
        return one
    return replace(one, label=worded(form, one.label, shown), hint=worded(form, one.hint, shown))


def has_value(value: Any) -> bool:
    """Whether a stored value is an answer."""
    return value not in (None, "", [])
