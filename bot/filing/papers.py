"""Papers: a Word template and answers -> a Word file to print and seal.

What people wrote goes in as text and nothing else: it is escaped, loses the characters that XML cannot hold, and never
passes through the template language. What is missing stands as a marked blank; nothing is made up.
"""

from __future__ import annotations

import copy
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as DocumentObject
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.oxml.text.run import CT_R
from docx.text.run import Run
from docxtpl import DocxTemplate
from jinja2.runtime import Undefined
from markupsafe import Markup, escape

from bot.content.forms import Document as PaperOfForm
from bot.content.forms import Field, Form, flat
from bot.content.templates import BLANK, SHORT_BLANK, environment
from bot.filing.scope import evaluate, has_value, visible
from bot.filing.types import show
from bot.messages import Button

LINES = {BLANK: "＿＿＿＿", SHORT_BLANK: "＿＿"}
"""How blanks are printed, on yellow ground."""
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufdd0\ufdd1\ufffe\uffff]")
_BLANKS = re.compile(f"([{BLANK}{SHORT_BLANK}])")
LONGEST = 20_000
"""Characters of one answer that are printed: a paper is to be read."""


@dataclass(frozen=True)
class Written:
    """What came of writing a paper."""

    blanks: int
    """Places left blank and marked."""
    missing: tuple[str, ...]
    """Names of the answers that are missing there, in the order of the paper."""


class Answer:
    """An answer as templates see it: printed as people read it, compared as it is stored (`party == 'yes'`)."""

    __slots__ = ("_raw", "_shown")

    def __init__(self, raw: Any, shown: str) -> None:
        self._raw, self._shown = raw, shown

    def __str__(self) -> str:
        return self._shown

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return bool(self._raw == (other._raw if isinstance(other, Answer) else other))

    def __hash__(self) -> int:
        return hash(str(self._raw))

    def __lt__(self, other: Any) -> bool:
        return _ordered(self._raw, other) and bool(self._raw < other)

    def __le__(self, other: Any) -> bool:
        return _ordered(self._raw, other) and bool(self._raw <= other)

    def __gt__(self, other: Any) -> bool:
        return _ordered(self._raw, other) and bool(self._raw > other)

    def __ge__(self, other: Any) -> bool:
        return _ordered(self._raw, other) and bool(self._raw >= other)

    def __contains__(self, name: object) -> bool:
        return name in self._raw if isinstance(self._raw, list) else bool(name == self._raw)


def _ordered(one: Any, other: Any) -> bool:
    """Whether two values can be put in order: a number is neither more nor less than a word."""
    numbers = isinstance(one, (int, float)) and isinstance(other, (int, float))
    return numbers or (isinstance(one, str) and isinstance(other, str))


class Row:
    """One item of a repeat. Only items, no attributes: a child may be called `title` or `items`."""

    __slots__ = ("_cells",)

    def __init__(self, cells: Mapping[str, Any]) -> None:
        self._cells = cells

    def __getitem__(self, name: str) -> Any:
        return self._cells[name]


def given(form: Form, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a template may name: the answers by field name. Empty ones have no key."""
    return _values(form.survey, answers)


def _values(survey: Iterable[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in survey:
        if field.type == "group":
            found |= _values(field.children, answers)
        elif field.type != "note" and has_value(value := answers.get(field.name)):
            found[field.name] = _rows(field, value) if field.type == "repeat" else Answer(value, _shown(field, value))
    return found


def _rows(field: Field, items: Any) -> list[Row]:
    return [Row(_values(field.children, item)) for item in items if isinstance(item, Mapping)]


def _shown(field: Field, value: Any) -> str:
    if field.type == "date":
        day = date.fromisoformat(str(value))
        return f"{day.year}年{day.month}月{day.day}日"
    if isinstance(value, float):
        return f"{value:g}"
    return show(field, value)


def printable(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)


def render(template: bytes, values: Mapping[str, Any], target: Path) -> Written:
    """Write the paper to `target`. `values`: what `given` made, or plain texts by name."""
    missing: dict[str, None] = {}

    def finalize(value: Any) -> Markup:
        if isinstance(value, Undefined):
            if value._undefined_name:
                missing[value._undefined_name] = None
            return Markup(str(value))
        # Braces as character references: docxtpl has signs of its own ({_{) that it looks for in the finished text.
        text = escape(printable(str(value).replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST])
        return Markup(str(text).replace("{", "&#123;").replace("}", "&#125;"))

    paper = DocxTemplate(io.BytesIO(template))
    paper.render(dict(values), environment(finalize))
    filled = io.BytesIO()
    paper.save(filled)
    document = Document(filled)
    blanks = sum(_mark(root) for root in _roots(document))
    target.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(target))
    return Written(blanks, tuple(missing))


def _roots(document: DocumentObject) -> list[Any]:
    parts = [part for section in document.sections for part in (section.header, section.footer)]
    return [document.element, *(part._element for part in parts if not part.is_linked_to_previous)]


def _mark(root: Any) -> int:
    """Turn every blank into a run of its own with a yellow ground. Returns how many there were."""
    found = 0
    for run in list(root.iter(qn("w:r"))):
        if any(_BLANKS.search(text.text or "") for text in run.iter(qn("w:t"))):
            found += _split(run)
    return found


def _split(run: CT_R) -> int:
    """Cut a run at its blanks."""
    found = 0
    head = run.rPr
    for child in list(run):
        if child is head:
            continue
        pieces = _BLANKS.split(child.text or "") if child.tag == qn("w:t") else [None]
        for piece in pieces:
            if piece == "":
                continue
            made: Any = run.makeelement(run.tag, {})
            if head is not None:
                made.append(copy.deepcopy(head))
            run.addprevious(made)
            if piece is None:
                made.append(child)
            else:
                made.text = LINES.get(piece, piece)
            if piece in LINES:
                Run(made, None).font.highlight_color = WD_COLOR_INDEX.YELLOW  # type: ignore[arg-type]
                found += 1
    run.getparent().remove(run)
    return found


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def labels_of(form: Form, names: Iterable[str]) -> list[str]:
    """Labels of these fields; a name that is no question of the form is left out."""
    known = {field.name: field.label for field in flat(form.survey) if field.label}
    return [known[name] for name in names if name in known]


def filled_name(form: Form, name: str, answers: Mapping[str, Any]) -> str:
    """A file name with `${field}` filled in, and without what file names cannot hold; at most 60 characters."""
    values = given(form, answers)
    filled = re.sub(r"\$\{(\w+)\}", lambda hit: str(values.get(hit[1], "")), name)
    return re.sub(r'[\\/:*?"<>|\s\x00-\x1f]+', "", printable(filled)).strip("-—_.")[:60]


def offered(form: Form, values: Mapping[str, Any]) -> list[PaperOfForm]:
    """The papers of the form that make sense with these answers."""
    shown = visible(form, values)
    return [one for one in form.documents if not one.relevant or evaluate(form, one.relevant, shown)]


def buttons(form: Form, values: Mapping[str, Any], key: str) -> tuple[tuple[Button, ...], ...]:
    """A button for each paper, two a row. `key`: `d:` and the end of the draft's id, or `r:` and a receipt number."""
    made = [Button(one.label[:20], f"p:{one.template.rpartition('.')[0]}:{key}") for one in offered(form, values)]
    return tuple(tuple(made[i : i + 2]) for i in range(0, len(made), 2))
