"""Submissions as rows. Columns are the union over all versions of the form and over the answers themselves, in a fixed
order, so that a column never shifts or disappears (what Kobo and ODK users lose data by)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clock import shown
from bot.content.forms import Choice, Field, Form, flat
from bot.filing.draft import has_value
from bot.filing.submission import STATES, Submission
from bot.filing.types import TYPES, show

HEAD = (("receipt", "回执号"), ("submitted_at", "提交时间"), ("state", "状态"), ("form_version", "表单版本"))


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    """Field name: stays the same for ever."""
    label: str
    """Heading for people."""
    field: Field | None = None


def columns(forms: Sequence[Form], submissions: Sequence[Submission]) -> list[Column]:
    """Receipt and state first, then every field of every version in order, then answers that no version knows."""
    found = [Column(name, label) for name, label in HEAD]
    known = {column.name for column in found}
    for form in reversed(forms):
        for one in flat(form.survey):
            if one.type in TYPES and one.name not in known:
                found.append(Column(one.name, one.label or one.name, replace(one, choices=_choices(forms, one.name))))
                known.add(one.name)
    for name in sorted({name for s in submissions for name in s.values} - known):
        found.append(Column(name, name))
    return found


def _choices(forms: Sequence[Form], name: str) -> tuple[Choice, ...]:
    """The choices of a question over all versions, so that a dropped one keeps its label; the newest label wins."""
    found = {c.name: c for form in forms for one in flat(form.survey) if one.name == name for c in one.choices}
    return tuple(found.values())


def row(columns: Sequence[Column], submission: Submission) -> list[str]:
    """One submission as texts, in the order of the columns."""
    head = {
        "receipt": submission.receipt,
        "submitted_at": shown(submission.submitted_at, seconds=True),
        "state": STATES.get(submission.state, submission.state),
        "form_version": submission.form_version,
    }
    return [_cell(column, head, submission) for column in columns]


def _cell(column: Column, head: dict[str, str], submission: Submission) -> str:
    if column.field is None:
        return head.get(column.name) or str(submission.values.get(column.name, ""))
    value = submission.values.get(column.name)
    if not has_value(value):
        return ""
    return str(value) if column.field.type == "date" else show(column.field, value)
