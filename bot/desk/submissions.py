"""What staff see of what was handed in, and what they may take away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.clock import shown as time_shown
from bot.content.models import Content
from bot.export import EXPORTERS
from bot.filing.submission import STATES, Submission
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


def overview(content: Content, records: Records, member: StaffMember) -> list[dict[str, Any]]:
    """Every form with its number of submissions and the newest rows, without phone numbers or e-mail."""
    shown: list[dict[str, Any]] = []
    for form in content.forms.values():
        found = visible(content, form.form_id, records, member)
        rows = [
            {
                "at": time_shown(s.submitted_at),
                "receipt": s.receipt,
                "who": next((str(s.answers[name]) for name in form.submitter if s.answers.get(name)), ""),
                "state": STATES.get(s.state, s.state),
            }
            for s in reversed(found[-NEWEST:])
        ]
        shown.append({"id": form.form_id, "title": form.title, "count": len(found), "rows": rows})
    return shown


def export(content: Content, form_id: str, kind: str, records: Records, member: StaffMember, target: Path) -> str:
    """Write what the member of staff sees to `target`; returns the file name. Raises KeyError for an unknown form or
    format."""
    form, write = content.forms[form_id], EXPORTERS[kind]
    found = [
        Submission(s.receipt, s.form_id, s.form_version, s.answers, s.state, s.submitted_at, s.place)
        for s in visible(content, form_id, records, member)
    ]
    write([form], found, target)
    return f"{form_id}.{kind}"
