"""Places of an event: who has one, who waits, who came. The row of a form in `series` is its lock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from bot.store.codes import new_code, plain
from bot.store.database import stamp
from bot.store.dialect import insert_once
from bot.store.tables import places, series

CODE_LENGTH = 6
"""Characters of a check-in code: read aloud at a door."""


@dataclass(frozen=True)
class Place:
    """One registration."""

    submission: str
    form_id: str
    number: int
    """Order in which people came, from 1."""
    state: str
    """`taken`, `waiting`, `withdrawn`."""
    code: str
    """Check-in code, "" without one."""
    checked_in_at: str
    """"" while the person has not come."""


def take(
    connection: Connection, form_id: str, submission: str, quota: int, waiting: bool, with_code: bool
) -> Place | None:
    """A place, or one on the waiting list; None when all are taken and nobody may wait. `quota`: 0 for no limit."""
    number = _next(connection, form_id)
    free = quota == 0 or count(connection, form_id, "taken") < quota
    if not free and not waiting:
        return None
    code = new_code(CODE_LENGTH) if with_code else None
    state = "taken" if free else "waiting"
    values = {"submission": submission, "form_id": form_id, "number": number, "state": state, "code": code}
    connection.execute(insert(places).values(**values, checked_in_at=""))
    return of(connection, submission)


def withdraw(connection: Connection, submission: str) -> bool:
    """Give a place back. False when there was none to give back."""
    held = update(places).where(places.c.submission == submission, places.c.state != "withdrawn")
    return bool(connection.execute(held.values(state="withdrawn")).rowcount)


def move_up(connection: Connection, form_id: str, quota: int) -> list[Place]:
    """Those who waited longest get the free places; returns them, in order."""
    _lock(connection, form_id)
    waiting = select(places.c.submission).where(places.c.form_id == form_id, places.c.state == "waiting")
    free = max(0, quota - count(connection, form_id, "taken")) if quota else None
    lucky = list(connection.execute(waiting.order_by(places.c.number).limit(free)).scalars())
    if lucky:
        connection.execute(update(places).where(places.c.submission.in_(lucky)).values(state="taken"))
    return [place for one in lucky if (place := of(connection, one))]


def count(connection: Connection, form_id: str, state: str) -> int:
    """How many places of a form are in this state."""
    found = select(func.count()).where(places.c.form_id == form_id, places.c.state == state)
    return int(connection.execute(found).scalar() or 0)


def came(connection: Connection, form_id: str) -> int:
    """How many people were checked in."""
    found = select(func.count()).where(places.c.form_id == form_id, places.c.checked_in_at != "")
    return int(connection.execute(found).scalar() or 0)


def states(connection: Connection, form_id: str) -> dict[str, str]:
    """What each registration of a form is worth, by submission id: its state, or `came`."""
    found = select(places.c.submission, places.c.state, places.c.checked_in_at).where(places.c.form_id == form_id)
    return {row.submission: "came" if row.checked_in_at else row.state for row in connection.execute(found)}


def position(connection: Connection, place: Place) -> int:
    """Where somebody who waits stands in the line, from 1."""
    ahead = select(func.count()).where(
        places.c.form_id == place.form_id, places.c.state == "waiting", places.c.number < place.number
    )
    return int(connection.execute(ahead).scalar() or 0) + 1


def of(connection: Connection, submission: str) -> Place | None:
    """The place of a submission."""
    row = connection.execute(select(places).where(places.c.submission == submission)).first()
    return _place(row) if row else None


def check_in(connection: Connection, code: str, now: datetime) -> tuple[Place | None, bool]:
    """(the place with this code as it was before, whether the person is now let in for the first time)."""
    row = connection.execute(select(places).where(places.c.code == plain(code))).first()
    if row is None:
        return None, False
    first = update(places).where(
        places.c.submission == row.submission, places.c.state == "taken", places.c.checked_in_at == ""
    )
    return _place(row), bool(connection.execute(first.values(checked_in_at=stamp(now))).rowcount)


def _lock(connection: Connection, form_id: str, step: int = 0) -> None:
    """Hold the form's row until the end of the transaction, so that the last place is not given away twice."""
    insert_once(connection, series, name=form_id, value=0)
    connection.execute(update(series).where(series.c.name == form_id).values(value=series.c.value + step))


def _next(connection: Connection, form_id: str) -> int:
    """The next number of a form, under its lock."""
    _lock(connection, form_id, 1)
    return int(connection.execute(select(series.c.value).where(series.c.name == form_id)).scalar() or 0)


def _place(row: object) -> Place:
    names = ("submission", "form_id", "number", "state", "code", "checked_in_at")
    found = {name: getattr(row, name) for name in names}
    return Place(**{**found, "code": found["code"] or ""})
