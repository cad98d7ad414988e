"""A draft on the present version of its form: editors change forms while people fill them in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing.asking import next_field
from bot.filing.draft import Draft
from bot.filing.item_view import here, items_of, repeat_of, settled
from bot.filing.scope import ItemForm, asked
from bot.filing.types import fits


def fitted(form: Form, draft: Draft) -> Draft:
    """The draft on the present version of the form: answers are kept by name, one that is of another type now is set
    aside; a question that is gone is not asked."""
    if draft.form_version != form.version:
        draft = replace(
            draft, form_version=form.version, revision=draft.revision + 1, values=_refitted(form.survey, draft.values)
        )
    if isinstance(form, ItemForm):
        return draft
    draft = settled(form, draft)
    if draft.at and not _stands(form, draft):
        following = next_field(form, draft)
        draft = replace(draft, at=following.name if following else "", item=-1, revision=draft.revision + 1)
        draft = replace(draft, phase="asking" if draft.at else "checking") if draft.phase != "paused" else draft
    return draft


def _stands(form: Form, draft: Draft) -> bool:
    """Whether the place where the conversation stands is still there."""
    questions = {f.name: f for f in asked(form, draft.values)}
    if draft.item < 0:
        return draft.at in questions
    repeat = repeat_of(form, draft)
    if repeat is None or repeat.name not in questions or draft.item > len(items_of(draft, repeat)):
        return False
    if draft.at == repeat.name:
        return draft.item < len(items_of(draft, repeat))
    inner, view = here(form, draft)
    return draft.at in {f.name for f in asked(inner, view.values)}


def _refitted(survey: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Answers by name. What does not fit the type of its question any more is kept under another key, so that nothing is
    lost and nothing breaks."""
    known = {one.name: one for one in flat(survey)}
    found: dict[str, Any] = {}
    for name, value in values.items():
        one = known.get(name)
        if one is not None and not fits(one, value):
            found[_free(f"{name}@earlier", {*values, *found})] = value
        elif one is not None and one.type == "repeat":
            found[name] = [_refitted(one.children, item) for item in value]
        else:
            found[name] = value
    return found


def _free(name: str, taken: set[str]) -> str:
    return (
        name if name not in taken else next(f"{name}{n}" for n in range(2, len(taken) + 3) if f"{name}{n}" not in taken)
    )
