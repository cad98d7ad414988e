"""The sender: what follows from each outcome, and the order of each chat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.delivery import outcomes
from bot.delivery.arrived import Arrived
from bot.delivery.sender import AT_ONCE, MAX_TRIES, Sender
from bot.delivery.trip import Trip
from bot.messages import Reply
from bot.store import outbox, post, tables
from bot.store.database import Database
from bot.store.records import Records
from bot.store.tables import chats
from tests.delivery.channels import Wire
from tests.talk import Clock


def put(database: Database, *texts: str, chat: str = "web:a") -> None:
    with database.transaction() as connection:
        Records(connection, database.clock()).save_chat_state(chat, {"kept": True})
        post.post(connection, chat, [Reply(text) for text in texts], 1, database.clock())


def send_all(database: Database, wire: Wire) -> None:
    """Everything that is due, until nothing is."""

    async def drain() -> None:
        sender = Sender(database, wire)
        while await sender.send_due():
            pass

    asyncio.run(drain())


def states(database: Database) -> list[tuple[str, str]]:
    """(state, beginning of the reason) of each row, in order."""
    with database.reading() as connection:
        rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).mappings()
        return [(row["state"], row["error"].partition(":")[0]) for row in rows]


def test_replies_arrive_in_order_and_once(database: Database) -> None:
    """What is due is sent, each chat in its order, and nothing of it again."""
    put(database, "一", "二", "三")
    put(database, "乙", chat="web:b")
    wire = Wire()
    send_all(database, wire)
    send_all(database, wire)
    assert [text for chat, text in wire.sent if chat == "web:a"] == ["一", "二", "三"]
    assert ("web:b", "乙") in wire.sent
    assert len(wire.sent) == 4
    assert states(database) == [("sent", "")] * 4


@pytest.mark.parametrize(
    ("outcome", "state", "next_goes"),
    [
        (outcomes.Unknown("time-out"), "unknown", True),
        (outcomes.Refused("bad request"), "dead", True),
        (outcomes.Blocked("403"), "dead", False),
        (outcomes.Delay(30), "new", False),
    ],
)
def test_what_follows_from_each_outcome(
    database: Database, outcome: outcomes.NotSent, state: str, next_goes: bool
) -> None:
    """Unknown and refused replies are not tried again and let the next go; who blocked us gets nothing more; a delayed
    reply holds its chat."""
    put(database, "一", "二")
    wire = Wire({"一": [outcome]})
    send_all(database, wire)
    assert [text for _, text in wire.sent] == (["二"] if next_goes else [])
    assert wire.tried.count("一") == 1
    assert states(database)[0] == (state, type(outcome).__name__)


def test_a_delayed_reply_is_sent_after_its_time_and_before_the_next(database: Database, clock: Clock) -> None:
    """After the seconds that the channel asked for, the reply goes out first; other chats went on meanwhile."""
    put(database, "一", "二")
    put(database, "乙一", "乙二", chat="web:b")
    wire = Wire({"一": [outcomes.Delay(3600)]})
    send_all(database, wire)
    assert wire.sent == [("web:b", "乙一"), ("web:b", "乙二")]
    clock.at = clock.at.replace(minute=59)
    send_all(database, wire)
    assert len(wire.sent) == 2, "the channel knows how long it is closed: no try before that"
    clock.at = clock.at.replace(hour=5, minute=1)
    send_all(database, wire)
    assert wire.sent[2:] == [("web:a", "一"), ("web:a", "二")]


def test_a_day_without_connection_loses_no_reply(database: Database, clock: Clock) -> None:
    """Fifty delays in a row do not make a reply dead, and the waits stay short enough to notice the connection."""
    put(database, "一")
    wire = Wire({"一": [outcomes.Delay(1)] * 50})
    for _ in range(51):
        send_all(database, wire)
        clock.at = clock.at.fromtimestamp(clock.at.timestamp() + 61, clock.at.tzinfo)
    assert wire.sent == [("web:a", "一")]


def test_a_channel_that_breaks_is_tried_a_while_and_then_given_up(database: Database, clock: Clock) -> None:
    """An error that nobody foresaw does not stop the sender; the reply is dead after MAX_TRIES, and the next goes."""
    put(database, "一", "二")
    wire = Wire({"一": [KeyError("private")] * 99})
    for _ in range(MAX_TRIES + 1):
        send_all(database, wire)
        clock.at = clock.at.fromtimestamp(clock.at.timestamp() + 61, clock.at.tzinfo)
    assert wire.tried.count("一") == MAX_TRIES
    assert wire.sent == [("web:a", "二")]
    with database.reading() as connection:
        assert "private" not in str(connection.execute(select(tables.outbox.c.error)).scalars().all())


def test_who_blocked_us_keeps_what_they_handed_in(database: Database) -> None:
    """Blocked: what waits is ended, the chat is marked, the submission and the memory stay."""
    put(database, "一", "二", "三")
    with database.transaction() as connection:
        Records(connection, database.clock()).submit("d", "KX-1", "web:a", "f", "1", {})
    wire = Wire({"一": [outcomes.Blocked("403")]})
    send_all(database, wire)
    assert wire.tried == ["一"]
    assert states(database) == [("dead", "Blocked")] * 3
    with database.reading() as connection:
        records = Records(connection, database.clock())
        assert records.submission("KX-1") is not None
        assert records.chat_state("web:a") == {"kept": True}
        assert connection.execute(select(chats.c.blocked)).scalar() == 1


def test_a_moved_group_gets_its_replies_in_the_new_place(database: Database) -> None:
    """Moved: the reply and those behind it go to the new id, and the staff list knows it too."""
    with database.transaction() as connection:
        records = Records(connection, database.clock())
        records.join_staff(records.add_staff("测试群", "reviewer", ""), "web:a")
    put(database, "一", "二")
    wire = Wire({"一": [outcomes.Moved("web:new")]})
    send_all(database, wire)
    assert wire.sent == [("web:new", "一"), ("web:new", "二")]
    with database.reading() as connection:
        assert [m.chat for m in Records(connection, database.clock()).staff_members()] == ["web:new"]


async def _run_until(
    database: Database, wire: Wire, texts: Iterable[str], seconds: float, sender: Sender | None = None
) -> float:
    """Run a sender until these have arrived; returns how long that took."""
    stop, wake = asyncio.Event(), asyncio.Event()
    running = asyncio.create_task((sender or Sender(database, wire)).run(wake, stop))
    started = time.monotonic()
    try:
        async with asyncio.timeout(seconds):
            while not set(texts) <= {text for _, text in wire.sent}:
                await asyncio.sleep(0.01)
        return time.monotonic() - started
    finally:
        stop.set()
        await running


def test_a_hanging_chat_holds_up_nobody_else(database: Database) -> None:
    """While one chat's reply hangs for two seconds, another chat gets five replies, one after the other."""
    put(database, "慢", "慢二")
    put(database, *"一二三四五", chat="web:b")
    wire = Wire({"慢": [2.0]})
    assert asyncio.run(_run_until(database, wire, "一二三四五", 10)) < 2.0
    assert [text for chat, text in wire.sent if chat == "web:b"] == list("一二三四五")
    asyncio.run(_run_until(database, wire, ["慢二"], 10))
    assert [text for chat, text in wire.sent if chat == "web:a"] == ["慢", "慢二"]


