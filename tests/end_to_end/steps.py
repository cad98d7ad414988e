"""The durable path over a real HTTP Bot API, in a process that kills itself at one step. Used by test_killed_steps.py:

    python -m tests.end_to_end.steps URL API TOKEN FOLDER STEP

The steps are reached by collaborators that are handed in; the service itself knows nothing of them. Once FOLDER/killed
exists, nothing is killed any more.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import event

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.receiving import Timing
from bot.content.models import Content
from bot.delivery.arrived import Arrived
from bot.delivery.sender import Sender
from bot.delivery.trip import Trip
from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records

STEPS = ("receive", "stored", "handle", "commit", "committed", "sent", "noted")
"""Before an update is stored; before it is acknowledged; within the handling; with everything written but not
committed; committed and taken up by the sender; delivered but not noted; noted but not marked in the database."""


class Harness:
    """Kills the process the first time that its step is reached."""

    def __init__(self, folder: Path, step: str) -> None:
        self.mark = folder / "killed"
        self.step = step

    def reached(self, step: str) -> None:
        """kill -9, if this is the step."""
        if step == self.step and not self.mark.exists():
            self.mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)


def handler(harness: Harness, database: Database) -> Callable[[Incoming, Records], list[Reply]]:
    """An assistant that counts, submits, and may die in its middle or at the commit."""
    handled: list[bool] = []
    event.listen(database.engine, "commit", lambda connection: harness.reached("commit") if handled else None)

    def handle(incoming: Incoming, records: Records) -> list[Reply]:
        before = records.chat_state(incoming.chat).get("seen", 0)
        records.save_chat_state(incoming.chat, {"seen": before + 1})
        records.submit(incoming.text, f"KX-{incoming.text}", incoming.chat, "f", "1", {})
        harness.reached("handle")
        handled.append(True)
        return [Reply(f"{incoming.text} {before + 1}")]

    return handle


class Dying(TelegramChannel):
    """The Telegram channel, with a harness before each delivery, and between the server's yes and our note of it."""

    harness: Harness

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        self.harness.reached("committed")
        note = (trip or Trip()).note

        def dying(parts: int, whole: bool) -> None:
            self.harness.reached("sent")
            note(parts, whole)

        await super().send(chat, reply, Trip(note=dying))


class DyingNotes(Arrived):
    """Notes what arrived, and may die right behind it."""

    harness: Harness

    def note(self, row_id: int, parts: int = 0) -> None:
        super().note(row_id, parts)
        self.harness.reached("noted")


async def run(url: str, api: str, token: str, folder: Path, step: str) -> None:
    """Receiver, worker and sender until SIGTERM."""
    database = Database(url)
    harness = Harness(folder, step)
    pace, timing = Pace(itertools.count(0, 100).__next__), Timing(poll=1, margin=0.5, pause=0.05, longest=0.2)
    channel = Dying(token, api, folder / "files", pace=pace, timing=timing, timeout=5.0)
    arrived = DyingNotes(folder / "arrived.txt")
    channel.harness = arrived.harness = harness
    words = cast(Content, SimpleNamespace(replies={"problem": "problem", "notice_dead": "dead {id}"}))
    worker = Worker(database, {"telegram": channel}, handler(harness, database), lambda: words)

    async def put(update_id: str, chat: str, raw: dict[str, Any]) -> None:
        harness.reached("receive")
        await asyncio.to_thread(post.receive, database, "telegram", update_id, chat, raw)
        harness.reached("stored")
        worker.wake.set()

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    sender = Sender(database, channel, arrived)
    await asyncio.gather(channel.receive(put, stop), worker.run(stop), sender.run(worker.handled, stop))
    await channel.close()
    database.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), sys.argv[5]))
