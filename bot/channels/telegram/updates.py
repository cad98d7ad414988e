"""Raw Bot API updates -> Incoming. Pure: no network, no disk. Source: https://core.telegram.org/bots/api#update."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.messages import Attachment, Incoming

WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
"""Kinds of updates that are asked for."""
UNREADABLE = "telegram:?"
"""Chat key of an update that names no chat."""
Raw = dict[str, Any]

_CONTENT = (
    "text", "caption", "photo", "document", "animation", "audio", "voice", "video", "video_note", "sticker", "location",
    "venue", "contact", "poll", "dice", "game", "story", "paid_media", "checklist",
)  # fmt: skip
"""Keys of messages that a person wrote; all others are Telegram's own remarks (joined, pinned, renamed)."""
_COMMAND = re.compile(r"\A\s*/(\w{1,32})(?:@(\w+))?(?=\s|\Z)", re.ASCII)


@dataclass(frozen=True)
class Self:
    """Who the bot is."""

    id: int
    username: str = ""
    """Without @; "" until getMe has told."""

    def is_named(self, username: str) -> bool:
        """Whether @username is this bot. Before getMe, any bot's name counts: all of them end in `bot`."""
        named = username.casefold()
        return named == self.username.casefold() if self.username else named.endswith("bot")


@dataclass(frozen=True)
class Remote:
    """A file that still lies with Telegram."""

    file_id: str
    name: str
    size: int
    """Bytes as Telegram says, 0 when it does not."""
    media_type: str


def chat_key(raw: Any) -> str:
    """`telegram:<chat id>`, with `:<thread id>` in a forum topic. Never raises: UNREADABLE when no chat is named."""
    try:
        return _chat(_body(raw)[1])
    except ValueError:
        return UNREADABLE


def address(chat: str) -> tuple[int, int | None]:
    """(chat id, thread id or None) of a chat key. Raises ValueError for a key of another shape."""
    found = re.fullmatch(r"telegram:(-?[0-9]{1,19})(?::([0-9]{1,19}))?", chat)
    if not found:
        raise ValueError("not the key of a Telegram chat")
    return int(found[1]), int(found[2]) if found[2] else None


def parse(raw: Raw, me: Self, is_staff: Callable[[str], bool]) -> Incoming | None:
    """Raw update -> Incoming; None when there is nothing to handle (another kind of update, a group's own talk).

    A message that is neither text, picture nor document becomes an Incoming without text and files.
    Raises ValueError for what is not a Bot API update.
    """
    kind, body = _body(raw)
    read = _READERS.get(kind)
    return read(raw, body, me, is_staff) if read else None


def callback_id(raw: Raw) -> str:
    """Id of the pressed button's query, "" when the update is no press."""
    query = raw.get("callback_query")
    return str(query.get("id", "")) if isinstance(query, dict) else ""


def remotes(raw: Raw) -> list[Remote]:
    """The files of an update that can be taken: its document, or its picture in the largest size."""
    kind, body = _body(raw)
    if kind not in ("message", "edited_message"):
        return []
    if isinstance(document := body.get("document"), dict):
        return [_remote(document, document.get("file_name") or "文件", document.get("mime_type") or "")]
    sizes = [size for size in _list(body.get("photo")) if isinstance(size, dict)]
    if sizes:
        largest = max(sizes, key=lambda size: _whole(size.get("width")) * _whole(size.get("height")))
        return [_remote(largest, f"照片{body.get('message_id', '')}.jpg", "image/jpeg")]
    return []


def _message(raw: Raw, body: Raw, me: Self, is_staff: Callable[[str], bool]) -> Incoming | None:
    if not any(key in body for key in _CONTENT) or _from_bot(body):
        return None
    chat = _chat(body)
    text = body.get("text") or body.get("caption") or ""
    if not isinstance(text, str):
        raise ValueError("text of the message is not a string")
    grouped = _is_group(body)
    if grouped and not (_addressed(body, text, me) or is_staff(chat)):
        return None
    attachments = tuple(Attachment(file.name, "", file.size, file.media_type) for file in remotes(raw))
    text = _without_name(text, me)
    if grouped and not text and not attachments and not _addressed(body, text, me):
        return None
    album = str(body.get("media_group_id") or "")
    return Incoming("telegram", chat, str(raw["update_id"]), text, "", attachments, album, public=grouped)


