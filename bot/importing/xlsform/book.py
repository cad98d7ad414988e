"""An .xlsx -> the three sheets of an XLSForm as rows of text. Nothing in a cell is run: a formula is no text."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from bot.importing.opening import BadFile, plain, read_bytes
from bot.importing.xlsform.columns import Header, header_of
from bot.importing.xlsform.found import Findings, short

SHEETS = ("survey", "choices", "settings")
MAX_ROWS = 5_000
"""Rows of a sheet: a form of more questions is no form for a chat."""
MAX_COLUMNS = 300
MAX_BLANK = 500
"""Empty rows after which a sheet is taken to be at its end: some have a million rows with nothing but borders."""
MAX_CELL = 10_000
"""Characters of a cell."""
FORMULA = "\x00"


@dataclass(frozen=True)
class Line:
    """One row below the header."""

    number: int
    cells: Mapping[str, str]
    """Column, by our name for it -> text; only what is filled in."""
    heads: Mapping[str, str]
    """Column -> its heading as it stands in the sheet."""


@dataclass(frozen=True)
class Book:
    """The sheets that were there."""

    survey: tuple[Line, ...]
    choices: tuple[Line, ...]
    settings: tuple[Line, ...]


def read_book(path: Path, findings: Findings) -> Book:
    """The sheets of the workbook. Raises BadFile for whatever is no XLSForm that can be opened safely."""
    if path.suffix.lower() != ".xlsx":
        raise BadFile("只认 .xlsx 的 XLSForm。请在 Excel 或 WPS 里另存为 .xlsx")
    raw = _sheets(read_bytes(path), findings)
    known: dict[str, str] = {}
    for title, rows in raw.items():
        name = title.strip().lower()
        if name in SHEETS and name not in known:
            known[name] = title
        elif rows:
            findings.add(short(title, 30), 0, "", "XLSForm 里没有这张表的位置，或这里用不上", "没有导入")
    if "survey" not in known:
        titles = "、".join(short(title, 20) for title in list(raw)[:8]) or "空的"
        raise BadFile(f"没有叫 survey 的工作表（现有：{titles}）。XLSForm 把问题写在 survey 表里，请改好表名")
    language = _language(raw.get(known.get("settings", ""), []))
    found = {name: _lines(name, raw.get(known.get(name, ""), []), language, findings) for name in SHEETS}
    if not found["survey"]:
        raise BadFile("survey 表里没有问题。第一行要有列名 type、name、label，从第二行起一行一个问题")
    return Book(found["survey"], found["choices"], found["settings"])


def _sheets(data: bytes, findings: Findings) -> dict[str, list[tuple[int, list[str]]]]:
    """Title -> (row number, cells) of the rows that are not empty."""
    import openpyxl  # a second of loading that no other command needs

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that openpyxl passes over: nothing of ours is in them
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False)
            return {sheet.title: _rows(sheet, findings) for sheet in book.worksheets}
    except BadFile:
        raise
    except Exception as error:  # openpyxl raises whatever its XML brings: KeyError, ValueError, ParseError, …
        raise BadFile(f"表格已损坏，读不出来（{type(error).__name__}）。请在 Excel 里打开、另存一份再导入") from None


def _rows(sheet: Any, findings: Findings) -> list[tuple[int, list[str]]]:
    sheet.reset_dimensions()  # the stated size may be missing, or absurd
    rows: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS), 1):
        shown = [_shown(cell) for cell in cells]
        if any(shown):
            rows.append((number, shown))
        elif number - (rows[-1][0] if rows else 0) > MAX_BLANK:
            told = f"连着 {MAX_BLANK} 行空着"
            findings.add(short(sheet.title, 30), number, "", told, "当作表到此为止，后面没有再读")
            break
        if len(rows) > MAX_ROWS:
            raise BadFile(f"工作表「{short(sheet.title, 30)}」超过 {MAX_ROWS} 行，太大了。请删掉多余的行再导入")
    return rows


def _shown(cell: Any) -> str:
    """A cell as the person who typed it reads it; FORMULA for one that is worked out."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        # What LibreOffice makes of a ticked box is no calculation.
        return {"=TRUE()": "yes", "=FALSE()": "no"}.get(str(value).upper(), FORMULA)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat()[: 10 if value.time() == time() else 16]
    if isinstance(value, date | time):
        return value.isoformat()
    return plain(str(value)).strip()[:MAX_CELL]


def _language(rows: list[tuple[int, list[str]]]) -> str:
    """`default_language` of the settings."""
    if len(rows) < 2:
        return ""
    heads = [cell.strip().lower().replace(" ", "_") for cell in rows[0][1]]
    return dict(zip(heads, rows[1][1], strict=False)).get("default_language", "")


def _lines(sheet: str, rows: list[tuple[int, list[str]]], language: str, findings: Findings) -> tuple[Line, ...]:
    if not rows:
        return ()
    (top, titles), body = rows[0], rows[1:]
    header = header_of(sheet, [title.replace(FORMULA, "") for title in titles], language)
    used: Counter[int] = Counter()
    lines = [_line(sheet, number, cells, header, used, findings) for number, cells in body]
    _tell_columns(sheet, top, header, body, used, findings)
    return tuple(line for line in lines if line.cells)


def _tell_columns(
    sheet: str, top: int, header: Header, body: list[tuple[int, list[str]]], used: Mapping[int, int], findings: Findings
) -> None:
    """Note every column that is not read, or only where another is empty, with the number of cells that stand in it."""
    for place, why in header.unused.items():
        title = short(header.titles[place] or get_column_letter(place + 1), 30)
        filled = sum(1 for _, cells in body if place < len(cells) and cells[place])
        instead = used.get(place, 0)
        if instead:
            findings.add(sheet, top, title, f"{why}；中文空着的 {instead} 格", "先用了这一列的文字")
        if filled > instead:
            findings.add(sheet, top, title, why, f"这一列的 {filled - instead} 格没有导入")


def _line(sheet: str, number: int, cells: list[str], header: Header, used: Counter[int], findings: Findings) -> Line:
    found: dict[str, str] = {}
    heads: dict[str, str] = {}
    for column, places in header.places.items():
        for place in places:
            text = cells[place] if place < len(cells) else ""
            title = short(header.titles[place], 30)
            if text == FORMULA:
                findings.add(
                    sheet, number, title, "这一格是公式，导入时不计算", "当作空着；请在 Excel 里粘贴成“值”再导入"
                )
            elif text:
                found[column], heads[column] = text, title
                used[place] += place in header.unused
                break
    return Line(number, found, heads)
