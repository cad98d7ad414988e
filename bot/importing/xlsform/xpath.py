"""The XPath that XLSForms are written in -> a small tree. Paths, axes and predicates are not taken."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_TOKENS = 400
MAX_DEPTH = 30


class Untranslatable(ValueError):
    """An expression that ours cannot say; the text tells why, in Chinese."""


@dataclass(frozen=True)
class Ref:
    """`${name}`."""

    name: str


@dataclass(frozen=True)
class Dot:
    """`.`: the answer itself."""


@dataclass(frozen=True)
class Number:
    """A number as it was written."""

    text: str


@dataclass(frozen=True)
class Text:
    """A text in quotation marks."""

    value: str


@dataclass(frozen=True)
class Bare:
    """A word without `${}`: a column of the choices."""

    name: str


@dataclass(frozen=True)
class Call:
    """A function over its arguments."""

    name: str
    given: tuple[Node, ...]


@dataclass(frozen=True)
class Binary:
    """Two sides of an operator: or and = != < <= > >= + - * div mod."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Minus:
    """A sign before something."""

    inner: Node


Node = Ref | Dot | Number | Text | Bare | Call | Binary | Minus

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<ref>\$\{\s*[^{}]+?\s*\})|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<text>'[^']*'|"[^"]*")
    |(?P<name>[^\W\d][\w:.-]*)|(?P<sign><=|>=|!=|[=<>+\-*(),])|(?P<dot>\.(?![./]))
    )""",
    re.VERBOSE,
)
_LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))
"""Operators, the loosest first."""
_QUOTES = str.maketrans("‘’“”", "''\"\"")


def parse_xpath(text: str) -> Node:
    """The tree of an expression. Raises Untranslatable."""
    tokens = _tokens(text.translate(_QUOTES))
    if not tokens:
        raise Untranslatable("算式是空的")
    parser = _Parser(tokens)
    found = parser.level(0, 0)
    if parser.here()[1]:
        raise Untranslatable(f"看不懂「{parser.here()[1]}」")
    return found


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    place = 0
    while text[place:].strip():
        hit = _TOKEN.match(text, place)
        if hit is None:
            rest = text[place:].strip()
            raise Untranslatable(f"不支持「{rest[:12]}」这种写法")
        found.append((str(hit.lastgroup), hit[0].strip()))
        place = hit.end()
        if len(found) > MAX_TOKENS:
            raise Untranslatable("算式太长")
    return found


class _Parser:
    """Takes the tokens from left to right."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def here(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def take(self) -> tuple[str, str]:
        self.at += 1
        return self.tokens[self.at - 1] if self.at <= len(self.tokens) else ("", "")

    def want(self, sign: str) -> None:
        if self.take()[1] != sign:
            raise Untranslatable(f"少了「{sign}」")

    def level(self, level: int, depth: int) -> Node:
        """An expression whose operators bind at least as tightly as `level`."""
        if depth > MAX_DEPTH:
            raise Untranslatable("算式套得太深")
        if level == len(_LEVELS):
            return self.one(depth)
        left = self.level(level + 1, depth)
        while self.here()[0] in ("sign", "name") and self.here()[1] in _LEVELS[level]:
            sign = self.take()[1]
            left = Binary(sign, left, self.level(level + 1, depth))
        return left

    def one(self, depth: int) -> Node:
        """What stands on one side of an operator."""
        kind, text = self.take()
        if kind == "ref":
            return Ref(text[2:-1].strip().removeprefix("last-saved#"))
        if kind == "dot":
            return Dot()
        if kind == "number":
            return Number(text)
        if kind == "text":
            return Text(text[1:-1])
        if text == "-":
            return Minus(self.one(depth + 1))
        if text == "(":
            inner = self.level(0, depth + 1)
            self.want(")")
            return inner
        if kind == "name" and self.here()[1] == "(":
            return Call(text, self.arguments(depth))
        if kind == "name":
            return Bare(text)
        raise Untranslatable(f"看不懂「{text}」" if text else "算式没写完")

    def arguments(self, depth: int) -> tuple[Node, ...]:
        self.take()
        found: list[Node] = []
        while self.here()[1] != ")":
            found.append(self.level(0, depth + 1))
            if self.here()[1] == ",":
                self.take()
            elif self.here()[1] != ")":
                raise Untranslatable("少了右括号")
        self.take()
        return tuple(found)
