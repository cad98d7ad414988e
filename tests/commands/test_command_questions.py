"""`kexie staff questions`: groups, CSV, YAML draft, marking as done."""

from __future__ import annotations

import csv
from pathlib import Path

import yaml

from bot.store.database import Database
from bot.store.questions import Questions
from tests.commands.command_line import CommandLine

ASKED = (
    ("备案要交什么材料", "unknown", "founding-papers-filing", ""),
    ("请问备案要交哪些材料呢", "rephrased", "founding-conditions", "founding-papers-filing"),
    ("换届大会几年开一次", "unknown", "", ""),
    ("=1+1 谁来批\n- id: 伪造", "wrong", "founding-conditions", ""),
)


def fill(kexie: CommandLine) -> None:
    database = Database(f"sqlite:///{kexie.data / 'kexie.db'}")
    with database.transaction() as connection:
        for text, status, near, chosen in ASKED:
            Questions(connection, database.clock()).queue(text, status, "", near, chosen)
    database.close()


def test_groups_are_shown_and_marked_as_done(kexie: CommandLine) -> None:
    """Alike questions stand together with what was chosen; a group that is done is shown no more."""
    assert "没有这样的问题" in kexie("staff", "questions").out
    fill(kexie)
    said = kexie("staff", "questions").out
    assert "[1] 2 问" in said
    assert "共 3 组，4 问" in said
    assert "founding-papers-filing，1 次" in said
    assert "1 组，2 问" in kexie("staff", "questions", "--done", "1").out
    assert "共 2 组，2 问" in kexie("staff", "questions").out
    assert "共 3 组" in kexie("staff", "questions", "--state", "all").out
    assert "共 1 组，1 问" in kexie("staff", "questions", "--status", "wrong").out
    assert "没有这样的问题" in kexie("staff", "questions", "--since", "2999-01-01").out


def test_the_draft_is_yaml_whatever_was_asked(kexie: CommandLine) -> None:
    """The draft reads back as entries with wordings; what was asked becomes no key; a wrong entry gets no phrasing."""
    fill(kexie)
    found = yaml.safe_load(kexie("staff", "questions", "--yaml").out)
    by_entry = {one["id"]: one["ask"] for one in found}
    assert by_entry["founding-papers-filing"] == [ASKED[0][0], ASKED[1][0]]
    assert set(by_entry) == {"founding-papers-filing", ""}
    assert ASKED[3][0] in by_entry[""]


def test_the_spreadsheet_holds_no_formula(kexie: CommandLine, tmp_path: Path) -> None:
    """What begins like a formula is written as text."""
    fill(kexie)
    assert kexie("staff", "questions", "--export", str(tmp_path / "q.csv")).status == 0
    rows = list(csv.reader((tmp_path / "q.csv").open(encoding="utf-8-sig", newline="")))
    assert len(rows) == 1 + len(ASKED)
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert any(cell.startswith("'=1+1") for row in rows for cell in row)


def test_bad_usage_says_what_to_write(kexie: CommandLine) -> None:
    """A day that is none and a group that is none are told kindly."""
    done = kexie("staff", "questions", "--since", "昨天")
    assert (done.status, "2026-11-01" in done.error) == (2, True)
    done = kexie("staff", "questions", "--done", "7")
    assert (done.status, "组号" in done.error) == (1, True)
