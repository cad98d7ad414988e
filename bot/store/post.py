"""Inbox and outbox: what came in and what goes out, each message in its order within a chat."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.messages import Reply, as_dict, from_dict
from bot.store.database import Database, stamp
from bot.store.locks import hold_order
from bot.store.tables import inbox, outbox

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


def receive(database: Database, channel: str, update_id: str, chat: str, raw: dict[str, Any]) -> bool:
    """Store one incoming message durably. False when it was there already (a redelivery)."""
    values = {
        "channel": channel,
        "update_id": update_id,
        "chat": chat,
        "raw": json.dumps(raw, ensure_ascii=False),
        "state": "new",
    }
    insert_ = sqlite_insert if database.is_sqlite else postgresql_insert
    with database.transaction() as connection:
        hold_order(connection, [chat])
        values["received_at"] = _after_last(connection, chat, database.clock())
        # RETURNING, because the row count of an insert that did nothing differs between drivers.
        stored = insert_(inbox).values(**values).on_conflict_do_nothing().returning(inbox.c.id)
        return connection.execute(stored).first() is not None


def _after_last(connection: Connection, chat: str, now: datetime) -> str:
    """The stored time of a new row of this chat: now, but never before the row that it follows. Clocks are set back, and
    those of two machines differ; a conversation read by time must stay in its order all the same."""
    theirs = select(inbox.c.received_at).where(inbox.c.chat == chat).order_by(inbox.c.id.desc()).limit(1)
    ours = select(outbox.c.created_at).where(outbox.c.chat == chat).order_by(outbox.c.id.desc()).limit(1)
    return max(stamp(now), *(connection.execute(query).scalar() or "" for query in (theirs, ours)))


def next_chats(
    connection: Connection, now: datetime, channels: Collection[str], limit: int = 1, without: Collection[str] = ()
) -> dict[str, int]:
    """Chat -> id of its first undone message, where its time has come, oldest first; of these channels and of no chat in
    `without`."""
    older = inbox.alias("older")
    head = ~(
        select(older.c.id)
        .where(and_(older.c.chat == inbox.c.chat, older.c.state == "new", older.c.id < inbox.c.id))
        .exists()
    )
    query = (
        select(inbox.c.chat, inbox.c.id)
        .where(inbox.c.state == "new", inbox.c.channel.in_(channels), inbox.c.not_before <= stamp(now), head)
        .where(inbox.c.chat.not_in(without))
        .order_by(inbox.c.id)
        .limit(limit)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def messages(connection: Connection, ids: Collection[int]) -> list[Received]:
    """The undone ones of these messages, oldest first."""
    query = select(inbox).where(inbox.c.id.in_(ids), inbox.c.state == "new").order_by(inbox.c.id)
    return [_received(row) for row in connection.execute(query).mappings()]


def next_time(connection: Connection, channels: Collection[str]) -> datetime | None:
    """When the next message of these channels is due, None when none waits; a time long past for one that is due."""
    query = select(func.min(inbox.c.not_before)).where(inbox.c.state == "new", inbox.c.channel.in_(channels))
    soonest = connection.execute(query).scalar()
    return None if soonest is None else datetime.fromisoformat(soonest or stamp(datetime.fromtimestamp(0, UTC)))


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


def is_new(connection: Connection, message_id: int) -> bool:
    """Whether the message still waits. Holds its row until the end of the transaction, so that of two workers on
    PostgreSQL the later one waits, and then sees that it is done. (SQLite has one writer and knows no row locks.)"""
    query = select(inbox.c.state).where(inbox.c.id == message_id).with_for_update()
    return connection.execute(query).scalar() == "new"


def mark_done(connection: Connection, message_id: int, now: datetime) -> None:
    """Handled."""
    connection.execute(update(inbox).where(inbox.c.id == message_id).values(state="done", error="", done_at=stamp(now)))


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


def post(connection: Connection, chat: str, replies: Iterable[Reply], inbox_id: int, now: datetime) -> None:
    """Put replies into the outbox, in order. A reply with `to` goes to that chat. Call it once in a transaction: on
    PostgreSQL it holds the order of these chats until the end."""
    replies = list(replies)
    hold_order(connection, {reply.to or chat for reply in replies})
    for reply in replies:
        target = reply.to or chat
        connection.execute(
            insert(outbox).values(
                chat=target,
                channel=target.partition(":")[0],
                inbox_id=0 if reply.to else inbox_id,
                reply=json.dumps(as_dict(reply), ensure_ascii=False),
                state="new",
                created_at=_after_last(connection, target, now),
            )
        )


def _outgoing(row: Any) -> Outgoing:
    return Outgoing(
        row["id"],
        row["chat"],
        row["channel"],
        from_dict(json.loads(row["reply"])),
        row["tries"],
        row["state"],
        row["inbox_id"],
    )


def due(connection: Connection, channel: str, now: datetime, limit: int = 50) -> list[Outgoing]:
    """Rows to send now: the first unsent one of each chat, if its time has come."""
    older = outbox.alias("older")
    head = ~(
        select(older.c.id)
        .where(and_(older.c.chat == outbox.c.chat, older.c.state.in_(("new", "sending")), older.c.id < outbox.c.id))
        .exists()
    )
    query = (
        select(outbox)
        .where(outbox.c.channel == channel, outbox.c.state == "new", outbox.c.not_before <= stamp(now), head)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [_outgoing(row) for row in connection.execute(query).mappings()]


def of_chat(connection: Connection, chat: str, after: int = 0, limit: int = 200) -> list[Outgoing]:
    """Messages to a chat with an id above `after`, oldest first, whatever their state."""
    query = select(outbox).where(outbox.c.chat == chat, outbox.c.id > after).order_by(outbox.c.id.desc()).limit(limit)
    return [_outgoing(row) for row in reversed(list(connection.execute(query).mappings()))]


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
    said += [Said(row["created_at"], None, _outgoing(row)) for row in connection.execute(ours).mappings()]
    return sorted(said, key=lambda line: line.at)[-limit:]


def forget(connection: Connection, chat: str) -> None:
    """Delete what was said in a conversation, except what still waits."""
    connection.execute(delete(inbox).where(inbox.c.chat == chat, inbox.c.state != "new"))
    connection.execute(delete(outbox).where(outbox.c.chat == chat, outbox.c.state.in_(("sent", "unknown", "dead"))))


def answers_to(connection: Connection, inbox_id: int) -> list[Outgoing]:
    """What was answered to one incoming message, in order."""
    query = select(outbox).where(outbox.c.inbox_id == inbox_id).order_by(outbox.c.id)
    return [_outgoing(row) for row in connection.execute(query).mappings()]


def inbox_id(connection: Connection, channel: str, update_id: str) -> int | None:
    """Id of a stored message."""
    return connection.execute(
        select(inbox.c.id).where(inbox.c.channel == channel, inbox.c.update_id == update_id)
    ).scalar()


def mark_sending(connection: Connection, row_id: int) -> bool:
    """About to be sent. False when another sender took it, or it has been ended: leave it alone."""
    taken = update(outbox).where(outbox.c.id == row_id, outbox.c.state == "new")
    return connection.execute(taken.values(state="sending", tries=outbox.c.tries + 1)).rowcount == 1


def mark_sent(connection: Connection, row_id: int, now: datetime) -> None:
    """Delivered."""
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(state="sent", sent_at=stamp(now), error=""))


def mark_arrived(connection: Connection, channel: str, row_ids: Collection[int], now: datetime) -> None:
    """Delivered before a crash that left them in `sending`."""
    being_sent = select(outbox.c.id).where(outbox.c.channel == channel, outbox.c.state == "sending")
    for row_id in set(connection.execute(being_sent).scalars()) & set(row_ids):
        mark_sent(connection, row_id, now)


def mark_later(connection: Connection, row_id: int, at: datetime, reason: str) -> None:
    """Not delivered, to be tried again at `at`."""
    connection.execute(
        update(outbox).where(outbox.c.id == row_id).values(state="new", not_before=stamp(at), error=reason[:200])
    )


def mark_ended(connection: Connection, row_id: int, state: str, reason: str) -> None:
    """Never to be tried again: `unknown` or `dead`."""
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(state=state, error=reason[:200]))


def end_chat(connection: Connection, chat: str, reason: str) -> None:
    """Nothing that waits for this chat is tried any more: the person blocked us."""
    waiting = update(outbox).where(outbox.c.chat == chat, outbox.c.state == "new")
    connection.execute(waiting.values(state="dead", error=reason[:200]))


def recover(connection: Connection, channel: str) -> int:
    """After a restart: rows that were being sent go back to `new`, and nothing waits any more (the clock may have been
    set meanwhile). Returns how many were being sent.

    A message sent twice is a nuisance, a message lost is a broken promise.
    """
    end_waits(connection, channel)
    return connection.execute(
        update(outbox).where(outbox.c.channel == channel, outbox.c.state == "sending").values(state="new")
    ).rowcount


def end_waits(connection: Connection, channel: str = "") -> None:
    """What waits for its next try is tried at once: the outbox of a channel, or without one the inbox. For when the
    clock was set back: times noted before would lie far in the future."""
    table, more = (outbox, [outbox.c.channel == channel]) if channel else (inbox, [])
    connection.execute(
        update(table).where(table.c.state == "new", table.c.not_before > "", *more).values(not_before="")
    )


def newest_of(connection: Connection, chats: Collection[str]) -> dict[str, int]:
    """Chat -> id of its newest outgoing message; chats without one are left out."""
    query = select(outbox.c.chat, func.max(outbox.c.id)).where(outbox.c.chat.in_(chats)).group_by(outbox.c.chat)
    return {row[0]: row[1] for row in connection.execute(query)}


def move_chat(connection: Connection, old: str, new: str) -> None:
    """A group got another id: what waits for it goes there."""
    connection.execute(update(outbox).where(outbox.c.chat == old, outbox.c.state != "sent").values(chat=new))


def counts(connection: Connection) -> dict[str, int]:
    """How many rows are in each state, for health and metrics: `inbox.new`, `outbox.dead`, …"""
    found = {}
    for name, table in (("inbox", inbox), ("outbox", outbox)):
        for state, number in connection.execute(select(table.c.state, func.count()).group_by(table.c.state)):
            found[f"{name}.{state}"] = number
    return found
