"""「要留名吗」: the question before a form that may be handed in without a name, and the answers to it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.forms import Form
from bot.filing.words import bare
from bot.messages import Button, Reply

ASKED = "name:"
"""How `Memory.stage` begins while the answer is awaited; the form's id follows."""
NO_NAME = frozenset(["不留名", "匿名", "不留", "不用", "不", "不要", "否", "不记名", "不署名", "1", "不了"])
WITH_NAME = frozenset(["留名", "留", "实名", "要", "是", "署名", "记名", "2", "留名字"])


def ask(form: Form, texts: Mapping[str, str]) -> Reply:
    """The question, with a button for each answer."""
    row = (
        Button(texts["stay_unnamed"], f"name:no:{form.form_id}"),
        Button(texts["give_name"], f"name:yes:{form.form_id}"),
    )
    return Reply(texts["ask_name"].format(title=form.title), buttons=(row,))


def wants_none(said: str) -> bool | None:
    """Whether an answer wants no name; None when it cannot be understood."""
    plain = bare(said)
    if plain in NO_NAME:
        return True
    return False if plain in WITH_NAME else None
