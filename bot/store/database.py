"""Opening the database: SQLite or PostgreSQL by URL, numbered forward migrations, short transactions."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, insert, inspect, select, text, update
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateColumn

from bot.store import about, tables

Migration = Callable[[Connection], None]

PATIENCE = 15
"""Seconds to wait for another process that holds a SQLite file."""


def _first(connection: Connection) -> None:
    tables.metadata.create_all(connection)


def _learning(connection: Connection) -> None:
    """What became of a queued question: the entry that was taken, and whether staff are done with it."""
    add_columns(connection, tables.questions, "chosen", "done_at")


def add_columns(connection: Connection, table: Table, *names: str) -> None:
    """Add columns of `tables.py` to a table that was made before they were. A new database has them from the first
    step on; there this does nothing."""
    there = {column["name"] for column in inspect(connection).get_columns(table.name)}
    for name in names:
        if name not in there:
            column = CreateColumn(table.c[name]).compile(connection)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {column}")


def _several_machines(connection: Connection) -> None:
    """Chores that one of many processes does, waits of the inbox that all workers keep, tables that explain
    themselves."""
    tables.chores.create(connection, checkfirst=True)
    tables.about_tables.create(connection, checkfirst=True)
    add_columns(connection, tables.inbox, "not_before")


def _people_and_time(connection: Connection) -> None:
    """Tables for forms that know time and people: reminders, handing a draft over, places, votes, anonymity."""
    names = ("reminders", "handovers", "guesses", "places", "series", "voters", "ballots", "blots")
    for name in names:
        tables.metadata.tables[name].create(connection, checkfirst=True)


def _long_conversations(connection: Connection) -> None:
    """What waits is found without looking through all that was ever said in its chat."""
    for table in (tables.inbox, tables.outbox):
        for index in table.indexes:
            if str(index.name).endswith("_waiting"):
                index.create(connection, checkfirst=True)


MIGRATIONS: tuple[Migration, ...] = (_first, _learning, _several_machines, _people_and_time, _long_conversations)
"""Forward only; the position is the number. A step that has been released is never changed."""


class DatabaseFromTheFuture(Exception):
    """The database was written by a newer version of the program."""


def utc_now() -> datetime:
    """The time of day for everything that is stored."""
    return datetime.now(UTC)


def stamp(at: datetime) -> str:
    """A time as it is stored: UTC, microseconds, sortable as text."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


class Database:
    """The engine and its transactions. `clock` gives the time that is stored."""

    def __init__(self, url: str, clock: Callable[[], datetime] = utc_now) -> None:
        self.clock = clock
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.is_sqlite else create_engine(url, pool_pre_ping=True)
        self._turn = threading.Lock()
        self._migrate()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One short write transaction; commits at the end, rolls back on any exception."""
        with self._in_turn(), self.engine.connect() as connection:
            if self.is_sqlite:
                # IMMEDIATE takes the write lock at once: two writers wait for each other instead of failing half-way.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            with connection.begin() if not connection.in_transaction() else _already(connection):
                yield connection

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """SQLite: the threads of this process write one after the other. SQLite itself would let them try again after
        naps of up to 0.1 s, in no order, and a busy one can starve the others."""
        mine = self.is_sqlite and self._turn.acquire(timeout=PATIENCE)
        try:
            yield
        finally:
            if mine:
                self._turn.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading only."""
        with self.engine.connect() as connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.transaction() as connection:
            if not self.is_sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(715533)"))  # one process migrates at a time
            tables.schema_version.create(connection, checkfirst=True)
            row = connection.execute(select(tables.schema_version.c.version)).first()
            version = row[0] if row else 0
            if version > len(MIGRATIONS):
                raise DatabaseFromTheFuture(
                    f"数据库是更新的版本（{version}）写的，这个程序只认到 {len(MIGRATIONS)}。请先升级程序。"
                )
            for number in range(version, len(MIGRATIONS)):
                MIGRATIONS[number](connection)
            if row is None:
                connection.execute(insert(tables.schema_version).values(version=len(MIGRATIONS)))
            elif version < len(MIGRATIONS):
                connection.execute(update(tables.schema_version).values(version=len(MIGRATIONS)))
            about.explain(connection)

    def table_names(self) -> list[str]:
        """Names of all tables, for operators and tests."""
        return sorted(inspect(self.engine).get_table_names())


@contextmanager
def _already(connection: Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def _sqlite(url: str) -> Engine:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        # WAL lets readers go on while one writes; FULL survives a power cut, which is what a receipt promises.
        _into_wal(connection)
        for pragma in ("synchronous=FULL", f"busy_timeout={PATIENCE * 1000}", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _into_wal(connection: Any) -> None:
    """Switch to WAL, waiting for whoever holds the file.

    SQLite does not wait here by itself: its busy timeout leaves out the switch of the journal mode, and the moments in
    which another process opens the file first, closes it last or recovers it after a crash
    (https://www.sqlite.org/wal.html, "Sometimes Queries Return SQLITE_BUSY In WAL Mode").
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not busy or time.monotonic() > deadline:
                raise
            time.sleep(random.uniform(0.005, 0.05))
