"""Where a draft stands in a repeat: its items, and one of them seen as a form with a draft of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing.draft import Draft
from bot.filing.scope import ItemForm, item_form, relevant, visible


def items_of(draft: Draft, repeat: Field) -> list[dict[str, Any]]:
    """The items that are there, as they are stored."""
    value = draft.values.get(repeat.name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def repeat_of(form: Form, draft: Draft) -> Field | None:
    """The repeat at which the draft stands, or that holds the present question. Of two that exclude one another and
    have questions of the same name, the one that is relevant."""
    found = [
        one
        for one in flat(form.survey)
        if one.type == "repeat" and draft.at in {one.name, *(f.name for f in flat(one.children))}
    ]
    if len(found) > 1:
        shown = relevant(form, visible(form, draft.values))
        found = [one for one in found if one in shown] or found
    return found[0] if found else None


def here(form: Form, draft: Draft) -> tuple[Form, Draft]:
    """The form and the draft that hold the present question: inside a repeat those of the item in hand."""
    repeat = repeat_of(form, draft) if draft.item >= 0 and not isinstance(form, ItemForm) else None
    if repeat is None or draft.at == repeat.name:
        return form, draft
    return item_view(form, draft, repeat, draft.item)


def item_view(form: Form, draft: Draft, repeat: Field, number: int) -> tuple[ItemForm, Draft]:
    """One item as a form with a draft of its own: it sees the answers outside, and only its own answers can change."""
    items = items_of(draft, repeat)
    item = items[number] if number < len(items) else {}
    names = {one.name for one in flat(repeat.children)}
    outer = {name: value for name, value in visible(form, draft.values).items() if name not in names}
    return item_form(form, repeat, number), replace(draft, values={**outer, **item})


def put_back(draft: Draft, repeat: Field, number: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """All answers with those of one item taken from `values`, as `item_view` and the engine left them."""
    names = {one.name for one in flat(repeat.children)}
    items = items_of(draft, repeat)
    before = items[number] if number < len(items) else {}
    item = {name: value for name, value in before.items() if name not in names}
    item |= {name: value for name, value in values.items() if name in names}
    if not item and number >= len(items):
        return dict(draft.values)
    return {**draft.values, repeat.name: [*items[:number], item, *items[number + 1 :]]}


def settled(form: Form, draft: Draft) -> Draft:
    """The draft without what was passed over in an item that is no longer in hand."""
    return draft if isinstance(form, ItemForm) or draft.item >= 0 else outside(form, draft)


def outside(form: Form, draft: Draft) -> Draft:
    """The draft without what was passed over in an item: that held for that item only."""
    inside = {f.name for one in flat(form.survey) if one.type == "repeat" for f in flat(one.children)}
    kept = tuple(name for name in draft.skipped if name not in inside)
    return draft if kept == draft.skipped else replace(draft, skipped=kept)
