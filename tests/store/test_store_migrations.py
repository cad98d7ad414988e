"""Opening the database: fresh, again, by several processes at once, and one from the future."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Timer

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.settings import DEFAULT_CONTENT
from bot.store import database as module
from bot.store.database import Database, DatabaseFromTheFuture
from bot.store.records import Records
from bot.store.tables import chats, metadata, schema_version

OPEN_TOGETHER = """
import sys, time
from bot.store.database import Database
from bot.store import post
url, number, start = sys.argv[1], sys.argv[2], float(sys.argv[3])
time.sleep(max(0, start - time.time()))
database = Database(url)
for message in range(5):
    post.receive(database, "terminal", f"{number}-{message}", f"terminal:{number}", {"text": "测试"})
"""
"""What each of several processes does at the same moment: open the database and store five messages."""


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at `url`, closed afterwards."""
    with closing(Database(url)) as found:
        yield found


def versions(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.execute(select(schema_version.c.version)).scalars())


def test_fresh_database_gets_every_table_and_the_newest_version(url: str) -> None:
    """Opening an empty database makes all tables and writes the number of the last migration."""
    with opened(url) as database:
        assert database.table_names() == sorted(metadata.tables)
        assert versions(database) == [len(module.MIGRATIONS)]


def test_opening_again_changes_nothing(url: str) -> None:
    """A second start keeps what is there and migrates nothing."""
    with opened(url) as database, database.transaction() as connection:
        Records(connection, database.clock()).save_chat_state("terminal:a", {"draft": "一"})
    with opened(url) as database:
        assert versions(database) == [len(module.MIGRATIONS)]
        with database.reading() as connection:
            assert Records(connection, database.clock()).chat_state("terminal:a") == {"draft": "一"}


def test_an_older_database_is_brought_forward_step_by_step(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of an earlier version runs only the steps that it lacks, in order, and keeps its rows."""
    done: list[int] = []
    monkeypatch.setattr(module, "MIGRATIONS", module.MIGRATIONS[:1])
    with opened(url) as database, database.transaction() as connection:
        Records(connection, database.clock()).save_chat_state("terminal:a", {"draft": "一"})
    steps = [lambda connection, number=number: done.append(number) for number in (2, 3)]
    monkeypatch.setattr(module, "MIGRATIONS", (module.MIGRATIONS[0], *steps))
    with opened(url) as database:
        assert done == [2, 3]
        assert versions(database) == [3]
        with database.reading() as connection:
            assert Records(connection, database.clock()).chat_state("terminal:a") == {"draft": "一"}


def test_a_migration_that_fails_leaves_the_database_as_it_was(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that breaks in its middle is rolled back: the old program can go on with the database."""
    with opened(url):
        pass

    def broken(connection: Connection) -> None:
        connection.execute(insert(chats).values(chat="half", state="{}", updated_at=""))
        raise RuntimeError("a step that breaks")

    released = module.MIGRATIONS
    monkeypatch.setattr(module, "MIGRATIONS", (*released, broken))
    with pytest.raises(RuntimeError, match="breaks"):
        Database(url)
    monkeypatch.setattr(module, "MIGRATIONS", released)
    with opened(url) as database:
        assert versions(database) == [len(released)]
        with database.reading() as connection:
            assert connection.execute(select(chats)).first() is None


def test_a_database_from_the_future_is_refused_with_what_to_do(url: str) -> None:
    """A database written by a newer program is not touched; the message says which versions, and to upgrade."""
    with opened(url) as database, database.transaction() as connection:
        connection.execute(update(schema_version).values(version=99))
    with pytest.raises(DatabaseFromTheFuture, match=rf"99.*只认到 {len(module.MIGRATIONS)}.*升级"):
        Database(url)


def test_processes_that_start_at_once_migrate_once_and_lose_nothing(url: str) -> None:
    """Four processes open a new database at the same moment: all succeed, one version row, every message stored."""
    start = str(time.time() + 3)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_TOGETHER, url, str(number), start],
            cwd=DEFAULT_CONTENT,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for number in range(4)
    ]
    errors = [process.communicate(timeout=60)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 4, errors
    with opened(url) as database:
        assert versions(database) == [len(module.MIGRATIONS)]
        with database.reading() as connection:
            assert connection.exec_driver_sql("select count(*) from inbox").scalar() == 20


def test_opening_waits_while_another_process_writes_the_file_for_the_first_time(tmp_path: Path) -> None:
    """The switch to WAL, for which SQLite itself does not wait, is tried again until the other one is done."""
    file = tmp_path / "new.db"
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE first (a)")
        other.execute("BEGIN IMMEDIATE")
        timer = Timer(0.5, other.execute, ["COMMIT"])
        timer.start()
        with opened(f"sqlite:///{file}") as database:
            assert versions(database) == [len(module.MIGRATIONS)]
        timer.join()
