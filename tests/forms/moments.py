"""What has to happen in the conversation of every form, found in what was really said and answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from bot.content.forms import Form
from tests.forms.line_talk import Turn

QUESTION = re.compile(r"（\d+/\d+）.*")
"""How a question begins: （3/25）企业在哪个市."""
RECEIPT = re.compile(r"回执号：[A-Z]{2}-\d{4}-[0-9A-Z]{7}-[0-9A-Z]")


def question(turn: Turn) -> str:
    """The question that stands last in an answer, "" for none."""
    found = QUESTION.findall(turn.told)
    return found[-1] if found else ""


def missed(form: Form, turns: Sequence[Turn]) -> list[str]:
    """Names of the moments that did not happen in this conversation."""
    return [name for name, happened in MOMENTS.items() if not happened(form, turns)]


def _begun(form: Form, turns: Sequence[Turn]) -> bool:
    return any(f"开始填「{form.title}」" in turn.told for turn in turns)


def _mended(form: Form, turns: Sequence[Turn]) -> bool:
    """An answer was refused, and then another one taken: the question is no longer the same."""
    return any(
        _label(before) and f"「{_label(before)}」还没收下" in refused.told and question(after) != question(before)
        for before, refused, after in zip(turns, turns[1:], turns[2:], strict=False)
    )


def _label(turn: Turn) -> str:
    return question(turn).partition("）")[2].removesuffix("（可跳过）")


def _changed(form: Form, turns: Sequence[Turn]) -> bool:
    """On the check page 「改 …」 or 修改; the next check page reads otherwise."""
    pages = [number for number, turn in enumerate(turns) if _is_check_page(form, turn)]
    return any(
        turns[here].told != turns[there].told
        and any(turn.said.startswith(("改", "修改")) for turn in turns[here + 1 : there + 1])
        for here, there in pairwise(pages)
    )


def _is_check_page(form: Form, turn: Turn) -> bool:
    return "改答案" in turn.labels if form.keep == "wished" else f"请检查「{form.title}」" in turn.told


def _asked_in_the_middle(form: Form, turns: Sequence[Turn]) -> bool:
    """Something else was answered from the documents, then the same question asked again."""
    return any(
        "出处" in turn.told and "我们接着填表" in turn.told and question(turn) == question(before) != ""
        for before, turn in pairwise(turns)
    )


def _paused(form: Form, turns: Sequence[Turn]) -> bool:
    """暂存, then 继续: the question is the one that was open."""
    return any(
        "存好了" in rest.told and question(after) == question(before) != ""
        for before, rest, after in zip(turns, turns[1:], turns[2:], strict=False)
    )


def _handed_in(form: Form, turns: Sequence[Turn]) -> bool:
    """A receipt number; a secret vote has none and says so."""
    if form.ballot == "secret":
        return any("选票不记名，没有回执" in turn.told for turn in turns)
    return any(RECEIPT.search(turn.told) and form.title in turn.told for turn in turns)


MOMENTS: dict[str, Callable[[Form, Sequence[Turn]], bool]] = {
    "begun": _begun,
    "a wrong answer refused and mended": _mended,
    "a question in the middle answered, and the form's asked again": _asked_in_the_middle,
    "a pause, and on where it was": _paused,
    "a change of mind on the check page": _changed,
    "handed in, with a receipt": _handed_in,
}
