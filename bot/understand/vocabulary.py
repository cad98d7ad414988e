"""The features that phrasings have: their numbers, and how rare each is."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.understand.features import SEVERAL_FROM, Features, pairs

Floats = npt.NDArray[np.float32]

CHANNEL_WEIGHT = {"c": 1.0, "p": 0.5, "w": 0.7}
"""Length of each channel's part of a vector, in the order of CHANNELS."""
_DAMPED = (1 + np.log(np.maximum(np.arange(64), 1))).astype(np.float32)
"""What a feature counts that occurs 0, 1, 2 … times: 1 + ln(count), beyond 63 times as for 63."""


class Vector(NamedTuple):
    """A question as the classifier sees it."""

    where: npt.NDArray[np.intp]
    """Numbers of its known features."""
    value: Floats
    coverage: float
    """Share of its character 2- and 3-grams that any phrasing has, 0 to 1."""


@dataclass
class Vocabulary:
    """Features that occur at least twice in the phrasings, with their inverse document frequency. n-grams are numbered
    first, those of characters before those of pinyin, then words."""

    grams: npt.NDArray[np.uint64]
    """The n-grams as `Features` packs them, in order."""
    words: Mapping[str, int]
    """Word, or what it stands for -> its number, from len(grams)."""
    idf: Floats

    @classmethod
    def of(cls, documents: Iterable[Features], least: int = 2) -> Vocabulary:
        """Vocabulary of counted features; those in fewer than `least` documents are left out."""
        total, parts = 0, []
        frequency: Counter[str] = Counter()
        for document in documents:
            total += 1
            parts.append(document.grams)
            frequency.update(document.words.keys())
        every = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
        grams, counts = np.unique(every, return_counts=True)
        words = sorted(word for word, count in frequency.items() if count >= least)
        number = {word: i for i, word in enumerate(words, int((counts >= least).sum()))}
        kept = np.concatenate([counts[counts >= least], [frequency[word] for word in words]])
        return cls(grams[counts >= least], number, (np.log(total / kept) + 1).astype(np.float32))

    def __len__(self) -> int:
        return len(self.idf)

    @cached_property
    def _but_last(self) -> npt.NDArray[np.uint64]:
        """Searched in, so that a number found is always one that exists."""
        return self.grams[:-1]

    def _find(self, grams: npt.NDArray[np.uint64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
        """(number of each n-gram, whether it is known; the number of an unknown one means nothing)."""
        if not len(self.grams):
            return np.zeros(len(grams), np.intp), np.zeros(len(grams), np.bool_)
        number = self._but_last.searchsorted(grams)
        return number, self.grams.take(number) == grams

    def vector(self, features: Features) -> Vector:
        """Sparse vector of the known features, each channel scaled to its weight."""
        number, known = self._find(features.grams)
        said = [(i, count) for word, count in features.words.items() if (i := self.words.get(word)) is not None]
        found = known.nonzero()[0]
        grams = len(found)
        where, count = np.empty((2, grams + len(said)), np.intp)
        number.take(found, out=where[:grams])
        features.counts.take(found, out=count[:grams])
        if said:
            where[grams:], count[grams:] = zip(*said, strict=True)
        value = _DAMPED.take(count, mode="clip")
        value *= self.idf.take(where)
        single, spelt = found.searchsorted((features.several, features.pinyin)).tolist()
        start = 0
        for end, weight in zip((spelt, grams, len(where)), CHANNEL_WEIGHT.values(), strict=True):
            part = value[start:end]
            part *= weight / (math.sqrt(part.dot(part)) or 1.0)
            start = end
        several = features.pinyin - features.several
        return Vector(where, value, (spelt - single) / several if several else 0.0)

    def rarity(self, word: str, unknown: float) -> float:
        """Inverse document frequency of a word; `unknown` for one that no phrasing has."""
        i = self.words.get(word)
        return unknown if i is None else self._rarities[i - len(self.grams)]

    @cached_property
    def _rarities(self) -> list[float]:
        """`idf` of the words, as plain floats: read one by one these are much faster."""
        return [float(value) for value in self.idf[len(self.grams) :]]

    def pairs(self, text: str) -> dict[str, float]:
        """The pairs of neighbouring characters in a text, each with its inverse document frequency; those that no
        phrasing has count nothing."""
        if len(text) < 2:
            return {}
        number, known = self._find(pairs(text))
        rare = np.where(known, self.idf[number], 0.0).tolist() if len(self.grams) else [0.0] * len(number)
        return dict(zip([text[at : at + 2] for at in range(len(text) - 1)], rare, strict=True))

    def rarity_of(self, text: str) -> float:
        """The inverse document frequencies of all pairs in a text, 1 where it has none that is known."""
        return sum(self.pairs(text).values()) or 1.0

    def counted_words(self, taught: int) -> Iterator[tuple[str, float]]:
        """Each word, and what it stands for, with the number of phrasings that have it. `taught`: how many phrasings
        there are."""
        for word, i in self.words.items():
            yield word, taught / math.exp(float(self.idf[i]) - 1)

    def counted_characters(self, taught: int) -> Iterator[tuple[str, float]]:
        """Each character with the number of phrasings that have it."""
        for i, gram in enumerate(self.grams.tolist()):
            if gram >= SEVERAL_FROM:
                break
            yield chr(gram), taught / math.exp(float(self.idf[i]) - 1)
