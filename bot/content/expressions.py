"""Expressions in forms: `science_workers <= employees`, `party == 'yes' and selected(papers, 'charter')`.

simpleeval behind our own allow-list of syntax (it alone lets attribute calls through). An expression over an empty
answer is empty, never an error (design, Forms 7): `and`, `or` and `not` follow three-valued logic, so that
`a == 'x' or b == 'y'` is true as soon as one side is. Whether an answer is empty is asked with `x == ''`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import simpleeval

MAX_LENGTH = 500
MAX_DEPTH = 40
_NODES = (
    ast.Expression, ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.USub, ast.Compare, ast.Eq, ast.NotEq, ast.Lt,
    ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn, ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Name,
    ast.Load, ast.Constant, ast.IfExp, ast.List, ast.Tuple, ast.Call,
)  # fmt: skip
FUNCTIONS = ("selected", "count", "today", "len", "min", "max", "round", "sum")
_EMPTY: tuple[Any, ...] = (None, "", [], ())


def _selected(answer: Any, name: Any) -> bool | None:
    if answer in _EMPTY:
        return None
    return name in answer if isinstance(answer, list) else bool(answer == name)


def _total(items: Any, name: Any) -> Any:
    """The sum of one number over the items of a repeat; items without it count nothing, no item at all is 0."""
    if items in _EMPTY or not isinstance(items, list):
        return 0
    given = [item.get(name) for item in items if isinstance(item, dict)]
    return sum(value for value in given if isinstance(value, (int, float)))


def _unless_empty(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *given: None if any(value in _EMPTY for value in given) else function(*given)


class _Evaluator(simpleeval.EvalWithCompoundTypes):  # type: ignore[misc]
    """simpleeval with emptiness: an operator over an empty operand is empty."""

    def __init__(self, names: Mapping[str, Any], today: date | None) -> None:
        functions = {
            "selected": _selected,
            "count": lambda answer: 0 if answer in _EMPTY else len(answer) if isinstance(answer, list) else 1,
            "today": lambda: today.isoformat() if today else None,
            "len": lambda answer: 0 if answer in _EMPTY else len(answer),
            "min": _unless_empty(min),
            "max": _unless_empty(max),
            "round": _unless_empty(round),
            "sum": _total,
        }
        super().__init__(functions=functions, names=dict(names))
        own = {ast.BoolOp: self._logic, ast.Compare: self._compare, ast.BinOp: self._sum, ast.UnaryOp: self._sign}
        self.nodes.update({**own, ast.IfExp: self._either})

    def _logic(self, node: ast.BoolOp) -> Any:
        deciding = isinstance(node.op, ast.Or)
        empty = False
        for part in node.values:
            value = self._eval(part)
            if value in _EMPTY:
                empty = True
            elif bool(value) is deciding:
                return deciding
        return None if empty else not deciding

    def _compare(self, node: ast.Compare) -> Any:
        left = self._eval(node.left)
        for operation, part in zip(node.ops, node.comparators, strict=True):
            right = self._eval(part)
            asks_for_empty = isinstance(part, ast.Constant) and part.value == ""
            if asks_for_empty and isinstance(operation, (ast.Eq, ast.NotEq)):
                right, left = True, left in _EMPTY
            elif left in _EMPTY or right in _EMPTY:
                return None
            if not self.operators[type(operation)](left, right):
                return False
            left = right
        return True

    def _sum(self, node: ast.BinOp) -> Any:
        left, right = self._eval(node.left), self._eval(node.right)
        return None if left in _EMPTY or right in _EMPTY else self.operators[type(node.op)](left, right)

    def _sign(self, node: ast.UnaryOp) -> Any:
        value = self._eval(node.operand)
        return None if value in _EMPTY else self.operators[type(node.op)](value)

    def _either(self, node: ast.IfExp) -> Any:
        test = self._eval(node.test)
        return None if test in _EMPTY else self._eval(node.body if test else node.orelse)


@dataclass(frozen=True)
class Expression:
    """A checked expression."""

    text: str
    names: frozenset[str]
    """Answers that it reads, `this` included."""

    def evaluate(self, values: Mapping[str, Any], this: Any = None, today: date | None = None) -> Any:
        """Its value over the answers; None when an answer that it needs is empty, and when the kinds of the answers do
        not fit together (a text compared with a number)."""
        known = {name: (this if name == "this" else values.get(name)) for name in self.names}
        try:
            return _Evaluator(known, today).eval(self.text, previously_parsed=_parsed(self.text))
        except (TypeError, ValueError, ArithmeticError, simpleeval.InvalidExpression):
            return None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    return simpleeval.SimpleEval.parse(text)


def compile_expression(text: str, names: Collection[str]) -> Expression:
    """The checked expression. `names`: fields it may read. Raises ValueError whose text a form writer understands."""
    if len(text) > MAX_LENGTH:
        raise ValueError(f"表达式太长（{len(text)} 字），最多 {MAX_LENGTH} 字")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError) as error:
        place = f"（第 {error.offset} 个字附近）" if isinstance(error, SyntaxError) and error.offset else ""
        example = "比较相等用两个等号，文字加单引号，例如：party == 'yes'"
        raise ValueError(f"表达式 '{text}' 写法不对{place}。{example}") from error
    except (RecursionError, MemoryError) as error:
        raise ValueError(f"表达式 '{text[:30]}…' 套得太深") from error
    if _depth(tree) > MAX_DEPTH:
        raise ValueError(f"表达式 '{text[:30]}…' 套得太深")
    called = _called(tree, text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}
    for name in sorted(used):
        if name not in names and name != "this":
            raise ValueError(f"表达式 '{text}' 提到的 '{name}' 不是这张表的字段")
    return Expression(text.strip(), frozenset(used))


def _called(tree: ast.AST, text: str) -> set[int]:
    """Identities of the nodes that name functions. Raises ValueError for anything off the allow-list."""
    found = set()
    for node in ast.walk(tree):
        if not isinstance(node, _NODES):
            raise ValueError(f"表达式 '{text}' 里不能用 {type(node).__name__}")
        if isinstance(node, ast.Constant) and not isinstance(node.value, (str, int, float)):
            raise ValueError(f"表达式 '{text}' 里只能写数字和文字")
        if isinstance(node, ast.Call):
            if not isinstance(node.func, ast.Name) or node.func.id not in FUNCTIONS or node.keywords:
                raise ValueError(f"表达式 '{text}' 里只能用这些函数：{'、'.join(FUNCTIONS)}")
            found.add(id(node.func))
    return found


def _depth(tree: ast.AST) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [child for node in level for child in ast.iter_child_nodes(node)]
    return depth
