"""Word templates (forms/templates/*.docx): the language they are written in, and what each of them names.

A template is a Word file with `{{ field }}`, `{%p if %}` and `{%tr for %}` in it (docxtpl); see forms/templates/README.md.
Here stand the filters and the blank that templates may use, and the lint; bot/filing/papers.py does the writing.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.runtime import Undefined
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree

from bot.content.forms import Field, Form
from bot.content.problems import Problems, near

BLANK = "\ufdd0"
"""Stands for a marked blank until the paper is finished. A noncharacter: it is in nobody's text."""
SHORT_BLANK = "\ufdd1"
"""The same in a table cell, where there is less room."""


class NotWord(ValueError):
    """The file is no Word file; the text says so for a clerk."""


class Blank(Undefined):
    """A missing answer: printed as a blank, empty in loops, false in conditions, and never an error."""

    __slots__ = ()
    short = False

    def __str__(self) -> str:
        return SHORT_BLANK if self.short else BLANK

    def __getattr__(self, name: str) -> Any:
        if name[:2] == "__":
            raise AttributeError(name)
        return type(self)(name=self._undefined_name)

    def __getitem__(self, name: Any) -> Any:
        return type(self)(name=self._undefined_name)

    def __call__(self, *given: Any, **named: Any) -> Any:
        return self

    def _itself(self, *others: Any) -> Any:
        return self

    def _no(self, other: Any) -> bool:
        return False

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _itself
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __pow__ = __rpow__ = __pos__ = __neg__ = _itself
    __lt__ = __le__ = __gt__ = __ge__ = _no  # type: ignore[assignment]


class ShortBlank(Blank):
    """The blank of a table cell, and a whole row of such."""

    __slots__ = ()
    short = True


_DIGITS = "零一二三四五六七八九"


def chinese(value: Any, two: str = "二") -> Any:
    """5 -> 五, 21 -> 二十一; anything but a whole number up to 99 as it is."""
    text = str(value)
    if isinstance(value, Undefined) or not re.fullmatch(r"[0-9]{1,2}", text):
        return value
    number = int(text)
    if number == 2:
        return two
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (
        _DIGITS[ones] if ones or not tens else ""
    )


def rows(items: Any, least: int = 1) -> list[Any]:
    """The items of a repeat; when there are none, `least` empty rows to be written in by hand."""
    found = list(items) if not isinstance(items, Undefined) else []
    return found or [ShortBlank(name=getattr(items, "_undefined_name", None)) for _ in range(min(least, 50))]


def _choosing(wanted: bool) -> Callable[..., Any]:
    def choose(items: Any, key: str, *values: str) -> Any:
        return items if isinstance(items, Undefined) else [one for one in items if (one[key] in values) is wanted]

    return choose


FILTERS: dict[str, Callable[..., Any]] = {
    "cn": chinese,
    "cn_count": lambda value: chinese(value, "两"),
    "rows": rows,
    "only": _choosing(True),
    "without": _choosing(False),
}
"""What may stand after `|` besides Jinja's own filters; see the README of the templates."""


def articles() -> Callable[[], str]:
    """A counter for one paper: 第一条, 第二条, … An article that is left out leaves no gap."""
    number = 0

    def article() -> str:
        nonlocal number
        number += 1
        return f"第{chinese(number)}条"

    return article


def environment(finalize: Callable[[Any], Any] | None = None) -> Environment:
    """The sandbox in which templates run. `finalize` makes the text of every value that is printed."""
    made = SandboxedEnvironment(autoescape=True, undefined=Blank, finalize=finalize)
    made.filters.update(FILTERS)
    made.globals = {"article": articles(), "blank": Blank(name=""), "gap": ShortBlank(name="")}
    return made


@dataclass(frozen=True)
class Uses:
    """What a template names."""

    names: frozenset[str]
    """Answers and calculations it needs."""
    optional: frozenset[str]
    """Those it can do without: it tests them with `is defined` or gives a default."""
    children: Mapping[str, frozenset[str]]
    """Repeat -> names of its children that are needed."""

    def as_data(self) -> dict[str, Any]:
        """JSON-ready."""
        children = {name: sorted(inner) for name, inner in self.children.items()}
        return {"names": sorted(self.names), "optional": sorted(self.optional), "children": children}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Uses:
        """What `as_data` made."""
        children = {name: frozenset(inner) for name, inner in data["children"].items()}
        return cls(frozenset(data["names"]), frozenset(data["optional"]), children)


