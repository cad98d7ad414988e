"""Forms and the store: starting, going on, submitting once, asking after a receipt. The engine itself stays pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from bot.clock import china_day, shown
from bot.content.forms import Form, flat
from bot.content.models import Content
from bot.content.papers import RECEIPT
from bot.desk import notices
from bot.filing.copy import write_copy
from bot.filing.draft import Draft, Event, Step, find
from bot.filing.engine import repeat, start, step, wish
from bot.filing.papers import DOCX
from bot.filing.papers import buttons as paper_buttons
from bot.filing.receipt import looks_like, normalise, receipt_number
from bot.filing.submission import STATES, Submission
from bot.memory import Memory
from bot.messages import Attachment, Button, Incoming, Reply
from bot.store.records import Records, StoredSubmission

OPEN_PHASES = ("asking", "checking")


class Filing:
    """What the assistant asks about forms. Every method returns (memory, replies)."""

    def __init__(self, content: Content, files: Path) -> None:
        self.content = content
        self.files = files

    # the draft in hand

    def current(self, text: str, memory: Memory, chat: str, records: Records) -> tuple[Form, Draft] | None:
        """Form and draft that are being filled in, if any; for a second 「提交」 also the one just submitted."""
        stored = records.draft(memory.draft, chat) if memory.draft else None
        if stored is None or stored.form_id not in self.content.forms:
            return None
        if stored.phase not in OPEN_PHASES and not (stored.phase == "submitted" and wish(text) == "submit"):
            return None
        return self.content.forms[stored.form_id], Draft.from_json(stored.draft)

    def of_press(self, press: str, chat: str, records: Records) -> tuple[Form, Draft] | None:
        """Form and draft that a form button belongs to: the button names the end of the draft's id."""
        tail = press.split(":")[1] if press.count(":") >= 2 else ""
        stored = records.draft_by_tail(tail, chat) if tail else None
        if stored is None or stored.form_id not in self.content.forms:
            return None
        return self.content.forms[stored.form_id], Draft.from_json(stored.draft)

    def begin(self, form_id: str, memory: Memory, chat: str, records: Records) -> tuple[Memory, list[Reply]]:
        """Start a form, or offer the open draft of the same form."""
        form = self.content.forms[form_id]
        for stored in records.open_drafts(chat):
            if stored.form_id == form_id and Draft.from_json(stored.draft).values:
                return memory, [self._offer_open(form, stored.id)]
        return self.begin_new(form_id, memory, chat, records)

    def begin_new(self, form_id: str, memory: Memory, chat: str, records: Records) -> tuple[Memory, list[Reply]]:
        """Start a form from the beginning."""
        form = self.content.forms[form_id]
        first = start(form, str(ULID.from_datetime(records.now)), china_day(records.now), memory.profile)
        records.save_draft(chat, first.draft.to_json(), form.expires_in)
        return replace(memory, draft=first.draft.id), list(first.replies)

    def resume(self, memory: Memory, chat: str, records: Records, draft_id: str = "") -> tuple[Memory, list[Reply]]:
        """Go on with a draft: the named one, else the newest open one."""
        found = [d for d in records.open_drafts(chat) if d.form_id in self.content.forms and draft_id in ("", d.id)]
        if not found:
            return memory, [Reply(self.content.replies["form_none_open"])]
        draft = Draft.from_json(found[0].draft)
        form = self.content.forms[draft.form_id]
        if draft.phase == "paused":
            draft = draft.resumed()
            records.save_draft(chat, draft.to_json(), form.expires_in)
        lead = Reply(self.content.replies["form_go_on"].format(title=form.title))
        return replace(memory, draft=draft.id), [lead, repeat(form, draft)]

    def feed(
        self, form: Form, draft: Draft, incoming: Incoming, memory: Memory, records: Records
    ) -> tuple[Memory, list[Reply], str]:
        """Hand one message to the engine. Returns memory, replies and the engine's outcome; `elsewhere` means that
        nothing was changed and the message is no answer."""
        event = Event(incoming.text, incoming.press, incoming.attachments)
        done: Step = step(form, draft, event, china_day(records.now))
        if done.outcome == "elsewhere":
            return memory, [], "elsewhere"
        if done.outcome == "submit":
            memory, replies = self._submit(form, done, incoming.chat, memory, records)
            return memory, replies, "submit"
        if done.draft != draft:
            records.save_draft(incoming.chat, done.draft.to_json(), form.expires_in)
        replies = list(done.replies)
        if done.outcome == "checking" and draft.phase != "checking":
            replies = [*self._duplicates(form, done.draft, incoming.chat, records), *replies]
        keep = done.draft.phase not in ("paused", "cancelled")
        return replace(memory, draft=done.draft.id if keep else ""), replies, done.outcome

    def again(self, form: Form, draft: Draft) -> Reply:
        """The present question once more, after something else was answered."""
        return repeat(form, draft)

    def takes_anything(self, form: Form, draft: Draft) -> bool:
        """Whether the present question takes whatever is said as its answer, a wish for a paper too."""
        return bool(draft.at) and bool({"anything", "whole"} & set(find(form, draft.at).appearance.split()))

    def _offer_open(self, form: Form, draft_id: str) -> Reply:
        texts = self.content.replies
        buttons = (
            (Button(texts["go_on"], f"form:go:{draft_id}"), Button(texts["start_new"], f"form:new:{form.form_id}")),
        )
        return Reply(texts["form_other_open"].format(title=form.title), buttons=buttons)

    # submitting

    def _submit(
        self, form: Form, done: Step, chat: str, memory: Memory, records: Records
    ) -> tuple[Memory, list[Reply]]:
        texts = self.content.replies
        draft = done.draft
        receipt = receipt_number(form, draft.id)
        answers = draft.answers(form)
        if not records.submit(draft.id, receipt, chat, form.form_id, form.version, answers):
            return memory, list(done.replies)
        records.save_draft(chat, draft.to_json(), form.expires_in)
        copy = self._copy(form, receipt, answers, records.now)
        parts = [texts["submitted"].format(title=form.title, receipt=receipt), form.next_steps, texts["receipt_keep"]]
        papers = paper_buttons(form, answers, f"r:{receipt}")
        told = Reply("\n\n".join(part for part in parts if part), buttons=papers, files=(copy,))
        region = str(answers.get("region") or memory.context.region)
        notice = notices.submitted(form, receipt, answers, region, records, texts)
        profile = {f.prefill: str(answers[f.name]) for f in flat(form.survey) if f.prefill and answers.get(f.name)}
        return replace(memory, profile={**memory.profile, **profile}), [*done.replies, told, *notice]

    def _copy(self, form: Form, receipt: str, answers: Mapping[str, Any], now: datetime) -> Attachment:
        path = Path("receipts") / f"{receipt}.docx"
        target = self.files / path
        target.parent.mkdir(parents=True, exist_ok=True)
        submission = Submission(receipt, form.form_id, form.version, dict(answers), "received", now.isoformat())
        write_copy(self.content.papers.templates[RECEIPT], form, submission, target)
        return Attachment(f"{form.title}-{receipt}.docx", str(path), target.stat().st_size, DOCX)

    def _duplicates(self, form: Form, draft: Draft, chat: str, records: Records) -> list[Reply]:
        if not form.dedupe:
            return []
        mine = [draft.values.get(name) for name in form.dedupe]
        for old in records.submissions_for(form.form_id):
            # Only a person's own receipt number is named: whose filing another one is, is nobody else's business.
            if old.chat == chat and [old.answers.get(name) for name in form.dedupe] == mine:
                return [Reply(self.content.replies["duplicate"].format(receipt=old.receipt))]
        return []

    # afterwards

    def forget(self, chat: str, records: Records) -> int:
        """Delete the memory and the unsubmitted drafts of a chat, with the files that came for them. Returns how many
        drafts."""
        paths = [
            str(file["path"])
            for stored in records.unsubmitted(chat)
            for value in Draft.from_json(stored.draft).values.values()
            if isinstance(value, list)
            for file in value
            if isinstance(file, dict) and file.get("path")
        ]
        gone = records.forget(chat)
        for path in paths:
            (self.files / path).unlink(missing_ok=True)
        return gone

    def status(self, text: str, chat: str, records: Records) -> list[Reply]:
        """What became of a receipt number in the text, or of everything this chat handed in."""
        texts = self.content.replies
        receipt = normalise(text)
        if receipt is None and looks_like(text):
            return [Reply(texts["status_wrong"].format(receipt=text.strip()[:30]))]
        if receipt:
            found = records.submission(receipt)
            if found is None:
                return [Reply(texts["status_wrong"].format(receipt=receipt))]
            if found.chat != chat:
                return [Reply(texts["status_not_yours"].format(receipt=receipt))]
            return [self._status_line(found)]
        mine = records.submissions_of(chat)
        if not mine:
            return [Reply(texts["status_none"].format(example="KX-2611-7F3K9QX-C"))]
        return [self._status_line(found) for found in mine[:5]]

    def has_receipt(self, text: str) -> bool:
        """Whether the text holds a receipt number, right or mistyped."""
        return looks_like(text)

    def _status_line(self, found: StoredSubmission) -> Reply:
        form = self.content.forms.get(found.form_id)
        return Reply(
            self.content.replies["status_line"].format(
                receipt=found.receipt,
                title=form.title if form else found.form_id,
                date=shown(found.submitted_at)[:10],
                state=STATES.get(found.state, found.state),
            )
        )
