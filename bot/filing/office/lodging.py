"""Handing in: under one's chat, without a name, or as a secret vote; with a place where places are counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ulid import ULID

from bot.clock import CHINA
from bot.content.forms import Form
from bot.filing.draft import Draft
from bot.filing.office.admission import turn_is_over
from bot.filing.receipt import receipt_number
from bot.store import ballots, places, secrecy
from bot.store.codes import new_code
from bot.store.places import Place
from bot.store.records import Records

ANONYMOUS = "anonymous:"
"""How the key begins that a submission without a name has in place of a chat."""
BEFORE = timedelta(minutes=1)
"""A draft begins a moment after the message that began it came in."""


@dataclass(frozen=True)
class Lodged:
    """What came of handing in."""

    receipt: str = ""
    """"" for a secret vote, which has none, and for what was not taken."""
    place: Place | None = None
    refusal: str = ""
    """Why it was not taken, as a sentence; the draft stays as it was."""
    again: bool = False
    """Whether this draft had been handed in before: nothing was changed."""


def is_unnamed(form: Form, draft: Draft) -> bool:
    """Whether nothing may connect what is handed in with the chat."""
    return draft.anonymous or form.anonymous == "always" or form.ballot == "secret"


def lodge(
    form: Form, draft: Draft, answers: dict[str, Any], chat: str, records: Records, texts: Mapping[str, str]
) -> Lodged:
    """Store what is handed in, once. For what has no name the draft and what was said about it are deleted."""
    connection = records.connection
    if records.was_submitted(draft.id):
        return Lodged(receipt_number(form, draft.id), again=True)
    unnamed = is_unnamed(form, draft)
    one_id = _unlinked(records.now) if unnamed else draft.id
    place = None
    if form.quota or form.check_in:
        place = places.take(connection, form.form_id, one_id, form.quota, form.waiting, form.check_in)
        if place is None:
            return Lodged(refusal=texts["form_full"].format(title=form.title, quota=form.quota))
    if form.access == "named" and not ballots.take_turn(connection, form.form_id, chat):
        return Lodged(refusal=turn_is_over(form, texts))
    if form.ballot == "secret":
        ballots.cast(connection, form.form_id, form.version, answers)
        _forget(draft, chat, records)
        return Lodged()
    receipt = receipt_number(form, one_id)
    key = ANONYMOUS + new_code(16) if unnamed else chat
    at = day_only(records.now) if unnamed else records.now
    records.submit(one_id, receipt, key, form.form_id, form.version, answers, at)
    if unnamed:
        _forget(draft, chat, records)
    return Lodged(receipt, place)


def day_only(now: datetime) -> datetime:
    """The beginning of the day in China: the minute would tell who it was."""
    return now.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)


def _unlinked(now: datetime) -> str:
    """A new id that tells nothing but the day; the draft's own one is in its buttons."""
    return str(ULID.from_datetime(day_only(now)))


def _forget(draft: Draft, chat: str, records: Records) -> None:
    records.delete_draft(draft.id, chat)
    secrecy.blot(records.connection, chat, ULID.from_str(draft.id).datetime - BEFORE, records.now)