def _press(raw: Raw, body: Raw, me: Self, is_staff: Callable[[str], bool]) -> Incoming | None:
    data = body.get("data")
    if not isinstance(data, str) or not data:
        return None
    public = _is_group(_dict(body.get("message")))
    return Incoming("telegram", _chat(body), str(raw["update_id"]), press=data, public=public)


_READERS: dict[str, Callable[[Raw, Raw, Self, Callable[[str], bool]], Incoming | None]] = {
    "message": _message,
    "edited_message": _message,
    "callback_query": _press,
}


def _body(raw: Any) -> tuple[str, Raw]:
    """(kind, its object) of an update; an update has exactly one of them."""
    if not isinstance(raw, dict) or not is_number(raw.get("update_id")):
        raise ValueError("not an update: no update_id")
    kinds = [key for key in raw if key != "update_id" and isinstance(raw[key], dict)]
    kind = next((key for key in WANTED if key in kinds), kinds[0] if kinds else "")
    if not kind:
        raise ValueError("not an update: nothing in it")
    return kind, raw[kind]


def _chat(body: Raw) -> str:
    """Chat key of a message, a press or a membership."""
    message = body.get("message")
    place = message if isinstance(message, dict) else body
    chat = place.get("chat")
    if not isinstance(chat, dict):
        # A press under a message that Telegram no longer shows comes without it; privately the person is the chat.
        chat = body.get("from") if "data" in body else None
    if not isinstance(chat, dict) or not is_number(chat.get("id")):
        raise ValueError("the update names no chat")
    thread = place.get("message_thread_id") if place.get("is_topic_message") else None
    return f"telegram:{chat['id']}:{thread}" if is_number(thread) else f"telegram:{chat['id']}"


def _is_group(message: Raw) -> bool:
    """Whether others read along where the message stands."""
    return bool(_dict(message.get("chat")).get("type", "private") != "private")


def _addressed(body: Raw, text: str, me: Self) -> bool:
    """Whether a message in a group is for the bot: a command, its name, or an answer to one of its messages."""
    if command := _COMMAND.match(text):
        return command[2] is None or me.is_named(command[2])
    if any(me.is_named(name) for name in _named(text)):
        return True
    entities = _list(body.get("entities")) + _list(body.get("caption_entities"))
    if any(isinstance(e, dict) and _dict(e.get("user")).get("id") == me.id for e in entities):
        return True
    original = _dict(body.get("reply_to_message"))
    # In a forum every message answers the one that opened the topic; that is not an answer to us.
    return _dict(original.get("from")).get("id") == me.id and "forum_topic_created" not in original


def _named(text: str) -> list[str]:
    return re.findall(r"(?<![\w@.])@(\w{5,32})", text, re.ASCII)


def _without_name(text: str, me: Self) -> str:
    """Text without the bot's own name: `/start@this_bot x` -> `/start x`, `@this_bot 你好` -> `你好`."""
    command = _COMMAND.match(text)
    if command and command[2] and me.is_named(command[2]):
        return f"/{command[1]}{text[command.end() :]}"
    own = [name for name in _named(text) if me.is_named(name)]
    for name in own:
        text = re.sub(rf"(?<![\w@.])@{name}(?!\w)", "", text, flags=re.ASCII)
    return text.strip() if own else text


def _from_bot(body: Raw) -> bool:
    # Anonymous administrators of a group write through a bot account, with the group as `sender_chat`.
    return _dict(body.get("from")).get("is_bot") is True and "sender_chat" not in body


def _remote(file: Raw, name: str, media_type: str) -> Remote:
    file_id = file.get("file_id")
    if not isinstance(file_id, str) or not file_id:
        raise ValueError("the file of the message has no id")
    kind = str(media_type) or "application/octet-stream"
    return Remote(file_id, safe_name(str(name)), _whole(file.get("file_size")), kind)


def safe_name(name: str) -> str:
    """A name to show, never a path: its last part, without control characters, at most 100 characters."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(char for char in last if char.isprintable() and char not in '<>:"|?*').strip(" .")
    return kept[-100:] or "文件"


def _dict(value: Any) -> Raw:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any) -> int:
    return value if isinstance(value, int) and value > 0 else 0


def is_number(value: Any) -> bool:
    """Whether a JSON value can be an id of the Bot API: a whole number of 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63
