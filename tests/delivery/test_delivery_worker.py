"""The worker: each message in one transaction, tried again when it fails, set aside when it fails always."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.delivery.worker import AT_ONCE, Worker
from bot.messages import Incoming, Reply
from bot.store import inbox, post
from bot.store.database import Database
from bot.store.records import Records
from tests.delivery.channels import TEXTS, Wire, sentences
from tests.talk import Clock


class Assistant:
    """Remembers how often it was asked, submits, answers, and breaks as often as it is told to."""

    def __init__(self, breaks: int = 0) -> None:
        self.breaks = breaks
        self.heard: list[str] = []

    def handle(self, incoming: Incoming, records: Records) -> list[Reply]:
        self.heard.append(incoming.text)
        records.save_chat_state(incoming.chat, {"last": incoming.text})
        records.submit(incoming.text, f"KX-{incoming.text}", incoming.chat, "f", "1", {})
        records.note("测试", "heard", incoming.text)
        if incoming.text.startswith("坏") and self.breaks:
            self.breaks -= 1
            raise ZeroDivisionError("with something private in it")
        return [Reply(f"一 {incoming.text}"), Reply(f"二 {incoming.text}")]


def worker(database: Database, assistant: Assistant) -> Worker:
    return Worker(database, {"web": Wire()}, assistant.handle, sentences)


def put(database: Database, number: str, said: str, chat: str = "a") -> None:
    post.receive(database, "web", number, f"web:{chat}", {"text": said, "chat": chat})


async def drain(one: Worker) -> None:
    """Handle everything; the standing clock is moved over the pauses before what is tried again."""
    for _ in range(2 * inbox.MAX_TRIES):
        while await one.work_one():
            pass
        clock = one.database.clock
        assert isinstance(clock, Clock)
        clock.at += timedelta(seconds=10)


def replies(database: Database) -> list[str]:
    with database.reading() as connection:
        return [row.reply.text for row in post.of_chat(connection, "web:a")]


def test_a_message_leaves_state_answers_and_done_together(database: Database) -> None:
    """After one message: the state, the submission, the answers in order, and no message left."""
    put(database, "1", "甲")
    asyncio.run(drain(worker(database, Assistant())))
    with database.reading() as connection:
        records = Records(connection, database.clock())
        assert records.chat_state("web:a") == {"last": "甲"}
        assert records.submission("KX-甲") is not None
        assert post.counts(connection) == {"inbox.done": 1, "outbox.new": 2}
    assert replies(database) == ["一 甲", "二 甲"]


def test_a_handler_that_raises_leaves_nothing_behind(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """What a broken attempt wrote is undone; the person is told once; the next attempt handles the message whole."""
    put(database, "1", "坏")
    assistant = Assistant(breaks=2)
    one = worker(database, assistant)
    asyncio.run(one.work_one())
    with database.reading() as connection:
        records = Records(connection, database.clock())
        assert records.chat_state("web:a") == {}
        assert records.submission("KX-坏") is None
        assert records.audit_lines() == []
        assert post.counts(connection) == {"inbox.new": 1, "outbox.new": 1}
    asyncio.run(drain(one))
    assert assistant.heard == ["坏"] * 3
    assert replies(database) == [TEXTS["problem"], "一 坏", "二 坏"]
    assert "ZeroDivisionError" in caplog.text
    assert "private" not in caplog.text


def test_a_message_that_always_fails_is_set_aside_and_administrators_are_told(database: Database) -> None:
    """After five attempts it is dead, with its raw text; administrators get a notice; the chat goes on."""
    with database.transaction() as connection:
        records = Records(connection, database.clock())
        for name, role, chat in (("管", "admin", "web:boss"), ("审", "reviewer", "web:other")):
            records.join_staff(records.add_staff(name, role, ""), chat)
    put(database, "1", "坏")
    put(database, "2", "好")
    assistant = Assistant(breaks=99)
    asyncio.run(drain(worker(database, assistant)))
    assert assistant.heard == ["坏"] * inbox.MAX_TRIES + ["好"]
    assert replies(database) == [TEXTS["problem"], "一 好", "二 好"]
    with database.reading() as connection:
        assert [row.reply.text for row in post.of_chat(connection, "web:boss")] == ["失败 1"]
        assert post.of_chat(connection, "web:other") == []
        raw = connection.execute(text("select raw, error from inbox where state = 'dead'")).one()
    assert raw == ('{"text": "坏", "chat": "a"}', "ZeroDivisionError")


@pytest.mark.parametrize("said", ["unreadable", "nothing"])
def test_what_cannot_be_read_is_kept_and_what_says_nothing_is_done(database: Database, said: str) -> None:
    """An update that a channel cannot read becomes a dead letter; one without anything to handle is simply done."""
    put(database, "1", said)
    assistant = Assistant()
    asyncio.run(drain(worker(database, assistant)))
    assert assistant.heard == []
    with database.reading() as connection:
        assert post.counts(connection)[{"unreadable": "inbox.dead", "nothing": "inbox.done"}[said]] == 1


def test_a_message_of_another_channel_waits(database: Database) -> None:
    """A message of a channel that this worker does not have (switched off, or another process has it) stays as it is;
    others go on."""
    post.receive(database, "fax", "1", "fax:1", {"text": "旧"})
    put(database, "2", "新")
    asyncio.run(drain(worker(database, Assistant())))
    with database.reading() as connection:
        counts = post.counts(connection)
    assert (counts["inbox.new"], counts["inbox.done"]) == (1, 1)


def test_two_workers_handle_each_message_once_and_in_order(url: str, database: Database) -> None:
    """Two workers on one database: every message is handled by one of them, each chat in its order."""
    for number in range(40):
        put(database, str(number), f"{number:02}", chat=f"c{number % 4}")
    heard = Assistant()

    async def both(second: Database) -> None:
        await asyncio.gather(drain(worker(database, heard)), drain(worker(second, heard)))

    with closing(Database(url, database.clock)) as second:
        asyncio.run(both(second))
    with database.reading() as connection:
        assert post.counts(connection) == {"inbox.done": 40, "outbox.new": 80}
        for chat in range(4):
            said = [row.reply.text[2:] for row in post.of_chat(connection, f"web:c{chat}")]
            assert said == [f"{number:02}" for number in range(chat, 40, 4) for _ in range(2)]
    assert sorted(heard.heard) == [f"{number:02}" for number in range(40)]


def test_a_database_that_fails_for_a_moment_stops_nothing(database: Database) -> None:
    """While the outbox cannot be written nothing is handled and nothing is lost; afterwards the worker goes on."""
    put(database, "1", "甲")
    one = worker(database, Assistant())

    async def through() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(one.run(stop))
        await asyncio.sleep(0.5)
        assert not running.done()
        _rename(database, "away", "outbox")
        async with asyncio.timeout(20):
            while not replies(database):
                await asyncio.sleep(0.05)
        stop.set()
        await running

    _rename(database, "outbox", "away")
    asyncio.run(through())
    assert replies(database)[-2:] == ["一 甲", "二 甲"]


class Slow(Wire):
    """A channel on which the files of some chats come slowly."""

    def __init__(self, slow: tuple[str, ...], seconds: float) -> None:
        super().__init__()
        self.slow = slow
        self.seconds = seconds
        self.fetching = 0
        self.most = 0

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        self.fetching += 1
        self.most = max(self.most, self.fetching)
        if incoming.chat in self.slow:
            await asyncio.sleep(self.seconds)
        self.fetching -= 1
        return incoming


async def _run_until(one: Worker, enough: Any, seconds: float = 20) -> None:
    """Run the worker until `enough()`. Raises TimeoutError."""
    stop = asyncio.Event()
    running = asyncio.create_task(one.run(stop))
    try:
        async with asyncio.timeout(seconds):
            while not enough():
                await asyncio.sleep(0.01)
    finally:
        stop.set()
        await running


def test_a_slow_file_holds_up_nobody_else(database: Database) -> None:
    """While one chat's file comes slowly, other chats are answered, each in its order; then that chat goes on in its
    own."""
    put(database, "1", "慢", chat="a")
    put(database, "2", "后", chat="a")
    for number in range(3, 9):
        put(database, str(number), str(number), chat="b" if number % 2 else "c")
    heard = Assistant()
    wire = Slow(("web:a",), 2.0)
    asyncio.run(_run_until(Worker(database, {"web": wire}, heard.handle, sentences), lambda: len(heard.heard) == 8))
    assert heard.heard[-2:] == ["慢", "后"]
    assert [said for said in heard.heard if said in "357"] == ["3", "5", "7"]
    assert [said for said in heard.heard if said in "468"] == ["4", "6", "8"]


def test_no_more_than_so_many_files_at_once(database: Database) -> None:
    """Of more slow chats than AT_ONCE, AT_ONCE are in hand together, and all are handled in the end."""
    names = [str(number) for number in range(AT_ONCE + 5)]
    for name in names:
        put(database, name, name, chat=name)
    heard = Assistant()
    wire = Slow(tuple(f"web:{name}" for name in names), 0.3)
    done = lambda: len(heard.heard) == len(names)  # noqa: E731
    asyncio.run(_run_until(Worker(database, {"web": wire}, heard.handle, sentences), done))
    assert sorted(heard.heard) == sorted(names)
    assert wire.most == AT_ONCE


def test_two_running_workers_never_have_one_chat_in_hand_together(url: str, database: Database) -> None:
    """On PostgreSQL a second worker leaves a chat alone that the first has in hand, and works on the others; what it
    would fetch is fetched once."""
    if database.is_sqlite:  # there one process works at a time (bot/serve.py)
        return
    for number in range(12):
        put(database, str(number), f"{number:02}", chat="abc"[number % 3])
    wire = Slow(("web:a", "web:b", "web:c"), 0.05)
    heard = Assistant()

    async def both(second: Database) -> None:
        stop = asyncio.Event()
        workers = [Worker(one, {"web": wire}, heard.handle, sentences) for one in (database, second)]
        running = [asyncio.create_task(one.run(stop)) for one in workers]
        async with asyncio.timeout(20):
            while len(heard.heard) < 12:
                await asyncio.sleep(0.01)
        stop.set()
        await asyncio.gather(*running)

    with closing(Database(url, database.clock)) as second:
        asyncio.run(both(second))
    assert wire.most == 3
    assert sorted(heard.heard) == [f"{number:02}" for number in range(12)]
    for chat in range(3):
        mine = [said for said in heard.heard if int(said) % 3 == chat]
        assert mine == sorted(mine)


def test_a_clock_that_jumps_stops_nothing(database: Database, clock: Clock) -> None:
    """A message that waits for its next try is tried soon although the clock went back by a day; order is kept."""
    put(database, "1", "坏")
    put(database, "2", "好")
    assistant = Assistant(breaks=1)
    one = worker(database, assistant)

    def moved() -> bool:
        if assistant.heard == ["坏"]:
            clock.at = replace_day(clock)
        return len(assistant.heard) == 3

    def replace_day(clock: Clock) -> Any:
        return clock.at - timedelta(days=1) if clock.at.day == 21 else clock.at

    asyncio.run(_run_until(one, moved))
    assert assistant.heard == ["坏", "坏", "好"]


def test_a_database_that_fails_under_a_message_costs_it_no_try(database: Database) -> None:
    """A transaction that the database refuses is not the message's fault: nothing is counted, the person is not told
    of a problem, and the message is handled once the database works."""
    put(database, "1", "甲")
    assistant = Assistant()
    _rename(database, "submissions", "away")
    if not database.is_sqlite:  # PostgreSQL calls a missing table a fault of the statement; a lock is its own
        _rename(database, "away", "submissions")
        return

    async def through() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(worker(database, assistant).run(stop))
        while not assistant.heard:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        await asyncio.to_thread(_rename, database, "away", "submissions")
        async with asyncio.timeout(20):
            while not replies(database):
                await asyncio.sleep(0.05)
        stop.set()
        await running

    asyncio.run(through())
    assert replies(database) == ["一 甲", "二 甲"]
    with database.reading() as connection:
        assert connection.execute(text("select tries, error from inbox")).one() == (0, "")


def test_a_worker_that_is_stopped_finishes_what_is_in_hand(database: Database) -> None:
    """`stop` ends the loop between messages, never within one: what was taken up is handled, the rest waits."""
    for number in range(3):
        put(database, str(number), str(number))
    put(database, "9", "9", chat="b")
    wire = Slow(("web:a", "web:b"), 0.3)

    async def through() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(Worker(database, {"web": wire}, Assistant().handle, sentences).run(stop))
        while wire.fetching < 2:
            await asyncio.sleep(0.01)
        stop.set()
        await asyncio.wait_for(running, 10)

    asyncio.run(through())
    with database.reading() as connection:
        assert post.counts(connection) == {"inbox.done": 2, "inbox.new": 2, "outbox.new": 4}


def _rename(database: Database, old: str, new: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"alter table {old} rename to {new}"))
