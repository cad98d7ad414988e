"""What `kexie check` asks of every shipped entry beyond being readable: short, asked for in many ways, dated.

Loading does not ask for it: a clerk's new entry with three phrasings is answered at once, and the check says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.content.models import Content, Entry, Step
from bot.content.problems import Problems

LONGEST = 300
"""Characters of answer and detail together, as `size` counts them. 更多 and the list of steps are not counted."""
LONGEST_STEP = 120
"""Characters of what one step says is to be done."""
PHRASINGS: Mapping[str, int] = {"answer": 20, "open": 20, "boundary": 30}
"""Kind of entry -> phrasings it has to have."""
PHRASINGS_MOST_ASKED = 40
"""Phrasings that an entry of knowledge/most-asked.yaml should have."""
SHOWN = 20
"""Entries that a warning names."""


def size(text: str) -> int:
    """Characters that are read: without blanks, line ends, and the marks of lists (「- 」, 「1. 」)."""
    return len(re.sub(r"\s", "", re.sub(r"(?m)^ *(?:-|\d+\.) ", "", text)))


def check_editing(content: Content, problems: Problems) -> None:
    """Add to `problems`: ENTRY_020 longer than can be read in a chat, ENTRY_021 too few phrasings, ENTRY_022 a place with
    a last day is cited and the entry has none, ENTRY_023 a step that is too long."""
    for entry in content.entries.values():
        if not entry.local:
            _check_entry(content, entry, problems)
    for region in content.regions.values():
        for overlay in region.overlays.values():
            place = f"{region.name}.overlays[{overlay.entry}]"
            _check_size(place, overlay.answer + overlay.detail, overlay.steps, problems)
            _check_day(place, content, overlay.sources, overlay.expires, problems)


def few_phrasings(content: Content) -> list[str]:
    """A warning, no fault: which of the most asked entries have too few phrasings, fewest first. Lines to print."""
    few = [content.entries[name] for name in content.most_asked if name in content.entries]
    few = sorted((entry for entry in few if len(entry.ask) < PHRASINGS_MOST_ASKED), key=lambda entry: len(entry.ask))
    if not few:
        return []
    named = "、".join(f"{entry.id}（{len(entry.ask)}）" for entry in few[:SHOWN])
    rest = " 等" if len(few) > SHOWN else ""
    lead = f"提醒：问得最多的 {len(content.most_asked)} 个词条里，{len(few)} 个的问法不到 {PHRASINGS_MOST_ASKED} 条"
    return [f"{lead}，有空时补上：{named}{rest}。"]


def _check_entry(content: Content, entry: Entry, problems: Problems) -> None:
    _check_size(entry.id, entry.answer + entry.detail, entry.steps, problems)
    wanted = PHRASINGS[entry.kind]
    if len(entry.ask) < wanted:
        fault = f"问法只有 {len(entry.ask)} 条，至少要 {wanted} 条"
        problems.add(f"{entry.id}.ask", fault, "换不同的人、不同的说法再写几条", "ENTRY_021")
    if entry.kind == "answer":
        _check_day(entry.id, content, entry.sources, entry.expires, problems)


def _check_size(place: str, text: str, steps: tuple[Step, ...], problems: Problems) -> None:
    if size(text) > LONGEST:
        fault = f"answer 加 detail 有 {size(text)} 个字，最多 {LONGEST} 个"
        problems.add(place, fault, "把例子和长清单移到 more，不要删事实", "ENTRY_020")
    for number, step in enumerate(steps, 1):
        if size(step.do) > LONGEST_STEP:
            fault = f"这一步有 {size(step.do)} 个字，最多 {LONGEST_STEP} 个"
            problems.add(f"{place}.steps[{number}].do", fault, "拆成两步，或把细节移到 more", "ENTRY_023")


def _check_day(place: str, content: Content, sources: tuple[str, ...], expires: str, problems: Problems) -> None:
    for source in _with_last_day(content, sources) if not expires else ():
        day = content.sources[source].expires
        fault = f"引用的 {source} 有最后期限 {day}，这里没写 expires"
        problems.add(place, fault, f'写上 expires: "{day}"，过期后会自动提醒', "ENTRY_022")
        return


def _with_last_day(content: Content, sources: tuple[str, ...]) -> Iterator[str]:
    return (source for source in sources if source in content.sources and content.sources[source].expires)
