"""All 485 naughty strings in every text field of every form, written into Word: the receipt copy and the form's papers.

A Word file for each string in each field would be 200,000 files. Instead every field of one file holds all the strings, one
a line, each field beginning with another one; in lists 49 items hold ten strings each. A few files more have one string
alone in each field: every string is alone somewhere, but not everywhere. Where choices decide which questions are asked,
there is such a file for each way, so that no text field is left out. Two of the files go through LibreOffice, where it is
installed. A minute in all."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import qn

from bot.content.forms import Field, Form, everything, flat
from bot.filing.copy import printable, write_copy
from bot.filing.papers import given, offered, render
from bot.filing.scope import asked
from bot.filing.submission import Submission
from tests.filing.naughty import CONTENT, STRINGS, Fill, answers, asked_texts, texts, ways
from tests.talk import NOON

FORMS = [form for form in CONTENT.forms.values() if any(one.type == "text" for one in everything(form.survey))]
MANY = len(STRINGS)
TEN = 10
ITEMS = -(-MANY // TEN)
"""Items of a list, with ten strings in each text of an item."""
TEXTS = [(form.form_id, one.name) for form in FORMS for one in everything(form.survey) if one.type == "text"]
PLACES = {place: number for number, place in enumerate(dict.fromkeys(TEXTS))}
"""(form, field) -> its number among the text fields of all forms: which string it begins with."""


def crowd(form: Form) -> Fill:
    """All strings, one a line, each field beginning with another one; in the items of a list ten each."""
    whole = {one.name for one in texts(form.survey)}

    def value(one: Field, item: int) -> str:
        first = PLACES[form.form_id, one.name] % MANY
        turned = [*STRINGS[first:], *STRINGS[:first]]
        return "\n".join(turned if one.name in whole else turned[item * TEN : item * TEN + TEN])

    return value


def alone(form: Form, turn: int) -> Fill:
    """One string in each field; over three turns every string stands alone in some field of some form."""
    return lambda one, item: STRINGS[(PLACES[form.form_id, one.name] + turn * len(PLACES) + item) % MANY]


TURNS = range(-(-MANY // len(PLACES)))
"""How often each field gets another string, so that all of them are used."""


def shape(text: str) -> str:
    """A string as Word holds it: without controls, one kind of line end."""
    return printable(text.replace("\r\n", "\n").replace("\r", "\n"))


def cells(path: Path) -> list[list[list[str]]]:
    """Text of every table: rows of cells."""
    tables = _body(path).iter(qn("w:tbl"))
    return [[[_text(cell) for cell in row.iter(qn("w:tc"))] for row in table.iter(qn("w:tr"))] for table in tables]


def _body(path: Path) -> Any:
    with zipfile.ZipFile(path) as package:
        assert package.testzip() is None
        return parse_xml(package.read("word/document.xml"))


def _text(element: Any) -> str:
    signs = {qn("w:br"): "\n", qn("w:tab"): "\t"}
    pieces = element.iter(qn("w:t"), qn("w:br"), qn("w:tab"))
    return "".join(signs.get(piece.tag, piece.text or "") for piece in pieces if piece.getparent().tag != qn("w:tabs"))


def copied(form: Form, kept: dict[str, Any], target: Path) -> Path:
    """The receipt copy of these answers."""
    submission = Submission("KX-0001", form.form_id, form.version, kept, "received", NOON.isoformat())
    write_copy(CONTENT.papers.templates["receipt.docx"], form, submission, target)
    return target


def held_by_copy(form: Form, kept: dict[str, Any], path: Path) -> None:
    """Each answer is the whole text of its cell; of a list each column holds the items, one below the other."""
    rows = [one for one in asked(form, kept) if one.name in kept]
    lists = [one for one in rows if one.type == "repeat"]
    tables = cells(path)
    shown = {row[-1] for table in tables[: len(tables) - len(lists)] for row in table}
    lost = [one.name for one in rows if one.type == "text" and shape(kept[one.name]) not in shown]
    assert lost == []
    for one, table in zip(lists, tables[len(tables) - len(lists) :], strict=True):
        columns = [list(column) for column in zip(*table[1:], strict=True)]
        for child in texts(one.children):
            column = [shape(item.get(child.name, "")) for item in kept[one.name]]
            assert column in columns or not any(column), child.name  # what nobody answered takes no column


@pytest.mark.parametrize("form", FORMS, ids=[form.form_id for form in FORMS])
def test_copy_and_papers_hold_every_string_in_every_field(form: Form, tmp_path: Path) -> None:
    """The copy holds each answer in a cell of its own; a paper holds the strings wherever it holds an ordinary answer."""
    opened: set[str] = set()
    for way in ways(form):
        kept = answers(form, way, crowd(form), ITEMS)
        opened |= asked_texts(kept)
        held_by_copy(form, kept, copied(form, kept, tmp_path / "copy.docx"))
        papers_hold(form, way, kept, tmp_path)
    assert {one.name for one in everything(form.survey) if one.type == "text"} <= opened


def papers_hold(form: Form, way: dict[str, Any], kept: dict[str, Any], folder: Path) -> None:
    """Every paper of the form holds the strings wherever it holds an ordinary answer."""
    marks = answers(form, way, lambda one, item: f"［{one.name}］")
    for paper in offered(form, kept):
        template = CONTENT.papers.templates[paper.template]
        render(template, given(form, marks), folder / "plain.docx")
        render(template, given(form, kept), folder / paper.template)
        plain, found = _text(_body(folder / "plain.docx")), _text(_body(folder / paper.template))
        for one in (field for field in texts(form.survey) if f"［{field.name}］" in plain):
            assert shape(kept[one.name]) in found, (paper.template, one.name)
        for row in (field for field in flat(form.survey) if field.type == "repeat" and field.name in kept):
            for child in (field for field in texts(row.children) if f"［{field.name}］" in plain):
                lost = [i[child.name] for i in kept[row.name] if shape(i.get(child.name, "")) not in found]
                assert lost == [], (paper.template, child.name)


@pytest.mark.parametrize("form", FORMS, ids=[form.form_id for form in FORMS])
def test_a_string_alone_in_a_field_stays_as_it_is(form: Form, tmp_path: Path) -> None:
    """Nothing before it and nothing after it: blanks at its ends and signs at its beginning stay."""
    for turn in TURNS:
        for way in ways(form):
            kept = answers(form, way, alone(form, turn))
            held_by_copy(form, kept, copied(form, kept, tmp_path / "copy.docx"))
            for paper in offered(form, kept):
                render(CONTENT.papers.templates[paper.template], given(form, kept), tmp_path / paper.template)
                assert _text(_body(tmp_path / paper.template))


def test_every_string_stands_alone_somewhere() -> None:
    """The turns are enough for all of them."""
    fields = [(form, one) for form in FORMS for one in everything(form.survey) if one.type == "text"]
    assert {alone(form, turn)(one, 0) for turn in TURNS for form, one in fields} == set(STRINGS)


@pytest.mark.skipif(not shutil.which("soffice"), reason="没有装 LibreOffice")
def test_libreoffice_reads_such_a_file(tmp_path: Path) -> None:
    """A copy and a paper full of naughty strings become text again, none of them run."""
    form = next(one for one in FORMS if one.form_id == "founding_application")
    way = ways(form)[0]
    kept = answers(form, way, crowd(form), ITEMS)
    paths = [copied(form, kept, tmp_path / "copy.docx")]
    for paper in offered(form, kept)[:1]:
        render(CONTENT.papers.templates[paper.template], given(form, kept), tmp_path / paper.template)
        paths.append(tmp_path / paper.template)
    office = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path / 'profile'}",
        "--headless",
        "--convert-to",
        "txt:Text",
    ]
    subprocess.run([*office, "--outdir", str(tmp_path), *map(str, paths)], check=True, capture_output=True, timeout=120)
    for path in paths:
        read = path.with_suffix(".txt").read_text("utf-8-sig")
        for text in ("1;DROP TABLE users", "<script>alert(123)</script>", "$HOME", "田中さんにあげて下さい"):
            assert text in STRINGS
            assert text in read
