"""Numbers, dates and telephone numbers as people write them. What is not sure is refused, never guessed in silence."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta


def fold(text: str) -> str:
    """Half-width, no invisible characters, trimmed; letter case kept."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isprintable() or c == "\n").strip()


# numbers

_DIGITS = (
    {c: i for i, c in enumerate("零一二三四五六七八九")}
    | {"〇": 0, "两": 2, "俩": 2, "仨": 3}
    | {c: i for i, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
)
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "亿": 100_000_000}
_NUMERAL = "".join(_DIGITS) + "".join(_SMALL) + "".join(_LARGE)
_WRITTEN = re.compile(rf"[\d{_NUMERAL}](?:[\d,.{_NUMERAL}]*[\d{_NUMERAL}])?")
_LOOSE = {"千把": "1000约", "百把": "100约", "百十来": "110约"}
_VAGUE = re.compile(
    r"一半|半数|[大多过]半|几[十百千万]|十几|(?<![一二两三四五六七八九百])十多|[几数]个|若干|[一二三四五六七八九](?=[一二三四五六七八九][十百千万])|\d\s*[-~—至到]\s*\d|\d几"
)
_ABOUT = re.compile(rf"左右|大概|大约|约|上下|差不多|将近|接近|不到|出头|以上|(?<=[{_NUMERAL}\d])[来多余几]")
_NOT_COUNTED = re.compile(
    r"一年(?=[至最]?[少多]?[开办]?[\d一二两三四五六七八九十]+\s*[次回场])|一(?:般|共|起|定|下|直|些|点|样|线|把手|家三口)|统一|第一|万一|千万(?=[别不])"
)
"""Words in which a numeral is no number."""

_NONE = re.compile(
    r"(?:目前|现在|暂时)?(?:还|都|暂)?(?:没有?|无)(?:呢|的)?"
    r"|.{0,4}?(?:一[个人家次名位项件]?[也都]没有?|没有?一[个人家次名位项件])(?:.{0,2})?"
)
"""没有, 还没有, 一个也没有: as an answer to how many."""


def means_none(text: str) -> bool:
    """Whether an answer to how many says that there are none."""
    return bool(_NONE.fullmatch(fold(text).strip(" 。.!！")))


def number(text: str, example: str = "50") -> tuple[float, bool]:
    """(value, whether it was only about that much) of the one number in the text. Raises ValueError for none, for a
    vague one and for several different ones; its text may be shown and ends with `example`."""
    plain = fold(text)
    if means_none(text):
        return 0.0, False
    for loose, exact in _LOOSE.items():
        plain = plain.replace("一" + loose, exact).replace(loose, exact)
    if _VAGUE.search(plain):
        raise ValueError(f"「{plain[:20]}」还不够具体，请给一个数，例如 {example}。")
    found = {_written(m[0]) for m in _WRITTEN.finditer(_NOT_COUNTED.sub(" ", _joined(plain)))}
    if not found or None in found:
        raise ValueError(f"没有在「{plain[:20]}」里看到清楚的数字。请写一个数，例如 {example}。")
    if len(found) > 1:
        raise ValueError(f"「{plain[:30]}」里有不止一个数字。请只写一个，例如 {example}。")
    value = found.pop()
    assert value is not None
    return (-value if re.match(r"[-负−]\s*[\d一二三四五六七八九十]", plain) else value), bool(_ABOUT.search(plain))


def _joined(plain: str) -> str:
    # 五十来号人, 三百多, 1 200 人: the word for "about" and the thousands' gap must not cut one number into two.
    plain = re.sub(r"(?<=[十百千万亿])[来多余](?=[万亿])", "", plain)
    return re.sub(r"(?<=\d)[ ,](?=\d{3}(?!\d))", "", plain)


