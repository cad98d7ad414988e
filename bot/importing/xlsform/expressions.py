"""The tree of an XPath expression -> an expression of ours (bot/content/expressions.py)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.content.expressions import compile_expression
from bot.importing.xlsform.xpath import (
    Bare,
    Binary,
    Call,
    Dot,
    Minus,
    Node,
    Number,
    Ref,
    Text,
    Untranslatable,
    parse_xpath,
)

NUMERIC = ("integer", "decimal", "range")
MANY = ("select_multiple", "rank")
WORDY = ("text", "select_one", "date", "time", "acknowledge")


@dataclass(frozen=True)
class Target:
    """A question that expressions may name."""

    name: str
    """Our name for it."""
    type: str
    repeat: str = ""
    """The repeat that it stands in, "" for none."""
    sure: bool = False
    """Whether it always has an answer."""


@dataclass
class Scope:
    """What an expression may read where it stands."""

    targets: Mapping[str, Target]
    """Name in the workbook -> question."""
    key: str
    """The column: relevant, constraint, calculation, choice_filter, repeat_count."""
    repeat: str = ""
    """The repeat in which the expression stands."""
    own: str = ""
    """Type of the question that it belongs to."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the choices by their names in the workbook -> ours; for choice_filter."""
    remarks: list[str] = field(default_factory=list)
    """What is a little different from XLSForm."""


@dataclass(frozen=True)
class _Said:
    """A piece of our expression."""

    text: str
    binding: int
    """How tightly its outermost operator binds: 0 if-else, 1 or, 2 and, 3 not, 4 comparison, 5 sum, 6 product, 9."""


_BINDING = {"or": 1, "and": 2, "+": 5, "-": 5, "*": 6, "div": 6, "mod": 6}
_SIGNS = {"=": "==", "div": "/", "mod": "%"}
_COMPARED = ("=", "!=", "<", "<=", ">", ">=")


def translate(text: str, scope: Scope) -> str:
    """Our expression for an XPath one. Raises Untranslatable."""
    return _checked(_say(parse_xpath(text), scope).text, scope)


def translate_constraint(text: str, scope: Scope) -> tuple[str, str]:
    """(our expression, regular expression): `regex(., '…')` becomes the `pattern` of the question; either may be "".
    Raises Untranslatable."""
    parts = _joined(parse_xpath(text))
    patterns = [one for one in parts if isinstance(one, Call) and one.name == "regex"]
    others = [_say(one, scope) for one in parts if one not in patterns]
    if len(patterns) > 1:
        raise Untranslatable("有不止一个 regex()")
    pattern = _pattern(patterns[0], scope) if patterns else ""
    said = " and ".join(_within(one, 2) for one in others)
    return (_checked(others[0].text if len(others) == 1 else said, scope) if others else ""), pattern


def _checked(text: str, scope: Scope) -> str:
    names = {target.name for target in scope.targets.values()} | set(scope.columns.values())
    try:
        compile_expression(text, names)
    except ValueError as error:
        raise Untranslatable(str(error)) from None
    return text


def _joined(node: Node) -> list[Node]:
    """The parts of `a and b and c`."""
    if isinstance(node, Binary) and node.sign == "and":
        return [*_joined(node.left), *_joined(node.right)]
    return [node]


_SLOW = re.compile(r"[+*}]\)*\)[+*{]|\)[+*]\)*[+*]")
"""A repeated group that itself ends in a repetition: takes for ever on some answers."""


def _pattern(call: Call, scope: Scope) -> str:
    if scope.own != "text" or len(call.given) != 2 or not isinstance(call.given[0], Dot):
        raise Untranslatable("regex() 只能用在文字题的 constraint 里，写成 regex(., '…')")
    if not isinstance(call.given[1], Text):
        raise Untranslatable("regex() 的第二项要是引号里的文字")
    found = call.given[1].value.removeprefix("^").removesuffix("$")
    try:
        re.compile(found)
    except re.error as error:
        raise Untranslatable(f"正则表达式写法不对（{error}）") from None
    if _SLOW.search(found) or len(found) > 200:
        raise Untranslatable("这个正则表达式可能算很久")
    return found


def _within(said: _Said, binding: int) -> str:
    return said.text if said.binding >= binding else f"({said.text})"


