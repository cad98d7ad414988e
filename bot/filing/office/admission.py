"""Who may start a form now, and what they are told first."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from bot.content.forms import Form
from bot.filing.moves import closed
from bot.filing.values import spoken
from bot.store import ballots, places
from bot.store.records import Records


def refusal(form: Form, chat: str, records: Records, today: date, texts: Mapping[str, str]) -> str:
    """Why this chat may not start the form today, as a sentence; "" when it may."""
    if form.state == "closed":
        return texts["form_closed"].format(title=form.title)
    if form.state == "closing":
        return texts["form_closing"].format(title=form.title)
    if form.access == "staff" and not is_staff(chat, records):
        return texts["form_staff_only"].format(title=form.title)
    if form.access == "named" and ballots.had_turn(records.connection, form.form_id, chat):
        return turn_is_over(form, texts)
    too_early_or_late = closed(form, today)
    if too_early_or_late:
        return too_early_or_late
    if is_full(form, records) and not form.waiting:
        return texts["form_full"].format(title=form.title, quota=form.quota)
    return ""


def not_any_more(form: Form, chat: str, records: Records, texts: Mapping[str, str]) -> str:
    """Why this chat may not hand the form in, though it could begin it: somebody who has left the staff since."""
    if form.access == "staff" and not is_staff(chat, records):
        return texts["form_staff_no_more"].format(title=form.title)
    return ""


def warning(form: Form, records: Records, today: date, texts: Mapping[str, str]) -> str:
    """What has to be known before the first question, "" for nothing: the deadline is over, all places are taken."""
    lines = []
    if form.deadline and form.late == "warn" and today > date.fromisoformat(form.deadline):
        lines.append(texts["form_late"].format(title=form.title, date=spoken(form.deadline)))
    if is_full(form, records) and form.waiting:
        waiting = places.count(records.connection, form.form_id, "waiting")
        lines.append(texts["form_waiting"].format(quota=form.quota, waiting=waiting))
    return "\n".join(lines)


def turn_is_over(form: Form, texts: Mapping[str, str]) -> str:
    """What somebody is told who had their one turn."""
    return texts["vote_once" if form.ballot else "form_once"].format(title=form.title)


def is_full(form: Form, records: Records) -> bool:
    """Whether all places of an event are taken."""
    return bool(form.quota) and places.count(records.connection, form.form_id, "taken") >= form.quota


def is_staff(chat: str, records: Records) -> bool:
    """Whether a member of staff joined from this chat."""
    return any(member.chat == chat for member in records.staff_members())
