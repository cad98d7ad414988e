"""From an Understanding to replies and to what the conversation remembers next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.answer.arithmetic import result
from bot.answer.cite import citation
from bot.answer.compare import compared
from bot.answer.compose import akin, all_said, answer_text, choose_reply, entry_reply, unknown_reply
from bot.answer.texts import Answer
from bot.content.models import Content, Entry, Passage
from bot.messages import Reply
from bot.understand.meaning import OUT_OF_SCOPE, Context, Understanding

OFFER = 3
SAME_ELSEWHERE = "same for another place"
"""Rule of the understanding for 「那苏州呢」."""
WORTH_OFFERING = 0.1
"""Of the best candidate's share, what another one needs to be offered beside it."""


@dataclass(frozen=True)
class Response:
    """What is said, and the context for the next message."""

    replies: tuple[Reply, ...]
    context: Context
    queue: str = ""
    """Why the question should be looked at by an editor: `unknown`, `choose`, or ""."""


LookUp = Callable[[str], Sequence[Passage]]
"""Question -> the passages of imported documents that strongly match it, best first; mostly none."""


def look_up_nothing(question: str) -> Sequence[Passage]:
    """Where no documents are at hand."""
    return ()


def with_passages(meaning: Understanding, question: str, look_up: LookUp) -> tuple[Understanding, Sequence[Passage]]:
    """Passages to show: only where no entry, not even an open or boundary one, has anything to say. A message that was
    taken for small talk and is answered by a document becomes an unknown one."""
    beyond = meaning.kind == "intent" and meaning.target == OUT_OF_SCOPE
    if not beyond and (meaning.status != "unknown" or meaning.target):
        return meaning, ()
    passages = look_up(question)
    return (replace(meaning, status="unknown", target="", kind="") if passages else meaning), passages


def respond(
    content: Content, meaning: Understanding, context: Context, today: date, passages: Sequence[Passage] = ()
) -> Response:
    """Replies for an understood question. Intents that act (status, forms) are the assistant's business; here they
    only talk. `passages`: see `with_passages`."""
    # 「那岳阳呢」 asks about another city; it does not move the person there, 「我在岳阳」 does.
    region = meaning.region if meaning.settled else context.region
    context = replace(context, region=region, asked_in="" if meaning.region == region else meaning.region)
    if meaning.kind == "entry" and meaning.target:
        return _entry(content, content.entries[meaning.target], meaning, context, today)
    if meaning.status == "choose":
        offered = offer(content, meaning)
        if len(offered) == 1:
            return _entry(content, offered[0], meaning, context, today)
        context = replace(context, offered=tuple(entry.id for entry in offered), aside=True)
        return Response((choose_reply(content, offered),), context, "choose")
    if meaning.kind == "intent":
        key = content.intents[meaning.target].reply
        return Response((Reply(content.replies[key]),), context)
    lead = "unknown" if meaning.score < 0.15 else "unknown_unsure"
    if meaning.elsewhere and not meaning.region_named:
        lead = content.replies["unknown_elsewhere"].format(place=meaning.elsewhere)
    near = offer(content, meaning)
    context = replace(context, offered=tuple(entry.id for entry in near), aside=True)
    return Response((unknown_reply(content, lead, near, passages),), context, "unknown")


def offer(content: Content, meaning: Understanding) -> list[Entry]:
    """The entries to offer, best first: answers before anything else, at most three, and only those in reach."""
    if not meaning.candidates:
        return []
    least = meaning.candidates[0].score * WORTH_OFFERING
    found = [content.entries[c.id] for c in meaning.candidates if c.id in content.entries and c.score >= least]
    return found[:OFFER]


def answer_for(content: Content, entry: Entry, meaning: Understanding, today: date) -> Answer:
    """What is said of an entry: a comparison, or its own text, after what its rule comes to for the figures given."""
    side_by_side = compared(content, meaning.comparison, meaning.region, today) if meaning.comparison else None
    if side_by_side:
        return side_by_side
    plain = answer_text(content, entry, meaning.region, today, meaning.step)
    worked_out = result(content, meaning.finding, meaning.region, today) if meaning.finding else ""
    return replace(plain, text=f"{worked_out}\n\n{plain.text}") if worked_out else plain


