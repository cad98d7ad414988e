"""A copy of a submission as a Word file, for the person to keep and print."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from bot.clock import shown
from bot.content.forms import Form
from bot.filing.draft import asked, has_value, visible
from bot.filing.item_tables import add_item_tables, cell_text
from bot.filing.submission import Submission
from bot.filing.wording import worded

FONT = "SimSun"
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")


def write_copy(form: Form, submission: Submission, target: Path) -> None:
    """Write the copy. Everything a person wrote goes in as plain text, never as markup or a field."""
    document = Document()
    style: Any = document.styles["Normal"]
    style.font.name, style.font.size = FONT, Pt(11)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), FONT)
    heading = document.add_paragraph()
    run = heading.add_run(f"{form.title}（提交回执）")
    run.bold, run.font.size = True, Pt(16)
    document.add_paragraph(f"回执号：{submission.receipt}")
    document.add_paragraph(f"提交时间：{shown(submission.submitted_at)}    表单版本：{submission.form_version}")
    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    for one in asked(form, submission.values):
        cells = table.add_row().cells
        cells[0].width, cells[1].width = Cm(5), Cm(11)
        cells[0].text = one.label
        value = submission.values.get(one.name)
        cells[1].text = printable(cell_text(one, value)) if has_value(value) else "（未填）"
    if form.next_steps:
        document.add_paragraph()
        document.add_paragraph(f"接下来：{worded(form, form.next_steps, visible(form, submission.values))}")
    document.add_paragraph("这是您所填内容的副本，不是批复或备案证明。")
    document.save(str(target))
    add_item_tables(target, form, submission.values)


def printable(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return _FORBIDDEN.sub("", text)
