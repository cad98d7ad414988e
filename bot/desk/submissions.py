"""What staff see of what was handed in, and what they may take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.clock import shown as time_shown
from bot.content.forms import Form, flat
from bot.content.models import Content
from bot.export import EXPORTERS
from bot.export.table import columns, row
from bot.filing.asking import later
from bot.filing.draft import Draft
from bot.filing.submission import STATES, Submission
from bot.filing.types import show
from bot.store.records import Records, StoredSubmission
from bot.store.staff_list import StaffMember

NEWEST = 50
"""Rows of each form on the staff page."""


def visible(content: Content, form_id: str, records: Records, member: StaffMember) -> list[StoredSubmission]:
    """Submissions of a form that a member of staff sees: all, or those of their city."""
    found = records.submissions_for(form_id)
    if not member.region:
        return found
    return [s for s in found if s.answers.get("region") in (member.region, None)]


def overview(content: Content, records: Records, member: StaffMember, wanted: str = "") -> list[dict[str, Any]]:
    """Every form with its number of submissions and the newest rows, without phone numbers or e-mail. `wanted`: only
    those in which this stands, be it in an answer or in the receipt number; capitals and spaces do not matter."""
    shown: list[dict[str, Any]] = []
    for form in content.forms.values():
        found = visible(content, form.form_id, records, member)
        if wanted:
            found = [
                s for s in found if _plain(wanted) in _plain(" ".join(row(columns([form], [_whole(s)]), _whole(s))))
            ]
        rows = [
            {
                "at": time_shown(s.submitted_at),
                "receipt": s.receipt,
                "who": _who(form, s),
                "where": _where(form, s),
                "lacking": len(_lacking(form, s)),
                "state": STATES.get(s.state, s.state),
            }
            for s in reversed(found[-NEWEST:])
        ]
        shown.append({"id": form.form_id, "title": form.title, "count": len(found), "rows": rows})
    return shown


def one(content: Content, receipt: str, records: Records, member: StaffMember) -> dict[str, Any] | None:
    """One submission with all its answers, as the page shows it; None when there is none that this member may see.
    An answer is {label, text, files}; a file as the answer keeps it: {name, path, media_type, …}."""
    stored = records.submission(receipt)
    form = content.forms.get(stored.form_id) if stored else None
    found = visible(content, form.form_id, records, member) if form else []
    if stored is None or form is None or stored not in found:
        return None
    submission = _whole(stored)
    heads = columns([form], [submission])
    answers = [
        {"label": head.label, "name": head.name, "text": text, "files": _files(submission.values.get(head.name))}
        for head, text in zip(heads, row(heads, submission), strict=True)
    ]
    before, after = _neighbours(receipt, found)
    return {
        "title": form.title,
        "receipt": receipt,
        "who": _who(form, stored),
        "answers": answers,
        "lacking": _lacking(form, stored),
        "newer": after,
        "older": before,
    }


def _neighbours(receipt: str, found: list[StoredSubmission]) -> tuple[str, str]:
    """Receipts of the submissions before and after this one, "" where there is none: whoever has forty to read goes from
    one to the next."""
    receipts = ["", *(one.receipt for one in found), ""]
    at = receipts.index(receipt)
    return receipts[at - 1], receipts[at + 1]


def _lacking(form: Form, stored: StoredSubmission) -> list[str]:
    """Labels of the papers that may be handed in later and have not come. A page has hundreds of rows: where all papers
    are there, no expression is worked out."""
    papers = [one for one in flat(form.survey) if one.type in ("file", "image") and not one.required]
    if not any(not stored.answers.get(one.name) for one in papers):
        return []
    draft = Draft("", form.form_id, form.version, values=stored.answers)
    return [one.label for one in later(form, draft)]


def _who(form: Form, stored: StoredSubmission) -> str:
    return next((str(stored.answers[name]) for name in form.submitter if stored.answers.get(name)), "")


def _where(form: Form, stored: StoredSubmission) -> str:
    """District, else city, as people read it."""
    fields = {one.name: one for one in flat(form.survey)}
    name = next((name for name in ("district", "region") if name in fields and stored.answers.get(name)), "")
    return show(fields[name], stored.answers[name]) if name else ""


def _whole(s: StoredSubmission) -> Submission:
    return Submission(s.receipt, s.form_id, s.form_version, s.answers, s.state, s.submitted_at, s.place)


def _files(value: Any) -> list[dict[str, Any]]:
    """The files of an answer, those in the items of a list too."""
    if isinstance(value, dict):
        return [value] if {"name", "path"} <= set(value) else [f for inner in value.values() for f in _files(inner)]
    return [file for inner in value for file in _files(inner)] if isinstance(value, list) else []


def _plain(text: str) -> str:
    return "".join(text.casefold().split())


def export(content: Content, form_id: str, kind: str, records: Records, member: StaffMember, target: Path) -> str:
    """Write what the member of staff sees to `target`; returns the file name. Raises KeyError for an unknown form or
    format."""
    form, write = content.forms[form_id], EXPORTERS[kind]
    found = [_whole(s) for s in visible(content, form_id, records, member)]
    write([form], found, target)
    return f"{form_id}.{kind}"
