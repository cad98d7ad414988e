"""A draft: what a person has answered so far. Frozen; every step makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from bot.content.expressions import Expression, compile_expression
from bot.content.forms import Field, Form, everything, flat
from bot.messages import Attachment, Reply

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

    def to_json(self) -> dict[str, Any]:
        """JSON-ready data for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """The draft that `to_json` wrote; unknown keys of another program version are passed over."""
        known = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        return cls(**{**known, "skipped": tuple(known.get("skipped", ()))})

    def resumed(self) -> Draft:
        """The draft taken up again after a pause."""
        return replace(self, phase="asking" if self.at else "checking", revision=self.revision + 1)

    def answers(self, form: Form) -> dict[str, Any]:
        """What is submitted: answers that are relevant, calculations included."""
        return {f.name: self.values[f.name] for f in asked(form, self.values) if has(self, f)} | calculated(
            form, self.values
        )


@dataclass(frozen=True)
class Step:
    """What one event came to."""

    draft: Draft
    replies: tuple[Reply, ...]
    outcome: str
    """`asked` went on, `invalid` the answer was refused, `checking` the check page is shown, `submit` hand it in now,
    `paused`, `cancelled`, `elsewhere` the text is no answer and nothing was changed."""


@lru_cache(maxsize=4096)
def _compiled(text: str, names: frozenset[str]) -> Expression:
    return compile_expression(text, names)


def evaluate(form: Form, text: str, values: Mapping[str, Any], this: Any = None, today: date | None = None) -> Any:
    """Value of an expression of the form; None when it is empty."""
    rows = everything(form.survey)
    columns = {"name"}.union(*(c.filters for f in rows for c in f.choices))
    names = frozenset(f.name for f in rows) | columns
    return _compiled(text, names).evaluate(values, this, today)


SILENT = ("note", "calculate")
"""Types that are never answered by a person."""


def asked(form: Form, values: Mapping[str, Any]) -> list[Field]:
    """Questions that are relevant now, in order; groups opened up, choices filtered. A question that is left without a
    choice is not asked."""
    shown = visible(form, values)
    found = [
        _filtered(form, one, shown) for one in relevant(form, shown) if one.type not in SILENT and not one.read_only
    ]
    return [one for one in found if one.choices or not one.choice_filter]


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
    irrelevant. Calculations included."""
    shown = dict(values)
    for _ in range(MAX_CHAIN):
        rows = relevant(form, shown)
        kept = {one.name: values[one.name] for one in rows if one.name in values}
        sums = {f.name: evaluate(form, f.calculation, shown) for f in rows if f.type == "calculate"}
        following = {**kept, **{name: value for name, value in sums.items() if value is not None}}
        if following == shown:
            break
        shown = following
    return shown


MAX_CHAIN = 12
"""How often relevance is worked out again: longer chains of questions hanging on one another are not followed."""


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
    rows = relevant(form, visible(form, draft.values))
    for one in rows:
        if one.name == draft.at:
            break
        if one.type == "note":
            lines.append(one.label)
        elif one.type != "calculate":
            lines.clear()
    for group in (f for f in flat(form.survey) if f.type == "group" and f.label):
        inside = {f.name for f in flat(group.children)}
        if draft.at in inside and draft.at == next(
            (f.name for f in rows if f.name in inside and f.type not in SILENT), ""
        ):
            lines.insert(0, f"【{group.label}】")
    return lines


def fitted(form: Form, draft: Draft) -> Draft:
    """The draft on the present version of the form: answers are kept by name; a question that is gone is not asked."""
    if draft.form_version != form.version:
        draft = replace(draft, form_version=form.version, revision=draft.revision + 1)
    if draft.at and draft.at not in {f.name for f in asked(form, draft.values)}:
        following = next_field(form, draft)
        draft = replace(draft, at=following.name if following else "", revision=draft.revision + 1)
        draft = replace(draft, phase="asking" if draft.at else "checking") if draft.phase != "paused" else draft
    return draft


def at(form: Form, draft: Draft) -> Field:
    """The present question with its choices filtered. Raises KeyError when none is asked."""
    return {f.name: f for f in asked(form, draft.values)}[draft.at]


def find(form: Form, name: str) -> Field:
    """The field of that name. Raises KeyError."""
    return {f.name: f for f in flat(form.survey)}[name]


def missing(form: Form, draft: Draft) -> list[Field]:
    """Required questions without an answer."""
    return [f for f in asked(form, draft.values) if f.required and not has(draft, f)]


def later(form: Form, draft: Draft) -> list[Field]:
    """Files that may be handed in later and are not there yet."""
    return [
        f for f in asked(form, draft.values) if f.type in ("file", "image") and not f.required and not has(draft, f)
    ]


def has(draft: Draft, one: Field) -> bool:
    """Whether the question has an answer."""
    value = draft.values.get(one.name)
    if one.choices and has_value(value):
        # A choice that the filter or a new version took away is no answer any more.
        known = {choice.name for choice in one.choices}
        return set(value if isinstance(value, list) else [value]) <= known
    return has_value(value)


def has_value(value: Any) -> bool:
    """Whether a stored value is an answer."""
    return value not in (None, "", [])


def next_field(form: Form, draft: Draft) -> Field | None:
    """The first question that is neither answered nor passed over."""
    open_ones = (f for f in asked(form, draft.values) if not has(draft, f) and f.name not in draft.skipped)
    return next(open_ones, None)