def read_template(data: bytes) -> Uses:
    """What the Word file `data` names. Raises NotWord, or ValueError whose text says what is wrong for a clerk."""
    language = environment()
    source = TAG.sub(_plain_tag, words(data))
    try:
        tree = language.parse(source)
        language.compile(tree)  # an unknown filter shows only now
    except TemplateSyntaxError as error:
        lines = source.splitlines() or [""]
        line = lines[min(error.lineno, len(lines)) - 1].strip()[:40]
        raise ValueError(f"花括号里的写法读不懂：「{line}」（{error.message}）") from error
    tree = language.parse(source)  # compiling has worked on the first one
    found = _Names()
    found.read(tree, find_undeclared_variables(tree) - set(language.globals))
    optional = frozenset(found.optional)
    children = {name: frozenset(inner) for name, inner in found.children.items()}
    return Uses(frozenset(found.names) - optional, optional, children)


def words(data: bytes) -> str:
    """All text of a Word file, body first, then headers and footers: one paragraph a line. Raises NotWord."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [name for name in sorted(archive.namelist()) if _TEXT_PART.fullmatch(name)]
            if "word/document.xml" not in parts:
                raise ValueError("no body")
            trees = [etree.fromstring(archive.read(name), _PARSER) for name in parts]
    except (zipfile.BadZipFile, etree.XMLSyntaxError, ValueError, OSError, NotImplementedError, RuntimeError) as error:
        raise NotWord("这不是 Word 的 .docx 文件，或者文件坏了") from error
    paragraphs = [paragraph for tree in trees for paragraph in tree.iter(f"{_W}p")]
    return "\n".join("".join(piece.text or "" for piece in paragraph.iter(f"{_W}t")) for paragraph in paragraphs)


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT_PART = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes)\.xml")
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
"""One tag of a template."""


def _plain_tag(hit: re.Match[str]) -> str:
    """A docxtpl tag as Jinja knows it: no `p`, `tr`, `tc` or `r` before it, straight quotes."""
    tag = re.sub(r"^(\{[%{])(?:p|tr|tc|r)\s", r"\1 ", hit[0])
    return re.sub("[\u201c\u201d]", '"', re.sub("[\u2018\u2019]", "'", tag))


class _Names:
    """Gathers names from parsed parts."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.optional: set[str] = set()
        self.children: dict[str, set[str]] = {}

    def read(self, tree: nodes.Template, undeclared: set[str]) -> None:
        """Take in one part; `undeclared`: names that it does not set itself."""
        self.names |= undeclared
        for node in _guarded(tree):
            if isinstance(node, nodes.Name) and node.name in undeclared:
                self.optional.add(node.name)
        for loop in tree.find_all(nodes.For):
            name = _origin(loop.iter)
            if name and isinstance(loop.target, nodes.Name):
                inner = self.children.setdefault(name, set())
                spared = {node.attr for node in _guarded(loop) if isinstance(node, nodes.Getattr)}
                inner |= {
                    node.attr
                    for node in loop.find_all(nodes.Getattr)
                    if isinstance(node.node, nodes.Name) and node.node.name == loop.target.name
                } - spared


def _guarded(tree: nodes.Node) -> Iterator[nodes.Node]:
    """What is tested with `is defined` or has a default."""
    for test in tree.find_all(nodes.Test):
        if test.name in ("defined", "undefined"):
            yield test.node
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name in ("default", "d") and filtered.node is not None:
            yield filtered.node


def _origin(node: nodes.Node | None) -> str:
    """Name of the repeat that a loop runs over, filters left aside."""
    while isinstance(node, nodes.Filter):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else ""


def check_uses(uses: Uses, form: Form, place: str, problems: Problems) -> None:
    """Note every name of the template that the form cannot fill (TEMPLATE_003, TEMPLATE_004)."""
    fields = {field.name: field for field in _askable(form.survey)}
    for name in sorted(uses.names - set(fields)):
        fault = f"材料里的 '{name}'，这张表没有{near(name, fields)}"
        problems.add(place, fault, "改成表里的字段名；可有可无的，放在 is defined 后面", "TEMPLATE_003")
    for name, inner in uses.children.items():
        known = {child.name for child in _askable(fields[name].children)} if name in fields else inner
        for child in sorted(set(inner) - set(known)):
            fault = f"材料里的 '{name}' 每一行要 '{child}'，这张表没有{near(child, known)}"
            problems.add(place, fault, "在 children 里补上，或改材料里的名字", "TEMPLATE_004")


def _askable(survey: tuple[Field, ...]) -> Iterator[Field]:
    """Rows that hold a value, groups opened up; the children of a repeat belong to it."""
    for field in survey:
        if field.type == "group":
            yield from _askable(field.children)
        elif field.type != "note":
            yield field
