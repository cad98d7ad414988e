"""The worker: takes stored messages one by one and handles each in one transaction."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy.exc import DBAPIError

from bot.channels import Channel
from bot.content.models import Content
from bot.desk import notices
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records

log = logging.getLogger(__name__)

Handle = Callable[[Incoming, Records], list[Reply]]


class Worker:
    """Drains the inbox. `handle` is asked anew for each message, so that changed content takes effect at once."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        handle: Handle,
        content: Callable[[], Content],
        prepare: Callable[[Incoming], None] = lambda incoming: None,
    ) -> None:
        self.database = database
        self.channels = channels
        self.handle = handle
        self.content = content
        self.prepare = prepare
        """Slow work that a message needs, done before its transaction begins; may run again after a crash."""
        self.wake = asyncio.Event()
        """Set by whoever stored a message."""
        self.handled = asyncio.Event()
        """Set after each message; the sender waits for it."""

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; the message in hand is finished."""
        while not stop.is_set():
            self.wake.clear()
            try:
                if await self.work_one():
                    continue
            except DBAPIError as error:  # a full disk, a restarting server: nothing is lost, it is all in the inbox
                log.error("inbox cannot be worked on: %s", type(error).__name__)
            # The poll is for messages that another process stored (a second receiver, `kexie chat`).
            waiting = [asyncio.ensure_future(self.wake.wait()), asyncio.ensure_future(stop.wait())]
            await asyncio.wait(waiting, timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()

    async def work_one(self) -> bool:
        """Handle the next message. False when there was none."""
        message = await asyncio.to_thread(self._next)
        if message is None:
            return False
        try:
            channel = self.channels[message.channel]
            incoming = channel.parse(message.raw)
            if incoming is not None:
                incoming = await channel.fetch(replace(incoming, at=message.received_at), message.raw)
                await asyncio.to_thread(self.prepare, incoming)
            await asyncio.to_thread(self._commit, message, incoming)
        except Exception as error:
            # The one broad except of the project: whatever goes wrong, the message is kept and staff are told.
            # Only the kind of the error is logged: its text may hold what a person wrote.
            log.error(
                "message %s failed: %s", message.id, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG)
            )
            await asyncio.to_thread(self._failed, message, type(error).__name__)
            await asyncio.sleep(min(2.0**message.tries, 30) * 0.1)
        self.handled.set()
        return True

    def _next(self) -> post.Received | None:
        with self.database.reading() as connection:
            return post.next_message(connection)

    def _commit(self, message: post.Received, incoming: Incoming | None) -> None:
        with self.database.transaction() as connection:
            if not post.is_new(connection, message.id):
                return
            now = self.database.clock()
            if incoming is not None:
                replies = self.handle(incoming, Records(connection, now))
                post.post(connection, incoming.chat, replies, message.id, now)
            post.mark_done(connection, message.id, now)

    def _failed(self, message: post.Received, reason: str) -> None:
        texts = self.content().replies
        with self.database.transaction() as connection:
            now = self.database.clock()
            replies = [Reply(texts["problem"])] if message.tries == 0 and not message.chat.endswith("?") else []
            if post.mark_failed(connection, message, reason):
                replies += notices.dead_message(message.id, Records(connection, now), texts)
            post.post(connection, message.chat, replies, message.id, now)
