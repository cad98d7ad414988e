"""The inbox: each message once, each chat in its order, nothing thrown away."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy import select

from bot.messages import Reply
from bot.store import inbox, post, tables
from bot.store.database import Database
from bot.store.inbox import MAX_TRIES, Received
from bot.store.locks import hold_order
from tests.talk import Clock


def receive(database: Database, update_id: str, chat: str = "a", text: str = "测试") -> bool:
    return post.receive(database, "web", update_id, f"web:{chat}", {"text": text})


def take(database: Database) -> Received | None:
    """The next message, as a worker sees it."""
    with database.reading() as connection:
        found = inbox.messages(connection, inbox.next_chats(connection, database.clock(), ["web"]).values())
        return found[0] if found else None


def done(database: Database, message: Received) -> None:
    with database.transaction() as connection:
        inbox.mark_done(connection, message.id, database.clock())


def fail(database: Database, message: Received, reason: str = "ValueError", wait: float = 0) -> str:
    with database.transaction() as connection:
        return inbox.mark_failed(connection, message, reason, database.clock() + timedelta(seconds=wait))


def test_a_redelivered_update_is_stored_once(database: Database) -> None:
    """The same update id of the same channel is one message, also after it was handled; another channel's is not."""
    assert receive(database, "1")
    assert not receive(database, "1", text="另一句")
    message = take(database)
    assert message is not None
    assert message.raw == {"text": "测试"}
    done(database, message)
    assert not receive(database, "1")
    assert take(database) is None
    assert post.receive(database, "telegram", "1", "telegram:1", {})


def test_redelivery_from_many_threads_is_one_row(database: Database) -> None:
    """Eight receivers that get the same update at once store it once, and exactly one is told so."""
    told: list[bool] = []
    threads = [threading.Thread(target=lambda: told.append(receive(database, "1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == [False] * 7 + [True]


def test_the_first_undone_message_of_a_chat_comes_first(database: Database) -> None:
    """Messages of one chat come in the order received; a later one only after the earlier is done."""
    for number in ("1", "2", "3"):
        receive(database, number)
    seen = []
    while message := take(database):
        again = take(database)
        assert again is not None
        assert again.update_id == message.update_id
        seen.append(message.update_id)
        done(database, message)
    assert seen == ["1", "2", "3"]


def test_a_failed_message_holds_its_own_chat_only(database: Database, clock: Clock) -> None:
    """While one message waits for its next try, other chats go on and the later messages of its own chat wait."""
    receive(database, "1", "a")
    receive(database, "2", "a")
    receive(database, "3", "b")
    first = take(database)
    assert first is not None
    assert fail(database, first, wait=5) == "new"
    other = take(database)
    assert other is not None
    assert other.update_id == "3"
    done(database, other)
    assert take(database) is None
    clock.at += timedelta(seconds=6)
    back = take(database)
    assert back is not None
    assert (back.update_id, back.tries) == ("1", 1)


def test_a_failed_try_is_counted_once(database: Database) -> None:
    """Of two workers that failed with the same message, or of one that is late, one counts; what is done stays done."""
    receive(database, "1")
    message = take(database)
    assert message is not None
    assert [fail(database, message), fail(database, message)] == ["new", ""]
    again = take(database)
    assert again is not None
    done(database, again)
    assert fail(database, again) == ""
    assert take(database) is None


def test_a_clock_set_back_leaves_nothing_waiting_and_order_as_it_was(database: Database, clock: Clock) -> None:
    """When the clock goes back by a day, waits can be ended, messages stay in order, and a conversation reads by time as
    it was held."""
    receive(database, "1")
    first = take(database)
    assert first is not None
    fail(database, first, wait=5)
    clock.at -= timedelta(days=1)
    receive(database, "2")
    assert take(database) is None
    with database.transaction() as connection:
        inbox.end_waits(connection)
    again = take(database)
    assert again is not None
    assert again.update_id == "1"
    with database.transaction() as connection:
        post.post(connection, "web:a", [Reply("一")], first.id, database.clock())
        inbox.mark_done(connection, first.id, database.clock())
        said = post.history(connection, "web:a")
    assert [line.outgoing is None for line in said] == [True, True, False]
    receive(database, "3")
    with database.reading() as connection:
        times = [line.at for line in post.history(connection, "web:a")]
    assert times == sorted(times)
    assert len(times) == 4


def test_a_dead_letter_keeps_its_raw_update_and_lets_the_chat_go_on(database: Database) -> None:
    """After MAX_TRIES failures the message is set aside with its raw text and reason; the next of its chat comes up."""
    receive(database, "1", text="原话 <b>&\x00")
    receive(database, "2")
    ended = []
    for _ in range(MAX_TRIES):
        message = take(database)
        assert message is not None
        assert message.update_id == "1"
        ended.append(fail(database, message, "ZeroDivisionError" + "长" * 500))
    assert ended == ["new"] * (MAX_TRIES - 1) + ["dead"]
    following = take(database)
    assert following is not None
    assert following.update_id == "2"
    with database.reading() as connection:
        dead = connection.execute(select(tables.inbox).where(tables.inbox.c.state == "dead")).mappings().one()
        assert post.counts(connection) == {"inbox.dead": 1, "inbox.new": 1}
    assert dead["raw"] == '{"text": "原话 <b>&\\u0000"}'
    assert dead["error"].startswith("ZeroDivisionError")


def test_a_message_is_handed_to_one_of_two_workers(database: Database) -> None:
    """A worker that asks whether the message is new while another finishes it waits, and is told no."""
    receive(database, "1")
    message = take(database)
    assert message is not None
    told: list[bool] = []
    asked = threading.Event()

    def second() -> None:
        asked.set()
        with database.transaction() as connection:
            told.append(inbox.is_new(connection, message.id))

    with database.transaction() as connection:
        assert inbox.is_new(connection, message.id)
        thread = threading.Thread(target=second)
        thread.start()
        asked.wait(5)
        thread.join(0.3)
        assert told == []
        inbox.mark_done(connection, message.id, database.clock())
    thread.join(30)
    assert told == [False]


def test_only_messages_of_the_asked_channels_and_of_no_chat_in_hand(database: Database) -> None:
    """A worker gets what its channels can read, and nothing of a chat that it has in hand."""
    receive(database, "1", "a")
    receive(database, "2", "b")
    post.receive(database, "telegram", "1", "telegram:1", {})
    with database.reading() as connection:
        found = inbox.next_chats(connection, database.clock(), ["web"], 10, ["web:a"])
        both = inbox.next_chats(connection, database.clock(), ["web", "telegram"], 10)
    assert list(found) == ["web:b"]
    assert list(both) == ["web:a", "web:b", "telegram:1"]


def test_numbers_of_a_chat_are_committed_in_their_order(database: Database) -> None:
    """A receiver that stores a later message of the same chat waits for one that is storing the earlier: a worker never
    sees the later one first. Other chats are stored meanwhile."""
    if database.is_sqlite:  # one writer
        return
    with database.transaction() as connection:
        hold_order(connection, ["web:a"])
        later = threading.Thread(target=lambda: receive(database, "2", "a"))
        later.start()
        receive(database, "3", "b")
        later.join(0.3)
        assert later.is_alive()
        seen = take(database)
        assert seen is not None
        assert seen.chat == "web:b"
    later.join(30)
    assert not later.is_alive()
