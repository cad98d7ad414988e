"""One spelling for what people type: width, script, punctuation, spoken fillers, numerals, known typing errors."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

import opencc

MAX_LENGTH = 2000
"""Characters that are looked at; the rest of a longer message adds nothing to what is asked."""

_INVISIBLE = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\ud800-\udfff]")
"""Zero-width marks, and halves of surrogate pairs: OpenCC raises on these."""
_NOT_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
_FILLERS = re.compile(
    r"那个啥|那啥|嗯+|呃+|额+(?=[，。 我那就])|啊+|哦+|噢+|哎+|唉+|就是说|怎么说呢|我想问一下|想问一下|问一下|问下|请问一下|请问|"
    r"咨询一下|咨询下|麻烦问|麻烦您|劳驾|你好|您好|老师好|来着|的话"
)
_ARTICLE = re.compile(r"第([〇零一二三四五六七八九十百]{1,5})(条|章|问|步|项|款|届|期)")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def chinese_number(text: str) -> int:
    """Value of a Chinese numeral below 1000 such as 二十五. Raises KeyError for other characters."""
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


def clean(text: str) -> str:
    """NFKC, Simplified script, lower case, no invisible characters; punctuation kept, at most MAX_LENGTH characters."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text[:MAX_LENGTH])).lower()
    return str(_to_simplified().convert(folded))


def normalise(text: str, typos: Mapping[str, str] | None = None) -> str:
    """The form that features are made of: `clean`, then `normalise_cleaned`. May be "" (an emoji, say)."""
    return normalise_cleaned(clean(text), typos)


def normalise_cleaned(cleaned: str, typos: Mapping[str, str] | None = None) -> str:
    """Cleaned text with typing errors mended, 第十条 as 第10条, fillers and punctuation as single spaces."""
    result = cleaned
    for wrong, right in (typos or {}).items():
        if wrong in result:
            result = result.replace(wrong, right)
    result = _ARTICLE.sub(lambda m: f"第{chinese_number(m[1])}{m[2]}", result)
    result = _FILLERS.sub(" ", result)
    return _NOT_WORD.sub(" ", result).strip()
