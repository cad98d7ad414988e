"""Cutting text into words with jieba, and the lexicon of common words that is made from jieba's own."""

from __future__ import annotations

import logging
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import jieba

from bot.understand import spelling

log = logging.getLogger(__name__)

COMMON = 60
"""Words rarer than this in jieba's dictionary are left out: they decide nothing here and cost 60 MB."""
LEXICON = f"lexicon-1-{jieba.__version__}-{COMMON}.txt"
"""Name of the file in which the lexicon is kept. The first figure is raised whenever it is made in another way."""


@dataclass(frozen=True)
class Lexicon:
    """The common words, and how their characters are spelt."""

    frequency: Mapping[str, int]
    """Word -> how often it occurs in what jieba was made from; 0 for what only begins one."""
    total: int
    spelt: Mapping[str, str]
    """Chinese character -> its pinyin."""

    @classmethod
    def made(cls) -> Lexicon:
        """From jieba's dictionary of 350,000 words: a quarter of a second."""
        with jieba.get_dict_file() as file:
            lines = re.findall(r"(?m)^(\S+) (\d\d+) ", file.read().decode("utf-8"))
        frequency = {word: int(count) for word, count in lines if len(count) > 2 or int(count) >= COMMON}
        total = sum(frequency.values())
        for word in list(frequency):
            for end in range(1, len(word)):
                frequency.setdefault(word[:end], 0)
        spelt = {char: spelling.pinyin(char) for char in sorted({char for word in frequency for char in word})}
        return cls(frequency, total, {char: letters for char, letters in spelt.items() if letters != char})

    def save(self, path: Path) -> None:
        """Write to one file, whole or not at all."""
        parts = (*self.frequency,), map(str, self.frequency.values()), (*self.spelt,), self.spelt.values()
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
        temporary.write_text("\n".join(" ".join(part) for part in parts), encoding="utf-8")
        temporary.replace(path)

    @classmethod
    def read(cls, path: Path) -> Lexicon:
        """The lexicon that `save` wrote. Raises OSError when there is none, ValueError for a damaged file."""
        lines = path.read_text(encoding="utf-8").split("\n")
        try:
            words, counts, chars, letters = (line.split(" ") for line in lines)
            frequency = dict(zip(words, map(int, counts), strict=True))
            return cls(frequency, sum(frequency.values()), dict(zip(chars, letters, strict=True)))
        except ValueError as error:
            raise ValueError(f"damaged lexicon: {error}") from error

    @classmethod
    def kept(cls, folder: Path) -> Lexicon:
        """The lexicon from `folder`; made and kept there when it is not."""
        path = folder / LEXICON
        try:
            return cls.read(path)
        except (OSError, ValueError):
            found = cls.made()
        try:
            found.save(path)
        except OSError as error:  # a folder that cannot be written to costs a quarter of a second a start, no more
            log.warning("lexicon not kept: %s", error.strerror)
        return found


class Tokenizer(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """jieba with the common words of its own dictionary. It reckons the logarithm of a word anew in every text; here each
    is kept, and the cuts are the same."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__()
        self.FREQ, self.total, self.initialized = dict(lexicon.frequency), lexicon.total, True
        self._likely: dict[str, float] = {}

    def calc(self, sentence: str, DAG: Mapping[int, Sequence[int]], route: dict[int, tuple[float, int]]) -> None:
        """Into `route`: for each character how likely the best cut from there on is (logarithm), and where its first
        word ends. `DAG`: for each character where the words that begin there may end."""
        likely = self._likely
        size = len(sentence)
        route[size] = 0.0, 0
        for start in range(size - 1, -1, -1):
            ways = []
            for end in DAG[start]:
                word = sentence[start : end + 1]
                ways.append(((likely.get(word) or self._rate(word)) + route[end + 1][0], end))
            route[start] = max(ways)

    def _rate(self, word: str) -> float:
        found = math.log(self.FREQ.get(word) or 1) - math.log(self.total)
        if word in self.FREQ:  # of characters that it does not know there is no end
            self._likely[word] = found
        return found
