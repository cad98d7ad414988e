"""Word -> PDF through LibreOffice, where it is installed. Takes seconds: never inside a transaction."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from pathlib import Path

log = logging.getLogger(__name__)

LONGEST = 90.0
"""Seconds after which LibreOffice is given up."""
_ONE_AT_A_TIME = threading.Lock()
"""Each LibreOffice takes 200 MB and a core."""


def office() -> str:
    """The LibreOffice command, "" when it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


def to_pdf(word: Path) -> Path | None:
    """The PDF beside the Word file; made when it is missing or older. None when that fails."""
    target = word.with_suffix(".pdf")
    if not word.is_file():
        return None
    with _ONE_AT_A_TIME:
        if target.is_file() and target.stat().st_mtime >= word.stat().st_mtime:
            return target
        return target if _convert(word, target) else None


def _convert(word: Path, target: Path) -> bool:
    command = office()
    if not command:
        return False
    # A profile of its own: two LibreOffices with one profile, or one that somebody has open, wait for each other.
    with tempfile.TemporaryDirectory(prefix="kexie-office-") as folder:
        profile = (Path(folder) / "profile").as_uri()
        call = [command, f"-env:UserInstallation={profile}", "--headless", "--norestore", "--convert-to", "pdf"]
        if not _finished([*call, "--outdir", folder, str(word.resolve())]):
            return False
        made = Path(folder) / target.name
        if not made.is_file():
            return False
        part = target.with_suffix(".part")
        shutil.copyfile(made, part)
        part.replace(target)
    return True


def _finished(command: list[str]) -> bool:
    """Run it to its end, or end it and the processes it started when it takes too long."""
    quiet = subprocess.DEVNULL
    try:
        running = subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True)
    except OSError as error:
        log.error("no PDF: %s", type(error).__name__)
        return False
    try:
        return running.wait(LONGEST) == 0
    except subprocess.TimeoutExpired:
        log.error("no PDF: LibreOffice took longer than %.0f s", LONGEST)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        return False