def _written(token: str) -> float | None:
    """120, 1.2万, 3千5, 一百二, 二〇二六 -> the number; None when it is written wrongly (1.2.3)."""
    if re.fullmatch(r"\d+(?:\.\d+)?", token):
        return float(token)
    if all(c in _DIGITS for c in token):
        return float("".join(str(_DIGITS[c]) for c in token)) if len(token) > 1 else float(_DIGITS[token])
    total = section = 0.0
    current: float | None = None
    last = 1
    for part in re.findall(r"\d+(?:\.\d+)?|.", token):
        if part[0].isdigit() and part[0] not in _DIGITS:
            if current is not None:
                return None
            current = float(part)
        elif part in _DIGITS:
            if current not in (None, 0.0):
                return None
            current, last = float(_DIGITS[part]), (1 if _DIGITS[part] == 0 else last)
        elif part in _SMALL:
            section += (1.0 if current is None else current) * _SMALL[part]
            current, last = None, _SMALL[part]
        elif part in _LARGE:
            total = (total + section + (current or 0.0)) * _LARGE[part]
            section, current, last = 0.0, None, _LARGE[part]
        else:
            return None
    # 一百二 is 120, 一万二 is 12000: a last lone digit counts the next smaller unit.
    return total + section + (current or 0.0) * (last // 10 if last > 10 and current and current < 10 else 1)


# dates


class NoSuchDay(ValueError):
    """A date that is written well and that the calendar does not have."""


_RELATIVE = {"大前天": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨儿": -1, "今天": 0, "今日": 0, "今儿": 0, "当天": 0}
_RELATIVE |= {"明天": 1, "明日": 1, "明儿": 1, "后天": 2, "大后天": 3}
_YEARS = {"大前年": -3, "前年": -2, "去年": -1, "上年": -1, "今年": 0, "本年": 0, "明年": 1, "后年": 2}
_WEEKDAYS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6, **{str(i + 1): i for i in range(7)}}
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2, "": 0}
_MONTHS = {"上上": -2, "上": -1, "这": 0, "本": 0, "当": 0, "下": 1, "下下": 2}
_UNITS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_LUNAR = re.compile(r"农历|阴历|正月|腊月|冬月|初[一二三四五六七八九十\d]|大年")
_HAN = "[〇零一二三四五六七八九十]+"
_CHINESE = re.compile(rf"{_HAN}(?=\s*[年月日号天周]|个?(?:星期|礼拜))|(?<=月){_HAN}")


def _md(y: re.Match[str], today: date) -> date:
    return _date(today.year + _YEARS.get(y[1] or "今年", 0), int(y[2]), int(y[3]))


def _of_month(m: re.Match[str], today: date) -> date:
    months = today.year * 12 + today.month - 1 + _MONTHS[m[1]]
    return _date(months // 12, months % 12 + 1, int(m[2]))


def _weekday(m: re.Match[str], today: date) -> date:
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=_WEEKS[m[1]])
    return monday + timedelta(days=_WEEKDAYS[m[2]])


def _ago(m: re.Match[str], today: date) -> date:
    return today + timedelta(days=int(m[1]) * _UNITS[m[2]] * (-1 if m[3].endswith("前") else 1))


