"""An SVG as PNG through Chromium, or LibreOffice, whichever is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
OFFICES = ("soffice", "libreoffice")
LONGEST = 60
"""Seconds after which a painter is given up."""


class NoPainter(RuntimeError):
    """Nothing on this machine can turn an SVG into PNG; the text says what to install."""


def png(drawing: str, target: Path) -> None:
    """Write the SVG text as PNG to `target`. Raises NoPainter."""
    with tempfile.TemporaryDirectory(prefix="kexie-png-") as name:
        folder = Path(name)
        source, made = folder / "form.svg", folder / "form.png"
        source.write_text(drawing, encoding="utf-8")
        size = re.search(r'width="([\d.]+)" height="([\d.]+)"', drawing)
        room = ",".join(str(int(float(side)) + 1) for side in size.groups()) if size else "900,1600"
        flags = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder / 'browser'}",
        ]
        shot = [f"--screenshot={made}", f"--window-size={room}", source.as_uri()]
        profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
        office = [profile, "--headless", "--convert-to", "png", "--outdir", str(folder), str(source)]
        for programs, arguments in ((BROWSERS, [*flags, *shot]), (OFFICES, office)):
            program = next(filter(None, map(shutil.which, programs)), None)
            if program and _ran([program, *arguments]) and made.is_file():
                shutil.copyfile(made, target)
                return
    raise NoPainter("这台机器没有能用的 Chromium 或 LibreOffice，画不了 png")


def _ran(command: list[str]) -> bool:
    quiet = subprocess.DEVNULL
    try:
        done = subprocess.run(command, stdin=quiet, stdout=quiet, stderr=quiet, timeout=LONGEST)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
