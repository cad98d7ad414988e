"""A pasted list: one item a line, values in the order of the questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.content.forms import Field

_SEPARATORS = (re.compile(r"\t"), re.compile(r"[;；|｜]"), re.compile(r"[,，]"), re.compile(r"、"), re.compile(r"\s+"))
"""Tried in this order: the first that a line holds cuts it."""
_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,3}[)）.、．:：]\s*|第?\d{1,3}[位名项个]\s*[:：、]?\s*|[-•·*]\s+)")
_EMPTY = frozenset(["", "-", "—", "——", "无", "/", "／", "没有", "暂无"])


@dataclass(frozen=True)
class Line:
    """One line of the list."""

    said: str
    """The line as it was written, without its number."""
    cells: tuple[str, ...]
    """Its values; "" for one that is left out."""


def lines(text: str, columns: Sequence[Field]) -> list[Line]:
    """The lines that hold something, without a heading. A heading that names all its columns sets their order."""
    written = [_NUMBERING.sub("", one).strip() for one in text.splitlines() if one.strip()]
    cut = [_cut(one, len(columns)) for one in written if one]
    if cut:
        order = _heading(cut[0], columns)
        if order is not None:
            return [
                Line(said, _ordered(cells, order, len(columns)))
                for said, cells in zip(written[1:], cut[1:], strict=False)
            ]
    return [Line(said, cells) for said, cells in zip(written, cut, strict=True)]


def _cut(line: str, most: int) -> tuple[str, ...]:
    if most == 1:
        return (line,)
    separator = next((one for one in _SEPARATORS if one.search(line)), None)
    cells = separator.split(line) if separator else [line]
    while len(cells) > most and cells[-1].strip() in _EMPTY:
        cells.pop()
    return tuple("" if cell.strip() in _EMPTY else cell.strip() for cell in cells)


def _heading(cells: Sequence[str], columns: Sequence[Field]) -> list[int | None] | None:
    """For each cell of a heading the column it names; None when the line is no heading."""
    order = [_named(cell, columns) for cell in cells]
    found = [one for one in order if one is not None]
    return order if found and len(found) * 2 > len(cells) and len(set(found)) == len(found) else None


def _named(cell: str, columns: Sequence[Field]) -> int | None:
    bare = re.sub(r"[（(].*?[)）]|\s", "", cell)
    for number, one in enumerate(columns):
        words = {one.label, *one.compact_tag.split("|")} - {""}
        if bare and (bare in words or (len(bare) >= 2 and (bare in one.label or one.label in bare))):
            return number
    return None


def _ordered(cells: Sequence[str], order: Sequence[int | None], many: int) -> tuple[str, ...]:
    found: list[str] = [""] * many
    # More values than headings: the rest are the columns that the heading does not name, in their order.
    rest = [place for place in range(many) if place not in order]
    for cell, place in zip(cells, [*order, *rest], strict=False):
        if place is not None:
            found[place] = cell
    return tuple(found)


def looks_like_list(text: str, columns: Sequence[Field]) -> bool:
    """Whether a message is a list: several lines, or one line with several values of which one is no mere text."""
    if not columns:
        return False
    found = [one for one in text.splitlines() if one.strip()]
    if len(found) > 1:
        return True
    cells = _cut(_NUMBERING.sub("", text).strip(), len(columns))
    plain = all(one.type == "text" and not one.format for one in columns)
    return 1 < len(cells) <= len(columns) and (not plain or len(cells) == len(columns))


def assigned(cells: Sequence[str], columns: Sequence[Field], open_ones: Sequence[str]) -> dict[str, str]:
    """Values by the name of the question. `open_ones`: names of the questions that are relevant: a line may leave out
    the others."""
    names = [one.name for one in columns]
    if len(cells) != len(names):
        names = [name for name in names if name in open_ones]
    return {name: cell for name, cell in zip(names, cells, strict=False) if cell}


def as_text(value: Any) -> str:
    """A cell for the parser: 、 between several choices may have been written as a blank or a slash."""
    return re.sub(r"[/／]", "、", str(value))
