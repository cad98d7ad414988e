"""How alike two questions are worded, and groups of questions that are worded alike.

Likeness is Dice's coefficient over characters and pairs of characters, after the words that say nothing about what is
asked (我们, 请问, 怎么, 企业科协) are taken out. It needs no model and no statistics over all questions, so that a
question that comes in later never moves an earlier one to another group.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

ALIKE = 0.55
"""Least likeness for the same group. Of random pairs of our own phrasings, 3 % of those of one entry reach it and one in
20,000 of those of different entries: a group rarely mixes matters, at the price of more groups."""

_EMPTY = re.compile(
    r"请问一?下?|想问一?下?|问一?下|麻烦|谢谢|您好|你好|我们公司|我们单位|我们企业|我们厂|我们|咱们?|我公司|我司|企业科协|科协|某单位|某人|"
    r"怎么样|怎么办|怎么|怎样|如何|为什么|是不是|能不能|可不可以|可以|需要|应该|什么|哪些|多少|有没有|一下|那个|这个|现在|的话|"
    r"[的了吗呢吧啊呀么哦嘛]"
)
_PIECE = re.compile(r"[0-9]+|[a-z]+|[\u4e00-\u9fff]+")
LETTERS = 4
"""Letters of typed pinyin that count as one sign: single ones are in every text."""


@lru_cache(maxsize=16384)
def grams(text: str) -> frozenset[str]:
    """Characters and pairs of characters of what a question is about, numbers whole; of the whole text where nothing
    would be left."""
    pieces = _PIECE.findall(_EMPTY.sub(" ", text.lower())) or _PIECE.findall(text.lower())
    return frozenset(gram for piece in pieces for gram in _of_piece(piece))


def _of_piece(piece: str) -> Iterator[str]:
    if piece[0].isdigit():
        yield piece
    elif piece.isascii():
        yield from (piece[i : i + LETTERS] for i in range(max(1, len(piece) - LETTERS + 1)))
    else:
        yield from piece
        yield from (piece[i : i + 2] for i in range(len(piece) - 1))


def likeness(one: str, other: str) -> float:
    """0 for nothing in common to 1 for the same."""
    mine, its = grams(one), grams(other)
    return 2 * len(mine & its) / (len(mine) + len(its)) if mine and its else float(one == other)


def grouped(texts: Sequence[str], least: float = ALIKE) -> list[int]:
    """For each text the position of the first text of its group: the most alike of those that lead a group, itself when
    none is alike enough. The group of a text depends on the texts before it alone."""
    found: list[int] = []
    seen: dict[str, int] = {}
    leaders: list[int] = []
    sizes = np.zeros(max(len(texts), 1), np.float32)
    postings: dict[str, list[int]] = {}
    for number, text in enumerate(texts):
        if text in seen:
            found.append(found[seen[text]])
            continue
        seen[text] = number
        mine = grams(text)
        best = _nearest(mine, postings, sizes[: len(leaders)], least)
        if best < 0:
            best = len(leaders)
            leaders.append(number)
            sizes[best] = len(mine)
            for gram in mine:
                postings.setdefault(gram, []).append(best)
        found.append(leaders[best])
    return found


def _nearest(mine: frozenset[str], postings: dict[str, list[int]], sizes: npt.NDArray[np.float32], least: float) -> int:
    """Number of the leader that is most alike, the earliest of equals; -1 when none reaches `least`."""
    lists = [postings[gram] for gram in mine if gram in postings]
    if not lists:
        return -1
    shared = np.bincount(np.concatenate(lists), minlength=len(sizes))
    scores = 2 * shared / (sizes + len(mine))
    best = int(scores.argmax())
    return best if scores[best] >= least else -1
