"""The sender: takes replies from the outbox and hands them to their channel, in order within each chat."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.channels import Channel
from bot.delivery import outcomes
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records

log = logging.getLogger(__name__)

MAX_TRIES = 12
"""Unforeseen failures of one reply before it is given up."""
MAX_DELAYS = 1500
"""Delays of one reply before it is given up: about a day without a connection."""
AT_ONCE = 50
"""Replies under way at the same time, each to another chat."""
LONGEST_WAIT = 60.0
"""Seconds between two tries, unless the channel asks for more: after an outage people should not wait much longer."""
REST = 1.0
"""Seconds until a database that failed is asked again."""


class Sender:
    """Drains the outbox of one channel."""

    def __init__(self, database: Database, channel: Channel) -> None:
        self.database = database
        self.channel = channel
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is under way then is finished. `wake` is set when the outbox may have
        something new."""
        await asyncio.to_thread(self._recover)
        try:
            while not stop.is_set():
                wake.clear()
                try:
                    await self._begin()
                except (
                    DBAPIError
                ) as error:  # a full disk, a restarting server: nothing is lost, it is all in the outbox
                    log.error("outbox cannot be read: %s", type(error).__name__)
                # A reply that is done makes room for the next of its chat; a hanging one holds up nobody else.
                woken = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(stop.wait())]
                await asyncio.wait([*woken, *self._under_way], timeout=1.0, return_when=asyncio.FIRST_COMPLETED)
                for task in woken:
                    task.cancel()
        finally:
            await self._end()

    async def send_due(self) -> int:
        """Send what is due now, chats side by side, and wait for it. Returns how many rows were tried."""
        begun = await self._begin()
        await self._end()
        return begun

    async def _begin(self) -> int:
        """Start sending what is due now. Returns how many rows that are."""
        room = AT_ONCE - len(self._under_way)
        rows = await asyncio.to_thread(self._take, room) if room > 0 else []
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(rows)

    async def _end(self) -> None:
        """Wait for what is under way. When this is cancelled, so is that: after a restart it is sent again."""
        if self._under_way:
            await asyncio.gather(*self._under_way)

    async def _send(self, row: post.Outgoing) -> None:
        try:
            await self.channel.send(row.chat, row.reply)
        except outcomes.NotSent as outcome:
            await self._note(self._not_sent, row, outcome)
        except Exception as error:
            name = type(error).__name__
            log.error("sending %s failed: %s", row.id, name)
            again = row.tries + 1 < MAX_TRIES
            await self._note(self._not_sent, row, outcomes.Delay(0, name) if again else outcomes.Refused(name))
        else:
            await self._note(self._mark_sent, row)

    async def _note(self, write: Callable[..., None], *what: Any) -> None:
        """Write down what came of a reply, however long the database takes to take it: a reply that has arrived and is
        not known to have would arrive again."""
        while True:
            try:
                return await asyncio.to_thread(write, *what)
            except DBAPIError as error:
                log.error("outbox cannot be written: %s", type(error).__name__)
                await asyncio.sleep(REST)

    def _recover(self) -> None:
        with self.database.transaction() as connection:
            post.recover(connection, self.channel.name)

    def _take(self, room: int) -> list[post.Outgoing]:
        """At most `room` due rows, marked as being sent."""
        with self.database.reading() as connection:  # looking alone takes no write lock
            due = post.due(connection, self.channel.name, self.database.clock(), room)
        if not due:
            return []
        with self.database.transaction() as connection:
            return [row for row in due if post.mark_sending(connection, row.id)]

    def _mark_sent(self, row: post.Outgoing) -> None:
        with self.database.transaction() as connection:
            post.mark_sent(connection, row.id, self.database.clock())

    def _not_sent(self, row: post.Outgoing, outcome: outcomes.NotSent) -> None:
        reason = f"{type(outcome).__name__}: {outcome}"
        with self.database.transaction() as connection:
            if isinstance(outcome, outcomes.Moved):
                post.move_chat(connection, row.chat, outcome.chat)
                Records(connection, self.database.clock()).move_chat(row.chat, outcome.chat)
                post.mark_later(connection, row.id, self.database.clock(), reason)
            elif isinstance(outcome, outcomes.Delay) and row.tries + 1 < MAX_DELAYS:
                wait = max(outcome.seconds, min(2.0 ** min(row.tries, 10), LONGEST_WAIT))
                post.mark_later(connection, row.id, self.database.clock() + timedelta(seconds=wait), reason)
            elif isinstance(outcome, outcomes.Unknown):
                post.mark_ended(connection, row.id, "unknown", reason)
            else:
                post.mark_ended(connection, row.id, "dead", reason)
                if isinstance(outcome, outcomes.Blocked):
                    post.end_chat(connection, row.chat, reason)
                    Records(connection, self.database.clock()).block_chat(row.chat)
