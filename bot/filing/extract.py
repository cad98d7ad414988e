"""Several answers in one message: 「单位叫某某公司，信用代码 9132…，科技人员五十人左右」."""

from __future__ import annotations

import re
from datetime import date

from bot.content.forms import Field, Form
from bot.filing.draft import Draft
from bot.filing.scope import asked
from bot.filing.types import Parsed, parse
from bot.filing.values import fold

_SHAPES = {
    "uscc": re.compile(r"(?<![0-9A-Za-z])([0-9A-Za-z]{17,19})(?![0-9A-Za-z])"),
    "cn_mobile": re.compile(r"((?:\+?86[\s-]*)?1[\d][\d\s-]{7,13}\d)(?![0-9A-Za-z])"),
    "email": re.compile(r"([\w.+-]+@[\w-]+(?:\.[\w-]+)+)"),
}
_IS = r"(?:名称|全称|姓名|号码|号)?\s*(?:改成|改为|换成|是|叫做|叫|为|:|=)?\s*"
_ENDS = re.compile(r"[,;。\n]|，|；")
_HAS_NUMBER = re.compile(r"[\d一二三四五六七八九十百千万两几]")
_ONLY_A_COUNT = re.compile(r"[\d一二两三四五六七八九十]+\s*[人名位个]")
"""主席 1 人 says how many, not who."""
TAKES_TAGS = ("text", "integer", "decimal", "date", "time", "range", "select_one", "select_multiple")


def tags(one: Field) -> list[str]:
    """Words that announce this answer: the label and the `compact_tag`s, longest first."""
    words = [one.label, *one.compact_tag.split("|")]
    return sorted({word for word in words if word}, key=len, reverse=True)


def extract(
    form: Form, draft: Draft, text: str, today: date, only_sure: bool = False
) -> tuple[dict[str, Parsed], dict[str, str]]:
    """(answers by field name, faults by field name) that one message holds; both empty when it is a plain answer.

    A message counts as several answers when it announces two fields, one of them plainly (「单位叫」, 「人数 50」), or
    holds one of unmistakable shape besides the one that is being asked. `only_sure`: the text may be a question, so
    that only unmistakable shapes count.
    """
    plain = fold(text)
    fields = [f for f in asked(form, draft.values) if f.type in TAKES_TAGS]
    spans = _tagged(fields, plain)
    found: dict[str, str] = {name: _value(plain, spans, start, end) for name, (start, end) in spans.items()}
    strong = set()
    starts = [start for start, _ in spans.values()]
    for one in fields:
        shape = _SHAPES.get(one.format)
        hit = shape.search(found.get(one.name, "") or plain) if shape else None
        if hit and (one.name in found or one.name not in draft.values):
            starts.append(plain.index(hit[1]))
            found[one.name] = hit[1]
            strong.add(one.name)
    found = _without_shapes(found, strong)
    kinds = {f.name: f.type for f in fields}
    plainly = strong | {
        name
        for name in spans
        if _announced(plain, spans[name]) or (kinds[name] == "integer" and _HAS_NUMBER.search(found[name]))
    }
    others = plainly - {draft.at}
    rest = _beginning(plain, starts)
    # 「单位：某某公司」 as the answer to just that question: the announcing words are no part of the name.
    alone = (
        set(found) == {draft.at}
        and draft.at in spans
        and spans[draft.at][0] == 0
        and _announced(plain, spans[draft.at])
    )
    several = (plainly and len(found) >= 2) or (others and rest) or any(n in strong or spans[n][0] == 0 for n in others)
    if not (strong - {draft.at} if only_sure else several or alone):
        return {}, {}
    if rest and draft.at not in found and any(f.name == draft.at and not f.format for f in fields):
        found[draft.at] = rest
    return _read(fields, found, today)


def _without_shapes(found: dict[str, str], strong: set[str]) -> dict[str, str]:
    """「联系人李四 138…」: the number is an answer of its own and no part of the name before it."""
    shapes = [found[name] for name in strong]
    cut = {
        name: value if name in strong else min((value.partition(shape)[0] for shape in shapes), key=len, default=value)
        for name, value in found.items()
    }
    return {name: value.strip(" 、") for name, value in cut.items()}


def _beginning(plain: str, starts: list[int]) -> str:
    """What stands before the first announced answer, as the answer to the present question: 「某某公司，信用代码 …」."""
    rest = plain[: min(starts, default=0)]
    if not re.search(r"[,;。，；\n\s]$", rest) or re.fullmatch(
        r"(?:对了|还有|另外|嗯|好的?|那个|补充|你好|您好)\W*", rest
    ):
        return ""
    return rest.strip(" ,;。，；\n")


def _announced(plain: str, span: tuple[int, int]) -> bool:
    """Whether the words before the value say plainly that it comes: 是, 叫, 为, a colon."""
    return bool(re.search(r"(?:改成|改为|换成|是|叫做|叫|为|:|=)\s*$", plain[span[0] : span[1]]))


def _read(fields: list[Field], found: dict[str, str], today: date) -> tuple[dict[str, Parsed], dict[str, str]]:
    good: dict[str, Parsed] = {}
    bad: dict[str, str] = {}
    for one in fields:
        if found.get(one.name):
            if one.type == "text" and _ONLY_A_COUNT.fullmatch(found[one.name]):
                continue
            try:
                good[one.name] = parse(one, found[one.name], today)
            except ValueError as error:
                bad[one.name] = str(error)
    return good, bad


def _tagged(fields: list[Field], plain: str) -> dict[str, tuple[int, int]]:
    """Field name -> (start of its tag, start of its value). Tags count only at the start of a part."""
    spans: dict[str, tuple[int, int]] = {}
    for one in fields:
        for tag in tags(one):
            hit = re.search(rf"(?:^|(?<=[,;。，；\n\s的]))(?:我们|我|本|其中)?{re.escape(fold(tag))}{_IS}", plain)
            if hit and not any(start <= hit.start() < end for start, end in spans.values()):
                spans[one.name] = (hit.start(), hit.end())
                break
    return spans


def _value(plain: str, spans: dict[str, tuple[int, int]], start: int, begin: int) -> str:
    ends = [other for other, _ in spans.values() if other > start]
    value = plain[begin : min(ends, default=len(plain))]
    return _ENDS.split(value)[0].strip(" 、的")
