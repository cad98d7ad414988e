"""Conversations over `kexie chat --jsonl`: one process for all people of a test file, told apart by `chat`.

Everything that is said and answered is kept in `Person.turns`, so that a test can look at what really happened.
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from docx import Document

from bot.clock import china_day
from bot.settings import DEFAULT_CONTENT
from tests.small_content import write_small_content

USCC = "91321100MA1XK3L26L"
"""A code whose check character is right; nobody's."""
SAMPLES = {".pdf": b"%PDF-1.7\n%%EOF", ".png": b"\x89PNG\r\n\x1a\n" + b"0" * 100}
"""Ending -> the least that is taken for such a file."""


def day(ago: int) -> str:
    """A date as people write it, so many days ago; negative for one to come."""
    # The forms reckon by China's calendar, whatever the machine's clock shows.
    found = china_day(datetime.now(UTC)) - timedelta(days=ago)
    return f"{found.year}年{found.month}月{found.day}日"


def sample(folder: Path, name: str) -> Path:
    """A small file to hand in, of the kind that its ending says."""
    path = folder / name
    path.write_bytes(SAMPLES[path.suffix])
    return path


def open_content(target: Path) -> Path:
    """The small content under `target`, with the samples that ship closed opened the way a clerk does it, and one place
    at the event."""
    write_small_content(target)
    for name in ("event_registration", "survey", "vote"):
        file = target / "forms" / f"{name}.yaml"
        lines = [line for line in file.read_text("utf-8").splitlines(True) if not line.startswith("state: closed")]
        file.write_text("".join(lines).replace("quota: 50", "quota: 1 "), "utf-8")
    return target


class Line:
    """The process; one event a line in, one line of replies out."""

    _people = itertools.count(1)

    def __init__(self, data: Path, content: Path, models: Path) -> None:
        data.mkdir(parents=True)
        (data / "models").symlink_to(models)
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KEXIE_")}
        ours = {"KEXIE_DATA": str(data), "KEXIE_CONTENT": str(content), "PYTHONIOENCODING": "utf-8"}
        self.environment = {**clean, **ours}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "chat", "--jsonl"],
            cwd=DEFAULT_CONTENT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )

    def person(self, name: str = "") -> Person:
        """Somebody who has not been here before."""
        return Person(self, name or f"c{next(self._people)}")

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

    def command(self, *arguments: str) -> str:
        """Another command on the same data; its standard output."""
        line = [sys.executable, "-m", "bot.cli", *arguments]
        done = subprocess.run(line, cwd=DEFAULT_CONTENT, env=self.environment, capture_output=True, timeout=240)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def close(self) -> None:
        """No more input; the process leaves by itself."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()


@dataclass(frozen=True)
class Turn:
    """One message and what was answered."""

    said: str
    """What was typed, the label that was pressed, or the name of the file."""
    told: str
    """All texts of the answer."""
    labels: tuple[str, ...]
    """Labels of the buttons under it."""


class Person:
    """One person's conversation."""

    def __init__(self, line: Line, chat: str) -> None:
        self.line = line
        self.chat = chat
        self.replies: list[dict[str, Any]] = []
        self.turns: list[Turn] = []

    @property
    def last(self) -> str:
        """All that was said to the last message."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        """Labels of the buttons under the last replies."""
        return [button["label"] for button in self._buttons()]

    @property
    def files(self) -> dict[str, Path]:
        """Files that came with the last replies: name -> path."""
        return {file["name"]: Path(file["path"]) for reply in self.replies for file in reply["files"]}

    def say(self, *texts: str) -> str:
        """Type one or several messages; what was answered to the last."""
        for text in texts:
            self._send(text, {"text": text})
        return self.last

    def press(self, label: str) -> str:
        """Press the first button whose label begins so."""
        found = next((button for button in self._buttons() if button["label"].startswith(label)), None)
        assert found, f"no button {label!r} among {self.labels}"
        return self._send(found["label"], {"press": found["id"]})

    def send(self, path: Path, text: str = "") -> str:
        """Send a file, with words perhaps."""
        return self._send(f"{path.name} {text}", {"file": str(path), **({"text": text} if text else {})})

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

    def receipt(self) -> str:
        """The receipt number of the last answer."""
        return self.last.split("回执号：")[1].split()[0]

    def paper(self, label: str) -> str:
        """Ask for a paper by its button; its text. The page with the button stays the last one."""
        before = self.replies
        self.press(label)
        found = [path for name, path in self.files.items() if name.endswith(".docx")]
        assert found, self.last
        text = words(found[0])
        self.replies = before
        return text

    def _buttons(self) -> list[dict[str, str]]:
        return [button for reply in self.replies for row in reply["buttons"] for button in row]

    def _send(self, said: str, event: dict[str, str]) -> str:
        self.replies = self.line.ask({"chat": self.chat, **event})
        self.turns.append(Turn(said, self.last, tuple(self.labels)))
        return self.last


def words(path: Path) -> str:
    """All text of a Word file, tables too; fails when the file is broken."""
    assert ZipFile(path).testzip() is None
    document = Document(str(path))
    return "\n".join("".join(t.text or "" for t in p.iter(_TEXT)) for p in document.element.body.iter(_PARAGRAPH))


_SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = f"{_SPACE}t"
_PARAGRAPH = f"{_SPACE}p"
