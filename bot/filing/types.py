"""Field types as a table: `parse(field, text, today) -> value`, or a ValueError whose text the person may read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidComponent, ValidationError

from bot.content.forms import Field, flat
from bot.filing.choosing import choose, labels, parts_of
from bot.filing.examples import example
from bot.filing.files import MEDIA_TYPES, spoken_kinds
from bot.filing.values import day, fold, means_none, mobile, number
from bot.messages import Attachment

MAX_TEXT = 500
MAX_LONG_TEXT = 2000
_HAS_WORD = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


@dataclass(frozen=True)
class Parsed:
    """An understood answer."""

    value: Any
    note: str = ""
    """What to tell the person about how it was understood; "" for nothing."""


@dataclass(frozen=True)
class FieldType:
    """One row of the table."""

    parse: Callable[[Field, str, date], Parsed]
    show: Callable[[Field, Any], str]


def _text(field: Field, text: str, today: date) -> Parsed:
    plain = fold(text) if field.format or field.pattern else unicodedata.normalize("NFC", text).strip()
    if "multiline" not in field.appearance:
        plain = " ".join(plain.split())
    most = MAX_LONG_TEXT if "multiline" in field.appearance.split() else MAX_TEXT
    if len(plain) > most:
        raise ValueError(f"写得太长了：{len(plain)} 个字，最多 {most} 个字。请写短一些，或把全文作为文件交。")
    if field.format:
        return FORMATS[field.format](plain)
    if not _HAS_WORD.search(plain):
        raise ValueError("这里要写文字，只有表情或符号还不行。" + (field.hint if field.hint else ""))
    if field.pattern and not re.fullmatch(field.pattern, plain):
        raise ValueError(field.constraint_message or f"「{plain[:30]}」的样子不对。{field.hint}")
    return Parsed("".join(c for c in plain if c.isprintable() or c == "\n"))


def _uscc(text: str) -> Parsed:
    code = re.sub(r"[^0-9A-Z]", "", text.upper())
    found = re.search(r"[0-9A-Z]{18}", code)
    if not code:
        raise ValueError("没有看到代码。统一社会信用代码是营业执照上的 18 位数字和字母。手边没有，可以先说「暂存」。")
    if found is None:
        raise ValueError(f"统一社会信用代码是 18 位，您写的是 {len(code)} 位。请对照营业执照再发一次。")
    code = found[0]
    if code[0].isalpha():
        return Parsed(code, "以字母开头的代码我没法核对校验位，请您自己再对照一遍证书。")
    try:
        return Parsed(str(uscc.validate(code)))
    except InvalidChecksum:
        raise ValueError(f"代码 {code} 的校验位对不上，可能有一位写错了。请对照营业执照再发一次。") from None
    except (InvalidComponent, ValidationError):
        raise ValueError(f"代码 {code} 里有不会出现的字符（没有 I、O、Z、S、V）。请对照营业执照再发一次。") from None


_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
"""ASCII only: the words before an address (我的邮箱是…) are no part of it."""


def _email(text: str) -> Parsed:
    found = _EMAIL.search(text.replace(" ", ""))
    try:
        return Parsed(validate_email(found[0] if found else text, check_deliverability=False).normalized)
    except EmailNotValidError:
        raise ValueError(f"「{text[:40]}」不像邮箱。邮箱像 name@example.com，请再发一次。") from None


def _phone(text: str) -> Parsed:
    try:
        parsed = phonenumbers.parse(text, "CN")
        if phonenumbers.is_valid_number(parsed):
            return Parsed(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL))
    except phonenumbers.NumberParseException:
        pass
    raise ValueError(f"「{text[:30]}」不像电话号码。座机写区号，例如 010-12345678；手机写 11 位。")


FORMATS: dict[str, Callable[[str], Parsed]] = {
    "uscc": _uscc,
    "email": _email,
    "cn_mobile": lambda text: Parsed(mobile(text)),
    "phone": _phone,
}


def _number(field: Field, text: str, today: date) -> Parsed:
    value, about = number(text, example(field, today))
    ten_thousands = "万元" in field.label + field.hint
    if ten_thousands and re.search(r"[万亿元]", fold(text)):
        value = round(value / 10_000, 8)  # asked in 万元: 5万, 5万元 and 50000元 are all 5
    if field.type == "integer":
        if value != int(value):
            raise ValueError(f"这里要一个整数，您写的是 {value:g}。")
        value = int(value)
    if field.step and abs((value - (field.start or 0)) / field.step % 1) > 1e-9:
        raise ValueError(f"请按 {field.step:g} 一档填，例如 {(field.start or 0) + field.step:g}。")
    for limit, beyond, word in ((field.start, -1, "小"), (field.end, 1, "大")):
        if limit is not None and (value - limit) * beyond > 0:
            raise ValueError(f"您写的是 {value:g}，太{word}了。这里最{word} {limit:g}。")
    if abs(value) > 1e12:
        raise ValueError("这个数太大了，请核对。")
    if means_none(text):
        return Parsed(value, "记成 0。")
    if about:
        return Parsed(value, f"您说的是约数，先按 {value:g} 记，提交前还可以改。")
    return Parsed(value, f"记成 {value:.10g} 万元。" if ten_thousands else "")


def _date(field: Field, text: str, today: date) -> Parsed:
    found = day(text, today)
    return Parsed(found.isoformat(), f"记成 {_show_date(field, found.isoformat())}。")


_CLOCK = re.compile(
    r"(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|am|pm)?\s*(\d{1,2})\s*(?::|点钟?|时)\s*(半|一刻|三刻|整|\d{1,2})?",
    re.IGNORECASE,
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45, "整": 0}


def _time(field: Field, text: str, today: date) -> Parsed:
    plain = re.sub(r"[零一二两三四五六七八九十]+(?=[点时分]|$)", lambda hit: str(int(number(hit[0])[0])), fold(text))
    found = _CLOCK.search(plain)
    if not found:
        raise ValueError("没看懂是几点。请写成 14:30 或 下午2点半。")
    hour = int(found[2])
    minute = _PARTS[found[3]] if found[3] in _PARTS else int(found[3] or 0)
    late = (found[1] or "").lower()
    if (late in ("下午", "傍晚", "晚上", "夜里", "pm") and hour < 12) or (late == "中午" and hour < 3):
        hour += 12
    if hour > 23 or minute > 59:
        raise ValueError("没有这个时间。请写成 14:30 这样。")
    return Parsed(f"{hour:02d}:{minute:02d}")


def _select_one(field: Field, text: str, today: date) -> Parsed:
    choice = choose(field.choices, text)
    return Parsed(choice.name)


def _select_many(field: Field, text: str, today: date) -> Parsed:
    if fold(text).strip(" 。.!！") in _ALL:
        return Parsed([choice.name for choice in field.choices])
    names = [choose(field.choices, part).name for part in parts_of(field.choices, text)]
    if not names:
        raise ValueError(f"请选一个或几个，例如：1、2。可选：{labels(field.choices)}")
    return Parsed(list(dict.fromkeys(names)))


_ALL = frozenset(["全选", "全部", "都选", "都要", "都有", "所有", "全都要"])
_ORDER = re.compile(r"(?:先|首先|再|然后|接着|最后|第一|第二|第三|其次)(?:是|选)?")


def _rank(field: Field, text: str, today: date) -> Parsed:
    plain = fold(text)
    digits = re.findall(r"\d", plain) if len(field.choices) <= 9 else []
    if len(digits) == len(field.choices) == len(set(digits)) and all(1 <= int(d) <= len(digits) for d in digits):
        return Parsed([field.choices[int(digit) - 1].name for digit in digits])
    names = _select_many(field, _ORDER.sub("、", plain), today).value
    if len(names) != len(field.choices):
        raise ValueError(f"要把 {len(field.choices)} 项都排上，例如：2、1、3。您排了 {len(names)} 项。")
    return Parsed(names)


_AGREED = re.compile(
    r"(?:我|我们|本单位|已阅读并?|已经?|都|完全|全部|以上|内容|情况|材料)*"
    r"(?:确认|同意|属实|没问题|是的?|好的?|行|对的?|ok|可以|保证)(?:无误|属实|提交|真实|了|的|，|,)*",
    re.IGNORECASE,
)


def _acknowledge(field: Field, text: str, today: date) -> Parsed:
    plain = fold(text).strip(" 。.!！")
    if _AGREED.fullmatch(plain):
        return Parsed("yes")
    raise ValueError("这一项要您点「我确认」，或回复「确认」。不确认就不能提交，可以先「暂存」。")


def _not_text(field: Field, text: str, today: date) -> Parsed:
    kinds = spoken_kinds(field.accept)
    raise ValueError(
        f"这里要交文件（{kinds}），不是文字。请把文件发过来{'' if field.required else '，或回复「跳过」，以后再补'}。"
    )


def _show_text(field: Field, value: Any) -> str:
    return str(value)


def _show_number(field: Field, value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _show_any(field: Field, value: Any) -> str:
    return _show_number(field, value) if isinstance(value, (int, float)) else str(value)


def _show_date(field: Field, value: Any) -> str:
    found = date.fromisoformat(str(value))
    return f"{found.year}年{found.month}月{found.day}日（周{'一二三四五六日'[found.weekday()]}）"


def _show_choice(field: Field, value: Any) -> str:
    labels = {choice.name: choice.label for choice in field.choices}
    return "、".join(str(labels.get(name, name)) for name in (value if isinstance(value, list) else [value]))


def _show_files(field: Field, value: Any) -> str:
    return "、".join(file["name"] for file in value)


def _not_one_by_one(field: Field, text: str, today: date) -> Parsed:
    raise ValueError("没看懂。可以说「再加一个」「没有了」，或者直接写一个。")


_PERSONS = re.compile(r"(?:员|人|者|代表|主席|长|专家|师|嘉宾|干部|选手|对象)$")
_UNITS = re.compile(r"(?:单位|企业|公司|机构|高校|院所)$")


def counter(repeat: Field) -> str:
    """The word that counts its items: 位 for people, 家 for units, else 项."""
    return "位" if _PERSONS.search(repeat.label) else "家" if _UNITS.search(repeat.label) else "项"


def _show_items(field: Field, value: Any) -> str:
    return "\n".join(f"{number}. {item_line(field, item)}" for number, item in enumerate(value, 1))


def item_line(field: Field, item: Mapping[str, Any]) -> str:
    """One item of a repeat in a line: its answers in order."""
    rows = [one for one in flat(field.children) if one.name in item and one.type in TYPES]
    told = [show(one, item[one.name]).replace("\n", " ") for one in rows if item[one.name] not in (None, "", [])]
    return "，".join(told) or "（空）"


def _items_in_short(field: Field, value: Any) -> str:
    names = [_show_item(field, item) for item in value[:SHOWN_ITEMS]]
    return f"{len(value)} {counter(field)}：{'、'.join(names)}{'……' if len(value) > SHOWN_ITEMS else ''}"


def _show_item(field: Field, item: dict[str, Any]) -> str:
    """One item by its first answer: the name of the member."""
    told = ((one, item[one.name]) for one in flat(field.children) if one.name in item and one.type in TYPES)
    first = next(told, None)
    return masked(*first) if first else "（空）"


SHOWN_ITEMS = 10
"""How many items of a repeat are named where there is one line for all of them."""


def _show_yes(field: Field, value: Any) -> str:
    return "已确认"


TYPES: dict[str, FieldType] = {
    "text": FieldType(_text, _show_text),
    "integer": FieldType(_number, _show_number),
    "decimal": FieldType(_number, _show_number),
    "range": FieldType(_number, _show_number),
    "date": FieldType(_date, _show_date),
    "time": FieldType(_time, _show_text),
    "select_one": FieldType(_select_one, _show_choice),
    "select_multiple": FieldType(_select_many, _show_choice),
    "rank": FieldType(_rank, _show_choice),
    "file": FieldType(_not_text, _show_files),
    "image": FieldType(_not_text, _show_files),
    "acknowledge": FieldType(_acknowledge, _show_yes),
    "calculate": FieldType(_text, _show_any),
    "repeat": FieldType(_not_one_by_one, _show_items),
}
"""XLSForm type -> how it is read and shown. `note` and `group` hold no answer."""


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "decimal": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "date": lambda value: _is_day(value),
    "select_multiple": lambda value: _is_list(value, str),
    "file": lambda value: _is_list(value, dict) and all("name" in file and "path" in file for file in value),
    "repeat": lambda value: _is_list(value, dict) and not any("media_type" in item for item in value),
}
_SHAPES |= {"range": _SHAPES["decimal"], "rank": _SHAPES["select_multiple"], "image": _SHAPES["file"]}


def _is_day(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _is_list(value: Any, of: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, of) for one in value)


def fits(field: Field, value: Any) -> bool:
    """Whether a stored value is one of this type of question: after a change of the form it may be of another."""
    return _SHAPES.get(field.type, lambda other: isinstance(other, str) or field.type == "calculate")(value)


def parse(field: Field, text: str, today: date) -> Parsed:
    """Read one answer. Raises ValueError whose text the person may read."""
    return TYPES[field.type].parse(field, text, today)


def show(field: Field, value: Any) -> str:
    """An answer as people read it."""
    return TYPES[field.type].show(field, value)


def masked(field: Field, value: Any) -> str:
    """An answer with its middle hidden when the field is sensitive: 138****8000."""
    if field.type == "repeat":
        return _items_in_short(field, value)
    text = show(field, value)
    if not field.sensitive or len(text) < 5:
        return text
    return f"{text[:3]}{'*' * max(4, len(text) - 7)}{text[-4:] if len(text) > 7 else text[-1:]}"


def check_file(field: Field, file: Attachment) -> str:
    """Why a file cannot be taken, as a sentence for the sender; "" when it can."""
    if file.problem:
        return file.problem
    kinds = spoken_kinds(field.accept)
    if file.size > field.max_size:
        return f"文件「{file.name}」有 {file.size / 1e6:.1f} MB，最多 {field.max_size / 1e6:.0f} MB。请压缩后再发。"
    if file.size == 0:
        return f"文件「{file.name}」是空的。请检查后再发。"
    if not field.accept:
        return ""
    allowed = {media_type for ending in field.accept for media_type in MEDIA_TYPES.get(ending, ())}
    ending = "." + file.name.rpartition(".")[2].lower()
    if file.media_type not in allowed:
        if ending in field.accept:
            return (
                f"文件「{file.name}」的内容不是 {ending.lstrip('.')}，可能改过后缀或已损坏。请发真正的 {kinds} 文件。"
            )
        return f"这里只收 {kinds}，「{file.name}」不是。请转换后再发。"
    return ""
