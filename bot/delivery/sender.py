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
from bot.delivery.trip import Trip
from bot.messages import Reply
from bot.store import outbox, post
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
        self._sent: list[int] = []
        """Delivered and noted, and not yet marked in the database."""
        self._again = asyncio.Event()
        """Set when a reply is done with: it has to be marked, and makes room for the next of its chat."""
        self._clock = ClockWatch(database.clock)
        self._troubles = 0

    async def run(self, wake: asyncio.Event, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is under way then is finished. `wake` is set when the outbox may have
        something new."""
        try:
            await self._note(self._recover)
            while not stop.is_set():
                wake.clear()
                self._again.clear()
                try:
                    await self._begin()
                except DBAPIError as error:
                    # A full disk, a restarting server: nothing is lost, it is all in the outbox.
                    self._trouble("read", error)
                else:
                    self._troubles = 0
                woken = [asyncio.ensure_future(event.wait()) for event in (wake, stop, self._again)]
                await asyncio.wait(woken, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
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
        if not (self._under_way or self._sent):
            self.arrived.tidy()
        sent = list(self._sent)
        rows = await asyncio.to_thread(self._take, AT_ONCE - len(self._under_way), sent)
        del self._sent[: len(sent)]
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._under_way.add(task)
            task.add_done_callback(self._done)
        return len(rows)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._again.set()

    async def _end(self) -> None:
        """Wait for what is under way. When this is cancelled, so is that: after a restart it is sent again."""
        if self._under_way:
            await asyncio.gather(*self._under_way)
        await self._note(self._take, 0, list(self._sent))
        self._sent.clear()

    async def _send(self, row: post.Outgoing) -> None:
        trip = self._trip(row)
        try:
            await self.channel.send(row.chat, row.reply, trip)
        except outcomes.NotSent as outcome:
            await self._note(self._not_sent, row, outcome)
        except Exception as error:
            name = type(error).__name__
            log.error("sending %s failed: %s", row.id, name)
            again = row.tries + 1 < MAX_TRIES
            await self._note(self._not_sent, row, outcomes.Delay(0, name) if again else outcomes.Refused(name))
        else:
            trip.arrived(trip.done, whole=True)
            self._sent.append(row.id)

    def _trip(self, row: post.Outgoing) -> Trip:
        def note(parts: int, whole: bool) -> None:
            self.arrived.note(row.id, 0 if whole else parts)

        return Trip(self.arrived.parts(row.id), note)

    async def _note(self, write: Callable[..., object], *what: Any) -> None:
        """Write down what came of a reply, however long the database takes to take it: a reply that has arrived and is
        not known to have would arrive again."""
        while True:
            try:
                await asyncio.to_thread(write, *what)
                return
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
            outbox.mark_arrived(connection, self.channel.name, self.arrived.known(), now)
            outbox.recover(connection, self.channel.name)
        self.arrived.begin_anew()

    def _end_waits(self) -> None:
        with self.database.transaction() as connection:
            outbox.end_waits(connection, self.channel.name)

    def _take(self, room: int, sent: list[int]) -> list[post.Outgoing]:
        """Mark what was sent, and at most `room` due rows as being sent, in one transaction: a commit is what costs
        most, and until then the note of the arrival stands for the mark. Returns these rows."""
        name, now = self.channel.name, self.database.clock()
        if not sent:
            with self.database.reading() as connection:  # looking alone takes no write lock
                if not (room and outbox.due(connection, name, now, 1)):
                    return []
        with self.database.transaction() as connection:
            outbox.mark_sent(connection, sent, now)
            due = outbox.due(connection, name, now, room) if room else []
            mine = outbox.mark_sending(connection, [row.id for row in due])
        return [row for row in due if row.id in mine]

    def _not_sent(self, row: post.Outgoing, outcome: outcomes.NotSent) -> None:
        reason = f"{type(outcome).__name__}: {outcome}"
        if not isinstance(outcome, outcomes.Moved | outcomes.Delay):
            self.arrived.ended(row.id)
        with self.database.transaction() as connection:
            if isinstance(outcome, outcomes.Moved):
                outbox.move_chat(connection, row.chat, outcome.chat)
                Records(connection, self.database.clock()).move_chat(row.chat, outcome.chat)
                outbox.mark_later(connection, row.id, self.database.clock(), reason)
            elif isinstance(outcome, outcomes.Delay) and row.tries + 1 < MAX_DELAYS:
                wait = max(outcome.seconds, min(2.0 ** min(row.tries, 10), LONGEST_WAIT))
                outbox.mark_later(connection, row.id, self.database.clock() + timedelta(seconds=wait), reason)
            elif isinstance(outcome, outcomes.Unknown):
                outbox.mark_ended(connection, row.id, "unknown", reason)
            else:
                outbox.mark_ended(connection, row.id, "dead", reason)
                if isinstance(outcome, outcomes.Blocked):
                    outbox.end_chat(connection, row.chat, reason)
                    Records(connection, self.database.clock()).block_chat(row.chat)
                else:
                    now = self.database.clock()
                    post.post(connection, row.chat, self.alert(row, Records(connection, now)), 0, now)
