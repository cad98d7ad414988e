"""Wishes that act instead of answering: start a form, status, my data, a place to remember, a person, a button."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.answer.responder import respond
from bot.clock import china_day
from bot.content.models import Content
from bot.desk import sentences
from bot.filing.service import Filing
from bot.messages import Button, Reply
from bot.paperwork import Paperwork
from bot.understand.meaning import Context, Understanding

if TYPE_CHECKING:
    from bot.assistant import Turn

MESSAGE_FORM = "message"
"""Form with which people leave a message for staff."""
WITHDRAW = "取消报名"
"""The plain words for a wish that comes in many."""


class Errands:
    """One method an intent; `run` picks it by the intent's id."""

    def __init__(self, content: Content, filing: Filing, paperwork: Paperwork) -> None:
        self.content = content
        self.filing = filing
        self.paperwork = paperwork
        self.by_intent: dict[str, Callable[[Turn], list[Reply]]] = {
            "status": lambda turn: self.filing.status("", turn.incoming.chat, turn.records),
            "human": lambda turn: self.begin(MESSAGE_FORM, turn),
            "resume": self._resume,
            "mydata": self._my_data,
            "delete_data": self._ask_delete,
            "papers": lambda turn: [self.paperwork.overview()],
            "drafts": lambda turn: [self.filing.drafts(turn.memory, turn.incoming.chat, turn.records)],
            "handover": lambda turn: [self.filing.hand_over(turn.memory, turn.incoming.chat, turn.records)],
            "withdraw_place": lambda turn: self.filing.withdraw(WITHDRAW, turn.incoming.chat, turn.records) or [],
        }

    def is_errand(self, meaning: Understanding, in_a_form: bool = False) -> bool:
        """Whether a message, even in the middle of a form, is certainly one of these wishes: the exact words. 「继续」
        in a form means its next question."""
        known = meaning.why.get("rule") == "exact intent" and meaning.target in self.by_intent
        return known and not (in_a_form and meaning.target == "resume")

    def run(self, meaning: Understanding, turn: Turn) -> list[Reply] | None:
        """Do what is wished; None when it is a question to be answered."""
        named = self.filing.headed(turn.incoming.text)
        if named or meaning.kind == "form":
            return self.begin(named or meaning.target, turn)
        if meaning.kind == "intent" and meaning.target in self.by_intent:
            return self.by_intent[meaning.target](turn)
        if _only_a_place(meaning):
            return self._remember_place(meaning, turn)
        return None

    def press(self, turn: Turn) -> list[Reply] | None:
        """A button: `e:` entry, `s:` step of a procedure, `form:` start or go on, `name:` with or without a name,
        `place:` take a registration back, `human`, `no`, `del:`, `other:`; papers."""
        papers = self.paperwork.press(turn.incoming, turn.records)
        if papers is not None:
            return papers
        kind, _, rest = turn.incoming.press.partition(":")
        if kind == "e" and rest in self.content.entries:
            return self._show(rest, 0, turn)
        if kind == "s":
            number, _, entry = rest.partition(":")
            if entry in self.content.entries and number.isdigit():
                return self._show(entry, int(number), turn)
        if kind == "form":
            return self._form_press(rest, turn)
        if kind == "name":
            said, _, form_id = rest.partition(":")
            return self._name_given(form_id, said == "no", turn)
        if kind == "place":
            return self.filing.withdraw_one(rest, turn.incoming.chat, turn.records)
        if kind == "human":
            return self.begin(MESSAGE_FORM, turn)
        if kind == "no":
            return [Reply(self.content.replies["not_that"])]
        if kind == "del" and turn.memory.stage == "delete":
            return None
        if kind == "other":
            return None if any(self.filing.other_awaited(turn.memory)) else self._stale(turn)
        return [Reply(self.content.replies["capabilities"])]

    def confirm(self, turn: Turn) -> list[Reply] | None:
        """The answer to a question of ours: 「要留名吗」, or 「要删除吗」, where anything but a clear yes deletes nothing."""
        if self.filing.name_awaited(turn.memory):
            return self._name_said(turn)
        if any(self.filing.other_awaited(turn.memory)):
            return self._other_said(turn)
        said = turn.incoming.press or turn.incoming.text.strip()
        turn.memory = replace(turn.memory, stage="")
        if said in ("del:yes", "是", "是的", "确认", "删除", "删"):
            gone = self.filing.forget(turn.incoming.chat, turn.records)
            self.paperwork.forget(turn.incoming.chat)
            turn.memory = replace(turn.memory, context=Context(), draft="", profile={}, asked=())
            return [Reply(self.content.replies["deleted"].format(drafts=gone))]
        if said in ("del:no", "不", "不了", "否", "取消", "算了"):
            return [Reply(self.content.replies["delete_no"])]
        return None

    def _name_said(self, turn: Turn) -> list[Reply] | None:
        """An answer to 「要留名吗」 in words; what is none ends the question and is handled like anything else."""
        form_id = self.filing.name_awaited(turn.memory)
        unnamed = self.filing.said_about_name(turn.incoming.text)
        if unnamed is not None:
            return self._name_given(form_id, unnamed, turn)
        wished = self.filing.wish_about_name(turn.incoming.text, form_id) if form_id in self.content.forms else None
        if wished is None or wished[0]:
            turn.memory = replace(turn.memory, stage="")
        return [wished[1]] if wished else None

    def _other_said(self, turn: Turn) -> list[Reply] | None:
        """Another form, or an answer to the one in hand. What is neither ends the question, and is handled anew."""
        form_id, said = self.filing.other_awaited(turn.memory)
        other = self.filing.said_about_other(turn.incoming.press or turn.incoming.text, said)
        turn.memory = replace(turn.memory, stage="")
        if other and form_id in self.content.forms:
            return self.begin(form_id, turn)
        held = self.filing.current(said, turn.memory, turn.incoming.chat, turn.records)
        if other is None or held is None:
            return None
        answer = replace(turn.incoming, text=said, press="")
        turn.memory, replies, outcome = self.filing.feed(*held, answer, turn.memory, turn.records)
        return replies if outcome != "elsewhere" else [self.filing.again(*held)]

    def _stale(self, turn: Turn) -> list[Reply]:
        """A button of a question that is no longer open: where the person is now."""
        held = self.filing.current("", turn.memory, turn.incoming.chat, turn.records)
        return [self.filing.again(*held) if held else Reply(self.content.replies["form_none_open"])]

    def _name_given(self, form_id: str, unnamed: bool, turn: Turn) -> list[Reply]:
        turn.memory = replace(turn.memory, stage="")
        if form_id not in self.content.forms:
            return [Reply(self.content.replies["form_none_open"])]
        turn.memory, replies = self.filing.begin_new(form_id, turn.memory, turn.incoming, turn.records, unnamed)
        return replies

    def codes(self, turn: Turn) -> list[Reply] | None:
        """A sentence with a code or a number in it: 「/start form_…」, 「接着填 7F3K-9QXM」, 「取消报名 HD-…」, and what staff say."""
        chat, text = turn.incoming.chat, turn.incoming.text
        opened = self.filing.opened_with(text)
        if opened is not None:
            return self.begin(opened, turn) if opened else [Reply(self.content.replies["greeting"])]
        taken = self.filing.take_over(turn.incoming, turn.memory, turn.records)
        if taken is not None:
            turn.memory, replies = taken
            return replies
        if self.filing.has_receipt(text) and (gone := self.filing.withdraw(text, chat, turn.records)) is not None:
            return gone
        return sentences.hear(text, chat, turn.records, self.content)

    def _show(self, entry_id: str, step: int, turn: Turn) -> list[Reply]:
        entry = self.content.entries[entry_id]
        rule = {"rule": "button"}
        status = "answer" if entry.kind == "answer" else "unknown"
        region = turn.memory.context.city
        meaning = Understanding(status, entry_id, "entry", 1.0, region=region, step=step, why=rule)
        response = respond(self.content, meaning, turn.memory.context, china_day(turn.records.now))
        turn.memory = replace(turn.memory, context=replace(response.context, text=entry.title))
        return list(response.replies)

    def _form_press(self, rest: str, turn: Turn) -> list[Reply] | None:
        what, _, name = rest.partition(":")
        if what == "go":
            turn.memory, replies = self.filing.resume(turn.memory, turn.incoming.chat, turn.records, name)
            return replies
        if what == "drop":
            turn.records.delete_draft(name, turn.incoming.chat)
            return [Reply(self.content.replies["quick_dropped"])]
        if name not in self.content.forms:
            return [Reply(self.content.replies["form_none_open"])]
        begin = self.filing.begin_new if what == "new" else self.filing.begin
        turn.memory, replies = begin(name, turn.memory, turn.incoming, turn.records)
        return replies

    def begin(self, form_id: str, turn: Turn) -> list[Reply]:
        """Start a form, or offer the open draft of it."""
        turn.memory, replies = self.filing.begin(form_id, turn.memory, turn.incoming, turn.records)
        nobody = form_id == MESSAGE_FORM and not turn.incoming.public
        if nobody and not turn.records.staff_to_notify(turn.memory.context.city):
            replies = [Reply(self.content.replies["human_none"]), *replies]
        return replies

    def _resume(self, turn: Turn) -> list[Reply]:
        turn.memory, replies = self.filing.resume(turn.memory, turn.incoming.chat, turn.records)
        return replies

    def _my_data(self, turn: Turn) -> list[Reply]:
        chat, records = turn.incoming.chat, turn.records
        text = self.content.replies["mydata"].format(
            region=turn.memory.context.region or "还不知道",
            drafts=len(records.open_drafts(chat)),
            submissions=len(records.submissions_of(chat)),
        )
        return [Reply(text)]

    def _ask_delete(self, turn: Turn) -> list[Reply]:
        turn.memory = replace(turn.memory, stage="delete")
        texts = self.content.replies
        buttons = ((Button(texts["yes"], "del:yes"), Button(texts["no"], "del:no")),)
        return [Reply(texts["delete_confirm"], buttons=buttons)]

    def _remember_place(self, meaning: Understanding, turn: Turn) -> list[Reply]:
        texts = self.content.replies
        region = meaning.region if meaning.region_named else ""
        turn.memory = replace(turn.memory, context=turn.memory.context.moved_to(region))
        if region:
            return [Reply(texts["region_saved"].format(region=region))]
        return [Reply(texts["region_unknown"].format(region=meaning.elsewhere))]


def _only_a_place(meaning: Understanding) -> bool:
    """Whether the message says where the person is and asks nothing (rule set by bot/understand/engine.py)."""
    return meaning.why.get("rule") == "place only"
