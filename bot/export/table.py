"""Submissions as rows. Columns are the union over all versions of the form and over the answers themselves, in a fixed
order, so that a column never shifts or disappears (what Kobo and ODK users lose data by)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.clock import shown
from bot.content.form_checks import PLACEHOLDER
from bot.content.forms import Choice, Field, Form, everything, flat
from bot.filing.scope import has_value
from bot.filing.submission import PLACES, STATES, Submission
from bot.filing.types import TYPES, fits, masked, show

HEAD = (("receipt", "回执号"), ("submitted_at", "提交时间"), ("state", "状态"), ("form_version", "表单版本"))


@dataclass(frozen=True)
class Column:
    """One column."""

    name: str
    """Field name: stays the same for ever."""
    label: str
    """Heading for people."""
    field: Field | None = None


def columns(forms: Sequence[Form], submissions: Sequence[Submission]) -> list[Column]:
    """Receipt and state first, then every field of every version in order, then answers that no version knows."""
    found = [Column(name, label) for name, label in HEAD]
    if any(form.quota or form.check_in for form in forms):
        found.append(Column("place", "名额"))
    known = {column.name for column in found}
    for form in reversed(forms):
        for one in flat(form.survey):
            if one.type in TYPES and one.name not in known:
                found.append(Column(one.name, _label(one), replace(one, choices=_choices(forms, one.name))))
                known.add(one.name)
    for name in sorted({name for s in submissions for name in s.values} - known):
        found.append(Column(name, name))
    return found


def _choices(forms: Sequence[Form], name: str) -> tuple[Choice, ...]:
    """The choices of a question over all versions, so that a dropped one keeps its label; the newest label wins."""
    found = {c.name: c for form in forms for one in everything(form.survey) if one.name == name for c in one.choices}
    return tuple(found.values())


def _label(one: Field) -> str:
    return PLACEHOLDER.sub("＿＿", one.label) or one.name


def row(columns: Sequence[Column], submission: Submission) -> list[str]:
    """One submission as texts, in the order of the columns."""
    head = {
        "receipt": submission.receipt,
        "submitted_at": shown(submission.submitted_at, seconds=True),
        "state": STATES.get(submission.state, submission.state),
        "form_version": submission.form_version,
        "place": PLACES.get(submission.place, submission.place),
    }
    return [_cell(column, head, submission) for column in columns]


def _cell(column: Column, head: Mapping[str, str], submission: Submission) -> str:
    if column.field is None:
        return head.get(column.name) or _plain(submission.values.get(column.name, ""))
    return _shown(column.field, submission.values.get(column.name))


def _shown(one: Field, value: Any) -> str:
    """A value in a cell. What is of another type than the question (an old version had another) is written as it is."""
    if not has_value(value):
        return ""
    if not fits(one, value):
        return _plain(value)
    if one.type == "repeat":
        return masked(replace(one, children=tuple(replace(child, sensitive=False) for child in one.children)), value)
    return str(value) if one.type == "date" else show(one, value)


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# the items of repeats


ITEM_HEAD = (("receipt", "回执号"), ("number", "序号"))


@dataclass(frozen=True)
class ItemTable:
    """The items of one repeat over all submissions, one a row."""

    name: str
    """Name of the repeat: stays the same for ever."""
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """Texts in the order of the columns; the first two are the receipt number and the place in the list, from 1."""


def item_tables(forms: Sequence[Form], submissions: Sequence[Submission]) -> list[ItemTable]:
    """A table for every repeat of every version, in order."""
    found: dict[str, list[Field]] = {}
    for form in reversed(forms):
        for one in flat(form.survey):
            if one.type == "repeat":
                found.setdefault(one.name, []).append(one)
    return [_item_table(forms, versions, submissions) for versions in found.values()]


def _item_table(forms: Sequence[Form], versions: Sequence[Field], submissions: Sequence[Submission]) -> ItemTable:
    name = versions[0].name
    heads = [Column(*head) for head in ITEM_HEAD]
    known = {column.name for column in heads}
    for repeat in versions:
        for one in flat(repeat.children):
            if one.type in TYPES and one.name not in known:
                heads.append(Column(one.name, _label(one), replace(one, choices=_choices(forms, one.name))))
                known.add(one.name)
    items = [(s.receipt, n, item) for s in submissions for n, item in enumerate(_items(s, name), 1)]
    heads += [Column(other, other) for other in sorted({key for _, _, item in items for key in item} - known)]
    rows = [(receipt, str(n), *(_item_cell(column, item) for column in heads[2:])) for receipt, n, item in items]
    return ItemTable(name, versions[0].label or name, tuple(heads), tuple(rows))


def _items(submission: Submission, name: str) -> list[dict[str, Any]]:
    value = submission.values.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _item_cell(column: Column, item: Mapping[str, Any]) -> str:
    value = item.get(column.name)
    return _shown(column.field, value) if column.field else "" if value is None else _plain(value)


def sheet_name(label: str, taken: set[str]) -> str:
    """A name that a spreadsheet takes: at most 31 characters, none of its signs, used once."""
    base = re.sub(r"[\[\]:*?/\\']", "", label).strip()[:28] or "表"
    found = next(name for name in (base, *(f"{base}{n}" for n in range(2, 100))) if name not in taken)
    taken.add(found)
    return found
