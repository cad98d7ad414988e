"""`python -m bot.cli` as a process of its own, the way an operator and other programs see it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.settings import DEFAULT_CONTENT


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    status: int
    out: str
    error: str

    @property
    def lines(self) -> list[Any]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class CommandLine:
    """Commands on one data folder and one content root."""

    data: Path
    content: Path
    models: Path
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        if not (self.data / "models").exists():
            (self.data / "models").symlink_to(self.models)

    def __call__(self, *arguments: str, stdin: str | bytes = "", **settings: str) -> Done:
        """Run one command. `settings`: environment, over KEXIE_DATA and KEXIE_CONTENT."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KEXIE_")}
        ours = {"KEXIE_DATA": str(self.data), "KEXIE_CONTENT": str(self.content), **self.settings, **settings}
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=DEFAULT_CONTENT,
            env={**clean, **ours, "PYTHONIOENCODING": "utf-8"},
            input=stdin if isinstance(stdin, bytes) else stdin.encode(),
            capture_output=True,
            timeout=240,
        )
        return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