_YEAR_WORD = "|".join(_YEARS)
_MONTH_DAY = re.compile(
    rf"({_YEAR_WORD})?的?\s*(?<![\d./\-])(\d{{1,2}})\s*[月./\-]\s*(\d{{1,2}})(?![\d./\-])\s*[日号]?"
)
_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date]], ...] = (
    (
        re.compile(r"(?<!\d)(\d{4})\s*[年./\- ]\s*(\d{1,2})\s*[月./\- ]\s*(\d{1,2})(?!\d)\s*[日号]?"),
        lambda m, today: _date(int(m[1]), int(m[2]), int(m[3])),
    ),
    (re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)"), lambda m, today: _date(int(m[1]), int(m[2]), int(m[3]))),
    (
        re.compile(r"(?<!\d)(\d{2})年\s*(\d{1,2})月\s*(\d{1,2})(?!\d)\s*[日号]?"),
        lambda m, today: _date(2000 + int(m[1]), int(m[2]), int(m[3])),
    ),
    (re.compile(r"(上上|下下|上|下|这|本|)个?(?:周|星期|礼拜)([一二三四五六日天1-7])(?!\d|天|个|前|后)"), _weekday),
    (re.compile(r"(?<![\d月])(\d{1,3})\s*个?(天|日|周|星期|礼拜)(之?以?[前后])"), _ago),
    (re.compile(r"(上上|下下|上|这|本|当|下)个?月的?\s*(\d{1,2})(?!\d)\s*[日号]?"), _of_month),
    (_MONTH_DAY, _md),
    (re.compile(r"^(\d{1,2})\s*[日号]$"), lambda m, today: _date(today.year, today.month, int(m[1]))),
    (
        re.compile("|".join(sorted(_RELATIVE, key=len, reverse=True))),
        lambda m, today: today + timedelta(days=_RELATIVE[m[0]]),
    ),
)
"""How a day can be written, tried in this order. A date without a year is of this year, and is shown back."""


def day(text: str, today: date) -> date:
    """The date that is meant. Raises ValueError whose text may be shown: not understood, no such day, or two days."""
    plain = fold(text)
    if _LUNAR.search(plain):
        raise ValueError("这里要公历的日期。请换算成公历再写，例如 2026年3月5日。")
    read = _CHINESE.sub(_arabic, plain) if not re.search(r"(?:周|星期|礼拜)[一二三四五六日天]$", plain) else plain
    for pattern, meaning in _WAYS:
        hits = list(pattern.finditer(read))
        if hits:
            found = {meaning(hit, today) for hit in hits}
            # 「2026年3月5日和3月6日」: the second one has no year.
            found |= {_md(other, today) for other in _MONTH_DAY.finditer(pattern.sub(" ", read))}
            if len(found) > 1:
                raise ValueError(f"「{plain[:30]}」里有不止一个日期。请只写一个，例如 2026年3月5日。")
            return found.pop()
    if re.fullmatch(rf"(?:\d{{4}}年|{_YEAR_WORD})?\s*\d{{1,2}}月份?", read):
        raise ValueError(f"「{plain[:20]}」还缺是哪一天。请写年月日，例如 {today.year}年{today.month}月{today.day}日。")
    raise ValueError(f"没看懂「{plain[:20]}」是哪一天。请写年月日，例如 {today.year}年{today.month}月{today.day}日。")


def _arabic(hit: re.Match[str]) -> str:
    value = _written(hit[0])
    return hit[0] if value is None else str(int(value))


def _date(year: int, month: int, number: int) -> date:
    if not 1 <= month <= 12:
        raise NoSuchDay(f"没有 {month} 月。请写年月日，例如 2026年3月5日。")
    if not 1900 <= year <= 2100:
        raise ValueError(f"{year} 年不对。请写年月日，例如 2026年3月5日。")
    last = monthrange(year, month)[1]
    if not 1 <= number <= last:
        raise NoSuchDay(f"{year}年{month}月只有 {last} 天，没有 {number} 号。请核对日期。")
    return date(year, month, number)


def spoken(day: str) -> str:
    """2026-12-01 as people read it: 2026年12月1日."""
    found = date.fromisoformat(day)
    return f"{found.year}年{found.month}月{found.day}日"


# telephone


def mobile(text: str) -> str:
    """An 11-digit mobile number without spaces, hyphens and +86. Raises ValueError whose text may be shown."""
    digits = re.sub(r"\D", "", fold(text))
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    if len(digits) == 15 and digits.startswith("0086"):
        digits = digits[4:]
    if len(digits) != 11:
        raise ValueError(f"手机号要 11 位，您写的是 {len(digits)} 位。请核对后再发一次。")
    if not re.fullmatch(r"1[3-9]\d{9}", digits):
        raise ValueError("手机号要以 13 到 19 开头，一共 11 位。请核对后再发一次。")
    return digits
