"""The worker: takes stored messages, several chats at once, and handles each in one transaction."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.exc import DBAPIError, OperationalError

from bot.channels import Channel
from bot.content.models import Content
from bot.delivery.clocks import ClockWatch
from bot.desk import notices
from bot.messages import Incoming, Reply
from bot.store import inbox, post
from bot.store.database import Database
from bot.store.locks import InHand
from bot.store.records import Records

log = logging.getLogger(__name__)

Handle = Callable[[Incoming, Records], list[Reply]]

AT_ONCE = 16
"""Messages in hand at the same time, each of another chat: one whose file comes slowly holds up nobody else."""
COMMITS = 2
"""Transactions at the same time on PostgreSQL: while one waits for the server, the other computes. More threads only wait
for each other, as one interpreter computes one thing at a time; more workers are what helps. SQLite has one writer."""
LOOK = 0.25
"""Seconds after which an idle worker looks for what another process has stored."""
REST = 1.0
"""Seconds until a database that failed is tried again with the same chat."""


class Worker:
    """Drains the inbox of its channels. `handle` is asked anew for each message, so that changed content takes effect
    at once; on PostgreSQL it is called from several threads."""

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
        self.beat: float | None = None
        """When it last looked into the inbox, monotonic seconds: an old time means that it hangs. None: not running."""
        self._in_hand: dict[str, asyncio.Task[None]] = {}
        self._claims = InHand(database)
        self._resting: dict[str, float] = {}
        """Chat -> when it may be tried again (monotonic seconds): the database failed under its message."""
        self._commits = asyncio.Semaphore(1 if database.is_sqlite else COMMITS)
        self._clock = ClockWatch(database.clock)
        self._troubles = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what is in hand is finished."""
        looked = 0.0
        try:
            while not stop.is_set():
                self.wake.clear()
                self.beat = time.monotonic()
                try:
                    # In one go for many: looking costs about as much as handling.
                    if len(self._in_hand) <= AT_ONCE // 2 or time.monotonic() > looked + LOOK:
                        looked = time.monotonic()
                        await self._begin(AT_ONCE)
                    self._troubles = 0
                except DBAPIError as error:  # a full disk, a restarting server: nothing is lost, it is all in the inbox
                    self._trouble(error)
                # The time-out is for messages that another process stored (a second receiver, a web process).
                waiting = [asyncio.ensure_future(event.wait()) for event in (self.wake, stop)]
                await asyncio.wait(waiting, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                for task in waiting:
                    task.cancel()
        finally:
            self.beat = None
            await self._end()

    async def work_one(self) -> bool:
        """Handle the next message. False when there is none to handle now. Raises DBAPIError when the database fails."""
        found = await asyncio.to_thread(self._take, 1)
        try:
            for message in found:
                await self._attempt(message)
        finally:
            await asyncio.to_thread(self._claims.drop)
        return bool(found)

    async def work_all(self) -> None:
        """Handle everything that waits, with the pauses before what has to be tried again, until nothing waits. Raises
        DBAPIError when the database fails."""
        while True:
            while await self.work_one():
                pass
            pause = await asyncio.to_thread(self._next_pause)
            if pause is None:
                return
            await asyncio.sleep(pause)

    async def _begin(self, at_once: int) -> int:
        """Take up messages until `at_once` are in hand. Returns how many were taken up."""
        if self._clock.went_back():
            log.warning("the clock was set back; nothing in the inbox waits any longer")
            await asyncio.to_thread(self._end_waits)
        now = time.monotonic()
        self._resting = {chat: until for chat, until in self._resting.items() if until > now}
        room = at_once - len(self._in_hand)
        messages = await asyncio.to_thread(self._take, room) if room > 0 else []
        for message in messages:
            task = asyncio.create_task(self._work(message))
            self._in_hand[message.chat] = task
        return len(messages)

    async def _end(self) -> None:
        """Wait for what is in hand. When this is cancelled, so is that: it is still in the inbox."""
        await asyncio.gather(*self._in_hand.values())
        await asyncio.to_thread(self._claims.drop)

    def _take(self, room: int) -> list[inbox.Received]:
        """At most `room` messages that no other worker has in hand."""
        without = {*self._in_hand, *self._resting}
        # More than there is room for, where other workers may have the first of them in hand.
        limit = room if self.database.is_sqlite else room + 4 * AT_ONCE
        with self.database.reading() as connection:
            found = inbox.next_chats(connection, self.database.clock(), self.channels, limit, without)
            if not found:
                self._claims.flush()
                return []
            mine = self._claims.take(list(found), room)
            return inbox.messages(connection, [found[chat] for chat in mine])

    async def _work(self, message: inbox.Received) -> None:
        """One message from beginning to end; never raises but to be cancelled."""
        try:
            await self._attempt(message)
        except DBAPIError as error:
            # A full disk, a locked file, a restarting server: not the message's fault, so no try is counted.
            self._trouble(error)
            self._resting[message.chat] = time.monotonic() + REST
        finally:
            del self._in_hand[message.chat]
            self._claims.done(message.chat)
            self.handled.set()
            if len(self._in_hand) <= AT_ONCE // 2:
                self.wake.set()  # there is room for more

    async def _attempt(self, message: inbox.Received) -> None:
        """Handle a message, or count a failed try. Raises DBAPIError when the database is what fails."""
        try:
            await self._handle(message)
        except OperationalError:
            raise
        except Exception as error:
            # The one broad except of the project: whatever goes wrong, the message is kept and staff are told.
            # Only the kind of the error is logged: its text may hold what a person wrote.
            log.error(
                "message %s failed: %s", message.id, type(error).__name__, exc_info=log.isEnabledFor(logging.DEBUG)
            )
            await asyncio.to_thread(self._failed, message, type(error).__name__)

    async def _handle(self, message: inbox.Received) -> None:
        channel = self.channels[message.channel]
        incoming = channel.parse(message.raw)
        if incoming is not None:
            incoming = await channel.fetch(replace(incoming, at=message.received_at), message.raw)
            if incoming.press:  # only a button asks for slow work, and a turn in a thread is not free
                await asyncio.to_thread(self.prepare, incoming)
        async with self._commits:
            await asyncio.to_thread(self._commit, message, incoming)

    def _trouble(self, error: DBAPIError) -> None:
        """Say that the database fails: at first, then now and then."""
        self._troubles += 1
        if self._troubles == 1 or self._troubles % 100 == 0:
            log.error("inbox cannot be worked on (%s tries so far): %s", self._troubles, type(error).__name__)

    def _commit(self, message: inbox.Received, incoming: Incoming | None) -> None:
        with self.database.transaction() as connection:
            if not inbox.is_new(connection, message.id):
                return
            now = self.database.clock()
            if incoming is not None:
                replies = self.handle(incoming, Records(connection, now))
                post.post(connection, incoming.chat, replies, message.id, now)
            inbox.mark_done(connection, message.id, now)

    def _failed(self, message: inbox.Received, reason: str) -> None:
        texts = self.content().replies
        with self.database.transaction() as connection:
            now = self.database.clock()
            state = inbox.mark_failed(connection, message, reason, now + timedelta(seconds=0.1 * 2.0**message.tries))
            if not state:
                return
            replies = [Reply(texts["problem"])] if message.tries == 0 and not message.chat.endswith("?") else []
            if state == "dead":
                replies += notices.dead_message(message.id, Records(connection, now), texts)
            post.post(connection, message.chat, replies, message.id, now)

    def _next_pause(self) -> float | None:
        """Seconds until the next message is due, None when none waits."""
        with self.database.reading() as connection:
            at = inbox.next_time(connection, self.channels)
        return None if at is None else max(0.0, (at - self.database.clock()).total_seconds())

    def _end_waits(self) -> None:
        with self.database.transaction() as connection:
            inbox.end_waits(connection)
