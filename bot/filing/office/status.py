"""What became of what was handed in, by receipt number, for whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping

from bot.clock import shown
from bot.content.forms import Form
from bot.filing.office import registrations
from bot.filing.office.lodging import ANONYMOUS
from bot.filing.receipt import looks_like, normalise
from bot.filing.submission import STATES
from bot.messages import Reply
from bot.store import places
from bot.store.records import Records, StoredSubmission

MOST = 5
"""Submissions that are listed when no number was given."""


def told(text: str, forms: Mapping[str, Form], chat: str, records: Records, texts: Mapping[str, str]) -> list[Reply]:
    """What became of a receipt number in the text, or of everything this chat handed in."""
    receipt = normalise(text)
    if receipt is None and looks_like(text):
        return [Reply(texts["status_wrong"].format(receipt=text.strip()[:30]))]
    if receipt:
        found = records.submission(receipt)
        if found is None:
            return [Reply(texts["status_wrong"].format(receipt=receipt))]
        if found.chat != chat and not found.chat.startswith(ANONYMOUS):
            return [Reply(texts["status_not_yours"].format(receipt=receipt))]
        return [_line(found, forms, records, texts)]
    mine = records.submissions_of(chat)
    if not mine:
        return [Reply(texts["status_none"].format(example="KX-2611-7F3K9QX-C"))]
    return [_line(found, forms, records, texts) for found in mine[:MOST]]


def _line(found: StoredSubmission, forms: Mapping[str, Form], records: Records, texts: Mapping[str, str]) -> Reply:
    form = forms.get(found.form_id)
    line = texts["status_line"].format(
        receipt=found.receipt,
        title=form.title if form else found.form_id,
        date=shown(found.submitted_at)[:10],
        state=STATES.get(found.state, found.state),
    )
    place = registrations.line(places.of(records.connection, found.id), records, texts)
    return Reply(f"{line}\n{place}" if place else line)
