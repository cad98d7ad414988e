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
from bot.delivery.arrived import Arrived
from bot.delivery.clocks import ClockWatch
from bot.messages import Reply
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
LOOK = 0.25
"""Seconds after which an idle sender looks for what another process has put into the outbox."""
Alert = Callable[[post.Outgoing, Records], list[Reply]]
"""Notices to staff about a reply that was given up."""


def nobody(row: post.Outgoing, records: Records) -> list[Reply]:
    """No notices."""
    return []


class Sender:
    """Drains the outbox of one channel. One process at a time runs it (bot/delivery/alone.py)."""

    def __init__(
        self, database: Database, channel: Channel, arrived: Arrived | None = None, alert: Alert = nobody
    ) -> None:
        """`arrived`: where is noted what was delivered, so that a crash sends little twice. `alert`: what staff are told
        of a reply that is given up."""
        self.database = database
        self.channel = channel
        self.arrived = arrived or Arrived(None)
        self.alert = alert
        self._under_way: set[asyncio.Task[None]] = set()
        self._clock = ClockWatch(database.clock)
        self._troubles = 0

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is under way then is finished. `wake` is set when the outbox may have
        something new."""
        try:
            await self._note(self._recover)
            while not stop.is_set():
                wake.clear()
                try:
                    await self._begin()
                except DBAPIError as error:
                    # A full disk, a restarting server: nothing is lost, it is all in the outbox.
                    self._trouble("read", error)
                else:
                    self._troubles = 0
                # A reply that is done makes room for the next of its chat; a hanging one holds up nobody else.
                woken = [asyncio.ensure_future(wake.wait()), asyncio.ensure_future(stop.wait())]
                await asyncio.wait([*woken, *self._under_way], timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                for task in woken:
                    task.cancel()
        finally:
            await self._end()
            self.arrived.close()

    async def send_due(self) -> int:
        """Send what is due now, chats side by side, and wait for it. Returns how many rows were tried."""
        begun = await self._begin()
        await self._end()
        return begun

    async def _begin(self) -> int:
        """Start sending what is due now. Returns how many rows that are."""
        if self._clock.went_back():
            log.warning("the clock was set back; nothing in the outbox waits any longer")
            await asyncio.to_thread(self._end_waits)
        if not self._under_way:
            self.arrived.tidy()
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
            self.arrived.note(row.id)
            await self._note(self._mark_sent, row)

    async def _note(self, write: Callable[..., None], *what: Any) -> None:
        """Write down what came of a reply, however long the database takes to take it: a reply that has arrived and is
        not known to have would arrive again."""
        while True:
            try:
                return await asyncio.to_thread(write, *what)
            except DBAPIError as error:
                self._trouble("written", error)
                await asyncio.sleep(REST)

    def _trouble(self, what: str, error: DBAPIError) -> None:
        """Say that the database fails: at first, then now and then."""
        self._troubles += 1
        if self._troubles == 1 or self._troubles % 100 == 0:
            log.error("outbox cannot be %s (%s tries so far): %s", what, self._troubles, type(error).__name__)

    def _recover(self) -> None:
        with self.database.transaction() as connection:
            now = self.database.clock()
            post.mark_arrived(connection, self.channel.name, self.arrived.known(), now)
            post.recover(connection, self.channel.name)
        self.arrived.begin_anew()

    def _end_waits(self) -> None:
        with self.database.transaction() as connection:
            post.end_waits(connection, self.channel.name)

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
                else:
                    now = self.database.clock()
                    post.post(connection, row.chat, self.alert(row, Records(connection, now)), 0, now)
