"""Work that comes round by the clock, done by whichever process comes first, and by one."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.store.database import Database, stamp
from bot.store.tables import chores


def take_up(connection: Connection, name: str, every: timedelta, now: datetime) -> bool:
    """Whether the chore is due; then it counts as done when this transaction commits, and nobody else gets it before
    `every` has passed. Holds the chore's row until then: a second process waits, and is told no."""
    query = select(chores.c.last_run).where(chores.c.name == name).with_for_update()
    last = connection.execute(query).scalar()
    if last is None:
        raise LookupError(f"no chore of the name {name}")
    # A last run in the future was written before the clock was set back: waiting for it could take years.
    if last and timedelta(0) <= now - datetime.fromisoformat(last) < every:
        return False
    connection.execute(update(chores).where(chores.c.name == name).values(last_run=stamp(now), result=""))
    return True


def enter(database: Database, name: str) -> None:
    """Make sure that the chore has its row."""
    with database.reading() as connection:
        if connection.execute(select(chores.c.name).where(chores.c.name == name)).first():
            return
    try:
        with database.transaction() as connection:
            connection.execute(insert(chores).values(name=name, last_run="", result=""))
    except IntegrityError:
        pass  # another process was first


def note_result(connection: Connection, name: str, result: str) -> None:
    """What the last run came to, for operators. No personal data."""
    connection.execute(update(chores).where(chores.c.name == name).values(result=result[:200]))
