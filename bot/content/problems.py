"""Faults in content files: collected all at once, each with place, fault and remedy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import process


@dataclass(frozen=True)
class Problem:
    """One fault."""

    place: str
    """File and path inside it: `knowledge/topics/founding.yaml: founding-conditions.sources[1]`."""
    fault: str
    """What is wrong, for a clerk."""
    remedy: str
    """What to do."""
    code: str
    """Stable code: `ENTRY_003`."""

    def __str__(self) -> str:
        return f"{self.place}：{self.fault}。{self.remedy} [{self.code}]"


@dataclass
class Problems:
    """The list that loaders add to. Nothing is raised while loading: a clerk sees every fault in one run."""

    items: list[Problem] = field(default_factory=list)

    def add(self, place: str, fault: str, remedy: str, code: str) -> None:
        """Note one fault; see `Problem` for the parts."""
        self.items.append(Problem(place, fault, remedy, code))


class ContentError(Exception):
    """Content with faults; the message lists them all, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def near(name: str, known: Iterable[str], likeness: int = 60) -> str:
    """A hint naming the known word nearest to `name` (「，是不是 'date'？」), or "" when none is that like it (0 to 100)."""
    found = process.extractOne(name, list(known), score_cutoff=likeness)
    return f"，是不是 '{found[0]}'？" if found else ""
