"""Forms and the store: starting, going on, submitting once, asking after a receipt. The engine itself stays pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ulid import ULID

from bot.clock import china_day
from bot.content.forms import Form, everything, flat
from bot.content.models import Content
from bot.content.papers import RECEIPT
from bot.desk import notices
from bot.filing import pages
from bot.filing.copy import write_copy
from bot.filing.draft import Draft, Event, Step
from bot.filing.engine import repeat, start, step, wish
from bot.filing.office import (
    admission,
    albums,
    dates,
    drafts,
    earlier,
    naming,
    private_chat,
    registrations,
    status,
    switching,
)
from bot.filing.office.handing_in import duplicates, hand_in
from bot.filing.papers import DOCX
from bot.filing.quick import headed, tells_something
from bot.filing.receipt import looks_like
from bot.filing.submission import Submission
from bot.memory import Memory
from bot.messages import Attachment, Button, Incoming, Reply
from bot.store.records import Records

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

    def begin(self, form_id: str, memory: Memory, incoming: Incoming, records: Records) -> tuple[Memory, list[Reply]]:
        """Start a form, or offer the open draft of the same form. `incoming`: the message that asks for it, which may
        hold answers already when the form is a quick one."""
        form = self.content.forms[form_id]
        elsewhere = self.only_in_private(form, incoming, records)
        if elsewhere:
            return memory, [elsewhere]
        report = self._is_report(form, incoming, records)
        for stored in records.open_drafts(incoming.chat):
            if stored.form_id == form_id and Draft.from_json(stored.draft).values and not report:
                return memory, [self._offer_open(form, stored.id)]
        return self.begin_new(form_id, memory, incoming, records)

    def begin_new(
        self, form_id: str, memory: Memory, incoming: Incoming, records: Records, unnamed: bool | None = None
    ) -> tuple[Memory, list[Reply]]:
        """Start a form from the beginning. `unnamed`: what was said about the name, None when nothing was."""
        form, texts = self.content.forms[form_id], self.content.replies
        today = china_day(records.now)
        elsewhere = self.only_in_private(form, incoming, records)
        if elsewhere:
            return memory, [elsewhere]
        refused = admission.refusal(form, incoming.chat, records, today, texts)
        if refused:
            return memory, [Reply(refused)]
        if form.anonymous == "choice" and unnamed is None:
            return replace(memory, stage=f"{naming.ASKED}{form_id}"), [naming.ask(form, texts)]
        hidden = bool(unnamed) or form.anonymous == "always" or form.ballot == "secret"
        profile = {} if hidden else memory.profile
        followed = {} if hidden else earlier.followed(form, self.content.forms, incoming.chat, records)
        first = start(form, str(ULID.from_datetime(records.now)), today, profile, followed, hidden)
        lead = [self._set_aside(memory, incoming.chat, records), admission.warning(form, records, today, texts)]
        lead.append(texts["vote_secret_start" if form.ballot == "secret" else "unnamed_start"] if hidden else "")
        told = "\n".join(part for part in lead if part)
        records.save_draft(incoming.chat, first.draft.to_json(), form.expires_in)
        memory = replace(memory, draft=first.draft.id)
        if first.outcome == "asked" and self._is_report(form, incoming, records):
            memory, replies, _ = self.feed(form, first.draft, incoming, memory, records)
            return memory, [Reply(pages.opening(form)), *replies]
        return memory, [*([Reply(told)] if told else []), *first.replies]

    def _is_report(self, form: Form, incoming: Incoming, records: Records) -> bool:
        """Whether the message that asks for a quick form is the report itself."""
        return form.quick and tells_something(form, incoming.text, china_day(records.now))

    def _set_aside(self, memory: Memory, chat: str, records: Records) -> str:
        """A word about the form that was in hand until now."""
        current = self.current("", memory, chat, records)
        return self.content.replies["form_set_aside"].format(title=current[0].title) if current else ""

    def headed(self, text: str, but: Form | None = None) -> str:
        """Id of the quick form whose name stands before a report: 「工作快报：昨天……」; "" for none."""
        quick = (form for form in self.content.forms.values() if form.quick and form is not but)
        return next((form.form_id for form in quick if headed(form, text)), "")

    def other_form(self, text: str, form: Form, draft: Draft) -> str:
        """Id of the form that a message asks for in the very words of its `ask`, in the middle of another; "" for
        none, and where whatever is said is the answer."""
        asks = {one.name: one.appearance for one in flat(form.survey)}.get(draft.at, "").split()
        if {"anything", "whole"} & set(asks):
            return ""
        return self.headed(text, form) or next(
            (f.form_id for f in self.content.forms.values() if f is not form and text.strip() in f.ask), ""
        )

    def offer_other(
        self, form: Form, draft: Draft, incoming: Incoming, memory: Memory, records: Records
    ) -> tuple[Memory, list[Reply]] | None:
        """In the middle of a form, a message that very nearly names another one: ask which is meant; None for any
        other message."""
        if incoming.press or incoming.attachments:
            return None
        text = incoming.text
        other = switching.near(self.content.forms.values(), text, form, draft, china_day(records.now))
        if other is None:
            return None
        memory = replace(memory, stage=switching.stage(other, text))
        return memory, [switching.ask(form, other, text, self.content.replies)]

    def other_awaited(self, memory: Memory) -> tuple[str, str]:
        """(form that was offered instead of the one in hand, what was said); empty strings when none was."""
        return switching.remembered(memory.stage)

    def said_about_other(self, answer: str, said: str) -> bool | None:
        """Whether the answer wants the other form; None when it is about something else."""
        return switching.wants_other(answer, said)

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
        lead = self.content.replies["form_go_on"].format(title=form.title)
        return replace(memory, draft=draft.id), [repeat(form, draft, lead)]

    def feed(
        self, form: Form, draft: Draft, incoming: Incoming, memory: Memory, records: Records
    ) -> tuple[Memory, list[Reply], str]:
        """Hand one message to the engine. Returns memory, replies and the engine's outcome; `elsewhere` means that
        nothing was changed and the message is no answer."""
        event = Event(incoming.text, incoming.press, incoming.attachments)
        done: Step = step(form, draft, event, china_day(records.now))
        if form.quick and incoming.album:
            done = albums.briefly(draft, done, incoming.album)
        if done.outcome == "elsewhere":
            return memory, [], "elsewhere"
        if done.outcome == "submit":
            return self._hand_in(form, done, incoming.chat, memory, records)
        if form.keep == "wished" and done.draft.phase == "cancelled":
            self._let_go(done.draft, incoming.chat, records)
        elif done.draft != draft:
            records.save_draft(incoming.chat, done.draft.to_json(), form.expires_in)
            dates.plan(form, done.draft.id, done.draft.values, records)
        replies = list(done.replies)
        if done.outcome == "checking" and draft.phase != "checking":
            replies = [*duplicates(form, done.draft, incoming.chat, records, self.content.replies), *replies]
        keep = done.draft.phase not in ("paused", "cancelled")
        return replace(memory, draft=done.draft.id if keep else ""), replies, done.outcome

    def _hand_in(
        self, form: Form, done: Step, chat: str, memory: Memory, records: Records
    ) -> tuple[Memory, list[Reply], str]:
        texts = self.content.replies
        handed = hand_in(form, done, chat, memory, records, texts, self._copy)
        if not handed.receipt:
            return handed.memory, handed.replies, "submit"
        # Where the person said they are may tell who it was: what has no name goes by its own answers.
        region = str(handed.answers.get("region") or ("" if handed.unnamed else memory.context.city))
        notice = notices.submitted(form, handed.receipt, handed.answers, region, records, texts, handed.unnamed)
        return handed.memory, [*handed.replies, *notice], "submit"

    def _copy(self, form: Form, receipt: str, answers: Mapping[str, Any], now: datetime) -> Attachment:
        path = Path("receipts") / f"{receipt}.docx"
        target = self.files / path
        target.parent.mkdir(parents=True, exist_ok=True)
        submission = Submission(receipt, form.form_id, form.version, dict(answers), "received", now.isoformat())
        write_copy(self.content.papers.templates[RECEIPT], form, submission, target)
        return Attachment(f"{form.title}-{receipt}.docx", str(path), target.stat().st_size, DOCX)

    def again(self, form: Form, draft: Draft) -> Reply:
        """The present question once more, after something else was answered."""
        return repeat(form, draft)

    def takes_anything(self, form: Form, draft: Draft) -> bool:
        """Whether the present question takes whatever is said as its answer, a wish for a paper too."""
        asks = {one.name: one.appearance for one in everything(form.survey)}.get(draft.at, "").split()
        return "anything" in asks or "whole" in asks

    def _offer_open(self, form: Form, draft_id: str) -> Reply:
        texts = self.content.replies
        buttons = (
            (Button(texts["go_on"], f"form:go:{draft_id}"), Button(texts["start_new"], f"form:new:{form.form_id}")),
        )
        return Reply(texts["form_other_open"].format(title=form.title), buttons=buttons)

    def _let_go(self, draft: Draft, chat: str, records: Records) -> None:
        """A tool is left without keeping anything: the draft and its files are deleted."""
        for path in draft.files():
            (self.files / path).unlink(missing_ok=True)
        records.delete_draft(draft.id, chat)

    # afterwards

    def forget(self, chat: str, records: Records) -> int:
        """Delete the memory and the unsubmitted drafts of a chat, with the files that came for them. Returns how many
        drafts."""
        paths = [path for stored in records.unsubmitted(chat) for path in Draft.from_json(stored.draft).files()]
        shown = len(records.open_drafts(chat))  # those that 「我的数据」 counts; cancelled ones go with them
        records.forget(chat)
        for path in paths:
            (self.files / path).unlink(missing_ok=True)
        return shown

    def status(self, text: str, chat: str, records: Records) -> list[Reply]:
        """What became of a receipt number in the text, or of everything this chat handed in."""
        return status.told(text, self.content.forms, chat, records, self.content.replies)

    def has_receipt(self, text: str) -> bool:
        """Whether the text holds a receipt number, right or mistyped."""
        return looks_like(text)

    # pictures

    def stray(self, incoming: Incoming, memory: Memory, records: Records) -> tuple[Memory, list[Reply]] | None:
        """Pictures without words while no form is in hand; None for a file that belongs to nothing."""
        if incoming.public:
            return memory, [private_chat.open_chat(self.content.replies, "private_files")]
        return albums.stray(self.content.forms, incoming, memory, records, self.content.replies)

    def with_album(self, memory: Memory, incoming: Incoming, records: Records) -> tuple[Memory, Incoming]:
        """A caption, or the report that was asked for, with the pictures that came before it."""
        return albums.complete(self.content.forms, memory, incoming, records)

    def offer_quick(self, incoming: Incoming, memory: Memory, records: Records) -> Reply | None:
        """A picture with a caption, or a report in words, while no form is in hand: the quick form that it may be meant
        for, or None."""
        if incoming.public:
            today, forms = china_day(records.now), self.content.forms.values()
            form = next((one for one in forms if albums.is_report(one, incoming, today)), None)
            return private_chat.invitation(form, self.content.replies, "private_report") if form else None
        return albums.offer(self.content.forms, incoming, memory, records, self.content.replies)

    # groups

    def opened_with(self, text: str) -> str | None:
        """Id of the form with which a private chat was opened (`/start form_…`), "" for another opening; None for any
        other message."""
        return private_chat.asked_for(text.strip(), self.content.forms)

    def only_in_private(self, form: Form, incoming: Incoming, records: Records) -> Reply | None:
        """What is said instead of going on with a form where others read along; None where that is no matter."""
        private = private_chat.has_to_be_private(form, incoming, records)
        return private_chat.invitation(form, self.content.replies) if private else None

    # several drafts, several devices, places

    def drafts(self, memory: Memory, chat: str, records: Records) -> Reply:
        """「我的草稿」: what is open, with buttons."""
        return drafts.listed(self.content.forms, chat, memory, records, self.content.replies)

    def hand_over(self, memory: Memory, chat: str, records: Records) -> Reply:
        """「换设备」: a one-time code."""
        return drafts.offer(self.content.forms, chat, memory, records, self.content.replies)

    def take_over(self, incoming: Incoming, memory: Memory, records: Records) -> tuple[Memory, list[Reply]] | None:
        """「接着填 7F3K-9QXM」: the draft with its files comes here; None when the text holds no code."""
        text, chat = incoming.text, incoming.chat
        if incoming.public and drafts.has_code(text):
            return memory, [private_chat.open_chat(self.content.replies, "private_code")]
        taken = drafts.accept(text, chat, records, self.content.replies)
        if taken is None:
            return None
        draft_id, replies = taken
        if draft_id:
            memory, here = self.resume(memory, chat, records, draft_id)
            replies = [*here, *replies]
        return memory, replies

    def withdraw(self, text: str, chat: str, records: Records) -> list[Reply] | None:
        """「取消报名 …」; None when the text says no such thing."""
        return registrations.withdraw(text, self.content.forms, chat, records, self.content.replies)

    def withdraw_one(self, receipt: str, chat: str, records: Records) -> list[Reply]:
        """The button that takes one registration back."""
        return registrations.withdraw_one(receipt, self.content.forms, chat, records, self.content.replies)

    # with a name or without

    def name_awaited(self, memory: Memory) -> str:
        """Id of the form for which 「要留名吗」 was asked last; "" for none."""
        return memory.stage.removeprefix(naming.ASKED) if memory.stage.startswith(naming.ASKED) else ""

    def wish_about_name(self, said: str, form_id: str) -> tuple[bool, Reply] | None:
        """(whether that question is over, what is said) for 暂存, 取消, 帮助 and the like in answer to it, and for what is
        too short to be anything else; None for any other message."""
        form, texts = self.content.forms[form_id], self.content.replies
        answered = naming.answer_to_wish(form, said, texts)
        if answered is None and 0 < len(said.strip()) <= naming.SHORT:
            return False, naming.ask(form, texts, texts["ask_name_again"])
        return answered

    def said_about_name(self, said: str) -> bool | None:
        """Whether an answer to 「要留名吗」 wants no name; None when it cannot be understood."""
        return naming.wants_none(said)
