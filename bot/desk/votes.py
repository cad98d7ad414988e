"""How a vote or a survey stands: each choice with its number, nothing about who chose it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing.scope import has_value
from bot.store.records import Records

COUNTED = ("select_one", "select_multiple")


def results(form: Form, records: Records, texts: Mapping[str, str]) -> str:
    """The result so far as a text: every question that is answered by choosing, with its counts."""
    papers = [found.answers for found in records.submissions_for(form.form_id)]
    lines = [texts["vote_result"].format(title=form.title, count=len(papers))]
    for one in flat(form.survey):
        if one.type in COUNTED and one.choices:
            lines += ["", one.label, *counted(one, papers)]
    return "\n".join(lines)


def counted(one: Field, papers: Sequence[Mapping[str, Any]]) -> list[str]:
    """One line a choice, the most chosen first; equal ones in the order of the form."""
    votes: Counter[str] = Counter()
    for paper in papers:
        value = paper.get(one.name)
        if has_value(value):
            votes.update(map(str, value if isinstance(value, list) else [value]))
    answered = sum(has_value(paper.get(one.name)) for paper in papers)
    order = sorted(one.choices, key=lambda choice: -votes[choice.name])
    return [f"- {choice.label}：{votes[choice.name]} 票{_share(votes[choice.name], answered)}" for choice in order]


def _share(votes: int, answered: int) -> str:
    return f"（{votes * 100 / answered:.0f}%）" if answered else ""
