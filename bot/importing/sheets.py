"""CSV and XLSX -> rows by known column, each with its row number. What a column may be called is a table."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from bot.importing.opening import BadFile, decode, plain, read_bytes

COLUMNS: dict[str, tuple[str, ...]] = {
    "问题": ("问题", "标准问", "标准问题", "标准问法", "主问题", "提问", "问", "题目", "question", "q"),
    "相似问": (
        "相似问",
        "相似问法",
        "相似问题",
        "扩展问",
        "扩展问法",
        "其他问法",
        "别的问法",
        "同义问",
        "问法",
        "similar",
        "similarquestions",
    ),
    "答案": ("答案", "标准答案", "回答", "答复", "答", "answer", "a"),
    "来源": ("来源", "出处", "依据", "文件依据", "source"),
    "地区": ("地区", "适用地区", "区域", "城市", "region", "city"),
}
"""Column -> names it goes by, compared without spaces, width, case and 「（必填）」."""
NEEDED = ("问题", "答案")
HEADER_WITHIN = 10
"""Rows in which the header is looked for: many sheets have a title above it."""
MAX_ROWS = 50_000
MAX_CELLS = 60
MAX_FIELD = 2_000_000
"""Characters of one cell of a CSV; more means that a quotation mark was never closed."""
FORMULA = "\x00formula"
"""Stands for a cell with a formula: it has no text of its own."""

_NAMES = {name: column for column, names in COLUMNS.items() for name in names}
_REMARK = re.compile(r"[(\[【].*?[)\]】]|[*＊:：]|\s+")


@dataclass(frozen=True)
class Row:
    """One row of a FAQ."""

    place: str
    """「第 12 行」, with the sheet's name when there are several."""
    cells: dict[str, str]
    """Column of COLUMNS -> text; several columns of one name are joined by line ends."""


@dataclass(frozen=True)
class Sheet:
    """All rows of a file."""

    rows: list[Row]
    ignored: tuple[str, ...]
    """Names of columns that mean nothing to us."""


def read_sheet(path: Path) -> Sheet:
    """Rows of a .csv or .xlsx. Raises BadFile."""
    data = read_bytes(path)
    tables = list(_xlsx(data) if path.suffix.lower() == ".xlsx" else _csv(data))
    rows: list[Row] = []
    ignored: list[str] = []
    first_line: tuple[str, ...] = ()
    for name, lines in tables:
        head, header = _header(lines)
        if not header:
            first_line = first_line or tuple(cell for cell in (lines[0][1] if lines else ()) if cell)
            continue
        ignored += [cell for i, cell in enumerate(lines[head][1]) if cell and i not in header]
        prefix = f"工作表「{name}」" if len(tables) > 1 else ""
        rows += _rows(lines[head + 1 :], header, prefix)
    if not rows:
        raise BadFile(_no_rows(first_line, tables))
    return Sheet(rows, tuple(dict.fromkeys(ignored)))


def _no_rows(first_line: Sequence[str], tables: Sequence[Any]) -> str:
    if not any(lines for _, lines in tables):
        return "表是空的。第一行要有列名：问题、答案，还可以有相似问、来源、地区"
    if not first_line:
        return "只有列名，没有问题和答案。请从第二行起，一行写一个问题"
    shown = "、".join(cell[:12] for cell in first_line[:6])
    return f"没找到「问题」和「答案」两列。读到的第一行是：{shown}。请把列名写成：问题、相似问、答案、来源、地区"


def _header(lines: Sequence[tuple[int, Sequence[str]]]) -> tuple[int, dict[int, str]]:
    """Position of the header among the lines, and its columns; ({}) when there is none."""
    for at, (_, cells) in enumerate(lines[:HEADER_WITHIN]):
        found = {i: _NAMES[name] for i, cell in enumerate(cells) if (name := _name(cell)) in _NAMES}
        if set(NEEDED) <= set(found.values()):
            return at, found
    return 0, {}


def _name(cell: str) -> str:
    folded = _REMARK.sub("", unicodedata.normalize("NFKC", cell[:40])).lower()
    return folded.rstrip("0123456789") or folded  # 相似问1, 相似问2 are one column


def _rows(lines: Iterable[tuple[int, Sequence[str]]], header: dict[int, str], prefix: str) -> list[Row]:
    rows = []
    for number, cells in lines:
        found: dict[str, str] = {}
        for i, column in header.items():
            if i < len(cells) and cells[i]:
                found[column] = f"{found[column]}\n{cells[i]}" if column in found else cells[i]
        if found:
            rows.append(Row(f"{prefix}第 {number} 行", found))
    return rows


def _csv(data: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    """Python's own reader rather than sqlite-utils' rows_from_file: the latter keeps no row numbers, drops the second
    of two columns of one name, and takes no title above the header."""
    text = plain(decode(data))
    delimiter = max(",\t;，", key=lambda mark: _known_names(text, mark))
    csv.field_size_limit(MAX_FIELD)
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, 1):
            _bound(number)
            if any(cell.strip() for cell in cells):
                lines.append((number, [cell.strip() for cell in cells[:MAX_CELLS]]))
    except csv.Error:
        raise BadFile(
            f"第 {reader.line_num} 行附近读不懂，多半是引号没有成对。请在 Excel 里打开、另存为 CSV 再导入"
        ) from None
    yield "", lines


def _known_names(text: str, mark: str) -> tuple[int, int]:
    """How many column names a delimiter brings out in the first lines, and how often it stands there."""
    head = text[:2000].split("\n")[:HEADER_WITHIN]
    names = max(sum(_name(cell.strip('" ')) in _NAMES for cell in line.split(mark)) for line in head)
    return names, -",\t;，".index(mark)


def _xlsx(data: bytes) -> Iterator[tuple[str, list[tuple[int, list[str]]]]]:
    import openpyxl  # a second of loading that no other command needs

    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=False)
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # the stated size may be missing, or absurd
            lines: list[tuple[int, list[str]]] = []
            for number, cells in enumerate(sheet.iter_rows(max_col=MAX_CELLS), 1):
                _bound(number)
                shown = [_shown(cell) for cell in cells]
                if any(shown):
                    lines.append((number, shown))
            yield sheet.title, lines
    except BadFile:
        raise
    except Exception as error:  # openpyxl raises whatever its XML brings: KeyError, ValueError, ParseError, …
        raise BadFile(f"表格已损坏，读不出来（{type(error).__name__}）。请在 Excel 里打开、另存一份再导入") from None


def _bound(number: int) -> None:
    if number > MAX_ROWS:
        raise BadFile(f"表有 {MAX_ROWS} 行以上。请拆成几份再导入")


def _shown(cell: Any) -> str:
    """A cell as the person who typed it reads it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return plain(str(value)).strip()
