"""Expressions of a form in words: `party == 'yes'` is 「企业有没有党组织」是「有」."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import lru_cache

from bot.content.form_checks import PLACEHOLDER
from bot.content.forms import Field, Form, everything

COMPARED: dict[type[ast.cmpop], str] = {
    ast.Eq: "是",
    ast.NotEq: "不是",
    ast.Lt: "小于",
    ast.LtE: "不超过",
    ast.Gt: "大于",
    ast.GtE: "不少于",
    ast.In: "在其中：",
    ast.NotIn: "不在其中：",
}
EARLIER: dict[type[ast.cmpop], str] = {ast.Lt: "早于", ast.LtE: "不晚于", ast.Gt: "晚于", ast.GtE: "不早于"}
"""The same for days."""
SIGNS: dict[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "×", ast.Div: "÷", ast.Mod: "除余"}
LONGEST = 24
"""Characters of a question that are quoted."""


def in_words(form: Form, expression: str, own: Field | None = None) -> str:
    """The expression as a person reads it, "" for none. `own`: the question that `this` and a choice_filter mean."""
    if not expression:
        return ""
    return _Words({one.name: one for one in everything(form.survey)}, own).say(_tree(expression))


@lru_cache(maxsize=1024)
def _tree(expression: str) -> ast.expr:
    return ast.parse(expression.strip(), mode="eval").body


def names_in(expression: str) -> set[str]:
    """The questions that an expression reads; also those named in quotes by sum()."""
    if not expression:
        return set()
    tree = _tree(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and id(node) not in called}


def asked_as(one: Field, most: int = LONGEST) -> str:
    """「the question」, cut off."""
    label = PLACEHOLDER.sub("＿＿", one.label) or one.name
    return f"「{label if len(label) <= most else label[: most - 1] + '…'}」"


class _Words:
    """Says one expression. `fields`: the questions by name."""

    def __init__(self, fields: Mapping[str, Field], own: Field | None) -> None:
        self.fields = fields
        self.own = own

    def say(self, node: ast.expr) -> str:
        """One node and what hangs on it."""
        for kind, told in _SAID.items():
            if isinstance(node, kind):
                return told(self, node)
        return ast.unparse(node)

    def name(self, node: ast.Name) -> str:
        if node.id == "this":
            return "填的"
        if node.id in self.fields:
            return asked_as(self.fields[node.id])
        return "选项" if node.id == "name" else f"选项的 {node.id}"

    def constant(self, node: ast.Constant) -> str:
        if isinstance(node.value, str):
            return f"「{node.value}」" if node.value else "空着"
        return f"{node.value:g}" if isinstance(node.value, float) else str(node.value)

    def logic(self, node: ast.BoolOp) -> str:
        word = "，或者" if isinstance(node.op, ast.Or) else "，并且"
        parts = (f"（{self.say(v)}）" if isinstance(v, (ast.BoolOp, ast.IfExp)) else self.say(v) for v in node.values)
        return word.join(parts)

    def sign(self, node: ast.UnaryOp) -> str:
        if not isinstance(node.op, ast.Not):
            return f"-{self.say(node.operand)}"
        call = node.operand
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "selected":
            return self.call(call).replace("选了", "没选", 1)
        return f"不是（{self.say(call)}）"

    def compare(self, node: ast.Compare) -> str:
        sides = [node.left, *node.comparators]
        told = [self.pair(sides[n], op, sides[n + 1]) for n, op in enumerate(node.ops)]
        return "，并且".join(told)

    def pair(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> str:
        """One comparison."""
        if isinstance(right, ast.Constant) and right.value == "" and isinstance(sign, (ast.Eq, ast.NotEq)):
            return f"{self.say(left)}{'空着' if isinstance(sign, ast.Eq) else '填了'}"
        choice = self.choice(left, right)
        if isinstance(sign, (ast.In, ast.NotIn)):
            many = right.elts if isinstance(right, (ast.List, ast.Tuple)) else []
            said = "、".join(self.choice(left, one) or self.say(one) for one in many) or self.say(right)
            return f"{self.say(left)}{'是' if isinstance(sign, ast.In) else '不是'}其中之一：{said}"
        days = any(self.is_day(side) for side in (left, right))
        word = EARLIER.get(type(sign), COMPARED[type(sign)]) if days else COMPARED[type(sign)]
        first = f"{self.say(left)}{' ' if isinstance(left, ast.Constant) else ''}"
        return (
            f"{first}{word}{' ' if isinstance(right, ast.Constant) and not choice else ''}{choice or self.say(right)}"
        )

    def choice(self, asked: ast.expr, value: ast.expr) -> str:
        """The label of a choice that an answer is compared with, "" when it is none."""
        one = self.own if isinstance(asked, ast.Name) and asked.id == "this" else None
        one = self.fields.get(asked.id) if isinstance(asked, ast.Name) and one is None else one
        if one is None or not isinstance(value, ast.Constant):
            return ""
        if one.type == "acknowledge" and value.value == "yes":
            return "「已确认」"
        return next((f"「{c.label}」" for c in one.choices if c.name == str(value.value)), "")

    def is_day(self, node: ast.expr) -> bool:
        """Whether it is a date."""
        if isinstance(node, ast.Call):
            return getattr(node.func, "id", "") == "today"
        one = self.own if isinstance(node, ast.Name) and node.id == "this" else None
        one = self.fields.get(node.id) if isinstance(node, ast.Name) and one is None else one
        return one is not None and one.type == "date"

    def sum(self, node: ast.BinOp) -> str:
        parts = (
            f"（{self.say(side)}）" if isinstance(side, (ast.BinOp, ast.IfExp)) else self.say(side)
            for side in (node.left, node.right)
        )
        return f" {SIGNS.get(type(node.op), '?')} ".join(parts)

    def either(self, node: ast.IfExp) -> str:
        return f"如果{self.say(node.test)}，就是 {self.say(node.body)}，否则是 {self.say(node.orelse)}"

    def call(self, node: ast.Call) -> str:
        """A function: each has its own words."""
        name = getattr(node.func, "id", "")
        given = node.args
        if name == "selected" and len(given) == 2:
            return f"{self.say(given[0])}选了{self.choice(given[0], given[1]) or self.say(given[1])}"
        if name == "sum" and len(given) == 2 and isinstance(given[1], ast.Constant):
            inner = self.fields.get(str(given[1].value))
            return f"{self.say(given[0])}里{asked_as(inner) if inner else str(given[1].value)}的合计"
        told = [self.say(one) for one in given]
        plain = {
            "count": "{0}的项数",
            "len": "{0}的字数",
            "today": "今天",
            "round": "四舍五入（{all}）",
            "min": "最小的（{all}）",
            "max": "最大的（{all}）",
        }
        if told == ["填的"] and name in ("len", "count"):
            return "填的字数" if name == "len" else "填的项数"
        words = plain.get(name, f"{name}（{{all}}）")
        return words.format(*told, all="，".join(told)) if told or "{0}" not in words else ast.unparse(node)

    def several(self, node: ast.List | ast.Tuple) -> str:
        return "、".join(self.say(one) for one in node.elts)


_SAID: dict[type[ast.expr], Callable[[_Words, object], str]] = {
    ast.Name: _Words.name,  # type: ignore[dict-item]
    ast.Constant: _Words.constant,  # type: ignore[dict-item]
    ast.BoolOp: _Words.logic,  # type: ignore[dict-item]
    ast.UnaryOp: _Words.sign,  # type: ignore[dict-item]
    ast.Compare: _Words.compare,  # type: ignore[dict-item]
    ast.BinOp: _Words.sum,  # type: ignore[dict-item]
    ast.IfExp: _Words.either,  # type: ignore[dict-item]
    ast.Call: _Words.call,  # type: ignore[dict-item]
    ast.List: _Words.several,  # type: ignore[dict-item]
    ast.Tuple: _Words.several,  # type: ignore[dict-item]
}
