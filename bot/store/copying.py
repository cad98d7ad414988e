"""All rows from one database into another of either kind, compared afterwards: backups, restoring, moving house."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from bot.store.database import Database
from bot.store.tables import about_tables, metadata, schema_version

MADE_BY_MIGRATIONS = (schema_version, about_tables)
"""Tables that every new database has with their rows in them."""
BATCH = 1000
"""Rows that are held in memory at a time."""


class NotEmpty(Exception):
    """The database that rows should go into holds some already; the text says which table."""


class NotTheSame(Exception):
    """What arrived is not what was there; the text says in which table."""


@dataclass(frozen=True)
class Copied:
    """One table after copying."""

    table: str
    rows: int
    checksum: str
    """Hexadecimal, the same for the same rows in any order: two databases sort text differently."""


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """A connection that sees the database as it was at the first read, however much is written meanwhile."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        yield connection
        connection.rollback()


def our_tables() -> list[Table]:
    """Every table that the service writes, those that others refer to first."""
    return [table for table in metadata.sorted_tables if table not in MADE_BY_MIGRATIONS]


def counts(connection: Connection) -> dict[str, int]:
    """Rows in each table."""
    return {t.name: connection.execute(select(func.count()).select_from(t)).scalar_one() for t in our_tables()}


def refuse_unless_empty(connection: Connection) -> None:
    """Raises NotEmpty when any table has a row."""
    for table in our_tables():
        if connection.execute(select(table).limit(1)).first() is not None:
            raise NotEmpty(table.name)


def copy_rows(source: Connection, target: Connection) -> list[Copied]:
    """Copy every row, then read both sides again and compare. `target`: an open transaction on empty tables of the
    same version; nothing is committed here. Raises NotEmpty, NotTheSame."""
    refuse_unless_empty(target)
    for table in our_tables():
        for rows in _batches(source, table):
            target.execute(insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in rows])
        _set_sequence(target, table)
    return [_compared(table, source, target) for table in our_tables()]


def _batches(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    streaming = connection.execution_options(stream_results=True)
    with streaming.execute(select(table)) as result:
        for rows in result.partitions(BATCH):
            yield [tuple(row) for row in rows]


def _compared(table: Table, source: Connection, target: Connection) -> Copied:
    there, here = (checksum(row for rows in _batches(side, table) for row in rows) for side in (source, target))
    if there != here:
        raise NotTheSame(table.name)
    return Copied(table.name, *here)


def checksum(rows: Iterable[tuple[Any, ...]]) -> tuple[int, str]:
    """(number of rows, sum of their SHA-256 as 64 hexadecimal digits)."""
    number = total = 0
    for row in rows:
        number += 1
        total += int.from_bytes(hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).digest())
    return number, f"{total % 2**256:064x}"


def _set_sequence(connection: Connection, table: Table) -> None:
    """PostgreSQL counts on from its sequence and not from the highest id, so it has to be told where that is."""
    key = table.autoincrement_column
    if key is None or connection.dialect.name != "postgresql":
        return
    highest = connection.execute(select(func.max(key))).scalar()
    connection.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, :key), :at, :used)"),
        {"table": table.name, "key": key.name, "at": highest or 1, "used": highest is not None},
    )
