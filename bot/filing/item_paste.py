"""Taking a pasted list: every line that is clear becomes an item, the others are named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import constrain
from bot.filing.draft import Draft, Step
from bot.filing.entering import stand_on_list
from bot.filing.item_pages import columns
from bot.filing.item_view import item_view, items_of
from bot.filing.pasted import as_text, assigned, lines, looks_like_list
from bot.filing.scope import ItemForm, asked, limits, visible
from bot.filing.types import counter, parse

MAX_TOLD = 8
"""Faults of a pasted list that are named; the others are counted."""


def take_list(form: Form, draft: Draft, row: Field, text: str, today: date, sure: bool) -> Step | None:
    """Every line that is clear becomes an item; the others are named. `sure`: it is certainly a list. None when a single
    line is not clear: then it is something else."""
    found = lines(text, columns(row))
    if not found or (not sure and not looks_like_list(text, columns(row))):
        return None
    _, most = limits(form, row, visible(form, draft.values))
    items = items_of(draft, row)
    before = len(items)
    inner, view = item_view(form, draft, row, before)
    faults: list[str] = []
    for number, one in enumerate(found, 1):
        if len(items) >= most:
            faults.append(f"最多 {most} {counter(row)}，从「{one.said[:20]}」起没有收。")
            break
        item, fault = _read_line(inner, view, row, one.cells, today)
        items += [item] if item else []
        faults += [f"第 {number} 行「{one.said[:20]}」{fault}"] if fault else []
    taken = len(items) - before
    if not sure and (faults or not taken):
        return None
    told = [f"收下 {taken} {counter(row)}，请核对。" if taken else "这份名单一行也没看懂。"]
    told += faults[:MAX_TOLD] + ([f"还有 {len(faults) - MAX_TOLD} 行有问题。"] if len(faults) > MAX_TOLD else [])
    if not taken:
        return Step(draft, (pages.question(form, draft, "\n".join(told)),), "invalid")
    ended = tuple(name for name in draft.ended if name != row.name)
    after = replace(draft, values={**draft.values, row.name: items}, ended=ended, item=-1, at=row.name)
    return stand_on_list(form, after, row, "\n".join(told))


def _read_line(
    inner: ItemForm, empty: Draft, row: Field, cells: tuple[str, ...], today: date
) -> tuple[dict[str, Any], str]:
    """(the item or {}, why something of the line was not taken or ""). `empty`: the view of an item without answers."""
    rows = columns(row)
    if len(cells) > len(rows):
        return {}, f"有 {len(cells)} 格，最多 {len(rows)} 格，没有收。"
    item: dict[str, Any] = {}
    faults: list[str] = []
    for one in rows:
        view = replace(empty, values={**empty.values, **item})
        open_ones = {f.name: f for f in asked(inner, view.values)}
        said = assigned(cells, rows, list(open_ones)).get(one.name, "")
        if not said or one.name not in open_ones:
            continue
        try:
            value = parse(open_ones[one.name], as_text(said) if one.choices else said, today).value
            constrain(inner, view, open_ones[one.name], value, today)
        except ValueError as error:
            faults.append(f"的「{one.label}」没收下：{error}")
            if one is rows[0]:
                return {}, faults[0]
            continue
        item[one.name] = value
    return item, "；".join(faults) if item else "没看懂，没有收。"
