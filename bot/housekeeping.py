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
from bot.desk import chores as forms_chores
from bot.store import chores
from bot.store.questions import Questions

log = logging.getLogger(__name__)

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


def _drop_questions(app: App, connection: Connection, now: datetime) -> int:
    return Questions(connection, now).drop_old()


def _keep_forms(app: App, _: Connection, now: datetime) -> int:
    done = forms_chores.keep(app.database, app.content, app.settings.files, now)
    return done.reminded + done.drafts + done.files


CHORES: tuple[Chore, ...] = (
    Chore("old questions", timedelta(hours=1), inside=_drop_questions),
    Chore("reminders and leftovers", timedelta(hours=1), after=_keep_forms),
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