def _entry(content: Content, entry: Entry, meaning: Understanding, context: Context, today: date) -> Response:
    entry = _with_rival(content, entry, meaning)
    answer = answer_for(content, entry, meaning, today)
    lead = _nothing_local(content, entry, meaning) or _again(content, entry, meaning, context)
    answer = replace(answer, text=f"{lead}\n{answer.text}") if lead else answer
    reply = entry_reply(content, entry, meaning.region, today, meaning.step, answer)
    related = entry.see
    if meaning.folded and (context.unfolded or not answer.more):
        related = tuple(other.id for other in akin(content, entry, meaning.region))
        reply = all_said(content, entry, meaning.region, meaning.step)
    elif meaning.folded:
        reply = _unfolded(content, reply, answer)
    if meaning.settled:
        own = entry.region == meaning.region or content.overlay(entry.id, meaning.region)
        noted = content.replies["region_noted" if own else "region_noted_only"].format(region=meaning.region)
        reply = replace(reply, text=f"{noted}\n\n{reply.text}")
    if entry.kind == "boundary":
        # Another office's business: what is asked next is more likely about ours.
        return Response((reply,), replace(context, offered=(), aside=True), "")
    text = str(meaning.why.get("normal", "")) or context.text
    # Past the last step one stays at the last: 「下一步」 said again is no further away.
    step = min(meaning.step, len(content.steps(entry, meaning.region)))
    context = replace(
        context,
        text=text,
        topic=entry.topic,
        aspect=entry.aspect,
        entry=entry.id,
        step=step,
        offered=related,
        unfolded=meaning.folded,
        aside=False,
    )
    return Response((reply,), context, "unknown" if entry.kind == "open" and not meaning.folded else "")


def _with_rival(content: Content, entry: Entry, meaning: Understanding) -> Entry:
    """An open entry with the answer that was nearly meant as the first to read on: a few words often mean either."""
    if entry.kind != "open":
        return entry
    least = WORTH_OFFERING * max((c.score for c in meaning.candidates), default=1.0)
    rivals = (content.entries[c.id] for c in meaning.candidates if c.id in content.entries and c.score >= least)
    here = (one for one in rivals if one.kind == "answer" and one.region in ("", meaning.region))
    found = next((one.id for one in here if one.id != entry.id), "")
    return replace(entry, see=(found, *(other for other in entry.see if other != found))) if found else entry


def _nothing_local(content: Content, entry: Entry, meaning: Understanding) -> str:
    """That the place named has no rule of its own on this; "" where it has one, or none was named."""
    if entry.kind != "answer" or entry.region or meaning.comparison or meaning.finding:
        return ""
    if not meaning.region_named:
        same = meaning.elsewhere and meaning.why.get("rule") == SAME_ELSEWHERE
        return content.replies["unknown_elsewhere"].format(place=meaning.elsewhere) if same else ""
    region = content.regions.get(meaning.region)
    if region is None or content.overlay(entry.id, meaning.region):
        return ""
    cited = any(source.startswith(f"{region.id}/") for source in entry.sources)
    return "" if cited else content.replies["no_local"].format(region=meaning.region)


def _again(content: Content, entry: Entry, meaning: Understanding, context: Context) -> str:
    """That another question is answered by what was just said: nobody has to compare the two texts; "" for anything
    else."""
    normal = str(meaning.why.get("normal", ""))
    same = entry.id == context.entry and not context.aside and meaning.region == context.city
    plain = not (meaning.step or meaning.folded or meaning.comparison or meaning.finding)
    another = bool(context.text and normal) and normal != context.text
    return content.replies["same_again"] if same and plain and another and not context.step else ""


def _unfolded(content: Content, reply: Reply, answer: Answer) -> Reply:
    """The folded part alone, with the ways on."""
    return replace(
        reply,
        text=f"{answer.more}\n\n{content.replies['sources']}：{citation(answer.sources, content.sources)}",
        more="",
    )
