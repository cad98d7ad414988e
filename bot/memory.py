"""What a conversation remembers between two messages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.understand.meaning import Context


@dataclass(frozen=True)
class Asked:
    """A question as it was answered, for what the person does next: 「没答对」, another wording, a button."""

    number: int
    """Counts up in a conversation; stands in the id of the button 「没答对」."""
    at: str
    """ISO 8601 time."""
    text: str
    """The question without personal data."""
    region: str = ""
    entry: str = ""
    """Entry that was shown, "" for none."""
    near: tuple[str, ...] = ()
    """Entries that came near, best first."""
    rows: tuple[int, ...] = ()
    """Rows of the queue that ask the same: this question's, and those of earlier wordings."""
    row: int = 0
    """This question's own row, 0 while it has none."""
    wrong: bool = False
    """Whether the person said that the answer was wrong."""


@dataclass(frozen=True)
class Memory:
    """State of one conversation, kept as JSON in the table `chats`."""

    context: Context = field(default_factory=Context)
    """What was talked about, for follow-ups."""
    draft: str = ""
    """Id of the draft that is being filled in, "" for none."""
    profile: dict[str, str] = field(default_factory=dict)
    """Answers to offer again in the next form: XLSForm-like `prefill` key -> value."""
    album: dict[str, Any] = field(default_factory=dict)
    """Pictures of an album that came before its caption: `key` and `files`, {} for none."""
    stage: str = ""
    """`delete` while a yes to deleting one's data is awaited, `name:<form id>` while we wait to hear whether a form is
    handed in with a name, `other:<form id>:<text>` whether that form is wanted or the text is an answer, else ""."""
    asked: tuple[Asked, ...] = ()
    """The last questions, newest last."""

    def to_json(self) -> dict[str, Any]:
        """JSON-ready data for `from_json`."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Memory:
        """The memory that `to_json` wrote; unknown or missing keys fall back to the default, so that an older
        conversation never breaks."""
        known = {key: value for key, value in data.get("context", {}).items() if key in Context.__dataclass_fields__}
        context = Context(**known)
        context = replace(context, offered=tuple(context.offered))
        asked = tuple(_asked(one) for one in data.get("asked", ()))
        rest = {key: data[key] for key in ("draft", "profile", "album", "stage") if key in data}
        return cls(context, **rest, asked=asked)


def _asked(data: dict[str, Any]) -> Asked:
    known = {key: value for key, value in data.items() if key in Asked.__dataclass_fields__}
    one = Asked(**{"number": 0, "at": "", "text": "", **known})
    return replace(one, near=tuple(one.near), rows=tuple(one.rows))
