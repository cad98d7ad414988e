"""What a person has told before and need not type again: the profile, and the latest submission of another form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.content.forms import Form, flat
from bot.store.records import Records

SAME_AS_BEFORE = ("text", "integer", "decimal", "range", "date", "time", "select_one", "select_multiple", "rank")
"""Types whose answers are taken over. Files stay with what they were handed in with; consent is given anew."""


def followed(form: Form, forms: Mapping[str, Form], chat: str, records: Records) -> dict[str, Any]:
    """Answers of this chat's latest submission of the form that this one follows, by field name: questions of the same
    name and type."""
    before = forms.get(form.follows)
    latest = next((s for s in records.submissions_of(chat) if before and s.form_id == before.form_id), None)
    if before is None or latest is None:
        return {}
    types = {one.name: one.type for one in flat(before.survey)}
    mine = {one.name: one.type for one in flat(form.survey)}
    return {
        name: value
        for name, value in latest.answers.items()
        if name in mine and mine[name] == types.get(name) and mine[name] in SAME_AS_BEFORE
    }


def kept(form: Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """What is kept for the next form: `prefill` key -> answer."""
    return {one.prefill: str(answers[one.name]) for one in flat(form.survey) if one.prefill and answers.get(one.name)}
