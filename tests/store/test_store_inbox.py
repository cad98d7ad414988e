"""The inbox: each message once, each chat in its order, nothing thrown away."""

from __future__ import annotations

import threading

from sqlalchemy import select

from bot.store import post
from bot.store.database import Database
from bot.store.post import MAX_TRIES, Received
from bot.store.tables import inbox


def receive(database: Database, update_id: str, chat: str = "a", text: str = "测试") -> bool:
    return post.receive(database, "web", update_id, f"web:{chat}", {"text": text})


def take(database: Database) -> Received | None:
    """The next message, as a worker sees it."""
    with database.reading() as connection:
        return post.next_message(connection)


def done(database: Database, message: Received) -> None:
    with database.transaction() as connection:
        post.mark_done(connection, message.id, database.clock())


def fail(database: Database, message: Received, reason: str = "ValueError") -> bool:
    with database.transaction() as connection:
        return post.mark_failed(connection, message, reason)


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


def test_a_failed_message_holds_its_own_chat_only(database: Database) -> None:
    """While one message fails, other chats go on and the later messages of its own chat wait."""
    receive(database, "1", "a")
    receive(database, "2", "a")
    receive(database, "3", "b")
    first = take(database)
    assert first is not None
    fail(database, first)
    other = take(database)
    assert other is not None
    assert other.update_id == "3"
    done(database, other)
    back = take(database)
    assert back is not None
    assert (back.update_id, back.tries) == ("1", 1)


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
    assert ended == [False] * (MAX_TRIES - 1) + [True]
    following = take(database)
    assert following is not None
    assert following.update_id == "2"
    with database.reading() as connection:
        dead = connection.execute(select(inbox).where(inbox.c.state == "dead")).mappings().one()
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
            told.append(post.is_new(connection, message.id))

    with database.transaction() as connection:
        assert post.is_new(connection, message.id)
        thread = threading.Thread(target=second)
        thread.start()
        asked.wait(5)
        thread.join(0.3)
        assert told == []
        post.mark_done(connection, message.id, database.clock())
    thread.join(30)
    assert told == [False]


def test_locked_messages_are_passed_over_where_the_database_can(database: Database) -> None:
    """With `lock`, a second worker on PostgreSQL gets another chat's message while the first holds its own."""
    receive(database, "1", "a")
    receive(database, "2", "b")
    if database.is_sqlite:  # one writer at a time: nothing is ever held beside it
        return
    with database.transaction() as one, database.transaction() as two:
        found = [post.next_message(one, lock=True), post.next_message(two, lock=True)]
    assert [message.update_id for message in found if message] == ["1", "2"]
