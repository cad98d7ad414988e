"""`kexie search 词`: the entries and passages that have to do with a word."""

from __future__ import annotations

import argparse
import sys

from bot.answer.cite import citation
from bot.app import App
from bot.content.models import Content, Entry
from bot.settings import Settings
from bot.understand.meaning import Context

ENTRIES = 5
PASSAGES = 5
HAS = 0.5
"""Least share of the words looked for, by rarity, that an entry has in title and answer; or else"""
LIKE = 0.6
"""the least likeness of one of its phrasings."""
FIRST = 60
"""Characters of an answer that are shown."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("words", nargs="+", metavar="词", help="要找的词或问题")
    parser.add_argument("--region", default="", metavar="城市", help="只看这个市和全国的，例如 温州")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print what was found; 1 when nothing was."""
    app = App(settings)
    text = " ".join(given.words)
    meaning = app.understander.understand(text, Context(region=given.region))
    near = [c.id for c in meaning.candidates if c.signals["text"] >= HAS or c.signals["phrasing"] >= LIKE]
    entries = [app.content.entries[name] for name in near if name in app.content.entries][:ENTRIES]
    passages = app.library.find(text, PASSAGES, strong=False)
    if entries:
        print("词条：")
        for number, entry in enumerate(entries, 1):
            print(_line(number, entry, app.content))
    if passages:
        print(f"{chr(10) if entries else ''}原文片段（未经编辑核对）：")
        for number, passage in enumerate(passages, 1):
            print(f"{number}. 《{passage.document}》{passage.place}\n   {' '.join(passage.text.split())}")
    if not entries and not passages:
        print(f"没有找到「{text}」。换个词试试；导入资料用 kexie import 文件。", file=sys.stderr)
        return 1
    return 0


def _line(number: int, entry: Entry, content: Content) -> str:
    answer = " ".join(entry.answer.split())
    shown = answer if len(answer) <= FIRST else answer[: FIRST - 1] + "…"
    place = f"（{entry.region}）" if entry.region and entry.region not in entry.title else ""
    return (
        f"{number}. {entry.title}{place}\n   {shown}\n   出处：{citation(entry.sources, content.sources) or '没有注明'}"
    )
