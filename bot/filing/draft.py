"""A draft: what a person has answered so far. Frozen; every step makes a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.content.forms import Field, Form
from bot.filing.scope import asked, has_value, relevant, visible
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
