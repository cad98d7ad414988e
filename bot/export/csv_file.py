"""CSV that opens rightly in Excel and holds no formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from bot.content.forms import Form
from bot.export.table import columns, row
from bot.filing.submission import Submission

_DANGEROUS = "=+-@\t\r\n ＝＋－＠|%"
"""First characters with which spreadsheet programs start a formula, or pass over on the way to one."""


def write_csv(forms: Sequence[Form], submissions: Sequence[Submission], target: Path) -> None:
    """Headings, field names, then one row a submission; UTF-8 with a mark, so that Excel reads Chinese."""
    heads = columns(forms, submissions)
    with target.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow([column.label for column in heads])
        writer.writerow([column.name for column in heads])
        for submission in submissions:
            writer.writerow([defused(value) for value in row(heads, submission)])


def write_rows(heads: Sequence[str], rows: Iterable[Sequence[str]], target: Path) -> None:
    """Headings and rows of text, under the same precautions."""
    with target.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        writer.writerows([defused(value) for value in row] for row in rows)


def defused(value: str) -> str:
    """The cell with an apostrophe before anything that a spreadsheet program could take for a formula."""
    value = value.replace("\0", "")
    # Programs pass over blanks and invisible characters on the way to a sign, so these are passed over here too.
    seen = next((c for c in value if c.isprintable() and not c.isspace()), "")
    if (seen and seen in "=+-@＝＋－＠") or value[:1] in tuple(_DANGEROUS):
        return "'" + value
    return value