def _say(node: Node, scope: Scope) -> _Said:
    if isinstance(node, Ref):
        return _Said(_target(node, scope).name, 9)
    if isinstance(node, Dot):
        if scope.key != "constraint":
            raise Untranslatable("「.」只能写在 constraint 里")
        return _Said("this", 9)
    if isinstance(node, Number):
        return _Said(_number(node.text), 9)
    if isinstance(node, Text):
        return _Said(repr(node.value), 9)
    if isinstance(node, Bare):
        if node.name not in scope.columns:
            raise Untranslatable(f"「{node.name}」不是题目，也不是选项里的列（题目要写成 ${{名字}}）")
        return _Said(scope.columns[node.name], 9)
    if isinstance(node, Minus):
        return _Said(f"-{_within(_say(node.inner, scope), 9)}", 7)
    if isinstance(node, Call):
        return _call(node, scope)
    return _binary(node, scope)


def _number(text: str) -> str:
    value = float(text)
    return str(int(value)) if value.is_integer() else repr(value)


def _target(node: Ref, scope: Scope) -> Target:
    found = scope.targets.get(node.name)
    if found is None:
        raise Untranslatable(f"提到的 ${{{node.name}}} 没有这一题，或没有导入")
    if found.repeat and found.repeat != scope.repeat and found.type != "repeat":
        raise Untranslatable(f"${{{node.name}}} 在重复组里，组外只能用 sum()、count()")
    if scope.key == "choice_filter" and found.name == "name":
        raise Untranslatable("choice_filter 里的 name 是选项的 name，取不到叫 name 的题")
    return found


def _kind(node: Node, scope: Scope) -> str:
    """Type of the answers on one side of a comparison, "" when it cannot be told."""
    if isinstance(node, Ref) and node.name in scope.targets:
        return scope.targets[node.name].type
    return scope.own if isinstance(node, Dot) else ""


def _alike(one: Node, other: Node, scope: Scope) -> Node:
    """`one` as the answers on the other side are stored: XPath takes '1' for 1, ours does not."""
    kind = _kind(other, scope)
    if isinstance(one, Number) and kind in (*WORDY, *MANY):
        return Text(one.text)
    if isinstance(one, Text) and kind in NUMERIC and re.fullmatch(r"-?\d+(\.\d+)?", one.value):
        return Number(one.value) if one.value[0] != "-" else Minus(Number(one.value[1:]))
    return one


def _binary(node: Binary, scope: Scope) -> _Said:
    if node.sign in _COMPARED:
        return _compared(node, scope)
    binding = _BINDING[node.sign]
    if node.sign in ("+", "-", "*", "div", "mod"):
        for side in (node.left, node.right):
            if _kind(side, scope) in ("date", "time") or (isinstance(side, Call) and side.name in ("today", "now")):
                raise Untranslatable("日期不能加减")
    left, right = _say(node.left, scope), _say(node.right, scope)
    # The right side of - and / may not fall apart: a - (b - c).
    tighter = binding + (node.sign in ("-", "div", "mod"))
    sign = _SIGNS.get(node.sign, node.sign)
    return _Said(f"{_within(left, binding)} {sign} {_within(right, tighter)}", binding)


def _compared(node: Binary, scope: Scope) -> _Said:
    if node.sign not in ("=", "!="):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if _kind(one, scope) in ("text", "select_one", *MANY) and (
                isinstance(other, Number) or _kind(other, scope) in NUMERIC
            ):
                raise Untranslatable("文字题和选择题不能和数字比大小")
    left, right = _alike(node.left, node.right, scope), _alike(node.right, node.left, scope)
    sign = _SIGNS.get(node.sign, node.sign)
    if isinstance(left, Text) and not isinstance(right, Text) and node.sign in ("=", "!="):
        left, right = right, left
    if _kind(left, scope) in MANY and isinstance(right, Text) and right.value:
        if node.sign not in ("=", "!="):
            raise Untranslatable("多选题只能问选没选")
        scope.remarks.append("多选题用了等号，改成问“选了没有”")
        said = f"selected({_say(left, scope).text}, {right.value!r})"
        return _Said(said, 9) if node.sign == "=" else _Said(f"not {said}", 3)
    if node.sign == "!=" and not (isinstance(right, Text) and not right.value):
        _mind_empty(left, scope)
    return _Said(f"{_within(_say(left, scope), 5)} {sign} {_within(_say(right, scope), 5)}", 4)


def _mind_empty(node: Node, scope: Scope) -> None:
    """Say so where an empty answer counts otherwise: to XPath it is unlike everything, to us it is empty."""
    if scope.key == "relevant" and isinstance(node, Ref) and not _target(node, scope).sure:
        scope.remarks.append(f"${{{node.name}}} 空着的时候，XLSForm 会问这一题，这里不问")


