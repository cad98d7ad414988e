"""Faults below the service: a full disk, a locked file, a server that crashes under load, a clock that jumps."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from bot.delivery import outcomes
from bot.delivery.sender import Sender
from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records
from tests.delivery.channels import Wire, sentences
from tests.store.databases import server_of
from tests.talk import Clock

LONG = "长" * 20_000
"""A message that does not fit into what a full disk has left."""


def count(incoming: Incoming, records: Records) -> list[Reply]:
    """Answer with the number of messages that came before in this chat."""
    before = records.chat_state(incoming.chat).get("seen", 0)
    records.save_chat_state(incoming.chat, {"seen": before + 1})
    return [Reply(f"{incoming.text[:2]} {before + 1}")]


def put(database: Database, number: int, said: str, chat: str = "a") -> None:
    post.receive(database, "web", str(number), f"web:{chat}", {"text": said, "chat": chat})


def tries(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(text("select tries from inbox order by id")).scalars())


async def running(database: Database, wire: Wire, while_running: Callable[[], Any]) -> None:
    """Worker and sender, until `while_running` (a coroutine function) has ended."""
    stop = asyncio.Event()
    worker = Worker(database, {"web": wire}, count, sentences)
    jobs = [worker.run(stop), Sender(database, wire).run(worker.handled, stop)]
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        async with asyncio.timeout(60):
            await while_running()
    finally:
        stop.set()
        await asyncio.gather(*tasks)


def use_up(database: Database, first: int) -> None:
    """Store messages until what was left of the disk is used up."""
    for number in range(first, first + 20):
        put(database, 100 * number, LONG)


@contextmanager
def few_pages(database: Database) -> Iterator[None]:
    """SQLite may not grow any more: what it says then is what it says on a full disk."""

    def limit(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")  # the least it takes is what the file has now

    event.listen(database.engine, "connect", limit)
    database.engine.dispose()
    try:
        yield
    finally:
        event.remove(database.engine, "connect", limit)
        database.engine.dispose()


@contextmanager
def small_files(database: Database) -> Iterator[None]:
    """The system lets no file of this process grow beyond 64 kB."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64_000, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("full", [few_pages, small_files])
def test_a_full_disk_takes_nothing_in_and_loses_nothing(tmp_path: Path, full: Callable[..., Any]) -> None:
    """While nothing can be written, storing fails (so Telegram is told nothing, the web page keeps the line) and nothing
    is half handled; with room again all goes on, each message once, no try counted."""
    database = Database(f"sqlite:///{tmp_path / 'kexie.db'}", Clock())
    wire = Wire()
    put(database, 1, f"一{LONG}")

    async def through() -> None:
        with full(database):
            for number in range(10, 20):
                with pytest.raises(OperationalError, match=r"full|disk I/O error"):
                    await asyncio.to_thread(use_up, database, number)
            await asyncio.sleep(0.5)
        await asyncio.to_thread(put, database, 2, "二", "b")
        while ("web:b", "二 1") not in wire.sent:
            await asyncio.sleep(0.05)
        while True:
            with database.reading() as connection:
                if set(post.counts(connection)) == {"inbox.done", "outbox.sent"}:
                    break
            await asyncio.sleep(0.05)

    asyncio.run(running(database, wire, through))
    mine = [int(said.split()[-1]) for chat, said in wire.sent if chat == "web:a"]
    assert mine == list(range(1, len(mine) + 1))
    assert set(tries(database)) == {0}
    with closing(sqlite3.connect(tmp_path / "kexie.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def test_a_locked_database_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """While another program keeps the file locked longer than anybody waits, nothing is handled and no try is counted;
    afterwards each message is handled once."""
    database = Database(f"sqlite:///{tmp_path / 'kexie.db'}", Clock())

    def impatient(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    event.listen(database.engine, "connect", impatient)
    database.engine.dispose()
    for number in range(4):
        put(database, number, str(number))
    wire = Wire()
    other = sqlite3.connect(tmp_path / "kexie.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    async def through() -> None:
        await asyncio.sleep(0.7)
        assert wire.sent == []
        other.execute("COMMIT")
        while len(wire.sent) < 4:
            await asyncio.sleep(0.05)

    with closing(other):
        asyncio.run(running(database, wire, through))
    assert [said for _, said in wire.sent] == ["0 1", "1 2", "2 3", "3 4"]
    assert set(tries(database)) == {0}
    assert "OperationalError" in caplog.text
    database.close()


def test_postgresql_may_crash_under_load(url: str) -> None:
    """The server crashes twice while messages come in, are handled and sent: each is handled once and in order, no try
    is counted, and what was sent is at most once more than it should for what was in flight."""
    server = server_of(url)
    if server is None:
        return  # SQLite has no server
    database = Database(url)
    wire = Wire()
    total = 300

    async def feed() -> None:
        for number in range(total):
            while True:
                try:
                    await asyncio.to_thread(put, database, number, f"{number:03}", f"{number % 10}")
                    break
                except OperationalError:
                    await asyncio.sleep(0.05)  # as Telegram does, when it is not told 200

    async def through() -> None:
        feeding = asyncio.create_task(feed())
        for share in (3, 2):
            while len(wire.sent) < total / share / 2:
                await asyncio.sleep(0.01)
            await asyncio.to_thread(server.crash)
            await asyncio.sleep(0.3)
            await asyncio.to_thread(server.revive)
        await feeding
        while True:
            try:
                with database.reading() as connection:
                    counts = post.counts(connection)
                    if counts.get("outbox.sent") == total:
                        break
            except OperationalError:
                pass
            await asyncio.sleep(0.1)

    asyncio.run(running(database, wire, through))
    with database.reading() as connection:
        assert post.counts(connection) == {"inbox.done": total, "outbox.sent": total}
        for chat in range(10):
            said = [row.reply.text.split()[1] for row in post.of_chat(connection, f"web:{chat}")]
            assert said == [str(number + 1) for number in range(total // 10)]
    assert set(tries(database)) == {0}
    assert len(wire.sent) == total, "the sender itself did not die: it knows what arrived"
    database.close()


@pytest.mark.parametrize("jump", [timedelta(days=-1), timedelta(days=365)])
def test_a_clock_that_jumps_delays_and_reorders_nothing(database: Database, clock: Clock, jump: timedelta) -> None:
    """A reply that waits for its next try goes out soon although the clock was set, and those behind it follow."""
    put(database, 1, "一")
    put(database, 2, "二")
    wire = Wire({"一 1": [outcomes.Delay(5)]})

    async def through() -> None:
        while not wire.tried:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.5)
        assert wire.sent == []
        clock.at += jump
        while len(wire.sent) < 2:
            await asyncio.sleep(0.05)

    asyncio.run(running(database, wire, through))
    assert [said for _, said in wire.sent] == ["一 1", "二 2"]
    with database.reading() as connection:
        said = [line.outgoing.reply.text for line in post.history(connection, "web:a") if line.outgoing]
    assert said == ["一 1", "二 2"]
