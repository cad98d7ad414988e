"""The real service as a process of its own: started, asked, killed and started again on the same data."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from bot.settings import DEFAULT_CONTENT
from bot.store.database import Database

START_WITHIN = 240.0
"""Seconds until /healthz answers; the first start on some content trains the classifier, on a busy machine slowly."""
STOP_WITHIN = 30.0
"""Seconds that a graceful stop may take."""


class Service:
    """`kexie run` on a free port that stays the same over restarts, so that open pages find it again."""

    def __init__(self, data: Path, content: Path | None = None, models: Path | None = None) -> None:
        """`data`: its KEXIE_DATA, made when missing; `content`: content root, None for the real one; `models`: folder of
        trained models that several services share."""
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("KEXIE_")},
            "KEXIE_DATA": str(data),
            "KEXIE_CONTENT": str(content or DEFAULT_CONTENT),
            "KEXIE_HOST": "127.0.0.1",
            "KEXIE_PORT": str(self.port),
            "PYTHONIOENCODING": "utf-8",
        }
        self.arguments: list[str] = []
        """What is written behind `kexie run`."""
        self.log = data.with_name(data.name + ".log")
        self._process: subprocess.Popen[bytes] | None = None
        data.mkdir(parents=True, exist_ok=True)
        if models:
            (data / "models").symlink_to(models)

    def __enter__(self) -> Service:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it answers. Raises RuntimeError with the end of its log when it does not."""
        self.launch()
        self.wait()

    def launch(self) -> None:
        """Start, and wait for nothing."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "run", *self.arguments],
                cwd=DEFAULT_CONTENT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Wait until it answers. Raises RuntimeError with the end of its log when it does not."""
        until = time.monotonic() + START_WITHIN
        while time.monotonic() < until and self._process and self._process.poll() is None:
            if self.healthy():
                return
            time.sleep(0.1)
        self.kill()
        raise RuntimeError(f"the service did not start:\n{self.said()[-2000:]}")

    def healthy(self) -> bool:
        """Whether /healthz answers."""
        # Not by httpx: each call would read all certificates of the world, while the service is starting next to it.
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            line.request("GET", "/healthz")
            return line.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def kill(self) -> None:
        """kill -9, at whatever it is doing."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> int:
        """SIGTERM, and wait; returns the exit status (0 when it was not running)."""
        if self._process is None:
            return 0
        self._process.terminate()
        try:
            status = self._process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._process = None
        return status

    def said(self) -> str:
        """All it has printed and logged so far."""
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    def command(self, *arguments: str) -> str:
        """Output of another `kexie` command on the same data. Raises CalledProcessError."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *arguments],
            cwd=DEFAULT_CONTENT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=True,
            encoding="utf-8",
            timeout=120,
        )
        return done.stdout

    def database(self) -> Database:
        """A second look at the database, while the service runs."""
        return Database(f"sqlite:///{self.data / 'kexie.db'}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
