"""The assistant: what happens to one message. Read this file first.

`handle` tries its steps in order; the first that has something to say ends the turn. Nothing here decides what a
question means (bot/understand), how an answer reads (bot/answer), what a form asks (bot/filing), or how anything is
sent (bot/channels).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.answer.responder import LookUp, look_up_nothing, respond, with_passages
from bot.clock import china_day
from bot.content.models import Content
from bot.desk import notices
from bot.errands import Errands
from bot.filing.service import Filing
from bot.learning import Learning
from bot.memory import Memory
from bot.messages import Incoming, Reply
from bot.paperwork import Paperwork
from bot.store.records import Records
from bot.understand.engine import Understander


@dataclass
class Turn:
    """One message on its way through the steps."""

    incoming: Incoming
    records: Records
    memory: Memory


class Assistant:
    """Everything between an Incoming and its replies."""

    def __init__(
        self,
        content: Content,
        understander: Understander,
        filing: Filing,
        paperwork: Paperwork,
        look_up: LookUp = look_up_nothing,
    ) -> None:
        self.content = content
        self.look_up = look_up
        self.understander = understander
        self.filing = filing
        self.paperwork = paperwork
        self.errands = Errands(content, filing, paperwork)
        self.learning = Learning(content, understander.featuriser)
        self.steps: tuple[Callable[[Turn], list[Reply] | None], ...] = (
            self.join_staff,
            self.not_right,
            self.press,
            self.confirm,
            self.codes,
            self.receipt,
            self.paper,
            self.fill_in,
            self.stray_file,
            self.converse,
        )

    def handle(self, incoming: Incoming, records: Records) -> list[Reply]:
        """Replies to one message, in order; state is read and written through `records`."""
        turn = Turn(incoming, records, Memory.from_json(records.chat_state(incoming.chat)))
        replies = next((said for step in self.steps if (said := step(turn)) is not None), [])
        records.save_chat_state(incoming.chat, turn.memory.to_json())
        return replies

    def join_staff(self, turn: Turn) -> list[Reply] | None:
        """「登记 1A2B3C4D」: a member of staff joins from this chat."""
        joined = notices.join(turn.incoming.text, turn.incoming.chat, turn.records, self.content.replies)
        return [joined] if joined else None

    def not_right(self, turn: Turn) -> list[Reply] | None:
        """「没答对」 under an answer."""
        return self.learning.wrong(turn) if turn.incoming.press.startswith("wrong:") else None

    def press(self, turn: Turn) -> list[Reply] | None:
        """A button outside the forms: an offered entry, a step, a form to start, a person."""
        kind, _, name = turn.incoming.press.partition(":")
        replies = self.errands.press(turn) if kind not in ("", "f") else None
        return self.learning.took(name, turn, replies) if kind == "e" and replies else replies

    def confirm(self, turn: Turn) -> list[Reply] | None:
        """The yes or no that was asked for before data are deleted."""
        if not turn.memory.stage or self.errands.is_errand(self.understander.understand(turn.incoming.text)):
            turn.memory = replace(turn.memory, stage="")
            return None
        return self.errands.confirm(turn)

    def codes(self, turn: Turn) -> list[Reply] | None:
        """A sentence with a code in it: a draft comes from another device, a registration is taken back, staff."""
        return self.errands.codes(turn) if turn.incoming.text and not turn.incoming.press else None

    def receipt(self, turn: Turn) -> list[Reply] | None:
        """A receipt number in the text asks for its status."""
        if self.filing.has_receipt(turn.incoming.text):
            return self.filing.status(turn.incoming.text, turn.incoming.chat, turn.records)
        return None

    def paper(self, turn: Turn) -> list[Reply] | None:
        """「给我一份大会议程模板」, 「要章程」: the paper at once, from the draft in hand as it stands, or blank."""
        incoming = turn.incoming
        wanted = self.paperwork.wished(incoming.text) if not (incoming.press or incoming.attachments) else ""
        if not wanted:
            return None
        held = self.filing.current(incoming.text, turn.memory, incoming.chat, turn.records)
        if held and self.filing.takes_anything(*held):
            return None
        replies = self.paperwork.by_name(wanted, incoming.chat, held)
        return [*replies, self.filing.again(*held)] if held else replies

    def fill_in(self, turn: Turn) -> list[Reply] | None:
        """An answer to the form in hand. A question in its middle is answered, then the form question comes again."""
        incoming = turn.incoming
        if incoming.press:
            held = self.filing.of_press(incoming.press, incoming.chat, turn.records)
        else:
            held = self.filing.current(incoming.text, turn.memory, incoming.chat, turn.records)
            if held is None or self.errands.is_errand(self.understander.understand(incoming.text), in_a_form=True):
                return None
        if held is None:
            gone = "form_gone" if incoming.press.endswith(":submit") else "form_none_open"
            return [Reply(self.content.replies[gone])]
        form, draft = held
        elsewhere = self.filing.only_in_private(form, incoming, turn.records)
        if elsewhere:
            turn.memory = replace(turn.memory, draft="")
            return [elsewhere]
        other = self.filing.other_form(incoming.text, form, draft)
        if other:
            return self.errands.begin(other, turn)
        offered = self.filing.offer_other(form, draft, incoming, turn.memory, turn.records)
        if offered:
            turn.memory, replies = offered
            return replies
        turn.memory, replies, outcome = self.filing.feed(form, draft, incoming, turn.memory, turn.records)
        if outcome != "elsewhere":
            return replies
        return [*self.converse(turn), self.filing.again(form, draft)]

    def stray_file(self, turn: Turn) -> list[Reply] | None:
        """A file or an empty message while no form is open."""
        if turn.incoming.text.strip():
            turn.memory, turn.incoming = self.filing.with_album(turn.memory, turn.incoming, turn.records)
            return None
        if turn.incoming.attachments:
            laid = self.filing.stray(turn.incoming, turn.memory, turn.records)
            if laid is not None:
                turn.memory, replies = laid
                return replies
        return [Reply(self._file_alone(turn.incoming))]

    def _file_alone(self, incoming: Incoming) -> str:
        names = "、".join(a.name for a in incoming.attachments)
        texts = self.content.replies
        return texts["file_alone"].format(name=names) if names else texts["empty"]

    def converse(self, turn: Turn) -> list[Reply]:
        """Anything else: understand it, do the errand or answer from the knowledge base."""
        meaning = self.understander.understand(turn.incoming.text, turn.memory.context)
        done = self.errands.run(meaning, turn)
        if done is not None:
            return done
        offered = self.filing.offer_quick(turn.incoming, turn.memory, turn.records)
        if offered:
            return [offered]
        meaning, passages = with_passages(meaning, turn.incoming.text, self.look_up)
        response = respond(self.content, meaning, turn.memory.context, china_day(turn.records.now), passages)
        turn.memory = replace(turn.memory, context=response.context)
        return self.learning.heard(meaning, response, turn)
