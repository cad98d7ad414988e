"""What people are to be reminded of, each once: the end of a draft, a last day that a form works out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.store.database import stamp
from bot.store.dialect import insert_once
from bot.store.tables import drafts, reminders, submissions


@dataclass(frozen=True)
class Reminder:
    """One reminder whose time has come."""

    draft: str
    """Id of the draft, which is also that of its submission."""
    kind: str
    due: str
    until: str


def plan(connection: Connection, draft_id: str, kind: str, due: datetime, until: datetime) -> None:
    """Remind once at `due`; too late from `until` on. Another date than before is a new reminder."""
    values = {"due": stamp(due), "until": stamp(until)}
    if not insert_once(connection, reminders, draft=draft_id, kind=kind, sent_at="", **values):
        same = reminders.c.draft == draft_id, reminders.c.kind == kind, reminders.c.due != values["due"]
        connection.execute(update(reminders).where(*same).values(sent_at="", **values))


def drop(connection: Connection, draft_id: str, kind: str) -> None:
    """The date is gone, and so is the reminder."""
    connection.execute(delete(reminders).where(reminders.c.draft == draft_id, reminders.c.kind == kind))


def due_now(connection: Connection, now: datetime, limit: int = 200) -> list[Reminder]:
    """Reminders to send now, the oldest first."""
    waiting = reminders.c.sent_at == "", reminders.c.due <= stamp(now), reminders.c.until > stamp(now)
    query = select(reminders).where(*waiting).order_by(reminders.c.due).limit(limit)
    return [Reminder(row.draft, row.kind, row.due, row.until) for row in connection.execute(query)]


def mark_sent(connection: Connection, reminder: Reminder, now: datetime) -> bool:
    """It is being sent. False when another process was quicker."""
    mine = update(reminders).where(
        reminders.c.draft == reminder.draft,
        reminders.c.kind == reminder.kind,
        reminders.c.due == reminder.due,
        reminders.c.sent_at == "",
    )
    return bool(connection.execute(mine.values(sent_at=stamp(now))).rowcount)


def drop_orphans(connection: Connection, now: datetime) -> None:
    """Forget reminders whose draft and submission are gone, and those that came too late."""
    gone = reminders.c.draft.not_in(select(drafts.c.id)) & reminders.c.draft.not_in(select(submissions.c.id))
    connection.execute(delete(reminders).where(gone | (reminders.c.until <= stamp(now))))
