"""A question as counted features: characters, pinyin letters, words and concepts, each a channel of its own.

n-grams are kept as numbers, their characters side by side: a question has a hundred of them, and to make and look up so
many strings took longer than all the rest of matching.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.content.models import Words
from bot.understand import spelling
from bot.understand.cutting import Lexicon, Tokenizer
from bot.understand.normalise import normalise, normalise_cleaned
from bot.understand.spelling import pinyin

CHANNELS = ("c", "p", "w")
"""c: character n-grams 1-3; p: pinyin-letter n-grams; w: words and the concepts they stand for."""

PINYIN = 4
"""Length of the pinyin-letter n-grams. Two lengths side by side, 3 and 5, found no more questions and made a third of all
features (docs/decisions/0012-ranking.md)."""

_BITS = np.uint64(21)
"""Bits of one character in a packed n-gram: three fit into 63."""
SEVERAL_FROM = 1 << int(_BITS)
"""The first packed n-gram that has two characters."""
PINYIN_FROM = 1 << 63
"""The first packed n-gram of pinyin."""

_KINDS = np.array([SEVERAL_FROM, PINYIN_FROM], np.uint64)

Packed = npt.NDArray[np.uint64]
"""Packed n-grams."""


class Features(NamedTuple):
    """What a text was found to have."""

    grams: Packed
    """n-grams packed into numbers, each once, in order: first single characters, then 2- and 3-grams of characters, then
    of pinyin."""
    counts: npt.NDArray[np.intp]
    """How often each stands there."""
    several: int
    """How many of `grams` are single characters: where those of several begin."""
    pinyin: int
    """Where those of pinyin begin."""
    words: Mapping[str, int]
    """Words, `=` and the concept that a word stands for, `@` and the city that a place belongs to; each with its count."""

    def channel(self, name: str) -> Features:
        """Only the features of one channel, one of CHANNELS."""
        if name == "c":
            return Features(self.grams[: self.pinyin], self.counts[: self.pinyin], self.several, self.pinyin, {})
        if name == "p":
            return Features(self.grams[self.pinyin :], self.counts[self.pinyin :], 0, 0, {})
        return Features(self.grams[:0], self.counts[:0], 0, 0, self.words)


def pairs(text: str) -> Packed:
    """The character 2-grams of a text, packed, as they stand one after the other."""
    codes = _codes(text)
    return _longer(codes, codes)


def _codes(text: str) -> Packed:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _longer(grams: Packed, codes: Packed) -> Packed:
    """Packed n-grams of neighbouring characters, from those that are shorter by one."""
    longer: Packed = grams[:-1] << _BITS | codes[len(codes) - len(grams) + 1 :]
    return longer


def _letters(spelt: bytes) -> Packed:
    """Packed n-grams of pinyin letters, as they stand one after the other: the bytes read as overlapping numbers."""
    if len(spelt) < PINYIN:
        return np.zeros(0, np.uint64)
    runs = np.ndarray(len(spelt) - PINYIN + 1, np.dtype(f"<u{PINYIN}"), spelt, strides=(1,))
    return runs.astype(np.uint64) | np.uint64(PINYIN_FROM)


def _counted(grams: Packed) -> tuple[Packed, npt.NDArray[np.intp]]:
    """(each number once, in order; how often it stands there) of at least one number. `numpy.unique` does the same and
    takes three times as long."""
    grams = np.sort(grams)
    last = np.empty(len(grams), np.bool_)
    last[-1] = True
    np.not_equal(grams[1:], grams[:-1], out=last[:-1])
    at = last.nonzero()[0]
    counts = at + 1
    counts[1:] = at[1:] - at[:-1]
    return grams.take(at), counts


class Featuriser:
    """Turns text into features, with the domain words of knowledge/words.yaml."""

    def __init__(self, words: Words, places: Mapping[str, str] | None = None, lexicon: Lexicon | None = None) -> None:
        """`lexicon`: to be made when it is not given."""
        lexicon = lexicon or Lexicon.made()
        spelling.learn(lexicon.spelt)
        self.typos = dict(words.typos)
        self.places = dict(places or {})
        """County or city as typed -> city."""
        self.concepts: dict[str, str] = {}
        self._jieba = Tokenizer(lexicon)
        # The same question is cut and counted several times on its way.
        self._last: tuple[str, list[str]] = ("", [])
        self._last_cut: tuple[str, list[str]] = ("", [])
        self._last_counted: tuple[str, Features] | None = None
        for term in words.terms:
            self._jieba.add_word(term, freq=20000)
        for official, others in words.synonyms.items():
            for word in (official, *others):
                self.concepts.setdefault(normalise(word).replace(" ", ""), official)
                self._jieba.add_word(word, freq=20000)

    def normalise(self, text: str) -> str:
        """`normalise` with the known typing errors mended."""
        return normalise(text, self.typos)

    def normalise_cleaned(self, cleaned: str) -> str:
        """`normalise` for text that is cleaned already."""
        return normalise_cleaned(cleaned, self.typos)

    def cut(self, normal: str) -> list[str]:
        """Words of normalised text, as jieba cuts it with the domain words."""
        last = self._last_cut
        if normal != last[0]:
            last = self._last_cut = normal, [word for word in self.pieces(normal) if word.strip()]
        return list(last[1])

    def cut_finely(self, normal: str) -> list[str]:
        """Like `cut`, with the shorter words inside a long one too: what a full-text index wants."""
        return [word for word in self._jieba.cut_for_search(normal, HMM=False) if word.strip()]

    def pieces(self, cleaned: str) -> list[str]:
        """All pieces of a text, spaces and punctuation too, so that their lengths add up."""
        last = self._last
        if cleaned != last[0]:
            last = self._last = cleaned, list(self._jieba.cut(cleaned, HMM=False))
        return list(last[1])

    def features(self, normal: str) -> Features:
        """The features of a normalised text."""
        last = self._last_counted
        if last and normal == last[0]:
            return last[1]
        codes = _codes(f"^{normal.replace(' ', '|')}$")
        two = _longer(codes, codes)
        runs = codes, two, _longer(two, codes), _letters(pinyin(normal).encode("ascii", "replace"))
        grams, times = _counted(np.concatenate(runs))
        several, first_spelt = grams.searchsorted(_KINDS).tolist()
        words = self.cut(normal)
        said = [*words, *["=" + self.concepts[word] for word in words if word in self.concepts]]
        said += ["@" + self.places[word] for word in words if word in self.places]
        said_times: dict[str, int] = {}
        for word in said:
            said_times[word] = said_times.get(word, 0) + 1
        last = self._last_counted = normal, Features(grams, times, several, first_spelt, said_times)
        return last[1]
