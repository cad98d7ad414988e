"""An album comes as several messages with one key: the caption may come first, in the middle or last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date

from ulid import ULID

from bot.clock import china_day
from bot.content.forms import Form
from bot.filing.draft import Draft, Event, Step
from bot.filing.engine import start, step
from bot.filing.laying import lay_in
from bot.filing.office.admission import refusal
from bot.filing.quick import doubtful_days, more_files, reads_like_a_report, tells_something
from bot.filing.words import SURE_QUESTION
from bot.memory import Memory
from bot.messages import Attachment, Button, Incoming, Reply
from bot.store.records import Records, StoredDraft

MOST = 9
"""Pictures that are kept without words."""
OFFERED = 1
"""Days that something is kept which nobody has asked us to keep yet."""


def lay_aside(memory: Memory, incoming: Incoming, day: str) -> tuple[Memory, bool]:
    """Keep the pictures of an album, or a single one, until its words come. Returns the memory and whether the album is
    new. Single pictures, one after the other, count as one album."""
    known = memory.album.get("key") == incoming.album and memory.album.get("day", day) == day
    files = [*(memory.album["files"] if known else []), *(asdict(file) for file in incoming.attachments)]
    return replace(memory, album={"key": incoming.album, "files": files[-MOST:], "day": day}), not known


def complete(
    forms: Mapping[str, Form], memory: Memory, incoming: Incoming, records: Records
) -> tuple[Memory, Incoming]:
    """The message with the pictures that came before it: those of its album, or those of today when it is the report
    that was asked for."""
    if not memory.album:
        return memory, incoming
    if not incoming.album or memory.album.get("key") != incoming.album:
        today = china_day(records.now)
        waited = memory.album.get("day") == today.isoformat() and not SURE_QUESTION.search(incoming.text)
        quick = (form for form in forms.values() if form.quick)
        if incoming.album or not waited or not any(tells_something(form, incoming.text, today) for form in quick):
            return memory, incoming
    before = tuple(Attachment(**file) for file in memory.album["files"])
    return replace(memory, album={}), replace(incoming, attachments=(*before, *incoming.attachments))


def draft_of(album: str, chat: str, records: Records) -> StoredDraft | None:
    """The open draft to which the other pictures of this album went."""
    return next((one for one in records.open_drafts(chat) if album and one.draft.get("album") == album), None)


def stray(
    forms: Mapping[str, Form], incoming: Incoming, memory: Memory, records: Records, texts: Mapping[str, str]
) -> tuple[Memory, list[Reply]] | None:
    """Pictures without words while no form is in hand: the rest of an album goes where the others went, or waits for
    its caption. None for a file that belongs to nothing."""
    held = draft_of(incoming.album, incoming.chat, records)
    if held and held.form_id in forms:
        form, draft = forms[held.form_id], Draft.from_json(held.draft)
        kept, told = lay_in(form, draft, incoming.attachments)
        records.save_draft(incoming.chat, kept.to_json(), form.expires_in)
        return memory, [more_files(draft, kept) or Reply("\n".join(told))]
    if not incoming.album and not all(file.media_type.startswith("image/") for file in incoming.attachments):
        return None
    memory, new = lay_aside(memory, incoming, china_day(records.now).isoformat())
    return memory, [Reply(texts["album_alone"])] if new else []


def briefly(before: Draft, done: Step, album: str) -> Step:
    """The rest of an album is answered with a short word, not with the whole page for each picture."""
    short = more_files(before, done.draft) if before.album == album else None
    return replace(done, draft=replace(done.draft, album=album), replies=(short,) if short else done.replies)


def offer(
    forms: Mapping[str, Form], incoming: Incoming, memory: Memory, records: Records, texts: Mapping[str, str]
) -> Reply | None:
    """The quick form that a picture with a caption, or a sentence that reads like a report, may be meant for, with what
    was sent laid in; None when it holds no report."""
    for form in forms.values():
        draft = reported(form, incoming, memory, records, texts)
        if draft:
            records.save_draft(incoming.chat, draft.to_json(), OFFERED)
            yes = Button(texts["quick_yes"].format(title=form.title)[:20], f"form:go:{draft.id}")
            key = "quick_offer" if incoming.attachments else "quick_offer_words"
            told = texts[key].format(title=form.title, purpose=form.purpose, retention=form.retention)
            doubts = doubtful_days(form, incoming.text, china_day(records.now))
            told = "\n".join([told.rstrip(), *doubts])
            return Reply(told, buttons=((yes, Button(texts["no"], f"form:drop:{draft.id}")),))
    return None


def is_report(form: Form, incoming: Incoming, today: date) -> bool:
    """Whether a message that asks for no form may be a report for this one."""
    if not form.quick or not tells_something(form, incoming.text, today):
        return False
    return bool(incoming.attachments) or reads_like_a_report(form, incoming.text, today)


def reported(
    form: Form, incoming: Incoming, memory: Memory, records: Records, texts: Mapping[str, str]
) -> Draft | None:
    """A paused draft of a quick form out of a message that may be meant for it; None when it holds no report."""
    today = china_day(records.now)
    if not is_report(form, incoming, today):
        return None
    if form.anonymous != "never" or refusal(form, incoming.chat, records, today, texts):
        return None
    first = start(form, str(ULID.from_datetime(records.now)), today, memory.profile)
    done = step(form, first.draft, Event(incoming.text, attachments=incoming.attachments), today)
    return replace(done.draft, phase="paused", album=incoming.album)
