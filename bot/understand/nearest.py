"""Of the phrasings of a class, the one that is nearest to a question (rapidfuzz ratio)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

MANY = 200
"""Phrasings from which on they are sifted first. Only what has nothing to do with us is taught so many, a thousand, and it
is on four of five short lists."""
SIFTED = 100
"""How many are compared then. A phrasing with a likeness of 0.6 or more was never missed in 1,162 questions."""
_SPREAD = np.uint32(2654435761)
"""Spreads the codes of characters evenly (Knuth's multiplicative hashing)."""

_Bits = npt.NDArray[np.uint64]


class Phrasings:
    """The normalised phrasings of one class."""

    def __init__(self, texts: Sequence[str], rarities: Sequence[float]) -> None:
        """`rarities`: of each text, more than 0."""
        self.texts = texts
        self.rarities = rarities

    def prepare(self) -> None:
        """Get ready for sifting, where it will be needed."""
        if len(self.texts) > MANY:
            self._signs  # noqa: B018

    def nearest(self, normal: str) -> tuple[str, float, float]:
        """(the nearest phrasing, its likeness from 0 to 1, its rarity); ("", 0, 1) when there is none."""
        texts: Sequence[str] | Mapping[int, str] = self.texts if len(self.texts) <= MANY else self._sifted(normal)
        found = process.extractOne(normal, texts, scorer=fuzz.ratio)
        return (found[0], found[1] / 100, self.rarities[found[2]]) if found else ("", 0.0, 1.0)

    def _sifted(self, normal: str) -> dict[int, str]:
        """Those that share the most characters with the question for their length, each with its place."""
        signs, lengths = self._signs
        mine = np.bitwise_or.reduce(_bits(normal))  # of an empty text 0
        shared = np.bitwise_count(signs & mine) / (lengths + np.float32(len(normal)))
        return {i: self.texts[i] for i in shared.argpartition(-SIFTED)[-SIFTED:].tolist()}

    @cached_property
    def _signs(self) -> tuple[_Bits, npt.NDArray[np.float32]]:
        """(for each phrasing one bit of 64 a character that it has; its length)."""
        signs = np.array([np.bitwise_or.reduce(_bits(text)) for text in self.texts], np.uint64)
        return signs, np.array(list(map(len, self.texts)), np.float32)


def _bits(text: str) -> _Bits:
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    bits: _Bits = np.uint64(1) << (codes * _SPREAD >> np.uint32(26)).astype(np.uint64)
    return bits
