"""A conversation through `kexie chat --jsonl`: one process that lives as long as the tests of a file, many people in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from bot.settings import DEFAULT_CONTENT
from tests.small_content import write_small_content

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 100
PAPER = b"%PDF-1.4\n%%EOF\n"


def open_templates(content: Path) -> Path:
    """The small content under `content`, with the templates that ship closed opened the way a clerk does it."""
    write_small_content(content)
    for name in ("event_registration", "survey", "vote"):
        file = content / "forms" / f"{name}.yaml"
        lines = [line for line in file.read_text("utf-8").splitlines(True) if not line.startswith("state: closed")]
        file.write_text("".join(lines).replace("quota: 50", "quota: 1 "), "utf-8")
    return content


class Lines:
    """The running command."""

    def __init__(self, data: Path, content: Path) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KEXIE_")}
        ours = {"KEXIE_DATA": str(data), "KEXIE_CONTENT": str(content), "PYTHONIOENCODING": "utf-8"}
        self.environment = {**clean, **ours}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "chat", "--jsonl"],
            cwd=DEFAULT_CONTENT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def send(self, event: dict[str, str]) -> list[dict[str, Any]]:
        """One event in, its line of replies out."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(event, ensure_ascii=False).encode() + b"\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["chat"] == event["chat"]
        return list(answer["replies"])

    def command(self, *arguments: str) -> str:
        """Another command on the same data; its standard output."""
        line = [sys.executable, "-m", "bot.cli", *arguments]
        done = subprocess.run(line, cwd=DEFAULT_CONTENT, env=self.environment, capture_output=True, timeout=240)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def person(self, name: str) -> Person:
        """Somebody with a conversation of their own."""
        return Person(self, name)

    def end(self) -> None:
        """No more input; the process leaves by itself."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


class Person:
    """One chat."""

    def __init__(self, lines: Lines, name: str) -> None:
        self.lines, self.name = lines, name
        self.replies: list[dict[str, Any]] = []

    @property
    def last(self) -> str:
        """All that was said to the last message."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        """Labels of the buttons under the last replies."""
        return [button["label"] for button in self._buttons()]

    def say(self, *texts: str) -> str:
        """Type one message after the other; what was answered to the last."""
        for text in texts:
            self._send({"text": text})
        return self.last

    def press(self, label: str) -> str:
        """Press the button whose label holds these words."""
        return self._send({"press": next(b["id"] for b in self._buttons() if label in b["label"])})

    def file(self, path: Path, text: str = "") -> str:
        """Send a file, with words perhaps."""
        return self._send({"file": str(path), **({"text": text} if text else {})})

    def receipt(self) -> str:
        """The receipt number of the last answer."""
        return self.last.split("回执号：")[1].split()[0]

    def _buttons(self) -> list[dict[str, str]]:
        return [button for reply in self.replies for row in reply["buttons"] for button in row]

    def _send(self, event: dict[str, str]) -> str:
        self.replies = self.lines.send({"chat": self.name, **event})
        return self.last
