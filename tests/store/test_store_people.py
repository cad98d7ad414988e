"""Drafts that change hands, places, votes, reminders and forgetting hold on both databases, also under competition."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from bot.messages import Reply
from bot.store import ballots, handovers, inbox, outbox, places, post, reminders, secrecy
from bot.store.database import Database
from bot.store.records import Records
from tests.talk import Clock

DRAFT = {"id": "01KAK0000000000000ABCDEFGH", "form_id": "small", "form_version": "1", "phase": "asking"}


def at_once(database: Database, what: Callable[[Connection, int], Any], many: int = 8) -> list[Any]:
    """Do the same in several transactions at the same moment."""

    def one(number: int) -> Any:
        with database.transaction() as connection:
            return what(connection, number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def save(database: Database, chat: str = "terminal:a") -> None:
    with database.transaction() as connection:
        Records(connection, database.clock()).save_draft(chat, DRAFT, 30)


def test_of_all_who_send_a_code_one_gets_the_draft(database: Database) -> None:
    """Eight chats send the right code at the same moment: one takes the draft over, and nobody else has it."""
    save(database)
    with database.transaction() as connection:
        code = handovers.offer(connection, DRAFT["id"], "terminal:a", database.clock())
    now = database.clock()
    got = at_once(database, lambda connection, n: handovers.accept(connection, code, f"terminal:{n}", now))
    assert [found for found in got if found] == [(DRAFT["id"], "terminal:a")]
    winner = got.index((DRAFT["id"], "terminal:a"))
    with database.reading() as connection:
        assert Records(connection, now).owner(DRAFT["id"]) == f"terminal:{winner}"


def test_a_late_answer_does_not_take_a_draft_back(database: Database) -> None:
    """Saving a draft that has gone to another chat meanwhile fails instead of giving it two owners."""
    save(database, "terminal:b")
    with pytest.raises(IntegrityError):
        save(database, "terminal:a")
    with database.reading() as connection:
        assert Records(connection, database.clock()).owner(DRAFT["id"]) == "terminal:b"


def test_a_code_for_a_draft_that_moved_on_is_worth_nothing(database: Database) -> None:
    """A code gives away only what its chat still has."""
    save(database, "terminal:b")
    with database.transaction() as connection:
        code = handovers.offer(connection, DRAFT["id"], "terminal:a", database.clock())
        assert handovers.accept(connection, code, "terminal:c", database.clock()) is None


def test_the_last_place_is_given_once(database: Database) -> None:
    """Eight register at the same moment for three places: three have one, five wait, in an order without gaps."""
    got = at_once(database, lambda connection, n: places.take(connection, "event", f"S{n}", 3, True, True))
    assert sorted(place.state for place in got) == ["taken"] * 3 + ["waiting"] * 5
    assert sorted(place.number for place in got) == list(range(1, 9))
    assert len({place.code for place in got}) == 8
    with database.reading() as connection:
        waiting = sorted((p for p in got if p.state == "waiting"), key=lambda place: place.number)
        assert [places.position(connection, place) for place in waiting] == [1, 2, 3, 4, 5]


def test_without_a_waiting_list_the_rest_is_refused(database: Database) -> None:
    """More than the quota get nothing, and nothing is kept of them."""
    got = at_once(database, lambda connection, n: places.take(connection, "event", f"S{n}", 3, False, False))
    assert sum(place is not None for place in got) == 3


def test_free_places_go_to_who_waited_longest_and_once(database: Database) -> None:
    """Two withdraw at the same moment, several processes move people up: two are moved, in order."""
    with database.transaction() as connection:
        for n in range(6):
            places.take(connection, "event", f"S{n}", 2, True, False)
    with database.transaction() as connection:
        assert places.withdraw(connection, "S0")
        assert places.withdraw(connection, "S1")
        assert not places.withdraw(connection, "S1")
    moved = at_once(database, lambda connection, n: places.move_up(connection, "event", 2), 4)
    assert sorted(place.submission for some in moved for place in some) == ["S2", "S3"]


def test_a_check_in_code_works_once(database: Database) -> None:
    """The same code at two doors at the same moment lets one person in."""
    with database.transaction() as connection:
        place = places.take(connection, "event", "S", 0, False, True)
    assert place
    now = database.clock()
    got = at_once(database, lambda connection, n: places.check_in(connection, place.code.lower(), now)[1], 4)
    assert sorted(got) == [False, False, False, True]


def test_everybody_has_one_turn(database: Database) -> None:
    """The same chat at the same moment eight times: one turn; another chat has its own."""
    got = at_once(database, lambda connection, n: ballots.take_turn(connection, "vote", "terminal:a"))
    assert sorted(got) == [False] * 7 + [True]
    with database.transaction() as connection:
        assert ballots.take_turn(connection, "vote", "terminal:b")
        assert ballots.had_turn(connection, "vote", "terminal:a")
        ballots.give_back_turn(connection, "vote", "terminal:a")
        assert not ballots.had_turn(connection, "vote", "terminal:a")


def test_secret_votes_at_the_same_moment_are_all_counted(database: Database) -> None:
    """Eight votes for two plans: no vote is lost, equal papers share a row."""
    at_once(database, lambda connection, n: ballots.cast(connection, "vote", "1", {"plan": "ab"[n % 2]}))
    with database.reading() as connection:
        papers = [paper["plan"] for _, paper in ballots.papers(connection, "vote")]
        assert sorted(papers) == ["a"] * 4 + ["b"] * 4
        assert connection.exec_driver_sql("select count(*) from ballots").scalar() == 2


def test_a_reminder_is_sent_by_one_process(database: Database, clock: Clock) -> None:
    """Several processes find the same reminder due: one marks it as sent; another date makes it new."""
    save(database)
    now = database.clock()
    due, until = now - timedelta(hours=1), now + timedelta(days=1)
    at_once(database, lambda connection, n: reminders.plan(connection, DRAFT["id"], "deadline", due, until))
    with database.reading() as connection:
        (found,) = reminders.due_now(connection, now)
    got = at_once(database, lambda connection, n: reminders.mark_sent(connection, found, now))
    assert sorted(got) == [False] * 7 + [True]
    with database.transaction() as connection:
        reminders.plan(connection, DRAFT["id"], "deadline", due, until)
        assert reminders.due_now(connection, now) == []
        reminders.plan(connection, DRAFT["id"], "deadline", due + timedelta(minutes=1), until)
        assert len(reminders.due_now(connection, now)) == 1
        reminders.drop_orphans(connection, until)
        assert reminders.due_now(connection, now) == []


def test_what_is_to_be_forgotten_is_forgotten_once_it_is_sent(database: Database, clock: Clock) -> None:
    """Incoming words are emptied and sent answers deleted; what waits, what was said before and what others said
    stays; a message delivered twice is still known."""
    raw = {"text": "秘密"}
    post.receive(database, "terminal", "before", "terminal:a", {"text": "从前"})
    clock.at += timedelta(minutes=1)
    since = database.clock()
    post.receive(database, "terminal", "1", "terminal:a", raw)
    post.receive(database, "terminal", "2", "terminal:b", raw)
    with database.transaction() as connection:
        now = database.clock()
        for key in ("before", "1", "2"):
            inbox.mark_done(connection, post.inbox_id(connection, "terminal", key) or 0, now)
        message = post.inbox_id(connection, "terminal", "1") or 0
        post.post(connection, "terminal:a", [Reply("回执")], message, now)
        secrecy.blot(connection, "terminal:a", since, now)
    with database.reading() as connection:
        assert [row.reply.text for row in post.of_chat(connection, "terminal:a")] == ["回执"]
        words = [json.loads(row) for row in connection.exec_driver_sql("select raw from inbox order by id").scalars()]
        assert words == [{"text": "从前"}, {}, raw]
    with database.transaction() as connection:
        outbox.mark_sent(connection, [post.of_chat(connection, "terminal:a")[0].id], database.clock())
        assert secrecy.sweep(connection) == 0
        assert post.of_chat(connection, "terminal:a") == []
        assert connection.exec_driver_sql("select count(*) from blots").scalar() == 0
    assert not post.receive(database, "terminal", "1", "terminal:a", raw)