def test_many_chats_are_served_side_by_side(database: Database) -> None:
    """More chats than may be under way at once: all get theirs, once."""
    names = [f"{number}" for number in range(AT_ONCE + 20)]
    for name in names:
        put(database, name, chat=f"web:{name}")
    wire = Wire({name: [0.2] for name in names})
    asyncio.run(_run_until(database, wire, names, 20))
    assert sorted(wire.tried) == sorted(names)


def test_after_a_crash_the_reply_in_flight_is_sent_again_and_first(database: Database) -> None:
    """A reply that was being sent when the process died goes out at the next start, before those behind it."""
    put(database, "一", "二")
    with database.transaction() as connection:
        outbox.mark_sending(connection, [1])
    wire = Wire()
    asyncio.run(_run_until(database, wire, ["二"], 10))
    assert wire.sent == [("web:a", "一"), ("web:a", "二")]


def test_a_stopped_sender_finishes_what_is_under_way(database: Database) -> None:
    """`stop` lets the reply in flight arrive and be noted as sent; the next waits in the outbox."""
    put(database, "一", "二")
    wire = Wire({"一": [0.5]})

    async def through() -> None:
        stop, wake = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(Sender(database, wire).run(wake, stop))
        while not wire.tried:
            await asyncio.sleep(0.01)
        stop.set()
        await running

    asyncio.run(through())
    assert wire.sent == [("web:a", "一")]
    assert [state for state, _ in states(database)] == ["sent", "new"]


