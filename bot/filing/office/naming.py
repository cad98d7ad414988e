"""「要留名吗」: the question before a form that may be handed in without a name, and the answers to it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.forms import Form
from bot.filing.words import bare, wish
from bot.messages import Button, Reply

ASKED = "name:"
"""How `Memory.stage` begins while the answer is awaited; the form's id follows."""
SHORT = 6
"""Characters up to which a message is a failed answer to this question, and not another matter."""
NO_NAME = frozenset(["不留名", "匿名", "不留", "不用", "不", "不要", "否", "不记名", "不署名", "1", "不了"])
WITH_NAME = frozenset(["留名", "留", "实名", "要", "是", "署名", "记名", "2", "留名字"])


def ask(form: Form, texts: Mapping[str, str], lead: str = "") -> Reply:
    """The question, with a button for each answer. `lead`: what is said instead of it, when it was asked already."""
    row = (
        Button(texts["stay_unnamed"], f"name:no:{form.form_id}"),
        Button(texts["give_name"], f"name:yes:{form.form_id}"),
    )
    return Reply(lead or texts["ask_name"].format(title=form.title), buttons=(row,))


def answer_to_wish(form: Form, said: str, texts: Mapping[str, str]) -> tuple[bool, Reply] | None:
    """(whether the question is over, what is said) when the answer is a wish that is understood at every question, such
    as 暂存 or 帮助; None for anything else."""
    action = wish(said)
    if action in ("pause", "cancel", "back", "end"):
        told = texts["ask_name_left"].format(title=form.title, ask=form.ask[0] if form.ask else form.title)
        return True, Reply(told)
    if action is None:
        return None
    keys = {"help": "ask_name_help", "why": "ask_name_help", "skip": "ask_name_needed"}
    return False, ask(form, texts, texts[keys.get(action, "ask_name_again")])


def wants_none(said: str) -> bool | None:
    """Whether an answer wants no name; None when it cannot be understood."""
    plain = bare(said)
    if plain in NO_NAME:
        return True
    return False if plain in WITH_NAME else None
