"""Pinyin that somebody typed instead of characters, read back as Chinese: 「chengli kexie」, 「qiyekexie zhangcheng」.

The words are those that occur in phrasings; of all ways to cut the letters into them the likeliest is taken (Viterbi over a
unigram model). What cannot be read whole stays as it is: English words, abbreviations, names.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cached_property
from itertools import groupby, islice, product

from bot.understand.spelling import syllables
from bot.understand.vocabulary import Vocabulary

_RUN = re.compile(r"[a-z][a-z' ]*[a-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
LONGEST = 28
"""Letters of the longest word that is looked for."""
FEWEST = 4
"""Letters that may be pinyin; fewer are rather an abbreviation."""
MOSTLY = 0.6
"""Share of a run's letters that has to be read."""
UNKNOWN = 16.0
"""What a syllable costs that belongs to no known word: more than the rarest word."""
MOST_READINGS = 8
"""Ways to read one word (模板 is muban and moban) that are kept."""


class TypedPinyin:
    """Reads typed pinyin with the words of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, taught: int, names: Iterable[str] = ()) -> None:
        """`vocabulary`: of `taught` phrasings; `names`: words to know besides (cities, counties). They are read when
        somebody types pinyin for the first time."""
        self._vocabulary = vocabulary
        self._taught = taught
        self._names = tuple(names)

    @cached_property
    def _words(self) -> dict[str, tuple[str, float]]:
        """Letters -> the commonest word that is read so, and what it costs: -ln of its share of all words."""
        found: dict[str, tuple[str, float]] = {}
        total = 1.0
        for word, count in (*self._vocabulary.counted_words(self._taught), *((name, 1.0) for name in self._names)):
            if not _HAN.fullmatch(word):
                continue
            total += count
            for letters in _readings(word):
                if count > found.get(letters, ("", 0.0))[1]:
                    found[letters] = word, count
        return {letters: (word, -math.log(count / total)) for letters, (word, count) in found.items()}

    def prepare(self) -> None:
        """Read the words now and not when pinyin is typed for the first time."""
        self._syllables  # noqa: B018

    def read(self, cleaned: str) -> str:
        """Cleaned text with its pinyin as characters."""
        return _RUN.sub(lambda run: self._run(run[0]), cleaned) if _RUN.search(cleaned) else cleaned

    @cached_property
    def _syllables(self) -> frozenset[str]:
        """All syllables of the known words."""
        return frozenset(s for word, _ in self._words.values() for char in word for s in syllables(char))

    def _run(self, run: str) -> str:
        """A run of Latin words: neighbours that are made of syllables are read together, for 「ke xie」 is one word. A run
        that is mostly something else is left alone."""
        said, read = [], 0
        for spelt, group in groupby(run.split(), key=self._spelt):
            those = list(group)
            found = self._letters("".join(those).replace("'", "")) if spelt else []
            # Single characters alone are a guess: 「can you」 is no 参有.
            if any(len(word) > 1 and _HAN.fullmatch(word) for word in found):
                read += sum(map(len, those))
                said.append(_spaced(found))
            else:
                said.append(" ".join(those))
        return " ".join(said) if read >= MOSTLY * len(run.replace(" ", "")) else run

    def _spelt(self, word: str) -> bool:
        """Whether a word is made of known syllables from end to end."""
        letters = word.replace("'", "")
        ends = {0}
        for start in range(len(letters)):
            if start in ends:
                ends |= {start + size for size in range(1, 7) if letters[start : start + size] in self._syllables}
        return len(letters) in ends

    def _letters(self, letters: str) -> list[str]:
        """The likeliest words that spell these letters; a syllable of no known word is kept as it is. [] when it cannot be
        cut into syllables, or is too short to tell."""
        best: list[tuple[float, int, str]] = [(0.0, 0, "")] + [(math.inf, 0, "")] * len(letters)
        for start in range(len(letters)):
            if best[start][0] == math.inf:
                continue
            for end in range(start + 1, min(start + LONGEST, len(letters)) + 1):
                part = letters[start:end]
                word, cost = self._words.get(part, (part, UNKNOWN if part in self._syllables else math.inf))
                if best[start][0] + cost < best[end][0]:
                    best[end] = best[start][0] + cost, start, word
        if len(letters) < FEWEST or best[-1][0] == math.inf:
            return []
        words, end = [], len(letters)
        while end:
            _, end, word = best[end]
            words.append(word)
        return words[::-1]


def _spaced(words: list[str]) -> str:
    """Words put together, letters that could not be read set apart."""
    return " ".join("".join(group) for _, group in groupby(words, key=lambda word: bool(_HAN.fullmatch(word))))


def _readings(word: str) -> Iterable[str]:
    return map("".join, islice(product(*map(syllables, word)), MOST_READINGS))
