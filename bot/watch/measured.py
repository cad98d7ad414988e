"""A channel, and a way of handling, that are counted as they work. Worker and sender know nothing of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.channels import Channel
from bot.delivery.outcomes import NotSent
from bot.delivery.trip import Trip
from bot.messages import Incoming, Reply
from bot.store.records import Records
from bot.watch.meters import Meters

Handle = Callable[[Incoming, Records], list[Reply]]


class MeasuredChannel:
    """Another channel with its figures counted."""

    def __init__(self, channel: Channel, meters: Meters) -> None:
        self.channel = channel
        self.meters = meters
        self.name = channel.name

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        """As the channel does it."""
        try:
            incoming = self.channel.parse(raw)
        except Exception as error:
            self.meters.messages_in.labels(self.name, "unreadable").inc()
            self.meters.failures.labels("parse", type(error).__name__).inc()
            raise
        if incoming is None:
            self.meters.messages_in.labels(self.name, "ignored").inc()
        return incoming

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """As the channel does it."""
        try:
            return await self.channel.fetch(incoming, raw)
        except Exception as error:
            self.meters.failures.labels("fetch", type(error).__name__).inc()
            raise

    async def send(self, chat: str, reply: Reply, trip: Trip) -> None:
        """As the channel does it."""
        try:
            await self.channel.send(chat, reply, trip)
        except Exception as error:
            known = isinstance(error, NotSent)
            status = type(error).__name__.lower() if known else "failed"
            self.meters.messages_out.labels(self.name, status).inc()
            self.meters.failures.labels("send", type(error).__name__).inc()
            raise
        self.meters.messages_out.labels(self.name, "sent").inc()


def measured(handle: Handle, meters: Meters, clock: Callable[[], datetime]) -> Handle:
    """`handle`, with time and outcome counted. `clock` is that of the database, by which messages arrive."""

    def counted(incoming: Incoming, records: Records) -> list[Reply]:
        channel, began = incoming.channel, time.perf_counter()
        try:
            replies = handle(incoming, records)
        except Exception as error:
            meters.messages_in.labels(channel, "failed").inc()
            meters.failures.labels("handle", type(error).__name__).inc()
            raise
        meters.handling.labels(channel).observe(time.perf_counter() - began)
        if incoming.at:
            meters.waiting.labels(channel).observe(max(0.0, (clock() - incoming.at).total_seconds()))
        meters.messages_in.labels(channel, "handled").inc()
        return replies

    return counted
