"""What SQLite and PostgreSQL write differently."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

INSERTS: dict[str, Callable[[Table], Any]] = {"sqlite": sqlite_insert, "postgresql": postgresql_insert}
"""Both know ON CONFLICT, each its own way."""


def upsert(table: Table, *names: str) -> dict[str, Executable]:
    """By dialect, a statement that inserts a row, or sets these columns of the row that has its key."""
    made: dict[str, Executable] = {}
    for name, insert_ in INSERTS.items():
        new = insert_(table)
        made[name] = new.on_conflict_do_update(
            index_elements=list(table.primary_key.columns), set_={column: new.excluded[column] for column in names}
        )
    return made


def insert_once(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted. Of two processes that do it at the same
    moment the second one waits for the first, and then finds the row."""
    insert_ = INSERTS[connection.dialect.name]
    # RETURNING, because the row count of an insert that did nothing differs between drivers.
    stored = insert_(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(stored).first() is not None
