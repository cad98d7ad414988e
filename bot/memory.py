"""What a conversation remembers between two messages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bot.understand.engine import Context


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
    handed in with a name, else ""."""

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
        rest = {key: data[key] for key in ("draft", "profile", "album", "stage") if key in data}
        return cls(context, **rest)
