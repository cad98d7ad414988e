"""The light index over local entries: they are answered the moment they are imported, with no training.

Likeness is the cosine of binary vectors of characters, words and concepts, weighted by rarity. How rare something is in
questions is taken from the trained vocabulary and the local phrasings together, so that 「企业科协」 weighs little even
where only five local questions exist. Measured with 200 shipped entries as if imported with four phrasings each, and
asked by 1,200 others: longer n-grams made it worse (docs/decisions/0005-import.md).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot.content.models import Content, Entry
from bot.understand.features import Featuriser
from bot.understand.match import Candidate
from bot.understand.signals import SIGNALS
from bot.understand.vocabulary import Vocabulary

SURE = 0.66
"""Least likeness for a plain answer: 94 % of such answers were right, and 1 % of foreign questions reached it."""
WORTH_OFFERING = 0.45
"""Least likeness for being offered among the nearest topics."""
CLEAR = 0.04
"""Least distance to the next entry for a plain answer; nearer ones are asked about."""
SHORT_LIST = 5


class Nearby:
    """Phrasings of local entries, found by likeness."""

    def __init__(self, content: Content, featuriser: Featuriser, vocabulary: Vocabulary, taught: int) -> None:
        """`taught`: number of phrasings that `vocabulary` was made of."""
        self.entries: dict[str, Entry] = {entry.id: entry for entry in content.entries.values() if entry.local}
        self.featuriser = featuriser
        self.phrasings: list[tuple[str, str]] = []
        """(entry id, normalised phrasing)"""
        self._exact: dict[str, list[str]] = {}
        for entry in self.entries.values():
            for normal in dict.fromkeys(filter(None, map(featuriser.normalise, entry.ask))):
                self.phrasings.append((entry.id, normal))
                self._exact.setdefault(normal, []).append(entry.id)
        if not self.phrasings:
            return
        documents = [self._keys(normal) for _, normal in self.phrasings]
        self._weights = _rarity(documents, vocabulary, taught)
        self._unknown = math.log(taught + len(documents) + 1) + 1
        self._postings, self._norms = self._index(documents)

    def _keys(self, normal: str) -> frozenset[str]:
        words = self.featuriser.cut(normal)
        concepts = self.featuriser.concepts
        meant = {"w=" + concepts[word] for word in words if word in concepts}
        return frozenset({"c" + char for char in normal} | {"w" + word for word in words} | meant)

    def _index(
        self, documents: Sequence[frozenset[str]]
    ) -> tuple[dict[str, npt.NDArray[np.int32]], npt.NDArray[np.float32]]:
        lists: dict[str, list[int]] = {}
        norms = np.zeros(len(documents), np.float32)
        for number, keys in enumerate(documents):
            for key in keys:
                lists.setdefault(key, []).append(number)
            norms[number] = self._norm(keys)
        return {key: np.array(numbers, np.int32) for key, numbers in lists.items()}, norms

    def _weight(self, key: str) -> float:
        return self._weights.get(key, self._unknown)

    def _norm(self, keys: frozenset[str]) -> float:
        return math.sqrt(sum(self._weight(key) ** 2 for key in keys))

    def likeness(self, one: str, other: str) -> float:
        """Likeness of two normalised texts, 0 to 1, on the scale of `find`."""
        if one == other:
            return 1.0
        mine, its = self._keys(one), self._keys(other)
        shared = sum(self._weight(key) ** 2 for key in mine & its)
        return shared / (self._norm(mine) * self._norm(its) or 1.0)

    def find(self, normal: str, region: str) -> list[Candidate]:
        """The nearest local entries for someone in `region` ("" when unknown), best first, at most SHORT_LIST.

        The score is the likeness, 1 for the very same words; among equals the person's own city comes first.
        """
        if not self.phrasings or not normal:
            return []
        sums = np.zeros(len(self.phrasings), np.float32)
        keys = self._keys(normal)
        for key in keys:
            where = self._postings.get(key)
            if where is not None:
                sums[where] += self._weight(key) ** 2
        scores = sums / (self._norms * (self._norm(keys) or 1.0))
        best: dict[str, tuple[float, str]] = dict.fromkeys(self._exact.get(normal, ()), (1.0, normal))
        most = min(SHORT_LIST * 20, len(scores) - 1)
        nearest = np.argpartition(-scores, most)[: most + 1]
        for number in sorted(map(int, nearest), key=lambda n: (-scores[n], n)):
            name, phrasing = self.phrasings[number]
            best.setdefault(name, (float(scores[number]), phrasing))
        found = [
            _candidate(name, score, phrasing, self.entries[name].region, region)
            for name, (score, phrasing) in best.items()
            if self.entries[name].region in ("", region) or not region
        ]
        return sorted(found, key=lambda c: (-c.score, -c.signals["region"]))[:SHORT_LIST]


def _rarity(documents: Sequence[frozenset[str]], vocabulary: Vocabulary, taught: int) -> Mapping[str, float]:
    """Inverse document frequency over the taught phrasings and the local ones together (the vocabulary keeps idf =
    ln(n / df) + 1, which gives df back)."""
    frequency: Counter[str] = Counter(key for keys in documents for key in keys)
    for word, count in vocabulary.counted_words(taught):
        frequency["w" + word] += round(count)
    for char, count in vocabulary.counted_characters(taught):
        frequency["c" + char] += round(count)
    total = taught + len(documents)
    return {key: math.log((total + 1) / (count + 1)) + 1 for key, count in frequency.items()}


def _candidate(name: str, score: float, phrasing: str, mine: str, region: str) -> Candidate:
    signals = dict.fromkeys(SIGNALS, 0.0) | {
        "phrasing": score,
        "region": float(bool(mine) and mine == region),
        "elsewhere": float(bool(mine) and mine != region),
    }
    return Candidate(name, score, signals, phrasing)
