"""Last days that a form works out from an answer: 「换届后一个月内报送结果」."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from bot.clock import CHINA
from bot.content.forms import Form, flat
from bot.filing.scope import has_value
from bot.filing.types import masked
from bot.filing.values import spoken
from bot.store import reminders
from bot.store.records import Records

HOUR = time(9)
"""When people are reminded, in China: not at night."""


def last_day(form: Form, values: Mapping[str, Any]) -> date | None:
    """The last day that follows from the answers; None while the date it hangs on is not there."""
    if form.reminder is None or not values.get(form.reminder.field):
        return None
    try:
        first = date.fromisoformat(str(values[form.reminder.field]))
        return months_later(first, form.reminder.months) + timedelta(days=form.reminder.days)
    except (ValueError, OverflowError):
        return None


def text(form: Form, values: Mapping[str, Any], last: date) -> str:
    """What is said, with `${last_day}` and the answers in their places; sensitive ones masked, missing ones as ＿＿."""
    fields = {one.name: one for one in flat(form.survey)}

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name == "last_day":
            return spoken(last.isoformat())
        return masked(fields[name], values[name]) if name in fields and has_value(values.get(name)) else "＿＿"

    return re.sub(r"\$\{(\w+)\}", put, form.reminder.text if form.reminder else "")


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: 31 January and one month is 28 or 29 February."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def plan(form: Form, draft_id: str, values: Mapping[str, Any], records: Records) -> None:
    """Write down when to remind, or take it back with the date."""
    if form.reminder is None:
        return
    last = last_day(form, values)
    if last is None:
        reminders.drop(records.connection, draft_id, "deadline")
        return
    due = datetime.combine(last - timedelta(days=form.reminder.before), HOUR, CHINA)
    until = datetime.combine(last + timedelta(days=1), time(0), CHINA)
    if until > records.now:
        reminders.plan(records.connection, draft_id, "deadline", due, until)
