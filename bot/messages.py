"""The words all rooms share: what comes in and what goes out, whatever the channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Attachment:
    """A file that a person sent or that we hand out. It lies in the files folder of the data directory."""

    name: str
    """File name as the person sees it, without any folder."""
    path: str
    """Path relative to the files folder (`Settings.files`); never taken from a person."""
    size: int
    """Bytes."""
    media_type: str = "application/octet-stream"
    """MIME type as sniffed from the content, not as claimed by the sender."""
    problem: str = ""
    """Why the file could not be taken, as a sentence for the sender ("" when it was): too large, not downloadable."""


@dataclass(frozen=True)
class Incoming:
    """One message from a person: text, a button press, files, or a caption with files."""

    channel: str
    """Channel name: `terminal`, `web` or `telegram`."""
    chat: str
    """Key of the conversation over all channels: `<channel>:<id>`."""
    update_id: str
    """Unique in its channel; the same id twice is the same message."""
    text: str = ""
    """What was typed, exactly."""
    press: str = ""
    """Id of the button that was pressed, "" when none."""
    attachments: tuple[Attachment, ...] = ()
    """Files, in the order sent."""
    album: str = ""
    """Key that is the same for all messages of one album (Telegram's media_group_id), "" when none."""
    at: datetime | None = None
    """When the channel received it, with time zone."""
    public: bool = False
    """Whether others read along: a group. Nothing personal is asked there."""


@dataclass(frozen=True)
class Button:
    """A choice under a reply. Telegram allows 64 bytes of id: keep ids under 60 ASCII characters."""

    label: str
    """What the person reads, 20 characters at the most."""
    id: str
    """What comes back as `Incoming.press`."""
    start: str = ""
    """What the private chat with us begins with (`/start <start>`): a channel that can opens it, instead of sending the
    press. At most 64 characters of A-Z a-z 0-9 _ -."""


@dataclass(frozen=True)
class Reply:
    """One message to a person. Plain text: channels escape it; `- ` and `1. ` at line starts are lists."""

    text: str
    """What is shown at once."""
    buttons: tuple[tuple[Button, ...], ...] = ()
    """Rows of buttons."""
    files: tuple[Attachment, ...] = ()
    """Files to hand over with the text."""
    more: str = ""
    """Longer part that a channel may fold behind 「更多」."""
    to: str = ""
    """Chat key when the reply goes to another chat than the asking one (a notice to staff), else ""."""


def as_dict(reply: Reply) -> dict[str, Any]:
    """A reply as JSON-ready data, the shape kept in the outbox and read by `from_dict`."""
    return {
        "text": reply.text,
        "buttons": [[_button(b) for b in row] for row in reply.buttons],
        "files": [{"name": f.name, "path": f.path, "size": f.size, "media_type": f.media_type} for f in reply.files],
        "more": reply.more,
    }


def _button(button: Button) -> dict[str, str]:
    return {"label": button.label, "id": button.id} | ({"start": button.start} if button.start else {})


def from_dict(data: dict[str, Any]) -> Reply:
    """The reply that `as_dict` wrote."""
    return Reply(
        text=data["text"],
        buttons=tuple(tuple(Button(b["label"], b["id"], b.get("start", "")) for b in row) for row in data["buttons"]),
        files=tuple(Attachment(f["name"], f["path"], f["size"], f["media_type"]) for f in data["files"]),
        more=data.get("more", ""),
    )


@dataclass(frozen=True)
class Outcome:
    """What handling one message came to: the replies, in order, and a word for the log and the metrics."""

    replies: tuple[Reply, ...] = ()
    status: str = ""
    """`answer`, `choose`, `unknown`, `form`, `chat`, or `` when nothing is to be said."""
    facts: dict[str, Any] = field(default_factory=dict)
    """Figures without personal data: entry id, score."""
