"""Answers for every name that a template uses, all obviously invented."""

from __future__ import annotations

from typing import Any

from bot.content.templates import Uses
from bot.filing.papers import Answer, Row

CHOSEN = {
    "party": ("yes", "有"),
    "assembly": ("delegates", "会员代表大会"),
    "standing_committee": ("yes", "设"),
    "retired_keep": ("yes", "保留"),
    "dues": ("yes", "收"),
    "office": ("secretariat", "秘书处"),
    "congress_kind": ("reelection", "换届"),
    "charter_changed": ("yes", "改了"),
    "has_network": ("yes", "建了"),
    "society_cooperation": ("yes", "有"),
}
"""Choices that make templates show most of what they have."""
NUMBERS = ("term_years", "retired_years", "committee_meets", "congress_session", "committee_size", "vice_chair_count")


def full(uses: Uses, text: str = "测试内容") -> dict[str, Any]:
    """A value for everything in `uses`; whatever is neither a choice nor a number says `text`."""
    values: dict[str, Any] = {}
    for name in sorted(uses.names | uses.optional):
        if name in uses.children:
            values[name] = [_row(uses.children[name], n, text) for n in range(1, 4)]
        elif name in CHOSEN:
            values[name] = Answer(*CHOSEN[name])
        elif name in NUMBERS:
            values[name] = Answer(3, "3")
        else:
            values[name] = Answer(text, text)
    return values


def _row(children: frozenset[str], number: int, text: str) -> Row:
    cells = dict.fromkeys(
        (*children, "gender", "born", "politics", "education", "title", "career", "honours", "votes", "value"),
        Answer(text, text),
    )
    post = ("chair", "主席") if number == 1 else ("vice_chair", "副主席")
    return Row({**cells, "name": Answer(f"{text}{number}", f"{text}{number}"), "post": Answer(*post)})
