"""The inbox as the worker sees it: the first undone message of each chat, and what became of it.

Statements that every message needs are built once: building one costs more than running it.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, select, update

from bot.store.database import stamp
from bot.store.tables import inbox

MAX_TRIES = 5
"""Failed attempts at handling one message before it is set aside as dead."""


@dataclass(frozen=True)
class Received:
    """One row of the inbox."""

    id: int
    channel: str
    update_id: str
    chat: str
    raw: dict[str, Any]
    tries: int
    received_at: datetime


_OLDER = inbox.alias("older")
# In words and not as a parameter: the planner then knows that the index of what waits will do.
_NEW: ColumnElement[str] = literal_column("'new'")
_HEADS = (
    select(inbox.c.chat, inbox.c.id)
    .where(
        inbox.c.state == "new",
        inbox.c.channel.in_(bindparam("channels", expanding=True)),
        inbox.c.not_before <= bindparam("now"),
        ~select(_OLDER.c.id)
        .where(and_(_OLDER.c.chat == inbox.c.chat, _OLDER.c.state == _NEW, _OLDER.c.id < inbox.c.id))
        .exists(),
        inbox.c.chat.not_in(bindparam("without", expanding=True)),
    )
    .order_by(inbox.c.id)
    .limit(bindparam("limit"))
)
_MESSAGES = (
    select(inbox).where(inbox.c.id.in_(bindparam("ids", expanding=True)), inbox.c.state == "new").order_by(inbox.c.id)
)
_HELD = select(inbox.c.state).where(inbox.c.id == bindparam("message")).with_for_update()
_DONE = update(inbox).where(inbox.c.id == bindparam("message")).values(state="done", error="", done_at=bindparam("now"))


def next_chats(
    connection: Connection, now: datetime, channels: Collection[str], limit: int = 1, without: Collection[str] = ()
) -> dict[str, int]:
    """Chat -> id of its first undone message, where its time has come, oldest first; of these channels and of no chat in
    `without`."""
    given = {"now": stamp(now), "channels": list(channels), "without": list(without), "limit": limit}
    return {row[0]: row[1] for row in connection.execute(_HEADS, given)}


def messages(connection: Connection, ids: Collection[int]) -> list[Received]:
    """The undone ones of these messages, oldest first."""
    return [_received(row) for row in connection.execute(_MESSAGES, {"ids": list(ids)}).mappings()]


def next_time(connection: Connection, channels: Collection[str]) -> datetime | None:
    """When the next message of these channels is due, None when none waits; a time long past for one that is due."""
    query = select(func.min(inbox.c.not_before)).where(inbox.c.state == "new", inbox.c.channel.in_(channels))
    soonest = connection.execute(query).scalar()
    return None if soonest is None else datetime.fromisoformat(soonest or stamp(datetime.fromtimestamp(0, UTC)))


def is_new(connection: Connection, message_id: int) -> bool:
    """Whether the message still waits. Holds its row until the end of the transaction, so that of two workers on
    PostgreSQL the later one waits, and then sees that it is done. (SQLite has one writer and knows no row locks.)"""
    return bool(connection.execute(_HELD, {"message": message_id}).scalar() == "new")


def mark_done(connection: Connection, message_id: int, now: datetime) -> None:
    """Handled."""
    connection.execute(_DONE, {"message": message_id, "now": stamp(now)})


def mark_failed(connection: Connection, message: Received, reason: str, again_at: datetime) -> str:
    """Count one failed attempt. Returns the message's state now: `new` when it is tried again at `again_at`, `dead` when
    it is set aside with its raw text, "" when another worker has dealt with it meanwhile."""
    dead = message.tries + 1 >= MAX_TRIES
    mine = update(inbox).where(inbox.c.id == message.id, inbox.c.state == "new", inbox.c.tries == message.tries)
    counted = connection.execute(
        mine.values(
            tries=message.tries + 1,
            error=reason[:200],
            state="dead" if dead else "new",
            not_before="" if dead else stamp(again_at),
        )
    )
    if not counted.rowcount:
        return ""
    return "dead" if dead else "new"


def end_waits(connection: Connection) -> None:
    """What waits for its next try is tried at once, for when the clock was set back: times noted before would lie far in
    the future."""
    waiting = update(inbox).where(inbox.c.state == "new", inbox.c.not_before > "")
    connection.execute(waiting.values(not_before=""))


def _received(row: Any) -> Received:
    return Received(
        row["id"],
        row["channel"],
        row["update_id"],
        row["chat"],
        json.loads(row["raw"]),
        row["tries"],
        datetime.fromisoformat(row["received_at"]),
    )
