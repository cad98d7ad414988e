"""The web chat as a channel, and the hub that wakes open pages."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.delivery.trip import Trip
from bot.messages import Attachment, Incoming, Reply

MAX_TEXT = 20_000
"""Characters of one message that are stored; more is cut. The forms say earlier what is too long for a field."""


class Hub:
    """Open pages by chat. A page is told that there is something new and reads it from the outbox itself."""

    def __init__(self) -> None:
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    @contextmanager
    def listening(self, chat: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever the chat has something new."""
        event = asyncio.Event()
        self._waiting[chat].add(event)
        try:
            yield event
        finally:
            self._waiting[chat].discard(event)
            if not self._waiting[chat]:
                del self._waiting[chat]

    def open(self) -> list[str]:
        """Chats of which a page is open."""
        return list(self._waiting)

    def tell(self, chat: str) -> None:
        """Wake every open page of the chat."""
        for event in self._waiting.get(chat, ()):
            event.set()


class WebChannel:
    """JSON of the page <-> Incoming and Reply."""

    name = "web"

    def __init__(self, files: Path) -> None:
        self.files = files
        self.hub = Hub()

    def raw(self, chat: str, update_id: str, text: str, press: str, attachments: list[Attachment]) -> dict[str, Any]:
        """The update as it is stored. `update_id`: as the browser made it, so that its page knows the line again."""
        return {
            "chat": chat,
            "id": _whole(update_id),
            "text": _whole(text[:MAX_TEXT]),
            "press": _whole(press[:100]),
            "files": [vars(attachment) for attachment in attachments],
        }

    def parse(self, raw: dict[str, Any]) -> Incoming:
        """Raw update -> Incoming."""
        attachments = tuple(Attachment(**file) for file in raw.get("files", ()))
        return Incoming("web", raw["chat"], "", raw.get("text", ""), raw.get("press", ""), attachments)

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Uploads lie in the files folder already."""
        return incoming

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        """The outbox row is the message: pages read it from there, now or when they are opened again."""
        self.hub.tell(chat)


def _whole(text: str) -> str:
    """Text without half surrogates, which no database takes: the browser would send the message again for ever."""
    return text.encode("utf-8", "replace").decode()
