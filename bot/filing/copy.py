"""The copy of a submission as a Word file, for the person to keep and print: one of the papers, with rows of its own."""

from __future__ import annotations

from pathlib import Path

from bot.clock import shown
from bot.content.forms import Form
from bot.filing.item_tables import add_item_tables, cell_text
from bot.filing.papers import Row, printable, render
from bot.filing.scope import asked, has_value, visible
from bot.filing.submission import Submission
from bot.filing.wording import worded

__all__ = ["printable", "write_copy"]


def write_copy(template: bytes, form: Form, submission: Submission, target: Path) -> None:
    """Write the copy from the template `receipt.docx`. Everything a person wrote goes in as plain text."""
    rows = []
    for one in asked(form, submission.values):
        value = submission.values.get(one.name)
        rows.append(Row({"label": one.label, **({"value": cell_text(one, value)} if has_value(value) else {})}))
    values = {
        "title": form.title,
        "receipt": submission.receipt,
        "submitted_at": shown(submission.submitted_at),
        "form_version": submission.form_version,
        "rows": rows,
    }
    if form.next_steps:
        values["next_steps"] = worded(form, form.next_steps, visible(form, submission.values))
    render(template, values, target)
    add_item_tables(target, form, submission.values)
