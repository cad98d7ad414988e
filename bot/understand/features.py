"""A question as counted features: characters, pinyin letters, words and concepts, each a channel of its own.

n-grams are kept as numbers, their characters side by side: a question has 150 of them, and to make and look up so many
strings took longer than all the rest of matching.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import jieba
import numpy as np
import numpy.typing as npt

# Single characters are enough here; the phrase dictionary would cost every process 45 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as to_pinyin

from bot.content.models import Words
from bot.understand.normalise import normalise, normalise_cleaned

CHANNELS = ("c", "p", "w")
"""c: character n-grams 1-3; p: pinyin-letter n-grams of 3 and 5; w: words and the concepts they stand for."""

PINYIN = (3, 5)
"""Lengths of the pinyin-letter n-grams. With 4 and 6 too, three quarters of all features were pinyin, and questions were
found no better (docs/decisions/0012-ranking.md)."""

_BITS = 21
"""Bits of one character in a packed n-gram: three fit into 63."""
SEVERAL_FROM = 1 << _BITS
"""The first packed n-gram that has two characters."""
PINYIN_FROM = 1 << 63
"""The first packed n-gram of pinyin."""

_HAN = re.compile(r"[\u4e00-\u9fff]")


@lru_cache(maxsize=65536)
def _syllable(char: str) -> str:
    found = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")
    return found[0] if found else ""


def pinyin(text: str) -> str:
    """Pinyin letters of the Chinese characters, other letters kept, no spaces or tones.

    One reading a character: what matters is that homophones meet, not that each is read right.
    """
    return "".join(_syllable(c) if _HAN.match(c) else c for c in text if c != " ")


@lru_cache(maxsize=65536)
def syllables(char: str) -> tuple[str, ...]:
    """All readings of a Chinese character without tones, the usual one first; () when it has none."""
    found = to_pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys([_syllable(char), *found[0]])) if found else ()


@dataclass(frozen=True)
class Features:
    """What a text was found to have."""

    grams: npt.NDArray[np.uint64]
    """n-grams packed into numbers, each once: first single characters, then 2- and 3-grams of characters, then of
    pinyin."""
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


def pairs(text: str) -> list[int]:
    """The character 2-grams of a text, packed, as they stand one after the other."""
    codes = list(map(ord, text))
    return _longer(codes, codes[1:], _BITS)


def _longer(grams: list[int], following: Iterable[int], bits: int) -> list[int]:
    """Packed n-grams, each with the character that follows it."""
    return [gram << bits | code for gram, code in zip(grams, following, strict=False)]


COMMON = 60
"""Words rarer than this in jieba's dictionary are left out: they decide nothing here and cost 60 MB."""


def _tokenizer() -> jieba.Tokenizer:
    """jieba with the common words of its own dictionary."""
    tokenizer = jieba.Tokenizer()
    with jieba.get_dict_file() as file:
        lines = re.findall(r"(?m)^(\S+) (\d\d+) ", file.read().decode("utf-8"))
    frequency = {word: int(count) for word, count in lines if len(count) > 2 or int(count) >= COMMON}
    total = sum(frequency.values())
    for word in list(frequency):
        for end in range(1, len(word)):
            frequency.setdefault(word[:end], 0)
    tokenizer.FREQ, tokenizer.total, tokenizer.initialized = frequency, total, True
    return tokenizer


class Featuriser:
    """Turns text into features, with the domain words of knowledge/words.yaml."""

    def __init__(self, words: Words, places: Mapping[str, str] | None = None) -> None:
        self.typos = dict(words.typos)
        self.places = dict(places or {})
        """County or city as typed -> city."""
        self.concepts: dict[str, str] = {}
        self._jieba = _tokenizer()
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
        # Plain lists: of so few numbers each step of numpy would take longer than all of this.
        codes = list(map(ord, f"^{normal.replace(' ', '|')}$"))
        counts = Counter(codes)
        several = len(counts)
        two = _longer(codes, codes[1:], _BITS)
        counts.update(two)
        counts.update(_longer(two, codes[2:], _BITS))
        spelt = len(counts)
        letters = pinyin(normal).encode("ascii", "replace")
        for size in PINYIN:
            runs = [letters[at : at + size] for at in range(len(letters) - size + 1)]
            counts.update([PINYIN_FROM | int.from_bytes(run) for run in runs])
        words = self.cut(normal)
        said = [*words, *["=" + self.concepts[word] for word in words if word in self.concepts]]
        said += ["@" + self.places[word] for word in words if word in self.places]
        grams, times = np.array(list(counts), np.uint64), np.array(list(counts.values()), np.intp)
        last = self._last_counted = normal, Features(grams, times, several, spelt, Counter(said))
        return last[1]
