"""The copy of a submission as a Word file, for the person to keep and print: one of the papers, with rows of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.clock import shown
from bot.content.forms import Field, Form, flat
from bot.filing.draft import asked, has_value
from bot.filing.papers import Row, printable, render
from bot.filing.submission import Submission
from bot.filing.types import show

__all__ = ["printable", "write_copy"]


def write_copy(template: bytes, form: Form, submission: Submission, target: Path) -> None:
    """Write the copy from the template `receipt.docx`. Everything a person wrote goes in as plain text."""
    rows = []
    for one in asked(form, submission.values):
        value = submission.values.get(one.name)
        rows.append(Row({"label": one.label, **({"value": _told(one, value)} if has_value(value) else {})}))
    values = {
        "title": form.title,
        "receipt": submission.receipt,
        "submitted_at": shown(submission.submitted_at),
        "form_version": submission.form_version,
        "rows": rows,
    }
    if form.next_steps:
        values["next_steps"] = form.next_steps
    render(template, values, target)


def _told(one: Field, value: Any) -> str:
    """An answer in full; of a repeat one line an item."""
    if one.type != "repeat":
        return show(one, value)
    lines = []
    for number, item in enumerate(value, 1):
        told = [f"{f.label} {_told(f, item[f.name])}" for f in flat(one.children) if has_value(item.get(f.name))]
        lines.append(f"{number}. {'；'.join(told)}")
    return "\n".join(lines)
