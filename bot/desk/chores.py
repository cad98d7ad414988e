"""What has to be done by the clock: warn before a draft ends, delete what ended, remind of last days, move people up.

`keep` is safe to call from several processes and as often as one likes: what was written to people once is noted, and a
place is given away under the lock of its form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.clock import shown
from bot.content.forms import Form
from bot.content.models import Content
from bot.filing.draft import Draft
from bot.filing.office import dates
from bot.filing.office.lodging import ANONYMOUS
from bot.filing.office.registrations import move_up
from bot.filing.values import spoken
from bot.messages import Button, Reply
from bot.store import handovers, post, reminders, secrecy
from bot.store.database import Database
from bot.store.leftovers import delete_leftovers, delete_unmentioned
from bot.store.records import Records
from bot.store.reminders import Reminder

WARN_BEFORE = timedelta(days=3)
"""How long before its end a draft is warned of; a short-lived one in its last third."""
UNCLAIMED = timedelta(days=1)
"""How long a file may lie about without being part of a draft or a submission."""


@dataclass(frozen=True)
class Done:
    """What one round came to."""

    reminded: int = 0
    """Messages written to people."""
    drafts: int = 0
    """Drafts deleted."""
    files: int = 0
    """Files deleted."""


def keep(database: Database, content: Content, files: Path, now: datetime) -> Done:
    """One round of all chores. `files`: the files folder."""
    with database.transaction() as connection:
        records = Records(connection, now)
        paths = [path for stored in records.expired_drafts() for path in Draft.from_json(stored.draft).files()]
        drafts = records.drop_expired()
        plan_warnings(records, content.forms)
        told = [*remind(records, content), *moved_up(records, content)]
        for reply in told:
            post.post(connection, reply.to, [reply], 0, now)
        handovers.drop_old(connection, now)
        reminders.drop_orphans(connection, now)
        secrecy.sweep(connection)
    with database.reading() as connection:
        gone = delete_unmentioned(connection, files, paths)
        gone += delete_leftovers(connection, files, (now - UNCLAIMED).timestamp())
    return Done(len(told), drafts, gone)


def plan_warnings(records: Records, forms: Mapping[str, Form]) -> None:
    """Write down a warning for each draft that ends soon and holds an answer. A draft that was touched after a warning
    ends later, and is warned of anew."""
    for _, stored in records.ending_drafts(records.now + WARN_BEFORE):
        form = forms.get(stored.form_id)
        if form is None or not Draft.from_json(stored.draft).values:
            continue
        ends = datetime.fromisoformat(stored.expires_at)
        due = ends - min(WARN_BEFORE, timedelta(days=form.expires_in) / 3)
        reminders.plan(records.connection, stored.id, "expiry", due, ends)


def remind(records: Records, content: Content) -> list[Reply]:
    """The reminders whose time has come, each once, to the chat that has the draft or submission now."""
    told = []
    for one in reminders.due_now(records.connection, records.now):
        chat = records.owner(one.draft)
        reply = WRITERS[one.kind](one, chat, records, content) if chat and not chat.startswith(ANONYMOUS) else None
        if reminders.mark_sent(records.connection, one, records.now) and reply:
            told.append(reply)
    return told


def _expiry(one: Reminder, chat: str, records: Records, content: Content) -> Reply | None:
    stored = records.draft(one.draft, chat)
    if stored is None or stored.form_id not in content.forms or stored.expires_at != one.until:
        return None
    text = content.replies["draft_ends"].format(
        title=content.forms[stored.form_id].title, date=shown(stored.expires_at)[:16]
    )
    return Reply(text, buttons=((_go_on(one, content),),), to=chat)


def _deadline(one: Reminder, chat: str, records: Records, content: Content) -> Reply | None:
    stored = records.draft(one.draft, chat)
    handed_in = records.submission_by_id(one.draft)
    if stored is None and handed_in is None:
        return None
    values: Mapping[str, Any] = (
        handed_in.answers if handed_in else Draft.from_json(stored.draft).values if stored else {}
    )
    form = content.forms.get(handed_in.form_id if handed_in else stored.form_id if stored else "")
    last = dates.last_day(form, values) if form else None
    if form is None or form.reminder is None or last is None or (stored and stored.phase == "cancelled"):
        return None
    text = content.replies["deadline_near"].format(
        title=form.title, date=spoken(last.isoformat()), text=dates.text(form, values, last)
    )
    return Reply(text, buttons=() if handed_in else ((_go_on(one, content),),), to=chat)


def _go_on(one: Reminder, content: Content) -> Button:
    return Button(content.replies["go_on"], f"form:go:{one.draft}")


WRITERS = {"expiry": _expiry, "deadline": _deadline}
"""Kind of reminder -> what is written."""


def moved_up(records: Records, content: Content) -> list[Reply]:
    """Places that became free because a form takes more people now."""
    return [
        reply
        for form in content.forms.values()
        if form.quota and form.waiting
        for reply in move_up(form, records, content.replies)
    ]
