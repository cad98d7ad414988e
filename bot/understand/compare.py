"""Which two or three things a question compares. Words and things: knowledge/comparisons.yaml."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bot.content.tables import Comparisons, Thing
from bot.understand.region import Places

MOST = 3
"""Things that are put side by side."""
MOST_NAMED = 6
"""More things than this in one breath are a list, not a comparison."""
ASIDE = 4
"""Characters that may be left over in a plainly worded comparison when all known words are taken out."""
WEAK_ASIDE = 2
"""The same when the wording is weak (还是)."""
NATION = "全国"
"""Stands for the national rules among the places of a comparison."""


@dataclass(frozen=True)
class Comparison:
    """What is compared: things by entries, or the rules of places on one matter."""

    things: tuple[str, ...] = ()
    """Names of the things, in the order asked; () when places are compared."""
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Label -> entry id for each thing ("" where a thing has none); () when an entry says it all."""
    places: tuple[str, ...] = ()
    """NATION and cities, in the order asked; () when things are compared."""
    matter: str = ""
    """What about the places is asked, normalised; "" when only places were named."""
    entry: str = ""
    """The written comparison, or the entry whose rules are compared; "" when there is none yet."""
    firm: bool = True
    """Whether the wording leaves no doubt; otherwise a better match may stand."""

    def entries(self, first: str = "") -> tuple[str, ...]:
        """Ids of all entries shown, `first` in front."""
        found = (entry for _, row in self.rows for entry in row if entry)
        return tuple(dict.fromkeys(e for e in (first, self.entry, *found) if e))


class _Hit(NamedTuple):
    """A thing named in a text."""

    start: int
    end: int
    thing: Thing


