"""Exports: nothing lost, nothing shifted, nothing executed."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bot.content.forms import Choice, Field, Form
from bot.export import EXPORTERS
from bot.filing.submission import Submission

KIND = Field("select_one", "kind", "类型", choices=(Choice("s", "国有企业"), Choice("p", "民营企业")))
TOPICS = Field("select_multiple", "topics", "专题", choices=(Choice("k", "科普"), Choice("g", "攻关")))
FORM = Form(
    "small",
    "1",
    "小表",
    "测试",
    "不保存",
    (Field("text", "name", "单位"), KIND, TOPICS, Field("integer", "people", "人数"), Field("file", "paper", "材料")),
)
NAUGHTY = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1",
    "\n=1",
    " =1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example","点")',
    "http://x.example",
    "0012",
    "1e5",
    "\u200b=1",
    "\u202e反",
    "a\x00b",
    "a\x0bc",
    "\ud83d",
    "长" * 5000,
    '引"号,逗号\n换行',
    "<script>alert(1)</script>",
    "{{7*7}}",
    "_x0041_",
    "\ufffe",
    "\u00a0=1",
)


def submission(number: int = 0, version: str = "1", **values: Any) -> Submission:
    return Submission(f"KX-2611-TEST{number}", "small", version, values, "received", "2026-11-21T08:00:00+00:00")


def xlsx(path: Path) -> list[list[object]]:
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("kind", sorted(EXPORTERS))
def test_every_exporter_takes_no_submission_and_naughty_ones(kind: str, tmp_path: Path) -> None:
    """No text breaks an export."""
    for found in ([], [submission(n, name=text) for n, text in enumerate(NAUGHTY)]):
        EXPORTERS[kind]([FORM], found, tmp_path / f"out.{kind}")
        assert (tmp_path / f"out.{kind}").stat().st_size > 0


def test_no_cell_of_a_spreadsheet_is_a_formula_or_a_link(tmp_path: Path) -> None:
    """Every cell is a string, as it was typed."""
    EXPORTERS["xlsx"]([FORM], [submission(n, name=text) for n, text in enumerate(NAUGHTY)], tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows())[2:]
    assert len(rows) == len(NAUGHTY)
    for row, text in zip(rows, NAUGHTY, strict=True):
        cell = row[4]
        assert cell.data_type == "s"
        assert cell.hyperlink is None
        if text.isprintable() and "_x" not in text and "\ud83d" not in text:
            assert cell.value == text


def test_no_cell_of_a_csv_begins_like_a_formula(tmp_path: Path) -> None:
    """An apostrophe stands before anything that a spreadsheet program could run, and the text behind it is whole."""
    EXPORTERS["csv"]([FORM], [submission(n, name=text) for n, text in enumerate(NAUGHTY)], tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    cells = [row[4] for row in read_csv(tmp_path / "out.csv")[2:]]
    assert len(cells) == len(NAUGHTY)
    for cell, text in zip(cells, NAUGHTY, strict=True):
        assert cell.strip(" \t\r\n\u200b\u00a0\ufeff")[:1] not in tuple("=+-@＝＋－＠")
        if "\x00" not in text and "\ud83d" not in text:
            assert cell.removeprefix("'") == text


def test_columns_are_the_union_over_versions(tmp_path: Path) -> None:
    """A question or choice that a later version drops keeps its column and its value."""
    later = replace(
        FORM, version="2", survey=(*FORM.survey[:1], replace(KIND, choices=KIND.choices[:1]), *FORM.survey[3:])
    )
    found = [submission(0, name="甲", kind="p", topics=["k", "g"], old="旧"), submission(1, "2", name="乙", people=3)]
    EXPORTERS["csv"]([FORM, later], found, tmp_path / "out.csv")
    labels, names, first, second = read_csv(tmp_path / "out.csv")
    assert names[:4] == ["receipt", "submitted_at", "state", "form_version"]
    assert labels[:4] == ["回执号", "提交时间", "状态", "表单版本"]
    assert {"name", "kind", "topics", "people", "paper", "old"} <= set(names)
    assert len(set(names)) == len(names)
    one = dict(zip(names, first, strict=True))
    assert one["topics"] == "科普、攻关"
    assert one["kind"] in ("民营企业", "p")
    assert one["old"] == "旧"
    assert dict(zip(names, second, strict=True))["people"] == "3"


def test_a_removed_choice_keeps_its_label(tmp_path: Path) -> None:
    """The label comes from the version that still had the choice."""
    later = replace(FORM, version="2", survey=(FORM.survey[0], replace(KIND, choices=KIND.choices[:1])))
    EXPORTERS["csv"]([FORM, later], [submission(0, kind="p")], tmp_path / "out.csv")
    assert "民营企业" in read_csv(tmp_path / "out.csv")[2]


def test_columns_do_not_move_with_the_submissions(tmp_path: Path) -> None:
    """An export of other rows has the same columns at the same places."""
    for name, found in (("a", [submission(0, people=1)]), ("b", [submission(1, name="乙"), submission(2, kind="s")])):
        EXPORTERS["csv"]([FORM], found, tmp_path / f"{name}.csv")
    assert read_csv(tmp_path / "a.csv")[1] == read_csv(tmp_path / "b.csv")[1]


def test_files_are_exported_by_name(tmp_path: Path) -> None:
    """Neither path nor braces: the names, joined."""
    files = [{"name": n, "path": "x/y", "size": 1, "media_type": "application/pdf"} for n in ("a.pdf", "b.pdf")]
    EXPORTERS["xlsx"]([FORM], [submission(0, paper=files)], tmp_path / "out.xlsx")
    assert "a.pdf、b.pdf" in xlsx(tmp_path / "out.xlsx")[2]


def test_json_keeps_every_answer_whole(tmp_path: Path) -> None:
    """Values keep their types and their whole length."""
    values: dict[str, Any] = {"name": "长" * 40_000, "topics": ["k"], "people": 3}
    EXPORTERS["json"]([FORM], [submission(0, **values)], tmp_path / "out.json")
    (one,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert one["values"] == values
    assert one["form_version"] == "1"


def test_a_cell_longer_than_excel_allows_is_cut_and_says_so(tmp_path: Path) -> None:
    """Excel holds 32,767 characters a cell."""
    EXPORTERS["xlsx"]([FORM], [submission(0, name="长" * 40_000)], tmp_path / "out.xlsx")
    cell = str(xlsx(tmp_path / "out.xlsx")[2][4])
    assert len(cell) <= 32_767
    assert "40000" in cell[-40:]
