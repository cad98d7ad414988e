"""Which replies arrived, written down the moment they did: a line in a file costs microseconds, where the database needs
a commit. After a crash the replies in the file are not sent a second time, and of one in several parts only the rest.

The file needs no sync: what was written survives the death of the process, and after a power cut a reply sent twice is
the lesser evil. It helps whoever takes over on the same machine; another machine does not see it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

LARGE = 64_000
"""Bytes after which the file is begun anew, once nothing is under way."""


class Arrived:
    """What a channel has delivered, in a file of whole lines: `<outbox id>` for a reply, `<outbox id> <parts>` for the
    first parts of one. Notes may come from any thread."""

    def __init__(self, path: Path | None) -> None:
        """`path`: the file, its folder made when missing; None for no memory beyond this process."""
        self._path = path
        self._file = -1
        self._size = 0
        self._parts: dict[int, int] = {}
        self._lock = threading.Lock()
        """A note must not go to a file that was just closed: its number may be that of another file by now."""
        self._open()

    def note(self, row_id: int, parts: int = 0) -> None:
        """Delivered: its first `parts`, or with 0 the whole. A full disk costs the memory, nothing else."""
        with self._lock, contextlib.suppress(OSError):
            if self._file >= 0:
                # A line end before it, too: a full disk may have taken half of the line before.
                self._size += os.write(self._file, b"\n%d %d\n" % (row_id, parts) if parts else b"\n%d\n" % row_id)
        if parts:
            self._parts[row_id] = parts
        else:
            self._parts.pop(row_id, None)

    def known(self) -> list[int]:
        """The ids in the file of what arrived whole; a line that was cut off by a crash is none. What arrived in part
        is remembered from here on."""
        try:
            written = self._path.read_bytes() if self._path else b""
        except OSError:
            return []
        whole = []
        for line in written.split(b"\n")[:-1]:
            row_id, _, parts = line.partition(b" ")
            if row_id.isdigit() and parts.isdigit():
                self._parts[int(row_id)] = int(parts)
            elif row_id.isdigit() and not parts:
                whole.append(int(row_id))
                self._parts.pop(int(row_id), None)
        return whole

    def parts(self, row_id: int) -> int:
        """How many parts of a reply have arrived that has not arrived whole."""
        return self._parts.get(row_id, 0)

    def ended(self, row_id: int) -> None:
        """A reply that is not tried again: nobody asks for its parts any more."""
        self._parts.pop(row_id, None)

    def begin_anew(self) -> None:
        """Forget what arrived whole: it is all marked in the database."""
        if self._path is None:
            return
        anew = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            anew.write_bytes(b"".join(b"%d %d\n" % known for known in self._parts.items()))
            anew.replace(self._path)
        self.close()
        self._open()

    def tidy(self) -> None:
        """Forget when the file has grown large."""
        if self._size > LARGE:
            self.begin_anew()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _open(self) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._size = os.fstat(self._file).st_size
