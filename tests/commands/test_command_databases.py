"""A whole filing through the command line, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
from pathlib import Path

from bot.filing.receipt import normalise
from tests.commands.command_line import CommandLine
from tests.conversations.test_filing import ANSWERS
from tests.store.databases import url

__all__ = ["url"]


def test_filing_status_and_export_on_either_database(kexie: CommandLine, url: str, tmp_path: Path) -> None:
    """Twenty-four answers, submitted twice, asked after by another process, exported: one submission, whichever database
    keeps it; an emoji and a NUL do no harm."""
    kexie.settings["KEXIE_DATABASE_URL"] = url
    texts = ["😀\x00", "我要备案", *(text for _, text in ANSWERS), "提交", "提交", "企业科协的停车位\x00归谁管"]
    done = kexie("chat", "--jsonl", stdin="".join(f"{json.dumps({'chat': 'a', 'text': text})}\n" for text in texts))
    assert (done.status, done.error) == (0, "")
    said = ["\n".join(reply["text"] for reply in line["replies"]) for line in done.lines]
    receipt = normalise(said[-3])
    assert receipt is not None, said[-3]
    assert "已经提交过" in said[-2]
    asked = kexie("chat", "--jsonl", stdin=json.dumps({"chat": "a", "text": receipt}))
    assert "已收到" in asked.lines[0]["replies"][0]["text"]
    target = tmp_path / "out.json"
    exported = kexie("export", "--form", "founding_filing", "--format", "json", "--output", str(target))
    assert "导出 1 份" in exported.out
    assert target.read_text(encoding="utf-8").count(receipt) == 1
