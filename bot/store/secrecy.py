"""What was said while an anonymous form was filled in is forgotten: the conversation must not tell what the form hides.

Incoming messages are emptied and answers deleted as soon as they are sent; what waits to be sent is deleted by a later
sweep, so that nobody misses a receipt.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.database import stamp
from bot.store.tables import blots, inbox, outbox

EMPTY = "{}"
ENDED = ("sent", "unknown", "dead")


def blot(connection: Connection, chat: str, since: datetime, until: datetime) -> None:
    """Forget what was said in a chat between two times (both inclusive), now and once it is sent."""
    span = {"chat": chat, "since": stamp(since), "until": stamp(until)}
    connection.execute(insert(blots).values(**span))
    sweep(connection)


def sweep(connection: Connection) -> int:
    """Do what is left to do of every `blot`. Returns how many are still not done."""
    left = 0
    for row in list(connection.execute(select(blots))):
        _wipe(connection, row.chat, row.since, row.until)
        if _waits(connection, row.chat, row.since, row.until):
            left += 1
        else:
            connection.execute(delete(blots).where(blots.c.id == row.id))
    return left


def _wipe(connection: Connection, chat: str, since: str, until: str) -> None:
    # The row stays: a message that is delivered twice is still known as the same.
    theirs = inbox.c.chat == chat, inbox.c.received_at.between(since, until), inbox.c.state != "new"
    connection.execute(update(inbox).where(*theirs).values(raw=EMPTY))
    ours = outbox.c.chat == chat, outbox.c.created_at.between(since, until), outbox.c.inbox_id > 0
    connection.execute(delete(outbox).where(*ours, outbox.c.state.in_(ENDED)))


def _waits(connection: Connection, chat: str, since: str, until: str) -> bool:
    theirs = select(inbox.c.id).where(
        inbox.c.chat == chat, inbox.c.received_at.between(since, until), inbox.c.state == "new"
    )
    ours = select(outbox.c.id).where(
        outbox.c.chat == chat, outbox.c.created_at.between(since, until), outbox.c.inbox_id > 0
    )
    return any(connection.execute(query.limit(1)).first() is not None for query in (theirs, ours))
