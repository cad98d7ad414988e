"""Conversations written down in `tests/forms/conversations/FORM.txt`, and how they are played.

A line is one of these; a line that is indented goes on with the one before:

    # a word to the reader
    我：我要备案               the person types
    我按：提交                 the person presses the button that begins so
    我发：照片.png 昨天……       the person sends a file, with words perhaps
    单位全称 → 测试公司         the question is about 单位全称; the person types the answer
    它：请检查                 this stands in the answer
    它没说：还差               this does not
    纸上：选举结果报告 有 测试   the paper of that button holds this

{10天前} and {30天后} are days as people write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.forms.line_talk import Person, day, sample

FOLDER = Path(__file__).parent / "conversations"
_DAY = re.compile(r"\{(\d+)天(前|后)\}")


def play(form_id: str, person: Person, folder: Path) -> None:
    """Say every line of a form's conversation; fails at the first answer that is not as it is written. Files to hand in
    are made in `folder`."""
    for number, text in _lines(form_id):
        verb, rest = _split(text)
        try:
            _VERBS[verb](person, rest, folder)
        except AssertionError as error:
            raise AssertionError(f"{form_id}.txt:{number}: {text}\n{error or person.last}") from error


def _lines(form_id: str) -> list[tuple[int, str]]:
    """(number, text) of every line that is played, indented ones joined to the one before."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate((FOLDER / f"{form_id}.txt").read_text("utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        line = _DAY.sub(lambda hit: day(int(hit[1]) * (1 if hit[2] == "前" else -1)), line)
        if line[0].isspace():
            found[-1] = (found[-1][0], f"{found[-1][1]}\n{line.strip()}")
        else:
            found.append((number, line))
    return found


def _split(text: str) -> tuple[str, str]:
    verb, _, rest = text.partition("：")
    return (verb, rest) if verb in _VERBS else ("→", text)


def _answer(person: Person, rest: str, folder: Path) -> None:
    label, arrow, answer = rest.partition(" → ")
    assert arrow, "a line begins with 我：, 我按：, 我发：, 它：, 它没说：, 纸上： or reads 问题 → 回答"
    assert label in person.last, f"expected the question about {label}, got: {person.last}"
    person.say(answer)


def _holds(person: Person, rest: str, folder: Path) -> None:
    assert rest in person.last, person.last


def _holds_not(person: Person, rest: str, folder: Path) -> None:
    assert rest not in person.last, person.last


def _send(person: Person, rest: str, folder: Path) -> None:
    name, _, words = rest.partition(" ")
    person.send(sample(folder, name), words)


def _paper(person: Person, rest: str, folder: Path) -> None:
    label, _, wanted = rest.partition(" 有 ")
    text = person.paper(label)
    assert wanted in text, text


_VERBS: dict[str, Callable[[Person, str, Path], object]] = {
    "我": lambda person, rest, folder: person.say(rest),
    "我按": lambda person, rest, folder: person.press(rest),
    "我发": _send,
    "它": _holds,
    "它没说": _holds_not,
    "纸上": _paper,
    "→": _answer,
}
