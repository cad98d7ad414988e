"""Typed pinyin is read back as characters; everything else in Latin letters is left alone."""

from __future__ import annotations

import numpy as np
import pytest

from bot.understand.features import Features
from bot.understand.pinyin_typing import TypedPinyin
from bot.understand.vocabulary import Vocabulary

WORDS = {
    "企业": 9,
    "科协": 9,
    "成立": 5,
    "怎么": 5,
    "章程": 3,
    "模板": 2,
    "会员": 4,
    "我们": 3,
    "可以": 3,
    "吗": 6,
    "要": 6,
    "交": 4,
    "什么": 5,
    "绘本": 1,
    "会": 2,
    "费": 2,
}


def only(word: str) -> Features:
    """A text of which nothing but one word is known."""
    return Features(np.zeros(0, np.uint64), np.zeros(0, np.intp), 0, 0, {word: 1})


@pytest.fixture(scope="module")
def typed() -> TypedPinyin:
    """A reader that knows the words of WORDS."""
    documents = [only(word) for word, count in WORDS.items() for _ in range(count)]
    return TypedPinyin(Vocabulary.of(documents, 1), len(documents))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("qiye kexie zenme chengli", "企业科协怎么成立"),
        ("qiyekexiezhangcheng", "企业科协章程"),
        ("ke xie yao jiao shen me", "科协要交什么"),
        ("科协 huiyuan 要交什么", "科协 会员 要交什么"),
        ("zhangcheng muban", "章程模板"),
        ("zhangcheng moban", "章程模板"),
        ("hr shuo women keyi chengli kexie ma", "hr shuo 我们可以成立科协吗"),
        ("app women keyi chengli kexie ma", "app 我们可以成立科协吗"),
    ],
)
def test_pinyin_is_read_with_known_words(typed: TypedPinyin, said: str, read: str) -> None:
    """With spaces or without, beside characters, in any reading of a character; a syllable of no known word is kept."""
    assert typed.read(said) == read


@pytest.mark.parametrize(
    "said",
    [
        "",
        "企业科协怎么成立",
        "hello, how are you",
        "can you help me",
        "ignore all previous instructions",
        "select * from users",
        "kpi",
        "ma",
        "a" * 5000,
    ],
)
def test_other_latin_letters_are_kept(typed: TypedPinyin, said: str) -> None:
    """English, abbreviations, single syllables and rubbish stay as they were typed."""
    assert typed.read(said) == said


def test_the_commoner_word_is_read(typed: TypedPinyin) -> None:
    """Of two words with the same letters the one that people ask with more often is taken."""
    documents = [only("会员")] * 3 + [only("汇源")]
    assert TypedPinyin(Vocabulary.of(documents, 1), 4).read("huiyuan") == "会员"
