"""Channels translate, and do nothing else: Update, JSON or line <-> Incoming and Reply."""

from __future__ import annotations

from typing import Any, Protocol

from bot.delivery.trip import Trip
from bot.messages import Incoming, Reply


class Channel(Protocol):
    """What the worker and the sender need of a channel."""

    name: str

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        """Raw stored update -> Incoming; None when there is nothing to handle. Raises ValueError for what cannot be
        read (it becomes a dead letter)."""

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Bring attachments that still lie elsewhere into the files folder. The only network call before handling."""

    async def send(self, chat: str, reply: Reply, trip: Trip) -> None:
        """Deliver one reply, from the part on that `trip` names, and tell it of each part that arrives, the sooner the
        better; for a reply of one part the sender does so behind `send`. Raises a subclass of bot.delivery.outcomes.NotSent otherwise."""
