"""Which choice is meant: by number, label, alias or likeness; and several of them in one answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from bot.content.forms import Choice
from bot.filing.values import fold

_FILLERS = re.compile(r"^(?:我们?|企业|公司|单位|这个|应该|就|选|是|属于|算)+|(?:企业|公司|吧|的|啊|呀|哦|了|呢|市)+$")
_NOT = re.compile(r"不是|不属于|并非|除了|还是|或者?|没有|没|未|无|不(?!过)|撤|解散")
YES_NO = {"yes": "是 对 嗯 有 是的 对的 有的 好 行 可以 要", "no": "否 不 没 无 没有 不是 不要 暂无 还没有 没呢"}
"""Words that mean a choice whose stored value is `yes` or `no`, whatever its label."""


def choose(choices: Sequence[Choice], text: str) -> Choice:
    """The choice that is meant, by number, label, alias or likeness. Raises ValueError, whose text may be shown, for
    none, for several, and for a denial (不是国企), which is never guessed."""
    plain = fold(text).strip(" 。.!！,，").removeprefix("选").removeprefix("第").removesuffix("个").strip()
    ordinals = {c: str(i) for i, c in enumerate("一二三四五六七八九", 1)}
    digits = ordinals.get(plain, plain)
    if digits.isdecimal() and 1 <= int(digits) <= len(choices):
        return choices[int(digits) - 1]
    known = [(w, c) for c in choices for w in (c.label, c.name, *c.aliases, *YES_NO.get(c.name, "").split()) if w]
    bare = _FILLERS.sub("", plain)
    for said in (plain, bare):
        for word, choice in known:
            if said and said.casefold() == word.casefold():
                return choice
    inside = [
        (word, choice)
        for word, choice in known
        if len(plain) >= 2 and (plain in word or (len(word) > 1 and word in plain))
    ]
    # 没有党组织 holds the alias 党组织 of the opposite: the choice that itself begins the denial wins, else nobody.
    denial = _NOT.search(plain)
    if denial:
        inside = [(word, choice) for word, choice in inside if word.startswith(denial[0])]
    if len({choice.name for _, choice in inside}) > 1:
        longest = max(len(word) for word, _ in inside)
        inside = [(word, choice) for word, choice in inside if len(word) == longest and word in plain]
    if len({choice.name for _, choice in inside}) == 1:
        return inside[0][1]
    scored = sorted(((fuzz.ratio(plain, word), choice) for word, choice in known), key=lambda pair: -pair[0])
    if scored and scored[0][0] >= 70 and len(plain) >= 2 and not denial:
        return scored[0][1]
    raise ValueError(f"「{plain[:20]}」不在选项里。可选：{labels(choices)}。点按钮，或回复编号。")


def labels(choices: Sequence[Choice]) -> str:
    return "、".join(f"{n} {choice.label}" for n, choice in enumerate(choices, 1))


def parts_of(choices: Sequence[Choice], text: str) -> list[str]:
    """The choices that are named: 「1、3 和 5」. A label that itself holds a separator (信息和软件) is found whole."""
    plain = fold(text)
    if all(sign not in plain for sign in "、,;，；\n"):
        whole = [word for c in choices for word in (c.label, *c.aliases) if word == plain]
        if whole:
            return whole
    found = []
    for word in sorted({w for c in choices for w in (c.label, *c.aliases) if _SPLIT.search(w)}, key=len, reverse=True):
        if word in plain:
            found.append((plain.index(word), word))
            plain = plain.replace(word, "\n" * len(word), 1)
    place = 0
    for part in _SPLIT.split(plain):
        if part and part.strip():
            found.append((plain.index(part, place), part))
            place = plain.index(part, place) + len(part)
    return [part for _, part in sorted(found)]


_SPLIT = re.compile(r"[、,，;；\s>＞→]+|和|以及|还有|跟|与")
