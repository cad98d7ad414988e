"""Messages that went wrong: seen, tried again, dropped."""

from __future__ import annotations

from sqlalchemy import insert, select, update

from bot.messages import Reply
from bot.store import inbox as queue
from bot.store import letters, post
from bot.store.database import Database
from bot.store.tables import inbox, outbox


def fill(database: Database) -> None:
    """An incoming message of each state, an outgoing one of each state."""
    for state in ("new", "done", "dead"):
        post.receive(database, "web", state, "web:a", {"chat": "web:a", "text": state})
        with database.transaction() as connection:
            connection.execute(update(inbox).where(inbox.c.update_id == state).values(state=state, tries=5, error="E"))
    with database.transaction() as connection:
        for state in ("new", "sending", "sent", "unknown", "dead"):
            post.post(connection, "web:a", [Reply(state)], 1, database.clock())
            newest = select(outbox.c.id).order_by(outbox.c.id.desc()).limit(1).scalar_subquery()
            connection.execute(update(outbox).where(outbox.c.id == newest).values(state=state, tries=2))


def test_only_what_is_stuck_is_listed(database: Database) -> None:
    """Dead messages of both directions and replies of unknown fate; nothing that still moves or is done."""
    fill(database)
    with database.reading() as connection:
        found = letters.stuck(connection)
    assert [(letter.name, letter.state) for letter in found] == [
        ("in-3", "dead"),
        ("out-4", "unknown"),
        ("out-5", "dead"),
    ]
    assert found[0].content["text"] == "dead"
    assert found[2].content["text"] == "dead"


def test_a_retried_letter_is_as_new_and_comes_first(database: Database) -> None:
    """Retry gives all tries back; the message is handled before later ones of its chat. What is not stuck stays."""
    fill(database)
    post.receive(database, "web", "later", "web:a", {})
    with database.transaction() as connection:
        connection.execute(update(inbox).where(inbox.c.update_id == "new").values(state="done"))
        assert letters.retry(connection, ["in-3", "out-5", "in-1", "out-3", "in-99", "nonsense", "in-x"]) == [
            "in-3",
            "out-5",
        ]
    with database.reading() as connection:
        found = queue.next_chats(connection, database.clock(), ["web"], 10)
        [message] = queue.messages(connection, found.values())
        assert (message.update_id, message.tries) == ("dead", 0)
        assert [letter.name for letter in letters.stuck(connection)] == ["out-4"]


def test_a_dropped_letter_says_nothing_any_more_and_is_not_taken_twice(database: Database) -> None:
    """Drop deletes what was written; the same update, delivered again, is still known."""
    fill(database)
    with database.transaction() as connection:
        assert letters.drop(connection, ["in-3", "out-4", "out-5", "out-1", "in-2"]) == ["in-3", "out-4", "out-5"]
    assert not post.receive(database, "web", "dead", "web:a", {})
    with database.reading() as connection:
        assert connection.execute(select(inbox.c.raw, inbox.c.state).where(inbox.c.id == 3)).one() == ("{}", "dropped")
        assert letters.stuck(connection) == []
        assert post.counts(connection)["inbox.done"] == 1
        assert len(post.history(connection, "web:a")) == 6


def test_a_row_written_by_another_program_is_listed_too(database: Database) -> None:
    """A dead row with an empty object as content is shown, not a reason to fail."""
    row = {"channel": "fax", "update_id": "1", "chat": "fax:1", "raw": "{}", "state": "dead", "received_at": "2026"}
    with database.transaction() as connection:
        connection.execute(insert(inbox).values(**row))
        assert [letter.channel for letter in letters.stuck(connection)] == ["fax"]
