"""All 485 naughty strings (tests/data/README.md) in every text field of every form: through the engine, the store and
every table that staff export, and text they stay. Word files: test_naughty_papers.py."""

from __future__ import annotations

import csv
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.content.forms import Field, Form, everything, flat
from bot.export import EXPORTERS
from bot.export.csv_file import defused, items_file
from bot.filing import pages
from bot.filing.copy import printable
from bot.filing.draft import Draft, Event
from bot.filing.engine import step
from bot.filing.submission import Submission
from bot.filing.types import parse
from bot.store.database import Database
from bot.store.records import Records
from tests.filing.filing_talk import DRAFT_ID, TODAY
from tests.filing.naughty import CONTENT, STRINGS, everywhere, filled, texts
from tests.talk import NOON

FORMS = pytest.mark.parametrize("form", CONTENT.forms.values(), ids=list(CONTENT.forms))
ENGINE_STEPS = 1_500
"""Steps of the engine a form: each string at some fields, each field with many strings, in turn."""


def test_all_of_them_are_here() -> None:
    """The list is whole."""
    assert len(STRINGS) == 485


@FORMS
def test_every_field_takes_or_refuses_every_string_in_words(form: Form) -> None:
    """A field keeps the string as text without controls, or says in Chinese why not; nothing else comes out."""
    for one in (field for field in everything(form.survey) if field.type == "text"):
        for text in STRINGS:
            value, refusal = _parsed(one, text)
            assert all(sign.isprintable() or sign == "\n" for sign in value)
            assert value or any("\u4e00" <= sign <= "\u9fff" for sign in refusal), (one.name, text)


def _parsed(one: Field, text: str) -> tuple[str, str]:
    """(what the field keeps, what it says when it keeps nothing)."""
    try:
        return str(parse(one, text, TODAY).value), ""
    except ValueError as error:
        return "", str(error)


@FORMS
def test_the_engine_goes_on_after_every_string(form: Form) -> None:
    """Whatever is typed at any text question, there is an answer, and the draft can be kept and read back."""
    places = [(one.name, -1) for one in texts(form.survey)]
    places += [(c.name, 0) for one in flat(form.survey) if one.type == "repeat" for c in texts(one.children)]
    if not places:
        pytest.skip("the form has no text question")
    rounds = max(1, min(len(places), ENGINE_STEPS // len(STRINGS)))
    for number, text in enumerate(STRINGS):
        for turn in range(rounds):
            name, item = places[(number + turn * 7) % len(places)]
            draft = Draft(DRAFT_ID, form.form_id, form.version, at=name, item=item)
            done = step(form, draft, Event(text), TODAY)
            assert done.outcome == "elsewhere" or done.replies
            kept = Draft.from_json(json.loads(json.dumps(done.draft.to_json())))
            assert kept == done.draft
            if kept.values.get(name) not in (None, "") and item < 0:
                assert pages.answers(form, kept)


@dataclass(frozen=True)
class Kept:
    """What the store gave back."""

    form: Form
    submissions: list[Submission]


@pytest.fixture(params=CONTENT.forms.values(), ids=list(CONTENT.forms))
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """One submission a string, the string in every text field, written to a real database and read again."""
    form: Form = request.param
    database = Database(f"sqlite:///{tmp_path / 'kexie.db'}", lambda: NOON)
    with database.transaction() as connection:
        records = Records(connection, NOON)
        for number, text in enumerate(STRINGS):
            answers = filled(form, everywhere(text))
            assert records.submit(f"d{number}", f"KX-{number:04d}", "terminal:x", form.form_id, form.version, answers)
    with database.reading() as connection:
        found = Records(connection, NOON).submissions_for(form.form_id)
    database.close()
    stored = sorted(found, key=lambda one: one.receipt)
    return Kept(
        form, [Submission(s.receipt, form.form_id, form.version, s.answers, s.state, s.submitted_at) for s in stored]
    )


def test_store_and_exports_give_back_the_text(kept: Kept, tmp_path: Path) -> None:
    """Stored whole; in xlsx, csv, json and sqlite each string is a text cell of its own, never a formula or a link."""
    form, submissions = kept.form, kept.submissions
    assert [s.values for s in submissions] == [filled(form, everywhere(text)) for text in STRINGS]
    for kind, write in EXPORTERS.items():
        write([form], submissions, tmp_path / f"out.{kind}")
    names = [one.name for one in texts(form.survey)]
    repeats = {one.name: [c.name for c in texts(one.children)] for one in flat(form.survey) if one.type == "repeat"}
    _xlsx(tmp_path / "out.xlsx", names, list(repeats.values()))
    _csv(tmp_path / "out.csv", names)
    for name, children in repeats.items():
        _csv(items_file(tmp_path / "out.csv", name), children)
    whole = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert [one["values"] for one in whole] == [dict(s.values) for s in submissions]
    with sqlite3.connect(tmp_path / "out.sqlite") as database:
        for table, columns in ((form.form_id, names), *((f"{form.form_id}_{r}", c) for r, c in repeats.items())):
            for column in columns:
                rows = database.execute(f'SELECT "{column}" FROM "{table}" ORDER BY receipt').fetchall()
                assert [row[0] for row in rows] == [printable(text) for text in STRINGS]


def _xlsx(path: Path, names: list[str], repeats: list[list[str]]) -> None:
    """Every sheet: no formula, no link, and the strings under their field names, as Excel shows them."""
    book = openpyxl.load_workbook(path)
    for sheet, columns in zip(book.worksheets, (names, *repeats), strict=True):
        rows = list(sheet.iter_rows(min_row=2))
        heads = [cell.value for cell in rows[0]]
        assert {cell.data_type for row in rows[1:] for cell in row} <= {"s", "n", "inlineStr"}
        assert not any(cell.hyperlink for row in rows[1:] for cell in row)
        for name in columns:
            shown = [row[heads.index(name)].value for row in rows[1:]]
            assert [_plain(cell) for cell in shown] == [_plain(printable(text)) for text in STRINGS], name


def _plain(cell: Any) -> str:
    """A cell as text; Excel tells \\r and \\n apart no more than the reader does."""
    return "" if cell is None else str(cell).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "\n")


def _csv(path: Path, names: list[str]) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == len(STRINGS) + 2
    for name in names:
        column = rows[1].index(name)
        cells = [row[column] for row in rows[2:]]
        assert cells == [defused(text) for text in STRINGS], name
        assert not any(cell.lstrip()[:1] in tuple("=+-@") for cell in cells if cell.strip())
