"""`kexie import`: FAQ sheets and documents into the local content."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bot.content.loader import read
from bot.content.models import Content
from bot.importing.documents import READERS, read_document
from bot.importing.faq import FaqImport
from bot.importing.library import Library
from bot.importing.opening import BadFile
from bot.importing.passages import cut_up
from bot.importing.sheets import read_sheet
from bot.settings import Settings
from bot.understand.features import Featuriser
from bot.understand.model import featuriser_for

SHEETS = (".csv", ".xlsx")
REDRAWN_EVERY = 0.2
"""Seconds between two states of the progress line."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "files",
        nargs="+",
        metavar="文件",
        help="问答表：.csv、.xlsx，列名为 问题、相似问、答案、来源、地区；文档：.docx、.pdf、.md、.txt",
    )


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Import each file by itself: a bad one keeps nobody from the others. 1 when any file or row was left out."""
    # Faulty local content must not stand in the way of the import that would mend it.
    content, _ = read(settings.content, settings.local_content)
    featuriser = featuriser_for(content)
    clean = True
    for name in given.files:
        path = Path(name)
        try:
            clean &= _import(path, content, featuriser, settings)
        except BadFile as error:
            print(f"{path.name}：{error}。", file=sys.stderr)
            clean = False
        if len(given.files) > 1:
            content, _ = read(settings.content, settings.local_content)
    return 0 if clean else 1


def _import(path: Path, content: Content, featuriser: Featuriser, settings: Settings) -> bool:
    """Import one file; whether every row of it was taken. Raises BadFile."""
    suffix = path.suffix.lower()
    if suffix in SHEETS:
        return _import_faq(path, content, featuriser, settings)
    if suffix in READERS:
        return _import_document(path, featuriser, settings)
    raise BadFile("只认 .csv、.xlsx（问答表）和 .docx、.pdf、.md、.txt（文档）。请另存为其中一种再导入")


def _import_faq(path: Path, content: Content, featuriser: Featuriser, settings: Settings) -> bool:
    started = time.perf_counter()
    show = progress(path.name, "行")
    sheet = read_sheet(path)
    done = FaqImport(content, featuriser, settings.local_content, path.name).run(sheet, show)
    for fault in (*done.skipped, *done.bad):
        print(f"{path.name} {fault}。", file=sys.stderr)
    if sheet.ignored:
        print(f"{path.name}：这些列没有用到：{'、'.join(name[:20] for name in sheet.ignored[:10])}。")
    if not done.entries:
        print(f"{path.name}：没有导入，原来的内容没动。{len(done.bad)} 行有问题，见上面。", file=sys.stderr)
        return False
    replaced = f"，换下上次的 {done.replaced} 条" if done.replaced else ""
    left = f"；{len(done.bad)} 行有问题没导入，见上面" if done.bad else ""
    seconds = time.perf_counter() - started
    print(
        f"{path.name}：导入问答 {done.entries} 条、问法 {done.phrasings} 个{replaced}{left}。用时 {seconds:.1f} 秒，现在就能问。"
    )
    return not done.bad


def _import_document(path: Path, featuriser: Featuriser, settings: Settings) -> bool:
    started = time.perf_counter()
    passages = cut_up(
        path.name, read_document(path, progress(path.name, "页" if path.suffix.lower() == ".pdf" else "段"))
    )
    print(f"{path.name}：正在建索引，共 {len(passages)} 个片段……", file=sys.stderr)
    library = Library(settings.library, featuriser, lambda word: 1.0)
    replaced = library.replace(path.name, passages)
    again = f"，换下上次的 {replaced} 个" if replaced else ""
    seconds = time.perf_counter() - started
    print(f"{path.name}：导入原文片段 {len(passages)} 个{again}。用时 {seconds:.1f} 秒。试试：kexie search 词")
    return True


def progress(name: str, unit: str) -> Callable[[int, int], None]:
    """Shows how far a file is, on standard error: one line redrawn on a terminal, a line every tenth elsewhere."""
    terminal = sys.stderr.isatty()
    shown = [0.0, -1]  # when the line was last drawn, and the last tenth

    def show(done: int, total: int) -> None:
        tenth = done * 10 // max(total, 1)
        now = time.monotonic()
        if terminal and (now - shown[0] > REDRAWN_EVERY or done == total):
            print(f"\r{name}：{done}/{total} {unit}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        elif not terminal and tenth != shown[1] and total > 1:
            print(f"{name}：{done}/{total} {unit}", file=sys.stderr)
        shown[:] = [now if terminal and now - shown[0] > REDRAWN_EVERY else shown[0], tenth]

    return show
