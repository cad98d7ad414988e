"""Conversations over `kexie chat --jsonl`: one process for all people of a test file, told apart by `chat`."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from docx import Document

from bot.settings import DEFAULT_CONTENT

USCC = "91321100MA1XK3L26L"
"""A code whose check character is right; nobody's."""


def day(ago: int) -> str:
    """A date as people write it, so many days ago; negative for one to come."""
    found = date.today() - timedelta(days=ago)
    return f"{found.year}年{found.month}月{found.day}日"


class Line:
    """The process; one event a line in, one line of replies out."""

    _people = itertools.count(1)

    def __init__(self, data: Path, content: Path, models: Path) -> None:
        data.mkdir(parents=True)
        (data / "models").symlink_to(models)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KEXIE_")}
        ours = {"KEXIE_DATA": str(data), "KEXIE_CONTENT": str(content), "PYTHONIOENCODING": "utf-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "chat", "--jsonl"],
            cwd=DEFAULT_CONTENT,
            env={**clean, **ours},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def person(self) -> Person:
        """Somebody who has not been here before."""
        return Person(self, f"c{next(self._people)}")

    def ask(self, event: dict[str, str]) -> list[dict[str, Any]]:
        """The replies to one event."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(event, ensure_ascii=False) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["chat"] == event["chat"]
        replies: list[dict[str, Any]] = answer["replies"]
        return replies

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)


class Person:
    """One person's conversation."""

    def __init__(self, line: Line, chat: str) -> None:
        self.line = line
        self.chat = chat
        self.replies: list[dict[str, Any]] = []

    @property
    def last(self) -> str:
        """All that was said to the last message."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        """Labels of the buttons under the last replies."""
        return [button["label"] for reply in self.replies for row in reply["buttons"] for button in row]

    @property
    def files(self) -> dict[str, Path]:
        """Files that came with the last replies: name -> path."""
        return {file["name"]: Path(file["path"]) for reply in self.replies for file in reply["files"]}

    def say(self, *texts: str) -> str:
        """Type one or several messages; what was answered to the last."""
        for text in texts:
            self.replies = self.line.ask({"chat": self.chat, "text": text})
        return self.last

    def press(self, label: str) -> str:
        """Press the first button whose label begins so."""
        buttons = [button for reply in self.replies for row in reply["buttons"] for button in row]
        found = next((button for button in buttons if button["label"].startswith(label)), None)
        assert found, f"no button {label!r} among {self.labels}"
        self.replies = self.line.ask({"chat": self.chat, "press": found["id"]})
        return self.last

    def send(self, path: Path) -> str:
        """Send a file."""
        self.replies = self.line.ask({"chat": self.chat, "file": str(path)})
        return self.last

    def fill(self, rows: Iterable[tuple[str, str]]) -> str:
        """Answer question after question; each has to be the one that is expected."""
        for label, answer in rows:
            assert label in self.last, f"expected the question about {label}, got: {self.last}"
            self.say(answer)
        return self.last

    def refused(self, answer: str, why: str) -> None:
        """Give a wrong answer: it is not taken, and it is said how to mend it."""
        self.say(answer)
        assert "还没收下" in self.last, self.last
        assert why in self.last, self.last

    def paper(self, label: str) -> str:
        """Ask for a paper by its button; its text."""
        before = self.replies
        self.press(label)
        found = [path for name, path in self.files.items() if name.endswith(".docx")]
        assert found, self.last
        text = words(found[0])
        self.replies = before
        return text


def words(path: Path) -> str:
    """All text of a Word file, tables too; fails when the file is broken."""
    assert ZipFile(path).testzip() is None
    document = Document(str(path))
    return "\n".join("".join(t.text or "" for t in p.iter(_TEXT)) for p in document.element.body.iter(_PARAGRAPH))


_SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = f"{_SPACE}t"
_PARAGRAPH = f"{_SPACE}p"


def pdf(folder: Path, name: str) -> Path:
    """A small PDF to hand in."""
    path = folder / name
    path.write_bytes(b"%PDF-1.7\n%%EOF")
    return path
