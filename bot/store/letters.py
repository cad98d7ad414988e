"""Messages that went wrong: set aside after many tries, or of unknown fate. Looking at them, trying again, dropping."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update

from bot.store.tables import inbox, outbox

STUCK = {"inbox": ("dead",), "outbox": ("dead", "unknown")}
"""Table -> states from which nothing leads on by itself."""
_TABLES: dict[str, tuple[Table, Any, Any]] = {
    "in": (inbox, inbox.c.raw, inbox.c.received_at),
    "out": (outbox, outbox.c.reply, outbox.c.created_at),
}
"""Beginning of a letter's name -> table, column of the content, column of the time."""


@dataclass(frozen=True)
class Letter:
    """One message that went wrong."""

    name: str
    """`in-12` or `out-7`: the table and the row's number."""
    channel: str
    chat: str
    state: str
    tries: int
    error: str
    at: str
    """When it came in or was put into the outbox, as stored."""
    content: dict[str, Any]
    """The raw update, or the reply: what a person wrote or was told."""


def stuck(connection: Connection) -> list[Letter]:
    """All of them, oldest first, incoming before outgoing."""
    found = []
    for kind, (table, content, at) in _TABLES.items():
        query = select(table).where(table.c.state.in_(STUCK[table.name])).order_by(table.c.id)
        for row in connection.execute(query).mappings():
            found.append(
                Letter(
                    f"{kind}-{row['id']}", row["channel"], row["chat"], row["state"], row["tries"], row["error"],
                    row[at.name], json.loads(row[content.name]),
                )
            )  # fmt: skip
    return found


def retry(connection: Connection, names: Sequence[str]) -> list[str]:
    """Have these handled or sent again, before later ones of their chats. Returns the names that were found."""
    fresh = {"state": "new", "tries": 0, "not_before": "", "error": ""}
    return [name for name in names if _change(connection, name, fresh)]


def drop(connection: Connection, names: Sequence[str]) -> list[str]:
    """Delete what these say. Of an incoming one the number stays, so that the same update is not taken for a new one.
    Returns the names that were found."""
    return [name for name in names if _drop(connection, name)]


def _drop(connection: Connection, name: str) -> bool:
    if name.startswith("in-"):
        return _change(connection, name, {"state": "dropped", "raw": "{}"})
    where = _where(name)
    return where is not None and connection.execute(delete(outbox).where(*where[1])).rowcount == 1


def _change(connection: Connection, name: str, values: dict[str, Any]) -> bool:
    where = _where(name)
    return where is not None and connection.execute(update(where[0]).where(*where[1]).values(**values)).rowcount == 1


def _where(name: str) -> tuple[Table, list[Any]] | None:
    """Table and conditions of a letter's name, None for what is no such name."""
    kind, _, digits = name.partition("-")
    if kind not in _TABLES or not digits.isascii() or not digits.isdigit() or len(digits) > 18:
        return None
    table = _TABLES[kind][0]
    return table, [table.c.id == int(digits), table.c.state.in_(STUCK[table.name])]
