"""One question outside a conversation: the same path as the live chat, with what a program wants to know about it."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from bot.answer.responder import LookUp, answer_for, look_up_nothing, offer, respond, with_passages
from bot.content.models import Content
from bot.messages import Reply
from bot.understand.engine import Understander
from bot.understand.meaning import Context, Understanding

ALTERNATIVES = 5


@dataclass(frozen=True)
class Alternative:
    """An entry that came near."""

    entry: str
    title: str
    sources: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Answered:
    """The outcome of one question."""

    question: str
    status: str
    shown: str
    """The text as a person sees it, folded part included."""
    entry: str
    """Entry that was shown, "" for none."""
    sources: tuple[str, ...]
    """Cited sources; () for `choose`, `form`, `chat` and an unknown that nothing touches."""
    score: float
    alternatives: tuple[Alternative, ...]
    ms: float
    """Milliseconds from the question to the text that a person sees."""
    context: Context
    meaning: Understanding

    @cached_property
    def why(self) -> dict[str, Any]:
        """How it came about, JSON-ready."""
        return _why(self.meaning)


def answer(
    content: Content,
    understander: Understander,
    question: str,
    region: str,
    today: date,
    context: Context | None = None,
    look_up: LookUp = look_up_nothing,
) -> Answered:
    """Understand and answer one question for someone in `region` ("" when unknown). `look_up` finds passages of
    imported documents."""
    started = time.perf_counter()
    context = context or Context(region=region)
    meaning = understander.understand(question, context)
    if meaning.kind == "form":
        form = content.forms[meaning.target]
        replies: tuple[Reply, ...] = (
            Reply(f"可以在这里填「{form.title}」。在聊天里说「{form.ask[0]}」，就一步一步带您填。"),
        )
        after = context
    elif meaning.status == "chat" and not meaning.target:
        place = meaning.region if meaning.region_named else meaning.elsewhere
        key = "region_saved" if meaning.region_named else "region_unknown"
        replies, after = (
            (Reply(content.replies[key].format(region=place)),),
            context.moved_to(meaning.region if meaning.region_named else ""),
        )
    else:
        meaning, passages = with_passages(meaning, question, look_up)
        response = respond(content, meaning, context, today, passages)
        replies, after = response.replies, response.context
    shown = "\n\n".join(f"{reply.text}\n\n{reply.more}".strip() for reply in replies)
    ms = (time.perf_counter() - started) * 1000
    entry_id = meaning.target if meaning.kind == "entry" else ""
    offered = offer(content, meaning) if meaning.status == "choose" else []
    if meaning.status == "choose" and len(offered) == 1:
        entry_id = offered[0].id
    status = "answer" if meaning.status == "choose" and entry_id else meaning.status
    sources: tuple[str, ...] = ()
    if entry_id:
        sources = answer_for(content, content.entries[entry_id], meaning, today).sources
    return Answered(
        question,
        status,
        shown,
        entry_id,
        sources,
        meaning.score,
        _alternatives(content, _with_more(meaning, understander, question), entry_id, [e.id for e in offered]),
        ms,
        after,
        meaning,
    )


def _with_more(meaning: Understanding, understander: Understander, question: str) -> Understanding:
    """The understanding with enough candidates to show alternatives, also where a rule decided and nothing was ranked."""
    if sum(c.id in understander.content.entries for c in meaning.candidates) > ALTERNATIVES:
        return meaning
    known = {c.id for c in meaning.candidates}
    more = [c for c in understander.nearest(question, meaning.region) if c.id not in known]
    return replace(meaning, candidates=(*meaning.candidates, *more))


def _alternatives(content: Content, meaning: Understanding, shown: str, offered: list[str]) -> tuple[Alternative, ...]:
    scores = {c.id: c.score for c in meaning.candidates if c.id in content.entries}
    order = list(dict.fromkeys([*(i for i in offered if i != shown), *(i for i in scores if i != shown)]))
    found = []
    for entry_id in order[:ALTERNATIVES]:
        entry = content.entries[entry_id]
        city = content.regions.get(meaning.region)
        overlay = city.overlays.get(entry_id) if city else None
        sources = tuple(dict.fromkeys((*(overlay.sources if overlay else ()), *entry.sources)))
        found.append(Alternative(entry_id, entry.title, sources, scores.get(entry_id, 0.0)))
    return tuple(found)


def _why(meaning: Understanding) -> dict[str, Any]:
    return {
        "status": meaning.status,
        "target": meaning.target,
        "region": meaning.region,
        "certainty": round(meaning.score, 3),
        **dict(meaning.why.items()),
        "candidates": [
            {
                "id": c.id,
                "score": round(c.score, 3),
                "signals": {k: round(v, 3) for k, v in c.signals.items()},
                "phrasing": c.phrasing,
            }
            for c in meaning.candidates[:5]
        ],
    }
