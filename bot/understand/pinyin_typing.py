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
from operator import itemgetter

from bot.understand.classifier import Vocabulary
from bot.understand.features import syllables

_RUN = re.compile(r"[a-z][a-z' ]*[a-z]")
_HAN = re.compile(r"[\u4e00-\u9fff]+")
LONGEST = 28
"""Letters of the longest word that is looked for."""
FEWEST = 4
"""Letters of a run that may be pinyin; shorter ones are rather abbreviations."""
MOSTLY = 0.6
"""Share of a run's letters that has to be readable."""
MOST_READINGS = 8
"""Ways to read one word (模板 is muban and moban) that are kept."""


class TypedPinyin:
    """Reads typed pinyin with the words of a vocabulary."""

    def __init__(self, vocabulary: Vocabulary, taught: int) -> None:
        """`vocabulary`: of `taught` phrasings. The words are read when somebody types pinyin for the first time."""
        self._vocabulary = vocabulary
        self._taught = taught

    @cached_property
    def _words(self) -> dict[str, tuple[str, float]]:
        """Letters -> the commonest word that is read so, and what it costs: -ln of its share of all words."""
        found: dict[str, tuple[str, float]] = {}
        total = 1.0
        for word, count in self._vocabulary.words(self._taught):
            if not _HAN.fullmatch(word):
                continue
            total += count
            for letters in _readings(word):
                if count > found.get(letters, ("", 0.0))[1]:
                    found[letters] = word, count
        return {letters: (word, -math.log(count / total)) for letters, (word, count) in found.items()}

    def read(self, cleaned: str) -> str:
        """Cleaned text with its pinyin as characters."""
        return _RUN.sub(lambda run: self._run(run[0]), cleaned) if _RUN.search(cleaned) else cleaned

    def _run(self, run: str) -> str:
        """A run of Latin words: neighbours that can be read are read together, for 「ke xie」 is one word. A run that is
        mostly something else is left alone."""
        words = [(word, bool(self._letters(word.replace("'", "")))) for word in run.split()]
        readable = sum(len(word) for word, can in words if can)
        if readable < MOSTLY * sum(len(word) for word, _ in words):
            return run
        said: list[str] = []
        for can, group in groupby(words, key=itemgetter(1)):
            those = [word for word, _ in group]
            said.append(self._together(those) if can else " ".join(those))
        return " ".join(said)

    def _together(self, words: list[str]) -> str:
        letters = "".join(words).replace("'", "")
        found = self._letters(letters) if len(letters) >= FEWEST else []
        # Single characters alone are a guess: 「can you」 is no 参有.
        return "".join(found) if any(len(word) > 1 for word in found) else " ".join(words)

    def _letters(self, letters: str) -> list[str]:
        """The likeliest words that spell these letters, [] when none do."""
        best: list[tuple[float, int]] = [(0.0, 0)] + [(math.inf, 0)] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - LONGEST), end):
                found = self._words.get(letters[start:end])
                if found and best[start][0] + found[1] < best[end][0]:
                    best[end] = best[start][0] + found[1], start
        if not letters or best[-1][0] == math.inf:
            return []
        words, end = [], len(letters)
        while end:
            start = best[end][1]
            words.append(self._words[letters[start:end]][0])
            end = start
        return words[::-1]


def _readings(word: str) -> Iterable[str]:
    return map("".join, islice(product(*map(syllables, word)), MOST_READINGS))
