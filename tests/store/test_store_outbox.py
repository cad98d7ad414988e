"""The outbox: what waits, what is due, what came of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import event, inspect, select, update

from bot.messages import Attachment, Button, Reply
from bot.store import inbox, outbox, post, tables
from bot.store.database import Database
from tests.talk import Clock

FULL = Reply(
    "答：“一”\n- 二", ((Button("选这个", "e:x"),),), (Attachment("表.docx", "receipts/表.docx", 9, "a/b"),), "更多"
)


def put(database: Database, chat: str, *texts: str) -> None:
    with database.transaction() as connection:
        post.post(connection, chat, [Reply(text) for text in texts], 1, database.clock())


def due(database: Database) -> list[post.Outgoing]:
    with database.reading() as connection:
        return outbox.due(connection, "web", database.clock())


def states(database: Database) -> dict[str, str]:
    """Text of each row -> state."""
    with database.reading() as connection:
        rows = connection.execute(select(tables.outbox).order_by(tables.outbox.c.id)).mappings()
        return {post.outgoing(row).reply.text: row["state"] for row in rows}


def test_a_reply_comes_out_as_it_went_in(database: Database) -> None:
    """Text, buttons, files and the folded part survive the outbox."""
    with database.transaction() as connection:
        post.post(connection, "web:a", [FULL], 7, database.clock())
        assert [row.reply for row in post.answers_to(connection, 7)] == [FULL]


def test_a_reply_to_another_chat_is_a_notice_there(database: Database) -> None:
    """A reply with `to` goes to that chat and its channel, and is no answer to the message."""
    with database.transaction() as connection:
        post.post(connection, "web:a", [Reply("答"), Reply("通知", to="telegram:5")], 7, database.clock())
        assert [row.reply.text for row in post.answers_to(connection, 7)] == ["答"]
        [notice] = outbox.due(connection, "telegram", database.clock())
    assert (notice.chat, notice.channel, notice.reply.text) == ("telegram:5", "telegram", "通知")


def test_only_the_first_unsent_reply_of_each_chat_is_due(database: Database) -> None:
    """Replies of one chat are due one after the other, chats side by side."""
    put(database, "web:a", "甲一", "甲二")
    put(database, "web:b", "乙一", "乙二")
    seen = []
    while rows := due(database):
        seen.append([row.reply.text for row in rows])
        with database.transaction() as connection:
            for row in rows:
                assert outbox.mark_sending(connection, [row.id])
        assert due(database) == []
        with database.transaction() as connection:
            for row in rows:
                outbox.mark_sent(connection, [row.id], database.clock())
    assert seen == [["甲一", "乙一"], ["甲二", "乙二"]]


def test_a_row_is_taken_for_sending_once(database: Database) -> None:
    """Of two senders that saw the same row, one gets it."""
    put(database, "web:a", "一")
    [row] = due(database)
    with database.transaction() as connection:
        assert outbox.mark_sending(connection, [row.id])
    with database.transaction() as connection:
        assert not outbox.mark_sending(connection, [row.id])


def test_a_delayed_reply_waits_for_its_time_and_holds_its_chat(database: Database, clock: Clock) -> None:
    """`not_before` keeps a reply and all behind it in its chat until then, and no other chat."""
    put(database, "web:a", "甲一", "甲二")
    put(database, "web:b", "乙一")
    first = due(database)[0]
    with database.transaction() as connection:
        outbox.mark_sending(connection, [first.id])
        outbox.mark_later(connection, first.id, clock.at + timedelta(seconds=60), "Delay: 429")
    assert [row.reply.text for row in due(database)] == ["乙一"]
    clock.at += timedelta(seconds=59)
    assert [row.reply.text for row in due(database)] == ["乙一"]
    clock.at += timedelta(seconds=2)
    again = due(database)[0]
    assert (again.reply.text, again.tries) == ("甲一", 1)


def test_dead_and_unknown_replies_let_the_next_go(database: Database) -> None:
    """A reply that is given up does not hold its chat."""
    put(database, "web:a", "一", "二", "三")
    for state in ("dead", "unknown"):
        [row] = due(database)
        with database.transaction() as connection:
            outbox.mark_ended(connection, row.id, state, "Refused: " + "x" * 300)
    assert [row.reply.text for row in due(database)] == ["三"]
    assert states(database) == {"一": "dead", "二": "unknown", "三": "new"}


def test_after_a_restart_what_was_being_sent_is_due_again(database: Database) -> None:
    """`recover` gives back the rows of its own channel that a crash left in `sending`, before later ones."""
    put(database, "web:a", "一", "二")
    put(database, "telegram:5", "别处")
    with database.transaction() as connection:
        for row in [
            *outbox.due(connection, "web", database.clock()),
            *outbox.due(connection, "telegram", database.clock()),
        ]:
            outbox.mark_sending(connection, [row.id])
    assert due(database) == []
    with database.transaction() as connection:
        assert outbox.recover(connection, "web") == 1
    assert [row.reply.text for row in due(database)] == ["一"]
    assert states(database)["别处"] == "sending"


def test_what_waits_for_a_blocked_chat_is_ended(database: Database) -> None:
    """Everything that waits for one chat can be given up at once; what was sent and other chats stay as they are."""
    put(database, "web:a", "一", "二", "三")
    put(database, "web:b", "乙")
    with database.transaction() as connection:
        connection.execute(update(tables.outbox).where(tables.outbox.c.id == 1).values(state="sent"))
        outbox.end_chat(connection, "web:a", "Blocked: x")
    assert states(database) == {"一": "sent", "二": "dead", "三": "dead", "乙": "new"}


def test_a_moved_group_takes_its_waiting_replies_along(database: Database) -> None:
    """Unsent replies go to the new chat id, in their order; sent ones stay where they were said."""
    put(database, "web:a", "一", "二", "三")
    with database.transaction() as connection:
        outbox.mark_sent(connection, [1], database.clock())
        outbox.move_chat(connection, "web:a", "web:b")
        assert [row.reply.text for row in post.of_chat(connection, "web:b")] == ["二", "三"]
        assert [row.reply.text for row in post.of_chat(connection, "web:a")] == ["一"]


def test_the_page_asks_for_what_is_newer(database: Database) -> None:
    """`of_chat` gives what has an id above the given one, oldest first, and of too many the newest."""
    put(database, "web:a", "一", "二", "三", "四")
    with database.reading() as connection:
        assert [row.reply.text for row in post.of_chat(connection, "web:a", after=2)] == ["三", "四"]
        assert [row.reply.text for row in post.of_chat(connection, "web:a", limit=3)] == ["二", "三", "四"]


def test_history_shows_both_sides_in_order(database: Database) -> None:
    """A conversation reads as it was: theirs and ours by time."""
    post.receive(database, "web", "1", "web:a", {"text": "问"})
    put(database, "web:a", "答")
    post.receive(database, "web", "2", "web:a", {"text": "再问"})
    with database.reading() as connection:
        said = post.history(connection, "web:a")
    assert [line.raw or (line.outgoing and line.outgoing.reply.text) for line in said] == [
        {"text": "问"},
        "答",
        {"text": "再问"},
    ]


def test_what_waits_is_found_without_reading_what_was_ever_said(database: Database) -> None:
    """The first undone message and the first unsent reply of a chat come from indexes that hold only what waits."""
    with database.reading() as connection:
        names = {index["name"] for table in ("inbox", "outbox") for index in inspect(connection).get_indexes(table)}
    assert {"inbox_waiting", "outbox_waiting"} <= names
    if not database.is_sqlite:
        return  # PostgreSQL plans by the size of its tables, and these are empty
    plans: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, values: Any, *more: object) -> None:
        if statement.startswith("SELECT"):
            plans.extend(row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall())

    event.listen(database.engine, "before_cursor_execute", explain)
    with database.reading() as connection:
        outbox.due(connection, "web", database.clock())
        inbox.next_chats(connection, database.clock(), ["web"])
    looks = [line for line in plans if line.startswith("SEARCH older")]
    assert len(looks) == 2
    assert not any("_chat" in line for line in looks), "an index with all that was ever said in a chat"
