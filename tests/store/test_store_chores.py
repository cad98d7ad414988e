"""Work by the clock: once, whoever comes first."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.store import chores
from bot.store.database import Database
from bot.store.tables import chores as table
from tests.talk import Clock

HOUR = timedelta(hours=1)


def due(database: Database, now: datetime) -> bool:
    with database.transaction() as connection:
        return chores.take_up(connection, "sweep", HOUR, now)


def test_a_chore_comes_round_and_no_sooner(database: Database, clock: Clock) -> None:
    """Due at first, then not before its time has passed; entering it twice changes nothing."""
    chores.enter(database, "sweep")
    chores.enter(database, "sweep")
    assert [due(database, clock.at), due(database, clock.at + HOUR / 2), due(database, clock.at + HOUR)] == [
        True,
        False,
        True,
    ]


def test_a_clock_set_back_does_not_put_a_chore_off(database: Database, clock: Clock) -> None:
    """A last run that lies in the future was written by a wrong clock: the chore is due."""
    chores.enter(database, "sweep")
    assert due(database, clock.at + timedelta(days=400))
    assert due(database, clock.at)
    assert not due(database, clock.at + HOUR / 2)


def test_a_chore_that_fails_is_due_again(database: Database, clock: Clock) -> None:
    """What is done inside the transaction is undone with it, and so is its being done."""
    chores.enter(database, "sweep")

    def fails() -> None:
        with database.transaction() as connection:
            assert chores.take_up(connection, "sweep", HOUR, clock.at)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert due(database, clock.at)


def test_of_many_processes_one_does_it(url: str, clock: Clock) -> None:
    """Eight that look at the same moment: one is told that it is due."""
    told: list[bool] = []
    with closing(Database(url)) as database:
        chores.enter(database, "sweep")
        threads = [threading.Thread(target=lambda: told.append(due(database, clock.at))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(told) == [False] * 7 + [True]
        with database.transaction() as connection:
            chores.note_result(connection, "sweep", "3")
            row = connection.execute(select(table)).one()
    assert row.result == "3"
