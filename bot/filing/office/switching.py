"""In the middle of one form, words that come very near to another one: is that the answer, or another wish? We ask."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from rapidfuzz import fuzz

from bot.content.forms import Field, Form
from bot.filing.asking import at
from bot.filing.draft import Draft
from bot.filing.types import parse
from bot.filing.values import fold
from bot.filing.words import bare
from bot.messages import Button, Reply

ASKED = "other:"
"""How `Memory.stage` begins while the answer is awaited; the other form's id, a colon and what was said follow."""
NEAR = 85
"""Likeness to a form's name or to a way of asking for it, of 100, from which on we ask: 岳阳标准化自评 has 88."""
LEAST = 5
"""Characters below which likeness says nothing: 会员登记表 and 会员登记 are two things."""
_WISH = re.compile(r"^(?:我们?)?(?:要|想|想要|来)?(?:填写?|做|办|报)?(?:一下|一份)?|[。.!！]+$")
YES = frozenset(["改填", "换", "换表", "是", "是的", "对", "要", "1", "好", "好的"])
NO = frozenset(["不", "不是", "不用", "不换", "否", "回答", "是回答", "是答案", "2", "接着填", "继续"])


def near(forms: Iterable[Form], text: str, form: Form, draft: Draft, today: date) -> Form | None:
    """The other form that a message very nearly names; None where it is an answer beyond doubt, or anything may be."""
    said = _WISH.sub("", fold(text))
    if len(said) < LEAST or "\n" in said or not draft.at or draft.anonymous:
        return None
    one = at(form, draft)
    if {"anything", "whole"} & set(one.appearance.split()) or _fits(one, text, today):
        return None
    scored = [(_likeness(other, said), other) for other in forms if other is not form and other.state == "open"]
    best, other = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return other if best >= NEAR else None


def _fits(one: Field, text: str, today: date) -> bool:
    """Whether a question that takes only certain answers takes this one."""
    if one.type == "text" and not (one.format or one.pattern):
        return False
    try:
        parse(one, text, today)
    except (ValueError, KeyError):
        return False
    return True


def _likeness(form: Form, said: str) -> float:
    return max(fuzz.ratio(said, _WISH.sub("", words)) for words in (form.title, *form.ask) if len(words) >= LEAST)


def ask(form: Form, other: Form, said: str, texts: Mapping[str, str]) -> Reply:
    """The question, with a button for each answer."""
    told = texts["switch_offer"].format(said=said.strip()[:30], other=other.title, title=form.title)
    yes = Button(texts["switch_yes"].format(other=other.title)[:20], f"{ASKED}yes")
    return Reply(told, buttons=((yes,), (Button(texts["switch_no"], f"{ASKED}no"),)))


def stage(other: Form, said: str) -> str:
    """What to remember until the answer comes."""
    return f"{ASKED}{other.form_id}:{said}"


def remembered(stage: str) -> tuple[str, str]:
    """(id of the other form, what was said) of what `stage` wrote; two empty strings for anything else."""
    form_id, _, said = stage.removeprefix(ASKED).partition(":") if stage.startswith(ASKED) else ("", "", "")
    return form_id, said


def wants_other(answer: str, said: str) -> bool | None:
    """Whether the other form is wanted; None when the answer is neither. Saying the same once more means it."""
    if fold(answer) == fold(said):
        return False
    word = bare(answer)
    if answer == f"{ASKED}yes" or word in YES:
        return True
    return False if answer == f"{ASKED}no" or word in NO else None
