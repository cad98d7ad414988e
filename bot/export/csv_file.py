"""CSV that opens rightly in Excel and holds no formula."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from bot.content.forms import Form
from bot.export.table import Column, columns, item_tables, row
from bot.filing.submission import Submission

_DANGEROUS = "=+-@\t\r\n ＝＋－＠|%"
"""First characters with which spreadsheet programs start a formula, or pass over on the way to one."""


def write_csv(forms: Sequence[Form], submissions: Sequence[Submission], target: Path) -> None:
    """Headings, field names, then one row a submission; UTF-8 with a mark, so that Excel reads Chinese. The
    items of a repeat are in a file of their own beside it, one row an item: `NAME-REPEAT.csv`."""
    heads = columns(forms, submissions)
    _write(heads, [row(heads, submission) for submission in submissions], target)
    for table in item_tables(forms, submissions):
        _write(table.columns, table.rows, items_file(target, table.name))


def items_file(target: Path, name: str) -> Path:
    """The file beside `target` with the items of the repeat of that name."""
    return target.with_name(f"{target.stem}-{name}{target.suffix}")


def _write(heads: Sequence[Column], rows: Sequence[Sequence[str]], target: Path) -> None:
    with target.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
        writer = csv.writer(file)
        writer.writerow([column.label for column in heads])
        writer.writerow([column.name for column in heads])
        for cells in rows:
            writer.writerow([defused(value) for value in cells])


def defused(value: str) -> str:
    """The cell with an apostrophe before anything that a spreadsheet program could take for a formula."""
    value = value.replace("\0", "")
    # Programs pass over blanks and invisible characters on the way to a sign, so these are passed over here too.
    seen = next((c for c in value if c.isprintable() and not c.isspace()), "")
    if (seen and seen in "=+-@＝＋－＠") or value[:1] in tuple(_DANGEROUS):
        return "'" + value
    return value
