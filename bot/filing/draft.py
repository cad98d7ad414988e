"""A draft: what a person has answered so far. Frozen; every step makes a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.content.forms import Field, Form, everything, flat
from bot.filing.scope import (
    SILENT,
    ItemForm,
    asked,
    evaluate,
    has_value,
    item_form,
    limits,
    relevant,
    visible,
)
from bot.filing.wording import worded
from bot.messages import Attachment, Reply

__all__ = [
    "SILENT",
    "Draft",
    "Event",
    "ItemForm",
    "Step",
    "answered",
    "asked",
    "at",
    "calculated",
    "evaluate",
    "find",
    "has",
    "has_value",
    "here",
    "items_of",
    "later",
    "leading",
    "limits",
    "missing",
    "next_field",
    "relevant",
    "repeat_of",
    "settled",
    "visible",
]

PHASES = ("asking", "checking", "paused", "submitted", "cancelled")


@dataclass(frozen=True)
class Event:
    """One message to the engine."""

    text: str = ""
    press: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Draft:
    """Answers and where the conversation stands."""

    id: str
    form_id: str
    form_version: str
    values: Mapping[str, Any] = field(default_factory=dict)
    """Field name -> JSON value. Answers that are not relevant now are kept."""
    phase: str = "asking"
    at: str = ""
    """Name of the field that is asked."""
    skipped: tuple[str, ...] = ()
    """Optional fields passed over."""
    rejected: str = ""
    """The last wrong answer, kept so that it can be corrected."""
    failures: int = 0
    """Wrong answers to this question in a row."""
    revision: int = 0
    """Raised at each change; buttons of an older revision are stale."""
    changing: bool = False
    """Whether one answer is being changed from the check page."""
    fresh: bool = False
    """Whether the next file replaces those that were sent before."""
    confirming: str = ""
    """`cancel` while a yes to cancelling is awaited."""
    anonymous: bool = False
    """Whether it is handed in without a name."""
    taken: tuple[str, ...] = ()
    """Fields whose answers were taken over from earlier and not spoken of since."""
    item: int = -1
    """Which item of a repeat is in hand, from 0; -1 for none. `at` is then a question inside the repeat, or the repeat
    itself while the item is looked at."""
    ended: tuple[str, ...] = ()
    """Repeats of which the person said that there are no more items."""
    album: str = ""
    """Key of the album whose pictures came last."""

    def to_json(self) -> dict[str, Any]:
        """JSON-ready data for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """The draft that `to_json` wrote; unknown keys of another program version are passed over."""
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        lists = {name: tuple(known.get(name, ())) for name in ("skipped", "taken", "ended")}
        return cls(**{**known, **lists})

    def files(self) -> list[str]:
        """Paths of all files that came for it."""
        return list(_paths(self.values))

    def resumed(self) -> Draft:
        """The draft taken up again after a pause."""
        return replace(self, phase="asking" if self.at else "checking", revision=self.revision + 1)

    def answers(self, form: Form) -> dict[str, Any]:
        """What is submitted: answers that are relevant, with what is only shown and what is calculated."""
        shown = visible(form, self.values)
        given = {f.name: shown[f.name] for f in asked(form, self.values) if has(self, f)}
        fixed = {f.name: shown[f.name] for f in relevant(form, shown) if f.read_only and has_value(shown.get(f.name))}
        return given | fixed | calculated(form, self.values)


def _paths(values: Mapping[str, Any]) -> Iterator[str]:
    for value in values.values():
        for one in value if isinstance(value, list) else ():
            if isinstance(one, dict):
                if isinstance(one.get("path"), str) and "media_type" in one:
                    yield one["path"]
                yield from _paths(one)


@dataclass(frozen=True)
class Step:
    """What one event came to."""

    draft: Draft
    replies: tuple[Reply, ...]
    outcome: str
    """`asked` went on, `invalid` the answer was refused, `checking` the check page is shown, `submit` hand it in now,
    `paused`, `cancelled`, `elsewhere` the text is no answer and nothing was changed."""


def calculated(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of the relevant `calculate` fields that are not empty."""
    shown = visible(form, values)
    return {
        f.name: shown[f.name] for f in relevant(form, shown) if f.type == "calculate" and has_value(shown.get(f.name))
    }


def leading(form: Form, draft: Draft) -> list[str]:
    """What stands before the present question: the label of the group that begins with it, and notes since the question
    before."""
    lines: list[str] = []
    shown = visible(form, draft.values)
    rows = relevant(form, shown)
    for one in rows:
        if one.name == draft.at:
            break
        if one.type == "note":
            lines.append(worded(form, one.label, shown))
        elif one.type not in ("calculate", "given"):
            lines.clear()
    for group in (f for f in flat(form.survey) if f.type == "group" and f.label):
        inside = {f.name for f in flat(group.children)}
        if draft.at in inside and draft.at == next(
            (f.name for f in rows if f.name in inside and f.type not in SILENT), ""
        ):
            lines.insert(0, f"【{worded(form, group.label, shown)}】")
    return lines


# items of a repeat


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


def settled(form: Form, draft: Draft) -> Draft:
    """The draft without what was passed over in an item that is no longer in hand."""
    return draft if isinstance(form, ItemForm) or draft.item >= 0 else outside(form, draft)


def outside(form: Form, draft: Draft) -> Draft:
    """The draft without what was passed over in an item: that held for that item only."""
    inside = {f.name for one in flat(form.survey) if one.type == "repeat" for f in flat(one.children)}
    kept = tuple(name for name in draft.skipped if name not in inside)
    return draft if kept == draft.skipped else replace(draft, skipped=kept)


def _whole(form: Form, draft: Draft, repeat: Field) -> bool:
    least, most = limits(form, repeat, visible(form, draft.values))
    return least <= len(items_of(draft, repeat)) <= most and lacking(form, draft, repeat) is None


# questions


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


def has(draft: Draft, one: Field) -> bool:
    """Whether the question has an answer; a repeat has one when the person has said that its list is complete."""
    value = draft.values.get(one.name)
    if one.type == "repeat":
        return has_value(value) and one.name in draft.ended
    if one.choices and has_value(value):
        # A choice that the filter or a new version took away is no answer any more.
        known = {choice.name for choice in one.choices}
        return set(value if isinstance(value, list) else [value]) <= known
    return has_value(value)


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
