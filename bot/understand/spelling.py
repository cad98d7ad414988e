"""How Chinese characters are spelt in pinyin.

pypinyin is imported only when a character comes up that nobody has read yet: its tables take a twelfth of a second, and the
common characters are known from the lexicon (cutting.py).
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import lru_cache

# Single characters are enough here; the phrase dictionary would cost every process 45 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

_HAN = re.compile(r"[\u4e00-\u9fff]")


class _Spelling(dict[int, str]):
    """Code of a character -> how it is spelt, for `str.translate`. Chinese characters are kept when first read: there are
    no more than 20,992."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if not _HAN.match(char):
            return char
        found = self[code] = _syllable(char)
        return found


_SPELLING = _Spelling({code: chr(code) for code in range(128)} | {ord(" "): ""})


def pinyin(text: str) -> str:
    """Pinyin letters of the Chinese characters, other letters kept, no spaces or tones.

    One reading a character: what matters is that homophones meet, not that each is read right.
    """
    return text.translate(_SPELLING)


def learn(spelt: Mapping[str, str]) -> None:
    """Take over how characters are spelt, as `pinyin` said it before."""
    _SPELLING.update({ord(char): letters for char, letters in spelt.items()})


@lru_cache(maxsize=65536)
def syllables(char: str) -> tuple[str, ...]:
    """All readings of a Chinese character without tones, the usual one first; () when it has none."""
    from pypinyin import Style
    from pypinyin import pinyin as to_pinyin

    found = to_pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore")
    return tuple(dict.fromkeys([_syllable(char), *found[0]])) if found else ()


def _syllable(char: str) -> str:
    from pypinyin import Style, lazy_pinyin

    found = lazy_pinyin(char, style=Style.NORMAL, errors="ignore")
    return found[0] if found else ""
