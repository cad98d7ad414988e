"""A draft goes from one chat to another by a one-time code. It never has two owners."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.store.codes import hashed, new_code, plain
from bot.store.database import stamp
from bot.store.tables import drafts, guesses, handovers

LENGTH = 8
"""Characters of a code: 40 bits, of which a chat may try only MAX_GUESSES an hour while it lives half an hour."""
LIVES = timedelta(minutes=30)
MAX_GUESSES = 5
"""Wrong codes that one chat may send within an hour."""


def offer(connection: Connection, draft_id: str, chat: str, now: datetime) -> str:
    """A new code for this draft; an earlier one stops working."""
    code = new_code(LENGTH)
    connection.execute(delete(handovers).where(handovers.c.draft == draft_id))
    values = {"code": hashed(code), "draft": draft_id, "chat": chat, "expires_at": stamp(now + LIVES)}
    connection.execute(insert(handovers).values(**values))
    return code


def may_guess(connection: Connection, chat: str, now: datetime) -> bool:
    """Whether this chat has not sent too many wrong codes lately."""
    lately = select(func.count()).where(guesses.c.chat == chat, guesses.c.at > stamp(now - timedelta(hours=1)))
    return int(connection.execute(lately).scalar() or 0) < MAX_GUESSES


def accept(connection: Connection, code: str, chat: str, now: datetime) -> tuple[str, str] | None:
    """(draft id, chat that had it) after the draft went to `chat`; None for a code that is wrong, used or too old,
    which counts as a guess. The code is used up."""
    known = hashed(plain(code))
    row = connection.execute(
        select(handovers).where(handovers.c.code == known, handovers.c.expires_at > stamp(now))
    ).first()
    # Deleting it asks once more: of two chats that send the same code at the same moment one finds it gone.
    if row is None or not connection.execute(delete(handovers).where(handovers.c.code == known)).rowcount:
        connection.execute(insert(guesses).values(chat=chat, at=stamp(now)))
        return None
    mine = update(drafts).where(drafts.c.id == row.draft, drafts.c.chat == row.chat)
    if not connection.execute(mine.values(chat=chat, updated_at=stamp(now))).rowcount:
        return None
    return row.draft, row.chat


def drop_old(connection: Connection, now: datetime) -> None:
    """Forget codes that are too old to work and guesses too old to count."""
    connection.execute(delete(handovers).where(handovers.c.expires_at <= stamp(now)))
    connection.execute(delete(guesses).where(guesses.c.at <= stamp(now - timedelta(hours=1))))
