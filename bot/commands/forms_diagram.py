"""`kexie forms diagram`: the questions of a form as a picture."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.content.forms import Form
from bot.viewing.mermaid import mermaid
from bot.viewing.png import NoPainter, png
from bot.viewing.svg import svg

WRITERS = {"svg": svg, "mermaid": mermaid}
ENDINGS = {"svg": "svg", "mermaid": "mmd", "png": "png"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the action."""
    parser.add_argument("form", metavar="表", help="表的编号或标题")
    parser.add_argument(
        "--format",
        default="svg",
        choices=tuple(ENDINGS),
        help="svg（默认，浏览器能打开）、mermaid、png（要装 Chromium 或 LibreOffice）",
    )
    parser.add_argument("--output", metavar="文件", help="存到哪里；不写就存在当前文件夹")


def run(given: argparse.Namespace, form: Form) -> int:
    """Write the picture and say where it is."""
    target = Path(given.output or f"{form.form_id}.{ENDINGS[given.format]}")
    if not target.parent.is_dir():
        print(f"没有这个文件夹：{target.parent}。请先建好，或换一个位置。", file=sys.stderr)
        return 2
    if given.format == "png":
        try:
            png(svg(form), target)
        except NoPainter as error:
            print(f"{error}。可以用 --format svg，浏览器能直接打开。", file=sys.stderr)
            return 1
    else:
        target.write_text(WRITERS[given.format](form), encoding="utf-8")
    print(f"「{form.title}」的图：{target}")
    return 0
