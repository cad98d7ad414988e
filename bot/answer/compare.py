"""A comparison as an answer: two or three things side by side, or the rules of several places on one matter."""

from __future__ import annotations

from datetime import date

from bot.answer.compose import chinese_date
from bot.answer.texts import Answer
from bot.content.models import Content, Entry, Overlay
from bot.understand.compare import NATION, Comparison


def compared(content: Content, comparison: Comparison, region: str, today: date) -> Answer | None:
    """The answer to a comparison for someone in `region`, with the sources of all that is shown; None when the written
    comparison says it all. `today`: papers past their last day are said to be."""
    if comparison.places:
        answer = _of_places(content, comparison)
    elif comparison.rows:
        answer = _of_things(content, comparison, region)
    else:
        return None
    shown = [content.entries[entry] for entry in comparison.entries()]
    past = sorted({entry.expires for entry in shown if entry.expires and entry.expires < today.isoformat()})
    warnings = [content.replies["expired"].format(date=chinese_date(day)) for day in past]
    return Answer("\n\n".join([answer.text, *warnings]), answer.more, answer.sources)


def _of_things(content: Content, comparison: Comparison, region: str) -> Answer:
    says = content.comparisons.says
    parts = [says["things"].format(names="、".join(comparison.things))]
    sources: list[str] = []
    for label, row in comparison.rows:
        lines = [says["row"].format(label=label)] if label else []
        for name, entry_id in zip(comparison.things, row, strict=True):
            entry = content.entries[entry_id]
            text, cited = _said(content, entry, region)
            lines.append("- " + says["part"].format(name=name, answer=text))
            sources += cited
        parts.append("\n".join(lines))
    return Answer("\n\n".join(parts), "", tuple(dict.fromkeys(sources)))


def _said(content: Content, entry: Entry, region: str) -> tuple[str, tuple[str, ...]]:
    """The short answer of an entry, what the person's city says beside it, and the sources of both."""
    city = content.regions.get(region)
    overlay = city.overlays.get(entry.id) if city else None
    if not overlay:
        return entry.answer, entry.sources
    text = content.comparisons.says["local"].format(answer=entry.answer, city=overlay.answer.rstrip("。"))
    return text, (*overlay.sources, *entry.sources)


def _of_places(content: Content, comparison: Comparison) -> Answer:
    """One matter, or the few that differ most when only places were named."""
    says, tables = content.comparisons.says, content.comparisons
    if comparison.entry:
        text, sources = _matter(content, comparison, content.entries[comparison.entry], whole=True)
        return Answer(text, "", sources)
    parts = [says["overview_lead"]]
    all_sources: list[str] = []
    for entry_id in tables.overview:
        entry = content.entries[entry_id]
        if any(entry_id in content.regions[city].overlays for city in _cities(comparison)):
            text, sources = _matter(content, comparison, entry, whole=False)
            parts.append(f"{entry.title}\n{text}")
            all_sources += sources
    return Answer("\n\n".join(parts), "", tuple(dict.fromkeys(all_sources)))


def _matter(content: Content, comparison: Comparison, entry: Entry, whole: bool) -> tuple[str, tuple[str, ...]]:
    """The verdict first, then what each place says. `whole`: with the details."""
    parts: list[str] = []
    sources: list[str] = []
    for place in dict.fromkeys((*comparison.places, NATION)):
        said = entry if place == NATION else content.regions[place].overlays.get(entry.id)
        text = _at(content, place, said)
        parts.append(f"{text}\n{said.detail}".strip() if whole and said else text if whole else f"- {text}")
        sources += said.sources if said else ()
    text = ("\n\n" if whole else "\n").join([_verdict(content, comparison, entry), *parts])
    return text, tuple(dict.fromkeys(sources))


def _at(content: Content, place: str, said: Entry | Overlay | None) -> str:
    """「温州（2017年文件）：…」: local answers begin with the city, national ones are given a name."""
    says = content.comparisons.says
    answer = said.answer if said else says["no_local"]
    name = says["nation"] if place == NATION else place
    return answer if answer.startswith(name) else says["part"].format(name=name, answer=answer)


def _verdict(content: Content, comparison: Comparison, entry: Entry) -> str:
    """One line on whether the rules agree: as written for a city and the nation; for two cities what each is beside the
    nation."""
    tables = content.comparisons
    ruled = [city for city in _cities(comparison) if entry.id in content.regions[city].overlays]
    if not ruled:
        return tables.says["no_local_lead"].format(cities="、".join(_cities(comparison)))
    known = {city: tables.verdicts.get((city, entry.id), tables.says["no_verdict"]) for city in ruled}
    if len(_cities(comparison)) == 1:
        return known[ruled[0]]
    lead = tables.says["cities_lead"].format(names="、".join(comparison.places))
    return "\n".join([lead, *("- " + tables.says["part"].format(name=c, answer=s) for c, s in known.items())])


def _cities(comparison: Comparison) -> list[str]:
    return [place for place in comparison.places if place != NATION]
