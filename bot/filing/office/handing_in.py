"""From 「提交」 to the receipt: what is handed in is lodged once, copied as a Word file, and the person is told what
comes next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.content.forms import Form
from bot.filing import results
from bot.filing.draft import Draft, Step
from bot.filing.office import admission, dates, earlier, registrations
from bot.filing.office.lodging import Lodged, is_unnamed, lodge
from bot.filing.papers import buttons as paper_buttons
from bot.filing.scope import visible
from bot.filing.wording import worded
from bot.memory import Memory
from bot.messages import Attachment, Reply
from bot.store.records import Records

Copy = Callable[[Form, str, Mapping[str, Any], datetime], Attachment]
"""(form, receipt, answers, when) -> the Word file of it. Files are written by whoever may."""


@dataclass(frozen=True)
class Handed:
    """What came of 「提交」."""

    memory: Memory
    replies: list[Reply]
    receipt: str = ""
    """"" when nothing was taken, nothing new, or a secret vote."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """What was handed in, when there is a receipt."""
    unnamed: bool = False


def hand_in(
    form: Form, done: Step, chat: str, memory: Memory, records: Records, texts: Mapping[str, str], copy: Copy
) -> Handed:
    """Lodge the draft of a step that came to `submit`. A refusal leaves everything as it was."""
    draft = done.draft
    refused = admission.not_any_more(form, chat, records, texts)
    if refused:
        return Handed(memory, [Reply(refused)])
    answers = draft.answers(form)
    lodged = lodge(form, draft, answers, chat, records, texts)
    if lodged.again:
        return Handed(memory, list(done.replies))
    if lodged.refusal:
        return Handed(memory, [Reply(lodged.refusal)])
    unnamed = is_unnamed(form, draft)
    if not unnamed:
        records.save_draft(chat, draft.to_json(), form.expires_in)
        dates.plan(form, draft.id, answers, records)
        memory = replace(memory, profile={**memory.profile, **earlier.kept(form, answers)})
    else:
        memory = replace(memory, draft="")
    if not lodged.receipt:
        return Handed(memory, [Reply(texts["voted_secret"].format(title=form.title))])
    written = copy(form, lodged.receipt, answers, records.now)
    told = _receipt(form, lodged, answers, unnamed, written, records, texts, tuple(one.text for one in done.replies))
    return Handed(memory, [told], lodged.receipt, answers, unnamed)


def _receipt(
    form: Form,
    lodged: Lodged,
    answers: Mapping[str, Any],
    unnamed: bool,
    copy: Attachment,
    records: Records,
    texts: Mapping[str, str],
    notes: tuple[str, ...],
) -> Reply:
    """The receipt; `notes`: what is still to come."""
    head = texts["submitted_unnamed" if unnamed else "submitted"].format(title=form.title, receipt=lodged.receipt)
    place = registrations.line(lodged.place, records, texts)
    steps = worded(form, form.next_steps, visible(form, answers))
    review = texts["reviewed_by"].format(reviewer=form.reviewer) if form.reviewer else ""
    parts = [head, place, *notes, results.told(form, answers), review, steps, "" if unnamed else texts["receipt_keep"]]
    # Without a name nobody can be shown to own it afterwards: the copy is all there is.
    papers = () if unnamed else paper_buttons(form, answers, f"r:{lodged.receipt}")
    ways = (*results.ways(form, answers), *papers)
    return Reply("\n\n".join(part for part in parts if part), buttons=ways, files=(copy,))


def duplicates(form: Form, draft: Draft, chat: str, records: Records, texts: Mapping[str, str]) -> list[Reply]:
    """A word about an earlier submission of this chat that looks the same."""
    if not form.dedupe:
        return []
    mine = [draft.values.get(name) for name in form.dedupe]
    for old in records.submissions_for(form.form_id):
        # Only a person's own receipt number is named: whose filing another one is, is nobody else's business.
        if old.chat == chat and [old.answers.get(name) for name in form.dedupe] == mine:
            return [Reply(texts["duplicate"].format(receipt=old.receipt))]
    return []
