"""Which named rule a question wants applied, and to which figures. Words and templates: knowledge/rules.yaml."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from bot.content.tables import Rule

Figure = int | Fraction
"""A count, or a share of a whole below one (一半, 三分之二)."""

_NUMERAL = "〇零一二三四五六七八九十百千两俩仨"
_NOT_BEFORE = rf"(?<![\d.{_NUMERAL}第几数多余约])" + "".join(
    f"(?<!{w})" for w in ("不到", "不足", "将近", "接近", "超过", "不够")
)
_NOT_AFTER = rf"(?![\d.{_NUMERAL}几多余来月号点条届])(?![个名位人票]{{0,2}}(?:左右|上下|以上|以下|以内|出头))"
# 十几个, 二十多个, 30人左右, 第三: no figure that can be reckoned with. 20号人 is caught by its measure word.
_NUMBER = rf"{_NOT_BEFORE}(?!一[起下直般样定些点旦向共])([{_NUMERAL}\d]+分之[{_NUMERAL}\d]+|一半|半数|\d{{1,4}}|[{_NUMERAL}]{{1,7}}){_NOT_AFTER}"
_MEASURE = r"\s*(?:号人|个人|名人|位人|口人|[个名位人票张项件])?\s*"
_GAP = r"[^,.;:!?，。；：！？、\d]{0,4}?"
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
_UNITS = {"十": 10, "百": 100, "千": 1000}

_DAY = re.compile(
    rf"(?:(20\d\d|\d\d|去|今|明|前)年)?\s*(?<![\d{_NUMERAL}])(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*月\s*"
    rf"(?:份)?(\d{{1,2}}|[一二三四五六七八九十]{{1,3}})\s*[日号]?(?![\d{_NUMERAL}])"
)
_DOTTED_DAY = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\s*(?=[号日开召]|那天)")
_FULL_DAY = re.compile(r"(?<!\d)(20\d\d)[-./](\d{1,2})[-./](\d{1,2})(?!\d)")
_NEAR_DAYS = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "后天": 2}
_NEAR_DAY = re.compile("|".join(sorted(_NEAR_DAYS, key=len, reverse=True)))
_NEAR_YEARS = {"前": -2, "去": -1, "今": 0, "明": 1}
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d|19[5-9]\d)\s*年")


@dataclass(frozen=True)
class Day:
    """A day as it was said: by the calendar, or by its distance from today."""

    month: int = 0
    day: int = 0
    """Both 0 when only `offset` is known."""
    year: int = 0
    """0 when not said in figures."""
    year_offset: int | None = None
    """去年 is -1, 今年 0; None when the year was not said so."""
    offset: int | None = None
    """昨天 is -1, 今天 0; None for a day of the calendar."""


@dataclass(frozen=True)
class Finding:
    """A rule to apply, with the figures of the question. bot/answer/arithmetic.py does the sums."""

    rule: str
    """Id of the rule."""
    entry: str
    """Entry that carries it for this person."""
    figures: Mapping[str, Figure]
    """Role -> count or share."""
    day: Day | None = None
    year: int = 0
    """A year that was named, 0 for none."""
    wants: frozenset[str] = frozenset()
    """What is asked for, by the names of `Rule.wants`."""


def find(
    rules: Sequence[Rule],
    cleaned: str,
    region: str = "",
    region_named: bool = False,
    elsewhere: str = "",
    last: str = "",
) -> Finding | None:
    """The first rule that a cleaned question (`normalise.clean`) asks to be applied, or None.

    `region`: city whose rules count, `region_named` whether the question names it; `elsewhere`: a place without rules
    here that it names; `last`: entry that was shown before, whose rule then needs no words of its own.
    """
    if not _MAYBE.search(cleaned):
        return None
    for rule in rules:
        if rule.region and (elsewhere or region not in ("", rule.region)):
            continue
        if _wanted(rule, cleaned, region_named and region in rule.entries, last):
            found = _figures(rule, cleaned)
            moment, year = (day(cleaned), _year(cleaned)) if rule.dated else (None, 0)
            if found is not None and (found or moment or year):
                city = "" if elsewhere else region
                wants = frozenset(name for name, words in rule.wants.items() if any(word in cleaned for word in words))
                return Finding(rule.id, rule.entries.get(city, rule.entry), found, moment, year, wants)
    return None


def prepare(rules: Sequence[Rule]) -> None:
    """Compile what the rules look for: with some this takes as long as answering thirty questions."""
    for rule in rules:
        for templates in rule.roles.values():
            for template in templates:
                _pattern(template)


_MAYBE = re.compile(rf"[\d{_NUMERAL}半天昨今明]|国家级|省级|市级")


def _wanted(rule: Rule, cleaned: str, bare: bool, last: str) -> bool:
    if any(word in cleaned for word in rule.unless):
        return False
    if all(any(word in cleaned for word in group) for group in rule.when):
        return True
    short = len(cleaned) <= 16 and last in rule.carriers
    return short or (bare and len(cleaned) <= rule.bare)


def _figures(rule: Rule, cleaned: str) -> dict[str, Figure] | None:
    """Role -> figure; None when one role has two different figures: then nobody knows what is meant."""
    found: dict[str, Figure] = {}
    taken: set[int] = set()
    for role, templates in rule.roles.items():
        for template in templates:
            hits = [hit for hit in _pattern(template).finditer(cleaned) if hit.start(1) not in taken]
            values = {value for hit in hits if (value := figure(hit[1])) is not None and _counts(rule, value)}
            if len(values) > 1:
                return None
            if values:
                found[role] = values.pop()
                taken |= {hit.start(1) for hit in hits}
                break
    if len(found) == 1:
        only = next(iter(found))
        if only in rule.alone and not any(word in cleaned for word in rule.alone[only]):
            return None
    half_said = any(role not in found and any(w in cleaned for w in words) for role, words in rule.needs.items())
    return None if half_said else found


def _counts(rule: Rule, value: Figure) -> bool:
    return rule.shares if isinstance(value, Fraction) else value >= rule.least


def _year(cleaned: str) -> int:
    years = {int(hit[1]) for hit in _YEAR.finditer(cleaned)}
    return years.pop() if len(years) == 1 else 0


@lru_cache(maxsize=512)
def _pattern(template: str) -> re.Pattern[str]:
    # 一年, 两年: no count, except where the template itself asks for years.
    number = _NUMBER + ("" if "#年" in template else r"(?!\s*年)") + _MEASURE
    parts = {"#": number, "~": _GAP}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in template))


def figure(text: str) -> Figure | None:
    """Value of 15, 十五, 一百二, 俩, 一半, 三分之二; None for what is no number."""
    if text in ("一半", "半数"):
        return Fraction(1, 2)
    if "分之" in text:
        below, above = (_whole(part) for part in text.split("分之", 1))
        return Fraction(above, below) if above and below and above <= below else None
    return _whole(text)


def _whole(text: str) -> int | None:
    if text.isascii():
        return int(text) if text.isdigit() else None
    if text in ("百", "千"):
        return None
    total, digit, last = 0, None, 1
    for char in text:
        if char in _UNITS:
            if digit == 0:
                return None
            last = _UNITS[char]
            total += (1 if digit is None else digit) * last
            digit = None
        elif char not in _DIGITS or (digit and _DIGITS[char]):
            return None
        else:
            digit = _DIGITS[char]
            last = 1 if digit == 0 else last
    # 一百二 is 120: a last lone digit counts the next smaller unit.
    return total + (digit or 0) * (last // 10 if last > 10 else 1)


def day(cleaned: str) -> Day | None:
    """The one day that is named; None for none, for two different ones and for one that no calendar has."""
    found = {Day(int(hit[2]), int(hit[3]), int(hit[1])) for hit in _FULL_DAY.finditer(cleaned)}
    found |= {Day(int(hit[1]), int(hit[2])) for hit in _DOTTED_DAY.finditer(cleaned)}
    for hit in _DAY.finditer(cleaned):
        month, number = _whole(hit[2]), _whole(hit[3])
        said = hit[1] or ""
        year = int(said) + (2000 if len(said) == 2 else 0) if said.isdigit() else 0
        found.add(Day(month or 0, number or 0, year, _NEAR_YEARS.get(said)))
    if not found:
        found = {Day(offset=_NEAR_DAYS[hit[0]]) for hit in _NEAR_DAY.finditer(cleaned)}
    if len(found) != 1:
        return None
    one = found.pop()
    possible = one.offset is not None or (1 <= one.month <= 12 and 1 <= one.day <= 31)
    return one if possible else None
