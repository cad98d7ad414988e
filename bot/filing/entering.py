"""Where the conversation stands when it comes to a repeat: at an item that is not whole, at a new one, or at the list."""

from __future__ import annotations

from dataclasses import replace

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.asking import lacking, missing, next_field
from bot.filing.draft import Draft, Step
from bot.filing.item_view import item_view, items_of, outside
from bot.filing.scope import limits, visible, wanted


def stand(form: Form, draft: Draft, row: Field, lead: str = "") -> Step:
    """Ask what the repeat needs next."""
    items = items_of(draft, row)
    least, most = limits(form, row, visible(form, draft.values))
    draft = replace(draft, phase="asking", revision=draft.revision + 1, failures=0, rejected="", fresh=False)
    draft = outside(form, draft)
    unfinished = lacking(form, draft, row)
    if unfinished is not None:
        inner, view = item_view(form, draft, row, unfinished)
        draft = replace(draft, at=missing(inner, view)[0].name, item=unfinished)
        return Step(draft, (pages.question(form, draft, lead),), "asked")
    begun = bool(items) or row.required or wanted(form, row, visible(form, draft.values)) is not None
    if begun and len(items) < min(least, most):
        inner, view = item_view(form, draft, row, len(items))
        first = next_field(inner, view)
        if first is not None:
            draft = replace(draft, at=first.name, item=len(items))
            return Step(draft, (pages.question(form, draft, lead),), "asked")
    return stand_on_list(form, replace(draft, revision=draft.revision - 1), row, lead)


def stand_on_list(form: Form, draft: Draft, row: Field, lead: str = "") -> Step:
    """Show the list."""
    draft = outside(form, replace(draft, at=row.name, item=-1, phase="asking", failures=0, rejected=""))
    draft = replace(draft, revision=draft.revision + 1)
    return Step(draft, (pages.question(form, draft, lead),), "asked")


def is_full(form: Form, draft: Draft, row: Field) -> bool:
    """Whether there can be no more items, and none is wanting anything: then nobody need say so."""
    _, most = limits(form, row, visible(form, draft.values))
    return 0 < most == len(items_of(draft, row)) and not row.constraint and lacking(form, draft, row) is None
