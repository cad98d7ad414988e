"""The choices sheet -> choice lists of ours."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from keyword import iskeyword
from typing import Any

from bot.importing.xlsform.book import Line
from bot.importing.xlsform.found import Findings, short
from bot.importing.xlsform.texts import plain_text

OWN = ("list_name", "name", "label", "aliases")
"""Columns of the sheet that are not named by a choice_filter."""
OTHER = {"name": "other", "label": "其他"}


def read_choices(lines: Sequence[Line], findings: Findings) -> dict[str, list[dict[str, Any]]]:
    """Name of the list -> choices as they stand in a form file."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in lines:
        listed, name = line.cells.get("list_name", ""), line.cells.get("name", "")
        if not listed or not name:
            lacking = "list_name" if not listed else "name"
            findings.add("choices", line.number, lacking, f"没有写 {lacking}", "这个选项没有导入")
            continue
        known = found.setdefault(listed, [])
        choice = _choice(line, name, findings)
        if choice in known:
            findings.add("choices", line.number, "name", f"选项「{short(name, 30)}」写了两遍", "只留一个")
            continue
        names = {one["name"] for one in known}
        if name in names:
            choice["name"] = next(f"{name}_{n}" for n in range(2, len(names) + 3) if f"{name}_{n}" not in names)
            findings.add(
                "choices",
                line.number,
                "name",
                f"选项「{short(name, 30)}」在一个清单里用了两次",
                f"改叫 {choice['name']}",
            )
        known.append(choice)
    return found


def _choice(line: Line, name: str, findings: Findings) -> dict[str, Any]:
    cells = line.cells
    label = plain_text(cells.get("label", ""), "choices", line, "label", findings)
    if not label:
        findings.add("choices", line.number, "label", "没有写 label", "先用 name")
    choice: dict[str, Any] = {"name": name, "label": label or name}
    if "aliases" in cells:
        words = [word.strip() for word in cells["aliases"].replace("、", "|").split("|")]
        choice["aliases"] = [word for word in words if word]
    return choice | {key: text for key, text in cells.items() if key not in OWN}


def columns_of(choices: Sequence[Mapping[str, Any]]) -> set[str]:
    """What a choice_filter over this list may name."""
    return {"name", *(key for choice in choices for key in choice if key not in OWN)}


def set_apart(lists: Mapping[str, list[dict[str, Any]]], questions: Collection[str]) -> dict[str, str]:
    """Give columns that are called like a question, or like no word of an expression, a name of their own, in the lists
    themselves. Returns the name in the workbook -> ours: `city = ${city}` would else compare a thing with itself."""
    found = {"name": "name"}
    for theirs in sorted({column for choices in lists.values() for column in columns_of(choices)} - {"name"}):
        ours = re.sub(r"\W", "_", theirs)
        while (
            ours in questions
            or ours in found.values()
            or not ours.isidentifier()
            or iskeyword(ours)
            or ours in RESERVED
        ):
            ours = f"of_{ours}"
        found[theirs] = ours
    for choices in lists.values():
        for number, choice in enumerate(choices):
            choices[number] = {key if key in OWN else found[key]: value for key, value in choice.items()}
    return found


RESERVED = ("this", "name", "label", "aliases", "list_name")
