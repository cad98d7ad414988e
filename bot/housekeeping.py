"""Work by the clock: expiry, leftovers, whatever comes round. Every process looks, one does it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.store import chores
from bot.store.leftovers import delete_leftovers
from bot.store.records import Records

log = logging.getLogger(__name__)

UNCLAIMED = timedelta(days=1)
"""How long a file may lie about without being part of a draft or a submission."""
LOOK = 60.0
"""Seconds between two looks whether something is due."""


@dataclass(frozen=True)
class Chore:
    """One piece of work that comes round."""

    name: str
    """Its row in the table `chores`."""
    every: timedelta
    """How often."""
    inside: Callable[[App, Connection, datetime], int] | None = None
    """Done in the transaction that notes it as done: exactly once. Returns a number for the log."""
    after: Callable[[App, Connection, datetime], int] | None = None
    """Done after it: may be long, must bear being cut off and done again an hour later."""


def _drop_drafts(app: App, connection: Connection, now: datetime) -> int:
    return Records(connection, now).drop_expired()


def _drop_files(app: App, connection: Connection, now: datetime) -> int:
    return delete_leftovers(connection, app.settings.files, (now - UNCLAIMED).timestamp())


CHORES: tuple[Chore, ...] = (
    Chore("expired drafts", timedelta(hours=1), inside=_drop_drafts),
    Chore("leftover files", timedelta(hours=1), after=_drop_files),
)
"""Everything that is done by the clock."""


def do_chore(app: App, chore: Chore) -> bool:
    """Do it when it is due and nobody else does. Returns whether we did. Raises DBAPIError, OSError."""
    database = app.database
    done = 0
    with database.transaction() as connection:
        now = database.clock()
        if not chores.take_up(connection, chore.name, chore.every, now):
            return False
        if chore.inside:
            done = chore.inside(app, connection, now)
    if chore.after:
        with database.reading() as connection:
            done += chore.after(app, connection, now)
    with database.transaction() as connection:
        chores.note_result(connection, chore.name, str(done))
    if done:
        log.info("%s: %s", chore.name, done)
    return True


async def keep_house(app: App, stop: asyncio.Event) -> None:
    """Look once a minute, until `stop` is set, and do what is due."""
    while not stop.is_set():
        for chore in CHORES:
            try:
                await asyncio.to_thread(chores.enter, app.database, chore.name)
                await asyncio.to_thread(do_chore, app, chore)
            except (DBAPIError, OSError) as error:
                log.error("%s could not be done: %s", chore.name, type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK)
