"""The queue of questions to learn from, as it is kept on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import inspect

from bot.store import database as module
from bot.store.database import Database
from bot.store.questions import KEPT_DAYS, Questions
from tests.talk import Clock


@pytest.fixture
def queue(database: Database) -> Iterator[Questions]:
    """The queue over one transaction that lasts as long as the test."""
    with database.transaction() as connection:
        yield Questions(connection, database.clock())


@pytest.mark.parametrize("text", ["问\x00题", "长" * 5000, "'; drop table inbox; --", "半个\ud83d字", "", "😀" * 300])
def test_any_question_can_be_queued(queue: Questions, text: str) -> None:
    """A question with a NUL, a lone surrogate, quotes or ten thousand characters is kept, cut to what the table takes."""
    queue.queue(text, "unknown", "", "")
    [kept] = queue.all()
    assert len(kept.text) <= 200
    assert kept.text.isprintable()
    assert kept.text[:1] == text[:1]


def test_a_queued_question_names_nobody(queue: Questions) -> None:
    """Numbers, addresses, names of people and of units are gone before a question reaches the table."""
    queue.queue(
        "我是张测试，手机 138 0013 8000，信用代码91321100MA1XK3L26L，邮箱 a.b@example.com，2026年要交吗",
        "unknown",
        "",
        "",
    )
    queue.queue("我们是测试一号机械有限公司，联系人：李测试，怎么备案", "choose", "温州", "")
    assert [one.text for one in queue.all()] == [
        "我是某人，手机 □，信用代码□，邮箱 □，2026年要交吗",
        "我们是某单位，联系人：某人，怎么备案",
    ]


def test_a_queued_question_has_no_chat(database: Database) -> None:
    """The table has no column that leads back to a conversation."""
    names = {column["name"] for column in inspect(database.engine).get_columns("questions")}
    assert names == {"id", "text", "status", "region", "near", "asked_at", "chosen", "done_at"}


def test_what_was_taken_and_done_is_noted(queue: Questions) -> None:
    """Rows get the entry that was taken and the time they were done with; a wrong answer opens its row again."""
    rows = [queue.queue(f"问题{number}", "choose", "", "a") for number in range(3)]
    queue.took(rows[:2], "b")
    queue.finish(rows[1:])
    assert [(one.chosen, bool(one.done_at)) for one in queue.all()] == [("b", False), ("b", True), ("", True)]
    queue.was_wrong(rows[1], "b")
    assert (queue.all()[1].status, queue.all()[1].near, queue.all()[1].chosen, queue.all()[1].done_at) == (
        "wrong",
        "b",
        "",
        "",
    )
    queue.finish(rows[2:], done=False)
    assert queue.all()[2].done_at == ""


def test_many_rows_are_finished_at_once(queue: Questions) -> None:
    """More rows than a database takes values in one statement."""
    rows = [queue.queue("同一个问题", "unknown", "", "") for _ in range(1200)]
    queue.finish(rows)
    assert all(one.done_at for one in queue.all())


def test_old_questions_are_deleted(database: Database, clock: Clock) -> None:
    """A question is kept for half a year, done or not, and no longer."""
    with database.transaction() as connection:
        Questions(connection, clock()).queue("旧的", "unknown", "", "")
        clock.at += timedelta(days=KEPT_DAYS - 1)
        Questions(connection, clock()).queue("新的", "unknown", "", "")
        assert Questions(connection, clock()).drop_old() == 0
        clock.at += timedelta(days=2)
        assert Questions(connection, clock()).drop_old() == 1
        assert [one.text for one in Questions(connection, clock()).all()] == ["新的"]


def test_a_queue_of_the_first_version_is_taken_over(database: Database, clock: Clock) -> None:
    """A table without the later columns gets them; what was queued stays, and is open."""
    with database.transaction() as connection:
        Questions(connection, clock()).queue("以前问的", "unknown", "", "a")
        for column in ("chosen", "done_at"):
            connection.exec_driver_sql(f"ALTER TABLE questions DROP COLUMN {column}")
        for _ in range(2):
            module._learning(connection)
    with database.reading() as connection:
        [kept] = Questions(connection, clock()).all()
    assert (kept.text, kept.near, kept.chosen, kept.done_at) == ("以前问的", "a", "", "")
