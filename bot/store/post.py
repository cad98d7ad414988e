"""What comes in and what goes out, put down in its order within a chat, and read again as a conversation.

The queues that are made of it: bot/store/inbox.py for the worker, bot/store/outbox.py for the sender.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, text

from bot.messages import Reply, as_dict, from_dict
from bot.store.database import Database, stamp
from bot.store.dialect import INSERTS
from bot.store.locks import hold_order
from bot.store.tables import inbox, outbox


@dataclass(frozen=True)
class Outgoing:
    """One row of the outbox."""

    id: int
    chat: str
    channel: str
    reply: Reply
    tries: int
    state: str
    inbox_id: int = 0
    """Message that it answers, 0 for a notice."""


# Statements that every message needs are built once: building one costs more than running it. RETURNING, because the row
# count of an insert that did nothing differs between drivers.
_STORE = {name: insert_(inbox).on_conflict_do_nothing().returning(inbox.c.id) for name, insert_ in INSERTS.items()}
_LAST = select(
    select(inbox.c.received_at)
    .where(inbox.c.chat == bindparam("chat"))
    .order_by(inbox.c.id.desc())
    .limit(1)
    .scalar_subquery(),
    select(outbox.c.created_at)
    .where(outbox.c.chat == bindparam("chat"))
    .order_by(outbox.c.id.desc())
    .limit(1)
    .scalar_subquery(),
)
_POST = insert(outbox)
_NEW = text("inbox.state = 'new'")  # in words: then the index of what waits will do


def receive(database: Database, channel: str, update_id: str, chat: str, raw: dict[str, Any]) -> bool:
    """Store one incoming message durably. False when it was there already (a redelivery)."""
    written = json.dumps(raw, ensure_ascii=False)
    with database.transaction() as connection:
        hold_order(connection, [chat])
        values = {
            "channel": channel,
            "update_id": update_id,
            "chat": chat,
            "raw": written,
            "state": "new",
            "received_at": _after_last(connection, chat, database.clock()),
        }
        return connection.execute(_STORE[connection.dialect.name], values).first() is not None


def _after_last(connection: Connection, chat: str, now: datetime) -> str:
    """The stored time of a new row of this chat: now, but never before the row that it follows. Clocks are set back, and
    those of two machines differ; a conversation read by time must stay in its order all the same."""
    return max(stamp(now), *(last or "" for last in connection.execute(_LAST, {"chat": chat}).one()))


def post(connection: Connection, chat: str, replies: Iterable[Reply], inbox_id: int, now: datetime) -> None:
    """Put replies into the outbox, in order. A reply with `to` goes to that chat. Call it once in a transaction: on
    PostgreSQL it holds the order of these chats until the end."""
    replies = list(replies)
    targets = {reply.to or chat for reply in replies}
    hold_order(connection, targets)
    times = {target: _after_last(connection, target, now) for target in targets}
    for reply in replies:
        target = reply.to or chat
        values = {
            "chat": target,
            "channel": target.partition(":")[0],
            "inbox_id": 0 if reply.to else inbox_id,
            "reply": json.dumps(as_dict(reply), ensure_ascii=False),
            "state": "new",
            "created_at": times[target],
        }
        connection.execute(_POST, values)


def outgoing(row: Any) -> Outgoing:
    """A row of the outbox as an object."""
    return Outgoing(
        row["id"],
        row["chat"],
        row["channel"],
        from_dict(json.loads(row["reply"])),
        row["tries"],
        row["state"],
        row["inbox_id"],
    )


def of_chat(connection: Connection, chat: str, after: int = 0, limit: int = 200) -> list[Outgoing]:
    """Messages to a chat with an id above `after`, oldest first, whatever their state."""
    query = select(outbox).where(outbox.c.chat == chat, outbox.c.id > after).order_by(outbox.c.id.desc()).limit(limit)
    return [outgoing(row) for row in reversed(list(connection.execute(query).mappings()))]


@dataclass(frozen=True)
class Said:
    """One line of a conversation as it was: a message of the person (`raw`) or one of ours (`reply`)."""

    at: str
    raw: dict[str, Any] | None
    outgoing: Outgoing | None


def history(connection: Connection, chat: str, limit: int = 60) -> list[Said]:
    """The last messages of a conversation, both sides, oldest first."""
    theirs = select(inbox).where(inbox.c.chat == chat).order_by(inbox.c.id.desc()).limit(limit)
    ours = select(outbox).where(outbox.c.chat == chat).order_by(outbox.c.id.desc()).limit(limit)
    said = [Said(row["received_at"], json.loads(row["raw"]), None) for row in connection.execute(theirs).mappings()]
    said += [Said(row["created_at"], None, outgoing(row)) for row in connection.execute(ours).mappings()]
    return sorted(said, key=lambda line: line.at)[-limit:]


def forget(connection: Connection, chat: str) -> None:
    """Delete what was said in a conversation, except what still waits."""
    connection.execute(delete(inbox).where(inbox.c.chat == chat, inbox.c.state != "new"))
    connection.execute(delete(outbox).where(outbox.c.chat == chat, outbox.c.state.in_(("sent", "unknown", "dead"))))


def answers_to(connection: Connection, inbox_id: int) -> list[Outgoing]:
    """What was answered to one incoming message, in order."""
    query = select(outbox).where(outbox.c.inbox_id == inbox_id).order_by(outbox.c.id)
    return [outgoing(row) for row in connection.execute(query).mappings()]


def inbox_id(connection: Connection, channel: str, update_id: str) -> int | None:
    """Id of a stored message."""
    return connection.execute(
        select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.update_id == update_id)
    ).scalar()


def waits(connection: Connection, chat: str) -> bool:
    """Whether a message of this chat is still to be handled."""
    return connection.execute(select(inbox.c.id).where(inbox.c.chat == chat, _NEW).limit(1)).first() is not None


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state, for health and metrics: `inbox.new`, `outbox.dead`, …"""
    found = {}
    for name, table in (("inbox", inbox), ("outbox", outbox)):
        for state, number in connection.execute(select(table.c.state, func.count()).group_by(table.c.state)):
            found[f"{name}.{state}"] = number
    return found
