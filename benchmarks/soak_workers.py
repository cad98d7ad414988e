"""Worker processes on one database, killed at random moments: is anything lost, doubled or out of order?

    python -m benchmarks.soak_workers                                  # SQLite in a temporary folder
    python -m benchmarks.soak_workers --url postgresql+psycopg://…     # an empty database of your own
    python -m benchmarks.soak_workers --postgresql                     # a server of its own, where Debian has installed it
    … --workers 4 --kills 47 --updates 8000 --chats 200                # these are the defaults

Every chat counts: its n-th update must be handled n-th, once, and leave one submission and one reply. A worker that is
killed is started again at once. Exit status 1 when something is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import func, select

from bot.content.models import Content
from bot.delivery.alone import alone
from bot.delivery.trip import Trip
from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.locks import Baton
from bot.store.records import Records
from bot.store.tables import inbox, outbox, submissions

ROOT = Path(__file__).resolve().parent.parent
WITHIN = 300.0
"""Seconds that handling everything may take."""


class Counting:
    """A channel whose messages are numbers."""

    name = "soak"

    def parse(self, raw: dict[str, Any]) -> Incoming:
        return Incoming("soak", raw["chat"], "", str(raw["number"]))

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Every seventh message has a file that takes its time."""
        await asyncio.sleep(0.02 if raw["number"] % 7 == 0 else 0)
        return incoming

    async def send(self, chat: str, reply: Reply, trip: Trip) -> None:
        """Nothing is sent here."""


def count(incoming: Incoming, records: Records) -> list[Reply]:
    """Answer with the number that came, and with how many came before it."""
    before = records.chat_state(incoming.chat).get("seen", 0)
    records.save_chat_state(incoming.chat, {"seen": before + 1})
    records.submit(
        f"{incoming.chat[-6:]}-{incoming.text}", f"{incoming.chat[-6:]}-{incoming.text}", incoming.chat, "f", "1", {}
    )
    return [Reply(f"{incoming.text} {before + 1}")]


def work(url: str) -> None:
    """One worker process, until SIGTERM."""
    database = Database(url)
    words = cast(Content, SimpleNamespace(replies={"problem": "problem", "notice_dead": "dead {id}"}))

    async def run() -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        worker = Worker(database, {"soak": Counting()}, count, lambda: words)
        if database.is_sqlite:  # as in bot/serve.py
            await alone(Baton(database, "worker"), "worker", worker.run, stop)
        else:
            await worker.run(stop)

    asyncio.run(run())


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    lost: int
    """Updates that are not done, or have no reply."""
    doubled: int
    """Replies or submissions more than there are updates."""
    disordered: int
    """Replies out of their order, or that saw another number of messages before them."""
    dead: int
    """Messages that were given up."""
    kills: int
    seconds: float
    """From the first update to the last reply."""

    @property
    def good(self) -> bool:
        """Whether every promise was kept."""
        return not (self.lost or self.doubled or self.disordered or self.dead)


class Crowd:
    """Worker processes, of which some are killed now and then."""

    def __init__(self, url: str, workers: int, chance: random.Random) -> None:
        self._command = [sys.executable, "-m", "benchmarks.soak_workers", "--work", url]
        self._chance = chance
        self._processes = [self._start() for _ in range(workers)]

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, cwd=ROOT, stdin=subprocess.DEVNULL)

    def kill_one(self) -> None:
        """kill -9 at whatever it is doing, and a new one in its place."""
        number = self._chance.randrange(len(self._processes))
        self._processes[number].kill()
        self._processes[number].wait()
        self._processes[number] = self._start()

    def end(self) -> None:
        """Stop them all."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def soak(url: str, workers: int = 4, kills: int = 47, updates: int = 8000, chats: int = 200, seed: int = 1) -> Outcome:
    """Feed `updates` updates of `chats` chats while `workers` processes work and `kills` of them are killed."""
    database = Database(url)
    chance = random.Random(seed)
    began = time.monotonic()
    crowd = Crowd(url, workers, chance)
    feeding = threading.Thread(target=_feed, args=(database, updates, chats))
    feeding.start()
    killed = 0
    try:
        while time.monotonic() - began < WITHIN:
            done = _done(database)
            if killed < kills and done >= (killed + 1) * updates / (kills + 1):  # spread over the whole of the work
                crowd.kill_one()
                killed += 1
            if done >= updates and killed >= kills:
                break
            time.sleep(chance.uniform(0.01, 0.1))
        seconds = time.monotonic() - began
        feeding.join()
    finally:
        crowd.end()
    try:
        return _judge(database, updates, killed, seconds)
    finally:
        database.close()


def _feed(database: Database, updates: int, chats: int) -> None:
    for number in range(updates):
        chat = f"soak:{number % chats:06}"
        post.receive(database, "soak", str(number), chat, {"chat": chat, "number": number // chats + 1})


def _done(database: Database) -> int:
    with database.reading() as connection:
        return post.counts(connection).get("inbox.done", 0)


def _judge(database: Database, updates: int, killed: int, seconds: float) -> Outcome:
    with database.reading() as connection:
        states = post.counts(connection)
        replies = connection.execute(select(outbox.c.chat, outbox.c.reply).order_by(outbox.c.id)).all()
        handed_in = connection.execute(select(func.count()).select_from(submissions)).scalar() or 0
        answered = connection.execute(select(func.count(outbox.c.inbox_id.distinct()))).scalar() or 0
        stored = connection.execute(select(func.count()).select_from(inbox)).scalar() or 0
    seen: dict[str, int] = {}
    disordered = 0
    for chat, reply in replies:
        seen[chat] = seen.get(chat, 0) + 1
        disordered += json.loads(reply)["text"] != f"{seen[chat]} {seen[chat]}"
    lost = max(updates - states.get("inbox.done", 0), updates - answered, updates - handed_in, updates - stored)
    doubled = max(len(replies) - updates, handed_in - updates, 0)
    return Outcome(lost, doubled, disordered, states.get("inbox.dead", 0), killed, seconds)


@contextlib.contextmanager
def _place(given: argparse.Namespace) -> Iterator[str]:
    """Address of an empty database."""
    if given.url:
        yield given.url
    elif given.postgresql:
        from tests.store.databases import fresh_postgresql

        yield fresh_postgresql()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/kexie.db"


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--work", metavar="URL", help=argparse.SUPPRESS)
    for name, default in (("workers", 4), ("kills", 47), ("updates", 8000), ("chats", 200), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    if given.work:
        work(given.work)
        return 0
    with _place(given) as url:
        outcome = soak(url, given.workers, given.kills, given.updates, given.chats, given.seed)
    print(f"{given.updates} updates of {given.chats} chats, {given.workers} workers, {outcome.kills} kills")
    print(f"lost {outcome.lost}, doubled {outcome.doubled}, out of order {outcome.disordered}, dead {outcome.dead}")
    print(f"{given.updates / outcome.seconds:.0f} updates/s with the kills and the feeding ({outcome.seconds:.0f} s)")
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
