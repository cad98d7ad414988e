"""The outbox as the sender sees it: the first unsent reply of each chat, and what became of it.

Statements that every reply needs are built once: building one costs more than running it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, literal_column, select, update

from bot.store.database import stamp
from bot.store.post import Outgoing, outgoing
from bot.store.tables import outbox

_OLDER = outbox.alias("older")
# In words and not as parameters: the planner then knows that the index of what waits will do.
_WAITING: tuple[ColumnElement[str], ...] = literal_column("'new'"), literal_column("'sending'")
_DUE = (
    select(outbox)
    .where(
        outbox.c.channel == bindparam("channel"),
        outbox.c.state == "new",
        outbox.c.not_before <= bindparam("now"),
        ~select(_OLDER.c.id)
        .where(and_(_OLDER.c.chat == outbox.c.chat, _OLDER.c.state.in_(_WAITING), _OLDER.c.id < outbox.c.id))
        .exists(),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
_THESE = outbox.c.id.in_(bindparam("ids", expanding=True))
_SENDING = (
    update(outbox)
    .where(_THESE, outbox.c.state == "new")
    .values(state="sending", tries=outbox.c.tries + 1)
    .returning(outbox.c.id)
)
_SENT = update(outbox).where(_THESE).values(state="sent", sent_at=bindparam("now"), error="")


def due(connection: Connection, channel: str, now: datetime, limit: int = 50) -> list[Outgoing]:
    """Rows to send now: the first unsent one of each chat, if its time has come."""
    given = {"channel": channel, "now": stamp(now), "limit": limit}
    return [outgoing(row) for row in connection.execute(_DUE, given).mappings()]


def mark_sending(connection: Connection, row_ids: Collection[int]) -> set[int]:
    """About to be sent. Returns which of these are ours to send: another sender took the others, or they have ended."""
    return set(connection.execute(_SENDING, {"ids": list(row_ids)}).scalars()) if row_ids else set()


def mark_sent(connection: Connection, row_ids: Collection[int], now: datetime) -> None:
    """Delivered."""
    if row_ids:
        connection.execute(_SENT, {"ids": list(row_ids), "now": stamp(now)})


def mark_arrived(connection: Connection, channel: str, row_ids: Collection[int], now: datetime) -> None:
    """Delivered before a crash that left them in `sending`."""
    being_sent = select(outbox.c.id).where(outbox.c.channel == channel, outbox.c.state == "sending")
    mark_sent(connection, set(connection.execute(being_sent).scalars()) & set(row_ids), now)


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


def move_chat(connection: Connection, old: str, new: str) -> None:
    """A group got another id: what waits for it goes there."""
    connection.execute(update(outbox).where(outbox.c.chat == old, outbox.c.state != "sent").values(chat=new))


def recover(connection: Connection, channel: str) -> int:
    """After a restart: rows that were being sent go back to `new`, and nothing waits any more (the clock may have been
    set meanwhile). Returns how many were being sent.

    A message sent twice is a nuisance, a message lost is a broken promise.
    """
    end_waits(connection, channel)
    return connection.execute(
        update(outbox).where(outbox.c.channel == channel, outbox.c.state == "sending").values(state="new")
    ).rowcount


def end_waits(connection: Connection, channel: str) -> None:
    """What waits for its next try is tried at once, for when the clock was set back: times noted before would lie far in
    the future."""
    waiting = update(outbox).where(outbox.c.state == "new", outbox.c.not_before > "", outbox.c.channel == channel)
    connection.execute(waiting.values(not_before=""))


def newest_of(connection: Connection, chats: Collection[str]) -> dict[str, int]:
    """Chat -> id of its newest outgoing message; chats without one are left out."""
    query = select(outbox.c.chat, func.max(outbox.c.id)).where(outbox.c.chat.in_(chats)).group_by(outbox.c.chat)
    return {row[0]: row[1] for row in connection.execute(query)}
