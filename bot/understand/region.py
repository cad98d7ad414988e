"""Which city a message speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import accumulate

from bot.content.models import Region

_SUFFIXES = ("市", "县", "区", "新区", "省")


class Places:
    """Names of cities and counties -> the city whose rules hold there."""

    def __init__(self, regions: Mapping[str, Region], elsewhere: Iterable[str]) -> None:
        names: dict[str, str] = {}
        for region in regions.values():
            for name in (region.name, region.name + "市", *region.counties):
                names[name] = region.name
                short = _short(name)
                if len(short) >= 2:
                    names.setdefault(short, region.name)
        self.names = dict(sorted(names.items(), key=lambda item: -len(item[0])))
        # 浙江 stands in 浙江省 as one word: both are looked for, the longest first, always in the same order.
        others = {form for name in elsewhere for form in _forms(name)} - set(names)
        self.elsewhere = tuple(sorted(others, key=lambda name: (-len(name), name)))
        self._any = re.compile("|".join(map(re.escape, (*self.names, *self.elsewhere))) or r"(?!)")
        self._starting: dict[str, list[str]] = {}
        for name in (*self.names, *self.elsewhere):
            self._starting.setdefault(name[0], []).append(name)

    def mentioned(self, cleaned: str) -> bool:
        """Whether any name occurs in cleaned text, be it inside other words: only then it has to be cut."""
        return bool(self._any.search(cleaned))

    def city(self, cleaned: str, words: Sequence[str]) -> str:
        """The first city named in cleaned text, or "". `words`: the text as jieba cuts it; a name counts only where it
        begins and ends with a word, or 「论文成果」 would speak of 文成."""
        edges = _edges(words)
        near = (name for name in self._near(cleaned) if name in self.names)
        hits = [(at, self.names[name]) for name in near if (at := _at(cleaned, name, edges)) >= 0]
        return min(hits)[1] if hits else ""

    def without(self, cleaned: str) -> str:
        """Cleaned text with the names of places taken out."""
        for name in (*self.names, *self.elsewhere):
            cleaned = cleaned.replace(name, "")
        return cleaned

    def other(self, cleaned: str, words: Sequence[str]) -> str:
        """A province or city named in cleaned text that has no rules here, or ""."""
        edges = _edges(words)
        near = (name for name in self._near(cleaned) if name not in self.names)
        found = (name for name in near if _at(cleaned, name, edges) >= 0)
        return min(found, key=lambda name: (-len(name), name), default="")

    def _near(self, cleaned: str) -> Iterable[str]:
        """Names of which the text has at least the first character, in no particular order."""
        return (name for char in set(cleaned) for name in self._starting.get(char, ()))


def _edges(words: Sequence[str]) -> set[int]:
    return {0, *accumulate(len(word) for word in words)}


def _at(cleaned: str, name: str, edges: set[int]) -> int:
    """Where the name stands as a word or a run of words, -1 for nowhere."""
    at = cleaned.find(name)
    while at >= 0 and not (at in edges and at + len(name) in edges):
        at = cleaned.find(name, at + 1)
    return at


def _forms(name: str) -> Iterable[str]:
    short = _short(name)
    return (name, short, f"{short}省", f"{short}市") if len(short) >= 2 else (name,)


def _short(name: str) -> str:
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    return name
