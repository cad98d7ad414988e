"""Noticing what was not answered well, so that an editor can mend it. Nothing is learned by itself.

A question goes to the queue when it was unknown, had to be asked back, was called wrong by the person, or was asked in
other words right after. The entry that the person takes in the end, by a button or by the better wording, is noted with
it: a phrasing and its entry, told by somebody who knew what they wanted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.answer.responder import Response, offer
from bot.content.models import Content
from bot.likeness import likeness
from bot.masking import masked
from bot.memory import Asked
from bot.messages import Button, Reply
from bot.store.questions import LONGEST, Questions, storable
from bot.understand.features import Featuriser
from bot.understand.meaning import Understanding

if TYPE_CHECKING:
    from bot.assistant import Turn

REPHRASED_WITHIN = timedelta(minutes=5)
"""Time in which the same in other words means that the first answer did not help."""
TAKEN_WITHIN = timedelta(minutes=30)
"""Time in which a pressed button still belongs to the question before."""
SAME_MATTER = 0.4
"""Least likeness of another wording; the matter itself is compared besides, see `Learning._rephrased`."""
REMEMBERED = 4
"""Questions back to which 「没答对」 can be pressed."""
OFFERED = 3
LABEL = 20
"""Characters on a button."""
_OURS = frozenset(("企业科协", "科协"))
"""Names that everybody uses for the same thing."""
_GOES_ON = (
    "same for another place",
    "step asked for",
    "next step",
    "offered before",
    "more asked for",
)
"""Rules by which a message goes on with what was said, rather than asking it again."""


class Learning:
    """Keeps the queue of questions and the memory of what was asked."""

    def __init__(self, content: Content, featuriser: Featuriser) -> None:
        self.content = content
        self.featuriser = featuriser
        self.terms = {featuriser.normalise(term) for term in content.words.terms} | set(featuriser.concepts)

    def heard(self, meaning: Understanding, response: Response, turn: Turn) -> list[Reply]:
        """After a question was answered: queue it where it is to be learned from, remember it, and put 「没答对」 under
        an answer."""
        shown = self._shown(meaning)
        if meaning.why.get("rule") == "offered before":
            return self.took(shown, turn, list(response.replies))
        if meaning.kind == "intent":
            return list(response.replies)
        before = self._rephrased(meaning, turn)
        row, rows = 0, before.rows if before else ()
        queue = Questions(turn.records.connection, turn.records.now)
        if before and not before.row:
            rows = (*rows, queue.queue(before.text, "rephrased", before.region, before.entry))
        if response.queue:
            near = meaning.candidates[0].id if meaning.candidates else ""
            row = queue.queue(turn.incoming.text, response.queue, meaning.region, near)
        if rows and shown and self.content.entries[shown].kind == "answer":
            queue.took(rows, shown)
        asked = Asked(
            number=turn.memory.asked[-1].number + 1 if turn.memory.asked else 1,
            at=turn.records.now.isoformat(),
            text=storable(masked(turn.incoming.text))[:LONGEST],
            region=meaning.region,
            entry=shown,
            near=tuple(c.id for c in meaning.candidates if c.id in self.content.entries)[: OFFERED + 1],
            rows=(*rows, row) if row else rows,
            row=row,
        )
        turn.memory = replace(turn.memory, asked=(*turn.memory.asked, asked)[-REMEMBERED:])
        return self._with_button(list(response.replies), asked)

    def took(self, entry: str, turn: Turn, replies: list[Reply]) -> list[Reply]:
        """After a button that shows an entry, or 「第二个」: the question before it meant this entry. Buttons that only
        lead on from an answer say nothing about the question."""
        asked = turn.memory.asked[-1] if turn.memory.asked else None
        if not asked or not _within(asked, turn.records.now, TAKEN_WITHIN):
            return replies
        if not asked.row or entry not in asked.near or (asked.wrong and entry == asked.entry):
            return replies
        Questions(turn.records.connection, turn.records.now).took(asked.rows, entry)
        asked = replace(asked, entry=entry, wrong=False)
        turn.memory = replace(turn.memory, asked=(*turn.memory.asked[:-1], asked))
        return self._with_button(replies, asked)

    def wrong(self, turn: Turn) -> list[Reply]:
        """「没答对」 under an answer: queue the question, offer what else came near, and a person."""
        number = turn.incoming.press.partition(":")[2]
        asked = next((one for one in turn.memory.asked if str(one.number) == number), None)
        texts = self.content.replies
        person = (Button(texts["find_person"], "human"),)
        if asked is None:
            return [Reply(texts["wrong_gone"], buttons=(person,))]
        if asked.wrong:
            return [Reply(texts["wrong_again"], buttons=(person,))]
        asked = self._queued_as_wrong(asked, turn)
        near = [name for name in asked.near if name != asked.entry and name in self.content.entries][:OFFERED]
        others = tuple(one for one in turn.memory.asked if str(one.number) != number)
        # It is what the next button belongs to now, also when it is not the newest.
        context = replace(turn.memory.context, offered=tuple(near), aside=True)
        turn.memory = replace(turn.memory, asked=(*others, asked), context=context)
        rows = [(Button(_label(self.content.entries[name].title), f"e:{name}"),) for name in near]
        lines = [texts["wrong_near" if near else "wrong_none"]]
        lines += [f"{n}. {self.content.entries[name].title}" for n, name in enumerate(near, 1)]
        return [Reply("\n".join(lines), buttons=(*rows, person))]

    def _queued_as_wrong(self, asked: Asked, turn: Turn) -> Asked:
        queue = Questions(turn.records.connection, turn.records.now)
        row = asked.row
        if row:
            queue.was_wrong(row, asked.entry)
        else:
            row = queue.queue(asked.text, "wrong", asked.region, asked.entry)
        rows = tuple(dict.fromkeys((*asked.rows, row)))
        queue.took([one for one in rows if one != row], "")  # what was thought to be meant is not
        return replace(asked, at=turn.records.now.isoformat(), row=row, rows=rows, wrong=True)

    def _shown(self, meaning: Understanding) -> str:
        """Id of the entry that was shown, "" for none."""
        if meaning.kind == "entry":
            return meaning.target
        offered = offer(self.content, meaning) if meaning.status == "choose" else []
        return offered[0].id if len(offered) == 1 else ""

    def _rephrased(self, meaning: Understanding, turn: Turn) -> Asked | None:
        """The question before, when this one asks the same in other words.

        「审批制要什么材料」 and 「备案制要什么材料」 are worded alike and are two questions: where each names a matter, a
        number or a place that the other does not, it is not the same.
        """
        before = max(turn.memory.asked, key=lambda one: one.number, default=None)
        if not before or not _within(before, turn.records.now, REPHRASED_WITHIN):
            return None
        if meaning.why.get("rule") in _GOES_ON:
            return None
        mine, its = (self.featuriser.normalise(text) for text in (turn.incoming.text, before.text))
        if mine == its or likeness(mine, its) < SAME_MATTER:
            return None
        ours, theirs = self._matters(mine), self._matters(its)
        return None if ours - theirs and theirs - ours else before

    def _matters(self, normal: str) -> set[str]:
        """What a question is about: domain words by what they stand for, numbers, places."""
        words = [word for word in self.featuriser.cut(normal) if word not in _OURS]
        concepts, places = self.featuriser.concepts, self.featuriser.places
        known = {concepts.get(word, word) for word in words if word in self.terms} - _OURS
        return (
            known
            | {places[word] for word in words if word in places}
            | set(re.findall(r"\d+|[一二三四五六七八九十]{1,3}(?=[条步届号问])", normal))
        )

    def _with_button(self, replies: list[Reply], asked: Asked) -> list[Reply]:
        if not asked.entry or not replies:
            return replies
        button = Button(self.content.replies["wrong"], f"wrong:{asked.number}")
        return [*replies[:-1], replace(replies[-1], buttons=(*replies[-1].buttons, (button,)))]


def _within(asked: Asked, now: datetime, time: timedelta) -> bool:
    try:
        return timedelta() <= now - datetime.fromisoformat(asked.at) <= time
    except (ValueError, TypeError):
        return False


def _label(title: str) -> str:
    return title if len(title) <= LABEL else title[: LABEL - 1] + "…"
