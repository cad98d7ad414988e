"""The tables behind comparing and reckoning: knowledge/comparisons.yaml and knowledge/rules.yaml as frozen objects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Thing:
    """Something that can be compared: an organisation form, a body, an office, a procedure."""

    name: str
    """As it is shown: 园区科协."""
    words: tuple[str, ...]
    """How people call it, cleaned (lower case, Simplified); the name is one of them."""
    group: str
    """Things of one group are compared whatever the wording, others only when it leaves no doubt."""
    aspects: Mapping[str, str]
    """Label (是什么, 谁批, …) -> id of the entry that says it, in the order in which they are shown."""


@dataclass(frozen=True)
class Written:
    """A comparison that stands written as an entry."""

    things: frozenset[str]
    """Names of two or more things."""
    entry: str


@dataclass(frozen=True)
class Comparisons:
    """knowledge/comparisons.yaml: what can be compared and how people ask for it."""

    links: tuple[str, ...] = ()
    """Words between two things: 和, 跟."""
    equals: tuple[str, ...] = ()
    """Words between two things that ask by themselves: 是不是就是."""
    cues: tuple[str, ...] = ()
    """Words that ask for a difference: 区别."""
    place_cues: tuple[str, ...] = ()
    """Words that ask for a difference between the rules of places only: 冲突."""
    weak: tuple[str, ...] = ()
    """Words that do so only when next to nothing else is said: 还是."""
    relations: tuple[str, ...] = ()
    """Words that ask how two things are related: only a written comparison answers that."""
    implied: tuple[str, ...] = ()
    """Words for what was spoken of before: 它."""
    fillers: tuple[str, ...] = ()
    """Words that add nothing to such a question."""
    nation: tuple[str, ...] = ()
    """Words for the national rules: 全国, 国家."""
    default: str = ""
    """The thing that is meant when only the other is named."""
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Label -> words that ask for it."""
    covered: tuple[str, ...] = ()
    """Labels that the written comparisons speak of anyway."""
    things: Mapping[str, Thing] = field(default_factory=dict)
    written: tuple[Written, ...] = ()
    overview: tuple[str, ...] = ()
    """Entries that are compared when only places are named."""
    verdicts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(city, national entry) -> one sentence on how the two rules stand to each other."""
    says: Mapping[str, str] = field(default_factory=dict)
    """Fixed sentences of a comparison by key."""


@dataclass(frozen=True)
class Rule:
    """A rule that can be applied to figures in a question (knowledge/rules.yaml)."""

    id: str
    """Key of the function in bot/answer/arithmetic.py that applies it."""
    entry: str
    """Entry whose sources carry the rule."""
    entries: Mapping[str, str]
    """City -> entry that carries the rule there instead."""
    region: str
    """City whose own rule this is: it holds for nobody who is known to be elsewhere. "" for a national rule."""
    when: tuple[tuple[str, ...], ...]
    """Groups of words; the question has one of each group."""
    unless: tuple[str, ...]
    """Words that show that something else is asked."""
    bare: int
    """Questions of up to so many characters that give a figure and name a city of `entries` need no word of `when`."""
    roles: Mapping[str, tuple[str, ...]]
    """Name of a figure -> templates in which it stands, most telling first; `#` is the number with its measure word,
    `~` up to four other characters. A number that one role has taken is not there for the next."""
    needs: Mapping[str, tuple[str, ...]]
    """Role -> words that must not stand in the question without a figure for that role."""
    alone: Mapping[str, tuple[str, ...]]
    """Role -> words of which one has to stand in the question when it gives no other figure."""
    least: int
    """Smaller counts are no figures: 一个人 is mostly a way of speaking."""
    shares: bool
    """Whether shares (一半) count as figures."""
    wants: Mapping[str, tuple[str, ...]]
    """Thing asked for -> words that ask for it."""
    limits: Mapping[str, int]
    """City -> number that its own document names where the nation names another."""
    dated: bool
    """Whether a day or a year in the question counts."""
    says: Mapping[str, str]
    """Outcome -> sentence with the figures in braces."""

    @property
    def carriers(self) -> frozenset[str]:
        """All entries that carry the rule."""
        return frozenset((self.entry, *self.entries.values()))
