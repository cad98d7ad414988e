"""The worker: each message in one transaction, tried again when it fails, set aside when it fails always."""

from __future__ import annotations

import asyncio
from contextlib import closing

import pytest
from sqlalchemy import text

from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records
from tests.delivery.channels import TEXTS, Wire, sentences


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
    while await one.work_one():
        pass


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
    assert assistant.heard == ["坏"] * post.MAX_TRIES + ["好"]
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


def test_a_message_of_an_unknown_channel_is_kept(database: Database) -> None:
    """A message of a channel that is not switched on any more becomes a dead letter; others go on."""
    post.receive(database, "fax", "1", "fax:1", {"text": "旧"})
    put(database, "2", "新")
    asyncio.run(drain(worker(database, Assistant())))
    with database.reading() as connection:
        counts = post.counts(connection)
    assert (counts["inbox.dead"], counts["inbox.done"]) == (1, 1)


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


def test_a_worker_that_is_stopped_finishes_the_message_in_hand(database: Database) -> None:
    """`stop` ends the loop between two messages, never within one."""
    for number in range(3):
        put(database, str(number), str(number))

    async def through() -> None:
        stop = asyncio.Event()
        assistant = Assistant()

        def handle(incoming: Incoming, records: Records) -> list[Reply]:
            stop.set()
            return assistant.handle(incoming, records)

        await asyncio.wait_for(Worker(database, {"web": Wire()}, handle, sentences).run(stop), 10)

    asyncio.run(through())
    with database.reading() as connection:
        assert post.counts(connection) == {"inbox.done": 1, "inbox.new": 2, "outbox.new": 2}


def _rename(database: Database, old: str, new: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"alter table {old} rename to {new}"))
