"""`kexie export`: what was handed in, as a spreadsheet."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from bot.app import App
from bot.content.forms import Form, flat
from bot.export import EXPORTERS
from bot.export.csv_file import items_file
from bot.filing.submission import Submission
from bot.settings import Settings
from bot.store.records import Records


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--form", required=True, metavar="表", help="哪张表，例如 founding_filing")
    parser.add_argument(
        "--format",
        default="xlsx",
        choices=tuple(EXPORTERS),
        help="格式：xlsx（默认）、csv、json，或 sqlite（用 Datasette 打开）",
    )
    parser.add_argument("--output", metavar="文件", help="存到哪里；不写就存在当前文件夹")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say where it is."""
    app = App(settings)
    form = app.content.forms.get(given.form)
    if form is None:
        known = "、".join(f"{f.form_id}（{f.title}）" for f in app.content.forms.values())
        print(f"没有叫 '{given.form}' 的表。现有的表：{known}", file=sys.stderr)
        return 2
    target = Path(given.output or f"{given.form}-{datetime.now():%Y%m%d-%H%M}.{given.format}")
    if not target.parent.is_dir():
        print(f"没有这个文件夹：{target.parent}。请先建好，或换一个位置。", file=sys.stderr)
        return 2
    if target.is_dir():
        print(
            f"{target} 是文件夹。--output 要写文件名，例如 {target / f'{given.form}.{given.format}'}。", file=sys.stderr
        )
        return 2
    found = write(app, form, given.format, target)
    print(f"导出 {found} 份「{form.title}」：{target}")
    if given.format == "csv":
        for one in flat(form.survey):
            if one.type == "repeat":
                print(f"「{one.label}」一行一项：{items_file(target, one.name)}")
    return 0


def write(app: App, form: Form, kind: str, target: Path) -> int:
    """Export all submissions of a form, noted in the audit log; returns how many."""
    with app.database.transaction() as connection:
        records = Records(connection, app.database.clock())
        found = [
            Submission(s.receipt, s.form_id, s.form_version, s.answers, s.state, s.submitted_at, s.place)
            for s in records.submissions_for(form.form_id)
        ]
        records.note("command line", "export", f"{form.form_id} {kind} {len(found)}")
    EXPORTERS[kind]([form], found, target)
    return len(found)
