"""Locks between processes and machines. They end with whoever holds them: no clock, nothing to clean up after a crash.

PostgreSQL: advisory locks, bound to a connection. SQLite: a lock on a file beside the database, released by the kernel.
Neither is what keeps data right (transactions and unique keys do); they keep two processes from doing the same work.
A pooler that hands one connection to several clients (pgbouncer in transaction mode) breaks them.
"""

from __future__ import annotations

import fcntl
import logging
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot.store.database import Database

log = logging.getLogger(__name__)

IN_HAND, WRITING, BATON = 715_541, 715_542, 715_543
"""First numbers of our advisory locks: a chat that a worker has in hand, a chat whose rows are being added, a baton."""
_NOTICE_DEATH = ("tcp_keepalives_idle = 5", "tcp_keepalives_interval = 5", "tcp_keepalives_count = 3")
"""Makes the server notice within some 20 s that a machine that held a lock has lost its power."""


def number(name: str) -> int:
    """A name as the second number of an advisory lock: 32 bits, the same everywhere. Two names that share one only wait
    for each other now and then."""
    return zlib.crc32(name.encode()) - (1 << 31)


def hold_order(connection: Connection, chats: Iterable[str]) -> None:
    """Until the end of this transaction nobody else adds rows to these chats, so that row numbers of a chat are
    committed in their order (PostgreSQL gives them out earlier; SQLite has one writer)."""
    if connection.dialect.name != "postgresql":
        return
    for key in sorted({number(chat) for chat in chats}):  # sorted: two that need the same chats never wait in a ring
        connection.execute(text("SELECT pg_advisory_xact_lock(:a, :b)"), {"a": WRITING, "b": key})


class Baton:
    """Whoever has it does the work of which there may be only one: polling and sending with one token."""

    def __init__(self, database: Database, name: str) -> None:
        self._database = database
        self._name = name
        self._connection: Connection | None = None
        self._file: IO[str] | None = None

    def take(self) -> bool:
        """Whether it is ours now; does not wait. Raises DBAPIError, OSError."""
        if self._database.is_sqlite:
            return self._take_file()
        if self._connection is None:
            self._connection = _own_connection(self._database)
        held = self._connection.execute(text("SELECT pg_try_advisory_lock(:a, :b)"), self._key()).scalar()
        if not held:
            self.drop()
        return bool(held)

    def held(self) -> bool:
        """Whether it is still ours: the connection that holds it may have broken."""
        if self._database.is_sqlite:
            return self._file is not None
        try:
            return self._connection is not None and self._connection.execute(text("SELECT 1")).scalar() == 1
        except DBAPIError:
            self.drop()
            return False

    def drop(self) -> None:
        """Let another one have it."""
        if self._file:
            self._file.close()
            self._file = None
        if self._connection:
            _close(self._connection)
            self._connection = None

    def _take_file(self) -> bool:
        database = make_url(str(self._database.engine.url)).database
        if not database or database == ":memory:":
            return True  # nobody else can open it
        if self._file is None:
            file = Path(f"{database}.{self._name.replace(':', '-')}.lock").open("w")  # noqa: SIM115 - open is locked
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    def _key(self) -> dict[str, int]:
        return {"a": BATON, "b": number(self._name)}


class InHand:
    """The chats that a worker has in hand, so that no other worker takes them up meanwhile."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: Connection | None = None
        self._done: list[str] = []

    def take(self, chats: Sequence[str], room: int) -> list[str]:
        """The first `room` of these chats that no other worker has. Raises DBAPIError; then all are let go."""
        if self._database.is_sqlite:
            return list(chats[:room])
        try:
            return self._take(list(chats), room)
        except DBAPIError:
            self.drop()
            raise

    def done(self, chat: str) -> None:
        """The worker is through with it; others may have it after the next `take` or `flush`."""
        self._done.append(chat)

    def flush(self) -> None:
        """Let go what is done. Raises DBAPIError; then all are let go."""
        done, self._done = self._done, []
        if self._connection is None or not done:
            return
        try:
            self._connection.execute(
                text("SELECT pg_advisory_unlock(:a, n) FROM unnest(CAST(:chats AS int[])) AS n"),
                {"a": IN_HAND, "chats": [number(chat) for chat in done]},
            )
        except DBAPIError:
            self.drop()
            raise

    def drop(self) -> None:
        """Let everything go."""
        self._done.clear()
        if self._connection:
            _close(self._connection)
            self._connection = None

    def _take(self, chats: list[str], room: int) -> list[str]:
        self.flush()
        if self._connection is None:
            self._connection = _own_connection(self._database)
        mine: list[str] = []
        while chats and len(mine) < room:
            asked, chats = chats[: room - len(mine)], chats[room - len(mine) :]
            rows = self._connection.execute(
                text(
                    "SELECT pg_try_advisory_lock(:a, n) FROM unnest(CAST(:chats AS int[])) WITH ORDINALITY AS c(n, place) ORDER BY place"
                ),
                {"a": IN_HAND, "chats": [number(chat) for chat in asked]},
            )
            mine += [chat for chat, got in zip(asked, rows.scalars(), strict=True) if got]
        return mine


def _own_connection(database: Database) -> Connection:
    """A connection outside the pool: what it holds goes when it is closed, and with it."""
    connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    connection.detach()
    for setting in _NOTICE_DEATH:
        connection.exec_driver_sql(f"SET {setting}")
    return connection


def _close(connection: Connection) -> None:
    try:
        connection.close()
    except DBAPIError as error:
        log.debug("a connection was broken already: %s", type(error).__name__)
