"""The items of repeats in a Word file: a table for each list, after the table of the answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Twips

from bot.content.forms import Field, Form, flat
from bot.filing.scope import asked, has_value
from bot.filing.types import TYPES, counter, show

_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufdd0\ufdd1\ufffe\uffff]")


def cell_text(one: Field, value: Any) -> str:
    """An answer in the table of the answers: a list is only counted there."""
    return f"{len(value)} {counter(one)}，见后面的表" if one.type == "repeat" else show(one, value)


def add_item_tables(target: Path, form: Form, values: Mapping[str, Any]) -> None:
    """Add a table after the last one of the Word file for every list that was filled in. Everything goes in as plain
    text."""
    lists = [one for one in asked(form, values) if one.type == "repeat" and has_value(values.get(one.name))]
    if not lists:
        return
    document = Document(str(target))
    place = document.tables[-1]._tbl if document.tables else document.paragraphs[-1]._p
    for one in lists:
        heading = document.add_paragraph()
        heading.add_run(f"{one.label}（{len(values[one.name])} {counter(one)}）").bold = True
        table = _table(document, one, values[one.name])
        if len(document.tables) > 1:
            _dress(table, document.tables[0])
            _like(heading, document.tables[0].rows[-1].cells[-1].paragraphs[0])
        heading.paragraph_format.space_before = heading.paragraph_format.space_after = 80_000
        heading.paragraph_format.keep_with_next = True
        place.addnext(heading._p)
        heading._p.addnext(table._tbl)
        place = table._tbl
    document.save(str(target))


def _table(document: Any, one: Field, items: list[dict[str, Any]]) -> Any:
    rows = _columns(one, items)
    table = document.add_table(rows=1, cols=len(rows) + 1)
    for cell, text in zip(table.rows[0].cells, ["序号", *(child.label for child in rows)], strict=True):
        cell.paragraphs[0].add_run(_FORBIDDEN.sub("", text)).bold = True
    for number, item in enumerate(items, 1):
        told = [show(child, item[child.name]) if has_value(item.get(child.name)) else "" for child in rows]
        for cell, text in zip(table.add_row().cells, [str(number), *told], strict=True):
            cell.text = _FORBIDDEN.sub("", text)
    _hold_together(table)
    return table


def _columns(one: Field, items: list[dict[str, Any]]) -> list[Field]:
    """What is asked in an item, without what nobody answered; all of it when nothing is left."""
    rows = [child for child in flat(one.children) if child.type in TYPES and child.label]
    return [child for child in rows if any(has_value(item.get(child.name)) for item in items)] or rows


def _hold_together(table: Any) -> None:
    """No row is cut by the end of a page, the heading is repeated on the next, and no page begins with a lone row after
    the heading."""
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    table.rows[0]._tr.trPr.append(OxmlElement("w:tblHeader"))


def _share_width(table: Any, like: Any) -> None:
    """As wide as the table before: a narrow first column, the others by the longest of what they hold."""
    whole = sum(int(column.get(qn("w:w"))) for column in like._tbl.tblGrid.iter(qn("w:gridCol")))
    texts = [[cell.text for cell in column.cells] for column in table.columns]
    wants = [min(max(max(map(_breadth, column)), 4), 24) for column in texts]
    for column, want in zip(table.columns, wants, strict=True):
        width = Twips(whole * want // sum(wants))
        column.width = width
        for cell in column.cells:
            cell.width = width


def _breadth(text: str) -> int:
    """Breadth of the longest line in half characters."""
    return max((sum(1 if sign.isascii() else 2 for sign in line) for line in text.split("\n")), default=0) + 2


def _like(paragraph: Any, sample: Any) -> None:
    """Paragraph and letters as in the sample; bold stays."""
    if sample._p.pPr is not None:
        if paragraph._p.pPr is not None:
            paragraph._p.remove(paragraph._p.pPr)
        paragraph._p.insert(0, deepcopy(sample._p.pPr))
    for run in paragraph.runs if sample.runs else ():
        bold = run.bold
        if sample.runs[0]._r.rPr is not None:
            if run._r.rPr is not None:
                run._r.remove(run._r.rPr)
            run._r.insert(0, deepcopy(sample.runs[0]._r.rPr))
        run.bold = bold


def _dress(table: Any, like: Any) -> None:
    """The look of the table before: its style, the size of its letters, and its lines where they are set on the table
    itself."""
    table.style = like.style
    sample = like.rows[-1].cells[-1].paragraphs[0]
    for paragraph in (one for row in table.rows for cell in row.cells for one in cell.paragraphs):
        _like(paragraph, sample)
    _share_width(table, like)
    if like.alignment is not None:
        table.alignment = like.alignment
    borders = like._tbl.tblPr.find(qn("w:tblBorders"))
    if borders is not None and table._tbl.tblPr.find(qn("w:tblBorders")) is None:
        table._tbl.tblPr.append(deepcopy(borders))