def _refs(node: Node) -> list[Ref]:
    if isinstance(node, Ref):
        return [node]
    inner: tuple[Node, ...] = ()
    if isinstance(node, Call):
        inner = node.given
    elif isinstance(node, Binary):
        inner = (node.left, node.right)
    elif isinstance(node, Minus):
        inner = (node.inner,)
    return [ref for one in inner for ref in _refs(one)]


# functions


def _call(node: Call, scope: Scope) -> _Said:
    found = _FUNCTIONS.get(node.name)
    if found is None:
        raise Untranslatable(f"不支持 {node.name}()")
    least, most, say = found
    if not least <= len(node.given) <= most:
        raise Untranslatable(f"{node.name}() 里的项数不对")
    return say(node, scope)


def _as(name: str) -> Callable[[Call, Scope], _Said]:
    return lambda node, scope: _Said(f"{name}({', '.join(_say(one, scope).text for one in node.given)})", 9)


def _selected(node: Call, scope: Scope) -> _Said:
    answer, choice = node.given
    if isinstance(choice, Number):
        choice = Text(choice.text)
    return _Said(f"selected({_say(answer, scope).text}, {_say(choice, scope).text})", 9)


def _not(node: Call, scope: Scope) -> _Said:
    for ref in _refs(node.given[0]):
        _mind_empty(ref, scope)
    return _Said(f"not {_within(_say(node.given[0], scope), 3)}", 3)


def _sum(node: Call, scope: Scope) -> _Said:
    (one,) = node.given
    target = scope.targets.get(one.name) if isinstance(one, Ref) else None
    if target is None or not target.repeat or target.repeat == scope.repeat:
        raise Untranslatable("sum() 里要写重复组里的一题")
    return _Said(f"sum({target.repeat}, {target.name!r})", 9)


def _count(node: Call, scope: Scope) -> _Said:
    (one,) = node.given
    target = scope.targets.get(one.name) if isinstance(one, Ref) else None
    if target is None:
        raise Untranslatable("count() 里要写一个重复组")
    if target.type != "repeat" and target.repeat and target.repeat != scope.repeat:
        return _Said(f"count({target.repeat})", 9)
    return _Said(f"count({target.name})", 9)


def _if(node: Call, scope: Scope) -> _Said:
    test, then, other = (_within(_say(one, scope), 1) for one in node.given)
    return _Said(f"{then} if {test} else {other}", 0)


def _coalesce(node: Call, scope: Scope) -> _Said:
    first, second = (_say(one, scope) for one in node.given)
    return _Said(f"{_within(first, 1)} if {_within(first, 5)} != '' else {_within(second, 1)}", 0)


def _same(node: Call, scope: Scope) -> _Said:
    return _say(node.given[0], scope)


def _contains(node: Call, scope: Scope) -> _Said:
    whole, part = (_say(one, scope) for one in node.given)
    return _Said(f"{_within(part, 5)} in {_within(whole, 5)}", 4)


def _concat(node: Call, scope: Scope) -> _Said:
    if any(not isinstance(one, Text) and _kind(one, scope) not in ("text", "date", "time") for one in node.given):
        raise Untranslatable("concat() 只能接文字")
    return _Said(" + ".join(_within(_say(one, scope), 6) for one in node.given), 5)


def _today(node: Call, scope: Scope) -> _Said:
    if scope.key != "constraint":
        raise Untranslatable("today() 只能写在 constraint 里")
    return _Said("today()", 9)


_FUNCTIONS: dict[str, tuple[int, int, Callable[[Call, Scope], _Said]]] = {
    "selected": (2, 2, _selected),
    "count-selected": (1, 1, _as("count")),
    "count": (1, 1, _count),
    "sum": (1, 1, _sum),
    "not": (1, 1, _not),
    "if": (3, 3, _if),
    "coalesce": (2, 2, _coalesce),
    "string-length": (1, 1, _as("len")),
    "round": (1, 2, _as("round")),
    "min": (2, 20, _as("min")),
    "max": (2, 20, _as("max")),
    "contains": (2, 2, _contains),
    "concat": (1, 20, _concat),
    "number": (1, 1, _same),
    "string": (1, 1, _same),
    "date": (1, 1, _same),
    "once": (1, 1, _same),
    "today": (0, 0, _today),
    "true": (0, 0, lambda node, scope: _Said("1 == 1", 4)),
    "false": (0, 0, lambda node, scope: _Said("1 == 0", 4)),
}
"""XPath function -> (fewest, most arguments, how ours says it)."""
