"""Excel: every cell is written as text, so that nothing a person typed can become a formula or a link."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from bot.content.forms import Form
from bot.export.table import Column, columns, item_tables, row, sheet_name
from bot.filing.copy import printable
from bot.filing.submission import Submission

MAX_CELL = 32_767
"""Characters that Excel allows in one cell."""


def write_xlsx(forms: Sequence[Form], submissions: Sequence[Submission], target: Path) -> None:
    """First row: headings for people; second row: field names, which never change; then one row a submission. A sheet more for
    every repeat: one row an item."""
    options = {
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "constant_memory": True,
    }
    with xlsxwriter.Workbook(str(target), options) as book:
        heads = columns(forms, submissions)
        taken = {"提交"}
        _sheet(book, "提交", heads, [row(heads, submission) for submission in submissions])
        for table in item_tables(forms, submissions):
            _sheet(book, sheet_name(table.label, taken), table.columns, table.rows)


def _sheet(book: Any, name: str, heads: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    grey = book.add_format({"font_color": "#777777"})
    text = book.add_format({"num_format": "@", "valign": "top", "text_wrap": True})
    for number, column in enumerate(heads):
        sheet.set_column(number, number, min(max(len(column.label) * 2 + 2, 12), 40))
        sheet.write_string(0, number, column.label, bold)
    for number, column in enumerate(heads):
        sheet.write_string(1, number, column.name, grey)
    for line, cells in enumerate(rows, 2):
        for number, value in enumerate(cells):
            sheet.write_string(line, number, _cell(value), text)
    sheet.freeze_panes(2, 1)
    sheet.autofilter(1, 0, max(len(rows) + 1, 1), len(heads) - 1)


def _cell(value: str) -> str:
    # XML holds no control characters and no half surrogates.
    text = printable(value)
    if len(text) <= MAX_CELL:
        return text
    note = f"…（共 {len(text)} 字，全文见 json 导出）"
    return text[: MAX_CELL - len(note)] + note
