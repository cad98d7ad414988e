"""What SQLite and PostgreSQL write differently."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert


def insert_once(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row unless one with its key is there; whether it was inserted. Of two processes that do it at the same
    moment the second one waits for the first, and then finds the row."""
    insert_ = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    # RETURNING, because the row count of an insert that did nothing differs between drivers.
    stored = insert_(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return connection.execute(stored).first() is not None
