"""One entry as an answer: local rule first, then the national one, what to do, warnings, sources, ways on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.answer.cite import citation
from bot.answer.texts import Answer
from bot.answer.walk import numbered, one_step, step_buttons
from bot.content.models import Content, Entry, Overlay, Passage
from bot.messages import Button, Reply

MAX_RELATED = 3
MAX_LABEL = 20


def answer_text(content: Content, entry: Entry, region: str, today: date, step: int = 0) -> Answer:
    """Text, folded part and cited sources of an entry for someone in `region` ("" when unknown).

    `step`: number of the step asked for, 0 for the whole procedure.
    """
    overlay = content.overlay(entry.id, region)
    warnings = _warnings(content, entry, overlay, today)
    if step and entry.steps:
        shown = one_step(content, entry, region, step)
        return replace(shown, text="\n\n".join([shown.text, *warnings]))
    replies = content.replies
    parts, more, sources = [], entry.more, entry.sources
    national = _body(entry.answer, entry.detail)
    if overlay:
        parts += [replies["local_first"].format(region=region) + "\n" + _body(overlay.answer, overlay.detail)]
        parts += [numbered(overlay.steps)] if overlay.steps else []
        parts += [replies["national_beside"] + "\n" + national]
        sources = tuple(dict.fromkeys((*overlay.sources, *entry.sources)))
    else:
        parts.append(national)
    if overlay and overlay.steps and entry.steps:
        # Two numbered lists in one message are mixed up; the national one waits behind 更多.
        more = f"{replies['national_steps']}\n{numbered(entry.steps)}\n\n{more}".strip()
    elif entry.steps:
        parts.append(numbered(entry.steps))
    return Answer("\n\n".join([*parts, *warnings]), more, sources)


def entry_reply(
    content: Content, entry: Entry, region: str, today: date, step: int = 0, answer: Answer | None = None
) -> Reply:
    """The whole reply for an entry, with sources and buttons. `answer`: what to say instead of the entry's own text."""
    answer = answer or answer_text(content, entry, region, today, step)
    lines = [answer.text]
    if entry.kind == "open":
        office = content.regions[region].office if region in content.regions else ""
        if office and office not in answer.text:
            lines.append(content.replies["human_region"].format(office=office))
    if answer.sources:
        lines.append(f"{content.replies['sources']}：{citation(answer.sources, content.sources)}")
    if entry.ask_back and not step:
        lines.append(entry.ask_back)
    return Reply("\n\n".join(lines), buttons=_ways_on(content, entry, region, step), more=answer.more)


def all_said(content: Content, entry: Entry, region: str, step: int = 0) -> Reply:
    """That the sources say no more on an entry, with what is nearest to it."""
    near = akin(content, entry, region)
    lines = [content.replies["all_said"].format(title=entry.title)]
    lines += [content.replies["all_said_next"]] if near else []
    buttons = _ways_on(content, replace(entry, see=tuple(other.id for other in near)), region, step)
    return Reply("".join(lines), buttons=buttons)


def akin(content: Content, entry: Entry, region: str) -> list[Entry]:
    """At most MAX_RELATED entries that are worth reading after this one for someone in `region`: those it points to, else
    answers on the same topic, else on the same subject."""
    if entry.see:
        return [content.entries[other] for other in entry.see[:MAX_RELATED]]
    others = [one for one in content.entries.values() if one.kind == "answer" and one.id != entry.id]
    near = [one for one in others if one.subject == entry.subject and one.region in ("", region, entry.region)]
    return sorted(near, key=lambda one: (one.topic != entry.topic, one.region != entry.region))[:MAX_RELATED]


def choose_reply(content: Content, entries: list[Entry]) -> Reply:
    """Ask which of a few entries is meant."""
    lines = [content.replies["choose"], *(f"{n}. {entry.title}" for n, entry in enumerate(entries, 1))]
    rows = [(Button(f"{n}. {_label(entry.title)}", f"e:{entry.id}"),) for n, entry in enumerate(entries, 1)]
    rows.append((Button(content.replies["none_of_these"], "no"),))
    return Reply("\n".join(lines), buttons=tuple(rows))


def unknown_reply(content: Content, lead: str, near: list[Entry], passages: Sequence[Passage] = ()) -> Reply:
    """Say that it is not known, show what imported documents have, offer the nearest topics and a person."""
    near = near[:MAX_RELATED]
    rows = [(Button(_label(entry.title), f"e:{entry.id}"),) for entry in near]
    rows.append((Button("找人工", "human"),))
    text = content.replies.get(lead, lead)
    if passages:
        text += f"\n\n{content.replies['passages']}\n\n" + "\n\n".join(map(passage_text, passages))
    if near:
        text += "\n" if passages else ""
        text += "\n下面几件比较接近，点一个或回复「第几个」：\n"
        text += "\n".join(f"{n}. {entry.title}" for n, entry in enumerate(near, 1))
    return Reply(text + "\n\n" + content.replies["unknown_next"], buttons=tuple(rows))


def passage_text(passage: Passage) -> str:
    """A passage with its place, as people read it. Its lines are quoted, so that it never looks like our own words."""
    return f"原文片段｜《{passage.document}》{passage.place}\n「{passage.text}」"


def chinese_date(iso: str) -> str:
    """2021-11-20 -> 2021年11月20日."""
    year, month, day = iso.split("-")
    return f"{year}年{int(month)}月{int(day)}日"


def _body(answer: str, detail: str) -> str:
    return f"{answer}\n{detail}".strip()


def _warnings(content: Content, entry: Entry, overlay: Overlay | None, today: date) -> list[str]:
    """One sentence for each last day that is over."""
    days = dict.fromkeys(day for day in (overlay.expires if overlay else "", entry.expires) if day)
    return [content.replies["expired"].format(date=chinese_date(day)) for day in days if day < today.isoformat()]


def _label(title: str) -> str:
    return title if len(title) <= MAX_LABEL else title[: MAX_LABEL - 1] + "…"


def _ways_on(content: Content, entry: Entry, region: str, step: int) -> tuple[tuple[Button, ...], ...]:
    # Whoever walks through steps finds the way on in the same place each time.
    rows = list(step_buttons(content, entry, region, step))
    form = content.forms[entry.form] if entry.form else None
    to_fill = [(Button(_label(f"填表：{form.title}"), f"form:start:{entry.form}"),)] if form else []
    related = [(Button(_label(content.entries[other].title), f"e:{other}"),) for other in entry.see[:MAX_RELATED]]
    # What was asked back is answered by the related entries: they come first then.
    rows += [*related, *to_fill] if entry.ask_back else [*to_fill, *related]
    if entry.kind != "answer":
        rows.append((Button("找人工", "human"),))
    return tuple(rows)
