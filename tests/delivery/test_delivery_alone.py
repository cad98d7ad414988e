"""Work that one process does at a time, and the note of what arrived."""

from __future__ import annotations

import asyncio
from contextlib import closing
from pathlib import Path

import pytest

from bot.delivery import arrived as module
from bot.delivery.alone import alone
from bot.delivery.arrived import Arrived
from bot.store.database import Database
from bot.store.locks import Baton
from tests.store.databases import end_connections


class Turns:
    """Work that notes who did it when."""

    def __init__(self) -> None:
        self.at_work: list[str] = []
        self.log: list[str] = []
        self.most = 0

    async def work(self, who: str, end: asyncio.Event) -> None:
        self.at_work.append(who)
        self.log.append(who)
        self.most = max(self.most, len(self.at_work))
        await end.wait()
        self.at_work.remove(who)


async def _reached(condition: object, seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # type: ignore[operator]
            await asyncio.sleep(0.02)


def test_one_works_and_the_other_takes_over(url: str) -> None:
    """Of two, one works; when it stops the other begins, and never are both at it."""
    turns = Turns()

    async def through(one: Database, two: Database) -> None:
        ends = {"a": asyncio.Event(), "b": asyncio.Event()}
        bases = {"a": one, "b": two}
        tasks = {
            who: asyncio.create_task(alone(Baton(base, "x"), "x", lambda end, who=who: turns.work(who, end), ends[who]))  # type: ignore[misc]
            for who, base in bases.items()
        }
        await _reached(lambda: turns.log)
        await asyncio.sleep(0.3)
        first = turns.log[0]
        second = "b" if first == "a" else "a"
        assert turns.log == [first]
        ends[first].set()
        await tasks[first]
        await _reached(lambda: turns.log == [first, second])
        ends[second].set()
        await tasks[second]

    with closing(Database(url)) as one, closing(Database(url)) as two:
        asyncio.run(through(one, two))
    assert turns.most == 1
    assert turns.at_work == []


def test_whoever_lost_the_baton_ends_its_work(database: Database) -> None:
    """When the database ends the connection that holds the baton, the work is ended, and begun again with a new one."""
    if database.is_sqlite:
        return
    turns = Turns()

    async def through() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(alone(Baton(database, "x"), "x", lambda end: turns.work("a", end), stop))
        await _reached(lambda: turns.log)
        await asyncio.to_thread(end_connections, database)
        await _reached(lambda: turns.log == ["a", "a"])
        stop.set()
        await task

    asyncio.run(through())
    assert turns.most == 1


def test_work_that_fails_ends_all_and_frees_the_baton(database: Database) -> None:
    """An error of the work comes out, and another may take over."""

    async def fails(end: asyncio.Event) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        asyncio.run(alone(Baton(database, "x"), "x", fails, asyncio.Event()))
    other = Baton(database, "x")
    assert other.take()
    other.drop()


def test_what_arrived_is_known_after_a_crash(tmp_path: Path) -> None:
    """Ids are known to whoever opens the file next; half a line is none; after beginning anew none is."""
    file = tmp_path / "new" / "telegram.txt"
    one = Arrived(file)
    assert one.known() == []
    for number in (3, 12, 7):
        one.note(number)
    file.write_bytes(file.read_bytes() + b"99")
    assert Arrived(file).known() == [3, 12, 7]
    one.begin_anew()
    assert Arrived(file).known() == []
    one.note(8)
    assert Arrived(file).known() == [8]
    one.close()


def test_the_note_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once nothing is under way, a large file is begun anew."""
    monkeypatch.setattr(module, "LARGE", 20)
    one = Arrived(tmp_path / "telegram.txt")
    for number in range(5):
        one.note(number)
        one.tidy()
    assert len(one.known()) == 5
    for number in range(5, 12):
        one.note(number)
    one.tidy()
    assert one.known() == []
    one.close()
