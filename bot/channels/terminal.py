"""The terminal: a person typing, or a program that speaks JSON lines."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path
from typing import Any

from bot.delivery.trip import Trip
from bot.filing.files import sniff
from bot.messages import Attachment, Incoming, Reply


class TerminalChannel:
    """Lines and JSON events <-> Incoming and Reply. Nothing is sent: whoever asked prints the replies."""

    name = "terminal"

    def __init__(self, files: Path) -> None:
        self.files = files

    def raw(self, event: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
        """(update id, chat key, raw update) of an event `{"chat", "text" | "press" | "file"}`; a file may have a `text`
        as its caption, and an `album` that is the same for all pictures of one; `public` says that others
        read along. Raises ValueError with a readable text for an event that is not of that form."""
        chat = event.get("chat", "me")
        if not isinstance(chat, str) or not chat or len(chat) > 100:
            raise ValueError('"chat" 要是一段 1 到 100 字的文字')
        if not any(isinstance(event.get(key), str) for key in ("text", "press", "file")):
            raise ValueError('每行要有 "text"、"press" 或 "file" 之一，值是文字')
        return str(event.get("id") or uuid.uuid4()), f"terminal:{chat}", event

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        """Raw event -> Incoming; the file is fetched later."""
        chat = f"terminal:{raw.get('chat', 'me')}"
        text, press = str(raw.get("text") or ""), str(raw.get("press") or "")
        album, public = str(raw.get("album") or ""), raw.get("public") is True
        return Incoming("terminal", chat, str(raw.get("id", "")), text, press, album=album, public=public)

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Copy the named file into the files folder."""
        named = raw.get("file")
        if not named:
            return incoming
        return Incoming(**{**vars(incoming), "attachments": (self.take(Path(str(named))),)})

    def take(self, source: Path) -> Attachment:
        """A file of this machine as an attachment; one that cannot be read has its `problem` said."""
        if not source.is_file():
            return Attachment(source.name, "", 0, problem=f"没有找到文件「{source.name}」。请检查路径，再发一次。")
        stored = Path("terminal") / f"{uuid.uuid4().hex}{source.suffix[:10]}"
        target = self.files / stored
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return Attachment(source.name, str(stored), target.stat().st_size, sniff(target))

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        """Nothing to do: `kexie chat` reads the outbox itself."""

    def shown(self, reply: Reply) -> dict[str, Any]:
        """A reply as the JSON lines interface shows it."""
        text = f"{reply.text}\n\n{reply.more}" if reply.more else reply.text
        return {
            "text": text,
            "buttons": [[{"label": b.label, "id": b.id} for b in row] for row in reply.buttons],
            "files": [{"name": f.name, "path": str(self.files / f.path)} for f in reply.files],
        }
