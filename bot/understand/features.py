"""A question as counted features: characters, pinyin letters, words and concepts, each a channel of its own."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

import jieba

# Single characters are enough here; the phrase dictionary would cost every process 45 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
from pypinyin import Style, lazy_pinyin
from pypinyin import pinyin as to_pinyin

from bot.content.models import Words
from bot.understand.normalise import normalise

CHANNELS = ("c", "p", "w")
"""c: character n-grams 1-3; p: pinyin-letter n-grams of 3 and 5; w: words and the concepts they stand for."""

PINYIN = (3, 5)
"""Lengths of the pinyin-letter n-grams. With 4 and 6 too, three quarters of all features were pinyin, and questions were
found no better (docs/decisions/0012-ranking.md)."""

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


def grams(text: str, low: int, high: int) -> list[str]:
    """All substrings of `low` to `high` characters."""
    return [text[start : start + size] for size in range(low, high + 1) for start in range(len(text) - size + 1)]


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
        self._last_counted: tuple[str, Mapping[str, int]] = ("", {})
        for term in words.terms:
            self._jieba.add_word(term, freq=20000)
        for official, others in words.synonyms.items():
            for word in (official, *others):
                self.concepts.setdefault(normalise(word).replace(" ", ""), official)
                self._jieba.add_word(word, freq=20000)

    def normalise(self, text: str) -> str:
        """`normalise` with the known typing errors mended."""
        return normalise(text, self.typos)

    def cut(self, normal: str) -> list[str]:
        """Words of normalised text, as jieba cuts it with the domain words."""
        return [word for word in self.pieces(normal) if word.strip()]

    def cut_finely(self, normal: str) -> list[str]:
        """Like `cut`, with the shorter words inside a long one too: what a full-text index wants."""
        return [word for word in self._jieba.cut_for_search(normal, HMM=False) if word.strip()]

    def pieces(self, cleaned: str) -> list[str]:
        """All pieces of a text, spaces and punctuation too, so that their lengths add up."""
        last = self._last
        if cleaned != last[0]:
            last = self._last = cleaned, list(self._jieba.cut(cleaned, HMM=False))
        return list(last[1])

    def features(self, normal: str) -> Mapping[str, int]:
        """Feature -> count. The first character of a feature names its channel."""
        last = self._last_counted
        if normal == last[0]:
            return last[1]
        words = self.cut(normal)
        keys = ["c" + gram for gram in grams(f"^{normal.replace(' ', '|')}$", 1, 3)]
        letters = pinyin(normal)
        keys += ["p" + gram for size in PINYIN for gram in grams(letters, size, size)]
        keys += ["w" + word for word in words]
        keys += ["w=" + self.concepts[word] for word in words if word in self.concepts]
        keys += ["w@" + self.places[word] for word in words if word in self.places]
        last = self._last_counted = normal, Counter(keys)
        return last[1]
