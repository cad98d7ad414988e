"""Which replies arrived, written down the moment they did: a line in a file costs microseconds, where the database needs
a commit. After a crash the replies in the file are not sent a second time.

The file needs no sync: what was written survives the death of the process, and after a power cut a reply sent twice is
the lesser evil. It helps whoever takes over on the same machine; another machine does not see it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

LARGE = 64_000
"""Bytes after which the file is begun anew, once nothing is under way."""


class Arrived:
    """Outbox ids that a channel has delivered, in a file of whole lines."""

    def __init__(self, path: Path | None) -> None:
        """`path`: the file, its folder made when missing; None for no memory at all."""
        self._path = path
        self._file = -1
        self._size = 0

    def note(self, row_id: int) -> None:
        """Delivered. A full disk costs the memory, nothing else."""
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            if self._file < 0:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._size += os.write(self._file, b"%d\n" % row_id)

    def known(self) -> list[int]:
        """The ids in the file; a line that was cut off by a crash is no id."""
        try:
            written = self._path.read_bytes() if self._path else b""
        except OSError:
            return []
        return [int(line) for line in written.split(b"\n")[:-1] if line.isdigit()]

    def begin_anew(self) -> None:
        """Forget: every id in the file is marked in the database."""
        with contextlib.suppress(OSError):
            if self._path and self._path.exists():
                os.truncate(self._path, 0)
        self._size = 0

    def tidy(self) -> None:
        """Forget when the file has grown large."""
        if self._size > LARGE:
            self.begin_anew()

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
