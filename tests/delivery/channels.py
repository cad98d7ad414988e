"""Small real channels for the tests of worker and sender."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from bot.content.models import Content
from bot.delivery.trip import Trip
from bot.messages import Incoming, Reply

TEXTS = {"problem": "没处理好", "notice_dead": "失败 {id}", "notice_undelivered": "没送到 {id}"}


class Wire:
    """A channel whose raw updates are `{"text": …}` and which keeps what it sent."""

    name = "web"

    def __init__(self, outcomes: Mapping[str, list[Exception | float]] | None = None) -> None:
        """`outcomes`: text of a reply -> what comes of the tries to send it, in order: an exception is raised, a number
        of seconds is waited; when there is no more, it is sent."""
        self.outcomes = {text: list(those) for text, those in (outcomes or {}).items()}
        self.sent: list[tuple[str, str]] = []
        """(chat, text) of all that arrived, in order."""
        self.tried: list[str] = []

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        if raw.get("text") == "unreadable":
            raise ValueError("not to be read")
        if raw.get("text") == "nothing":
            return None
        return Incoming("web", f"web:{raw.get('chat', 'a')}", "", str(raw["text"]))

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        return incoming

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        self.tried.append(reply.text)
        waiting = self.outcomes.get(reply.text)
        outcome = waiting.pop(0) if waiting else 0.0
        if isinstance(outcome, Exception):
            raise outcome
        await asyncio.sleep(outcome)
        self.sent.append((chat, reply.text))


def sentences() -> Content:
    """The only words that a worker needs."""
    return cast(Content, SimpleNamespace(replies=TEXTS))
