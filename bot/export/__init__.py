"""Exports: one module a format, found through the EXPORTERS table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from bot.content.forms import Form
from bot.export.csv_file import write_csv
from bot.export.json_file import write_json
from bot.export.sqlite_file import write_sqlite
from bot.export.xlsx_file import write_xlsx
from bot.filing.submission import Submission

Exporter = Callable[[Sequence[Form], Sequence[Submission], Path], None]
"""(versions of the form, newest last; submissions, oldest first; target file)."""

EXPORTERS: dict[str, Exporter] = {"xlsx": write_xlsx, "csv": write_csv, "json": write_json, "sqlite": write_sqlite}
