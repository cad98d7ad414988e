"""The questions of a form as a Mermaid flowchart, to paste into a document."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from bot.content.forms import Field, Form, everything
from bot.viewing.page import kind_of, questions
from bot.viewing.words import in_words, names_in
from bot.viewing.wrapping import clean


def mermaid(form: Form) -> str:
    """The chart. Nodes are named by number, so that no name of a field can be a word of Mermaid's own."""
    rows = everything(form.survey)
    ids = {one.name: f"q{n}" for n, one in enumerate(rows, 1)}
    numbers = {one.name: n for n, one in enumerate(questions(form), 1)}
    lines = ["flowchart TD", f'  start(["{_safe(form.title)}"])']
    lines += _blocks(form, form.survey, ids, numbers, 1)
    lines += [f'  finish(["{"给出结论" if form.keep == "wished" else "检查页，提交，回执"}"])']
    lines += _flow(["start", *_order(form.survey, ids), "finish"])
    lines += [
        f'  {ids[name]} -. "{_safe(in_words(form, one.relevant))}" .-> {ids[one.name]}'
        for one in rows
        for name in sorted(names_in(one.relevant))
        if name in ids
    ]
    return "\n".join(lines) + "\n"


def _blocks(
    form: Form, fields: tuple[Field, ...], ids: dict[str, str], numbers: dict[str, int], depth: int
) -> list[str]:
    lines: list[str] = []
    pad = "  " * depth
    for one in fields:
        if one.children:
            again = "（可以填好几项）" if one.type == "repeat" else ""
            lines.append(f'{pad}subgraph {ids[one.name]}["{_safe(one.label + again)}"]')
            lines += _blocks(form, one.children, ids, numbers, depth + 1)
            lines.append(f"{pad}end")
        else:
            number = f"{numbers[one.name]}. " if one.name in numbers else ""
            star = " *" if one.required else ""
            lines.append(
                f'{pad}{ids[one.name]}["{_safe(f"{number}{one.label or one.name}{star}")}<br/>{kind_of(one)}"]'
            )
    return lines


def _order(fields: tuple[Field, ...], ids: dict[str, str]) -> Iterator[str]:
    for one in fields:
        yield from _order(one.children, ids) if one.children else [ids[one.name]]


def _flow(nodes: list[str]) -> list[str]:
    return [f"  {a} --> {b}" for a, b in pairwise(nodes)]


def _safe(text: str) -> str:
    """Text of a form as Mermaid takes it: everything that it could read as its own is a character number."""
    return "".join(f"#{ord(sign)};" if sign in "\"'`<>&#;[]{}()|\\%" else sign for sign in clean(text)[:200])