class Comparer:
    """Finds comparisons in normalised text."""

    def __init__(self, tables: Comparisons, places: Places) -> None:
        self.tables = tables
        self.places = places
        self._thing = {word: thing for thing in tables.things.values() for word in thing.words}
        self._names = _any_of(self._thing)
        self._cues = _any_of(tables.cues)
        self._place_cues = _any_of((*tables.cues, *tables.place_cues))
        self._weak = _any_of((*tables.weak, *tables.equals, *tables.relations))
        self._nation = _any_of(tables.nation)
        self._labels = {label: _any_of(words) for label, words in tables.labels.items()}
        self._asking = _any_of((*tables.links, *tables.cues, *tables.equals, *tables.weak, *tables.relations))
        asking = (*tables.links, *tables.cues, *tables.place_cues, *tables.equals, *tables.weak, *tables.relations)
        self._idle = _any_of((*tables.fillers, *asking))
        self._idle_or_label = _any_of((*tables.fillers, *asking, *(w for ws in tables.labels.values() for w in ws)))
        between = "|".join(re.escape(word) for word in (*tables.links, *tables.equals))
        self._between = re.compile(rf"\s*(?:{between})\s*|\s+")
        self._implied = re.compile(rf"(?:{'|'.join(map(re.escape, tables.implied))})?(?:{between})")

    def find(self, normal: str, last: str = "", region: str = "") -> Comparison | None:
        """The comparison that normalised text asks for, or None. `last`: entry shown before; `region`: city of the
        conversation."""
        if self._place_cues.search(normal):
            places = self._of_places(normal, last, region)
            if places:
                return places
        strong = bool(self._cues.search(normal))
        return self._of_things(normal, strong, last) if strong or self._weak.search(normal) else None

    def _of_places(self, normal: str, last: str, region: str) -> Comparison | None:
        """「换届年限，国家的和温州的一样吗」: the nation and a city, or two cities. With one named and nothing else said,
        the other is that of the conversation."""
        rest, found = normal, []
        for name, city in self.places.names.items():
            if name in rest:
                found.append((rest.index(name), city))
                rest = rest.replace(name, " " * len(name))
        nation = self._nation.search(rest)
        if nation:
            found.append((nation.start(), NATION))
        named = tuple(dict.fromkeys(place for _, place in sorted(found)))
        matter = re.sub(r"\s+", "", self._idle.sub(" ", self._nation.sub(" ", rest)))
        matter = matter if len(matter) > 1 else ""
        if len(named) == 1 and last and not matter:
            named = tuple(dict.fromkeys((*named, NATION if named[0] != NATION else region or NATION)))
        return Comparison(places=named[:MOST], matter=matter) if len(named) > 1 else None

    def _of_things(self, normal: str, strong: bool, last: str) -> Comparison | None:
        run = self._linked(normal, self._hits(normal))
        things = [hit.thing for hit in run]
        if len(run) == 1 and strong:
            things = self._with_implied(normal, run[0], last)
        names = tuple(dict.fromkeys(thing.name for thing in things))
        if not 2 <= len(names) <= MOST_NAMED:
            return None
        left = self._left_over(normal, run[0].start, run[-1].end, strong)
        label = next((label for label, words in self._labels.items() if words.search(normal)), "")
        found = self._compared(names, label, firm=not left)
        if len({thing.group for thing in things}) > 1 and not (
            strong and found.firm and found.rows and found.rows[0][0]
        ):
            return None
        if left > (ASIDE if strong else WEAK_ASIDE) or (
            not strong and not found.entry and not self._asks_weakly(normal)
        ):
            return None
        return found

    def _hits(self, normal: str) -> list[_Hit]:
        """Things named, in order. 「科协秘书长」 is one: the association before one of its own parts says nothing."""
        hits: list[_Hit] = []
        for match in self._names.finditer(normal):
            thing, start = self._thing[match[0]], match.start()
            whole = hits and hits[-1].thing.name == self.tables.default and thing.group != hits[-1].thing.group
            if whole and not normal[hits[-1].end : start].strip("的"):
                start = hits.pop().start
            hits.append(_Hit(start, match.end(), thing))
        return hits

    def _asks_weakly(self, normal: str) -> bool:
        """Whether more than the relation of two things is asked: how they are related only a written entry says."""
        return any(word in normal for word in (*self.tables.weak, *self.tables.equals))

    def _linked(self, normal: str, hits: list[_Hit]) -> list[_Hit]:
        """The first hits that stand side by side with nothing but a linking word between them."""
        for at, first in enumerate(hits[:-1]):
            run = [first]
            for hit in hits[at + 1 :]:
                gap = normal[run[-1].end : hit.start]
                if not self._between.fullmatch(gap) or (hit.thing.group != first.thing.group and not gap.strip()):
                    break
                run.append(hit)
            if len({hit.thing.name for hit in run}) > 1:
                return run
        return hits[:1]

    def _with_implied(self, normal: str, hit: _Hit, last: str) -> list[Thing]:
        """「和工会有什么区别」: the other thing is what was spoken of before, else the association itself, where that is
        a comparison that somebody wrote."""
        segment = normal[normal.rfind(" ", 0, hit.start) + 1 : hit.start]
        if not self._implied.fullmatch(segment):
            return [hit.thing]
        things, mine = self.tables.things, hit.thing
        before = [t for t in things.values() if last and last in t.aspects.values() and t.group == mine.group]
        other = before[0] if before else things.get(self.tables.default)
        if not other or (not before and not any(w.things == {other.name, mine.name} for w in self.tables.written)):
            return [mine]
        return [other, mine]

    def _left_over(self, normal: str, start: int, end: int, strong: bool) -> int:
        """Characters that are neither things nor words of comparing: in the clauses that hold those, or, when the
        wording is weak, in all of the text and fillers too."""
        blank = normal[:start] + "\t" * (end - start) + normal[end:]
        if not strong:
            return len(re.sub(r"[\s是吗呢啊呀吧]", "", self._asking.sub("", blank)))
        clauses = [part for part in blank.split(" ") if "\t" in part or self._cues.search(part)]
        known = (self._idle_or_label.sub("", self._names.sub("", part)) for part in clauses)
        return sum(len(part.replace("\t", "")) for part in known)

    def _compared(self, names: tuple[str, ...], label: str, firm: bool) -> Comparison:
        things = [self.tables.things[name] for name in names]
        asked = frozenset(names)
        fitting = [w for w in self.tables.written if w.things == asked or (len(asked) > 2 and w.things > asked)]
        special = label not in ("", *self.tables.covered) and all(label in thing.aspects for thing in things)
        if fitting and not special:
            return Comparison(names, entry=min(fitting, key=lambda w: len(w.things)).entry, firm=firm)
        if label and all(label in thing.aspects for thing in things):
            return Comparison(names, ((label, tuple(thing.aspects[label] for thing in things)),), firm=firm)
        return Comparison(names[:MOST], _rows(things[:MOST]), firm=firm)


def _rows(things: list[Thing]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What all have an entry for, in the order of the first; else the first aspect of each."""
    shared = [label for label in things[0].aspects if all(label in thing.aspects for thing in things)]
    if shared:
        return tuple((label, tuple(thing.aspects[label] for thing in things)) for label in shared[:MOST])
    return (("", tuple(next(iter(thing.aspects.values())) for thing in things)),)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for the longest of the words at each place; one that never matches for no words."""
    ordered = sorted(set(words), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, ordered)) or r"(?!)")
