"""Which question is asked, what is still missing and what comes next, outside repeats and inside them."""

from __future__ import annotations

from dataclasses import replace

from bot.content.forms import Field, Form, everything, flat
from bot.filing.draft import Draft, has
from bot.filing.item_view import here, items_of, repeat_of
from bot.filing.results import cited
from bot.filing.scope import SILENT, asked, has_value, item_form, limits, relevant, visible
from bot.filing.wording import worded


def at(form: Form, draft: Draft) -> Field:
    """The present question with its choices filtered. Raises KeyError when none is asked."""
    repeat = repeat_of(form, draft) if draft.item >= 0 else None
    inner, view = here(form, draft)
    found = {f.name: f for f in asked(inner, view.values)}
    return found[draft.at] if repeat is None or draft.at in found else found[repeat.name]


def find(form: Form, name: str) -> Field:
    """The field of that name, inside a repeat too. Raises KeyError."""
    return {f.name: f for f in everything(form.survey)}[name]


def missing(form: Form, draft: Draft) -> list[Field]:
    """Required questions without an answer, and repeats that were begun and not ended."""
    return [
        f
        for f in asked(form, draft.values)
        if not answered(form, draft, f) and (f.required or (f.type == "repeat" and has_value(draft.values.get(f.name))))
    ]


def later(form: Form, draft: Draft) -> list[Field]:
    """Files that may be handed in later and are not there yet. A quick report is handed in as it is, a tool asks for no
    papers, and pictures that no rule demands are nobody's missing papers."""
    if form.quick or form.keep == "wished":
        return []
    fields = [f for f in asked(form, draft.values) if f.type == "file" or (f.type == "image" and f.sources)]
    return [f for f in fields if not f.required and not has(draft, f)]


def answered(form: Form, draft: Draft, one: Field) -> bool:
    """Whether nothing more is wanted there. A list that was ended wants more when an answer outside, or a new version of
    the form, asks for more."""
    return has(draft, one) and (one.type != "repeat" or _whole(form, draft, one))


def next_field(form: Form, draft: Draft) -> Field | None:
    """The first question that is neither answered nor passed over. A quick form asks only what is required."""
    open_ones = (
        f
        for f in asked(form, draft.values)
        if not answered(form, draft, f) and not _passed(draft, f) and (f.required or not form.quick)
    )
    return next(open_ones, None)


def _passed(draft: Draft, one: Field) -> bool:
    """Whether the person passed over the question. A list that was begun after all is not passed over."""
    return one.name in draft.skipped and not (one.type == "repeat" and has_value(draft.values.get(one.name)))


def lacking(form: Form, draft: Draft, repeat: Field) -> int | None:
    """The first item that lacks a required answer; None when all are whole."""
    items = items_of(draft, repeat)
    rows = flat(repeat.children)
    if not any(one.relevant or one.choice_filter for one in rows):
        needed = [one for one in rows if one.required and one.type not in SILENT and not one.read_only]
        views = (replace(draft, values=item) for item in items)
        return next((n for n, view in enumerate(views) if not all(has(view, one) for one in needed)), None)
    inner = item_form(form, repeat, 0)
    names = {one.name for one in rows}
    outer = {name: value for name, value in visible(form, draft.values).items() if name not in names}
    whole = (not missing(inner, replace(draft, values={**outer, **item})) for item in items)
    return next((number for number, one in enumerate(whole) if not one), None)


def _whole(form: Form, draft: Draft, repeat: Field) -> bool:
    least, most = limits(form, repeat, visible(form, draft.values))
    return least <= len(items_of(draft, repeat)) <= most and lacking(form, draft, repeat) is None


def leading(form: Form, draft: Draft) -> list[str]:
    """What stands before the present question: the label of the group that begins with it, and notes since the question
    before, each with its sources."""
    lines: list[str] = []
    shown = visible(form, draft.values)
    rows = relevant(form, shown)
    for one in rows:
        if one.name == draft.at:
            break
        if one.type == "note":
            lines += [part for part in (worded(form, one.label, shown), cited(form, one.sources)) if part]
        elif one.type not in ("calculate", "given") and one.name not in draft.taken:
            lines.clear()  # what was taken over is not asked, and a note before it has not been read
    if lines:
        lines.append("")  # the question stands apart from what is said before it
    for group in (f for f in flat(form.survey) if f.type == "group" and f.label):
        inside = {f.name for f in flat(group.children)}
        if draft.at in inside and draft.at == next(
            (f.name for f in rows if f.name in inside and f.type not in SILENT), ""
        ):
            lines.insert(0, f"【{worded(form, group.label, shown)}】")
    return lines
