"""SQLite: a data pack that opens in Datasette or any SQLite viewer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.content.forms import Form
from bot.export.table import columns, item_tables, row
from bot.filing.copy import printable
from bot.filing.submission import Submission


def write_sqlite(forms: Sequence[Form], submissions: Sequence[Submission], target: Path) -> None:
    """One table named after the form, one row a submission with its receipt number as key, a table FORM_REPEAT
    for every repeat, and a table `columns` that
    says what each column means."""
    import sqlite_utils  # takes a fifth of a second, which starting the service should not

    target.unlink(missing_ok=True)
    heads = columns(forms, submissions)
    names = [column.name for column in heads]
    database = sqlite_utils.Database(target)
    try:
        table = database[forms[-1].form_id]
        table.create(dict.fromkeys(names, str), pk="receipt")  # type: ignore[union-attr]
        table.insert_all(dict(zip(names, map(printable, row(heads, s)), strict=True)) for s in submissions)  # type: ignore[union-attr]
        for items in item_tables(forms, submissions):
            parts = [column.name for column in items.columns]
            name = f"{forms[-1].form_id}_{items.name}"
            database[name].create(dict.fromkeys(parts, str), pk=("receipt", "number"))  # type: ignore[union-attr]
            database[name].insert_all(dict(zip(parts, map(printable, cells), strict=True)) for cells in items.rows)  # type: ignore[union-attr]
            heads += [replace(column, name=f"{items.name}.{column.name}") for column in items.columns]
        described = ({"name": column.name, "label": column.label} for column in heads)
        database["columns"].insert_all(described, pk="name")  # type: ignore[union-attr]
    finally:
        database.close()