def test_an_outcome_that_cannot_be_written_is_written_later(database: Database) -> None:
    """A reply that arrived while the database failed is noted once it works again, and is not sent twice."""
    put(database, "一", "二")
    wire = Wire({"一": [0.3]})

    async def through() -> None:
        stop, wake = asyncio.Event(), asyncio.Event()
        running = asyncio.create_task(Sender(database, wire).run(wake, stop))
        while not wire.tried:
            await asyncio.sleep(0.01)
        await asyncio.to_thread(_rename, database, "outbox", "away")
        await asyncio.sleep(1.0)
        await asyncio.to_thread(_rename, database, "away", "outbox")
        async with asyncio.timeout(20):
            while len(wire.sent) < 2:
                await asyncio.sleep(0.05)
        stop.set()
        await running

    asyncio.run(through())
    assert wire.tried == ["一", "二"]


def _rename(database: Database, old: str, new: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(f"alter table {old} rename to {new}"))


def test_what_arrived_before_a_crash_is_not_sent_again(database: Database, tmp_path: Path) -> None:
    """A reply that was noted as arrived, but not yet marked when the process died, counts as sent; one that was not
    noted goes out again."""
    put(database, "一")
    put(database, "乙", chat="web:b")
    with database.transaction() as connection:
        assert outbox.mark_sending(connection, [1])
        assert outbox.mark_sending(connection, [2])
    before = Arrived(tmp_path / "arrived.txt")
    before.note(1)
    wire = Wire()
    sender = Sender(database, wire, Arrived(tmp_path / "arrived.txt"))
    asyncio.run(_run_until(database, wire, ["乙"], 10, sender))
    assert wire.sent == [("web:b", "乙")]
    assert states(database) == [("sent", "")] * 2
    before.close()


def test_of_a_reply_in_parts_only_the_rest_goes_out_after_a_crash(database: Database, tmp_path: Path) -> None:
    """The parts that were noted as arrived when the process died are not sent again."""
    put(database, "一")
    with database.transaction() as connection:
        assert outbox.mark_sending(connection, [1])
    before = Arrived(tmp_path / "arrived.txt")
    before.note(1, parts=1)
    before.note(1, parts=2)
    before.close()
    starts: list[int] = []

    class Parted(Wire):
        async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
            assert trip is not None
            starts.append(trip.done)
            trip.arrived(3, whole=True)
            await super().send(chat, reply)

    wire = Parted()
    asyncio.run(_run_until(database, wire, ["一"], 10, Sender(database, wire, Arrived(tmp_path / "arrived.txt"))))
    assert starts == [2]
    assert Arrived(tmp_path / "arrived.txt").known() == [1]


def test_staff_hear_of_an_answer_that_was_given_up(database: Database) -> None:
    """A refused answer makes one notice; a refused notice makes none, and someone who blocked us is no fault."""
    told: list[int] = []

    def alert(row: post.Outgoing, records: Records) -> list[Reply]:
        told.append(row.id)
        return [Reply(f"没送到 {row.id}", to="web:boss")] if row.inbox_id else []

    put(database, "一")
    put(database, "乙", chat="web:b")
    wire = Wire({
        "一": [outcomes.Refused("bad request")],
        "乙": [outcomes.Blocked("403")],
        "没送到 1": [outcomes.Refused("bad request")],
    })  # fmt: skip

    async def drain() -> None:
        sender = Sender(database, wire, alert=alert)
        while await sender.send_due():
            pass

    asyncio.run(drain())
    assert told == [1, 3]
    assert [state for state, _ in states(database)] == ["dead", "dead", "dead"]
