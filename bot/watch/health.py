"""Is the service fit to take messages? What is wrong is said in a word for programs and a sentence for people."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from bot.store.database import Database, stamp
from bot.store.tables import inbox, outbox

PATIENCE = 5.0
"""Seconds within which the database has to answer."""
SILENT = 60.0
"""Seconds after which a worker that has not looked into the inbox counts as hung; it looks four times a second."""
INBOX_STUCK = timedelta(minutes=2)
"""So long a message may wait before somebody has to look; usual are milliseconds."""
OUTBOX_STUCK = timedelta(minutes=5)
"""So long nothing may have been sent although something is due."""


@dataclass(frozen=True)
class Health:
    """Looks when asked; keeps nothing."""

    database: Database
    loaded: Callable[[], bool]
    """Whether the content is there."""
    beats: Callable[[], list[float]]
    """When each worker of this process last looked into the inbox, monotonic seconds; [] when it has none."""

    async def problems(self) -> dict[str, str]:
        """Word -> sentence; {} when all is well. Takes no longer than PATIENCE."""
        found = {}
        if not self.loaded():
            found["content"] = "内容还没有读好。"
        now = time.monotonic()
        if any(now - beat > SILENT for beat in self.beats()):
            found["worker"] = f"处理消息的部分超过 {SILENT:.0f} 秒没有动静。"
        try:
            found |= await asyncio.wait_for(asyncio.to_thread(self._queues), PATIENCE)
        except (DBAPIError, TimeoutError):
            found["database"] = f"数据库没有回应，或 {PATIENCE:.0f} 秒内没有回应。"
        return found

    def _queues(self) -> dict[str, str]:
        now = self.database.clock()
        with self.database.reading() as connection:
            found = {}
            if waits := _oldest_message(connection, now):
                found["inbox"] = f"有消息等了 {waits.total_seconds():.0f} 秒还没有处理。"
            if channels := _idle_senders(connection, now):
                found["outbox"] = (
                    f"该发的消息 {OUTBOX_STUCK.total_seconds() / 60:.0f} 分钟没有发出：{'、'.join(channels)}。"
                )
        return found


def _oldest_message(connection: Connection, now: datetime) -> timedelta | None:
    """How long the oldest message waits that nothing keeps from being handled, when that is too long."""
    query = select(func.min(inbox.c.received_at)).where(
        inbox.c.state == "new", inbox.c.channel != "terminal", inbox.c.not_before <= stamp(now)
    )
    oldest = connection.execute(query).scalar()
    waits = now - datetime.fromisoformat(oldest) if oldest else timedelta()
    return waits if waits > INBOX_STUCK else None


def _idle_senders(connection: Connection, now: datetime) -> list[str]:
    """Channels of which something has been due for long while nothing at all was sent. A long queue that moves, after a
    notice to everybody for example, is no trouble; nor is a channel that is away: its rows wait for their next try."""
    before = stamp(now - OUTBOX_STUCK)
    due = select(outbox.c.channel).where(
        outbox.c.state.in_(("new", "sending")), outbox.c.created_at <= before, outbox.c.not_before <= before
    )
    found = connection.execute(due.where(outbox.c.channel != "terminal").distinct()).scalars().all()
    return sorted(channel for channel in found if _last_sent(connection, channel) <= before)


def _last_sent(connection: Connection, channel: str) -> str:
    """When something was sent last, by the newest rows: the index knows these, and not the times."""
    newest = select(outbox.c.sent_at).where(outbox.c.channel == channel, outbox.c.state == "sent")
    return max(connection.execute(newest.order_by(outbox.c.id.desc()).limit(50)).scalars(), default="")
