"""What the content files hold, kept as JSON by the hash of each file: JSON is read some fifteen times faster than YAML,
and a program that answers one question should not spend its time on reading 2 MB of YAML that nobody has changed.

The file is a cache and nothing else: it may be deleted at any time, and a damaged one counts as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Any

FORMAT = "kexie-content-2"
"""First line of the file. Raised when what is kept changes."""


class Remembered:
    """What one cache file holds: digest of a YAML file -> its data as a line of JSON."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = _lines(path)
        self._now: dict[str, str] = {}

    def data(self, raw: bytes, parse: Callable[[], Any]) -> Any:
        """The data of a file with these bytes: as kept, else from `parse`. Raises what `parse` raises."""
        digest = hashlib.sha256(raw).hexdigest()
        line = self._now.get(digest) or self._before.get(digest)
        if line is not None:
            with contextlib.suppress(ValueError):
                data = json.loads(line)
                self._now[digest] = line
                return data
        data = parse()
        # An alias that leads back to itself, and a key that is a list, stand in no JSON: such a file is parsed each time.
        with contextlib.suppress(ValueError, TypeError, RecursionError):
            self._now[digest] = json.dumps(data, ensure_ascii=False)
        return data

    def save(self) -> None:
        """Write what was used just now, whole or not at all; nothing when all of it was there before. A folder that
        cannot be written to is no fault: then it is parsed again next time."""
        if self._now == self._before:
            return
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        lines = [FORMAT, *(f"{digest}\t{line}" for digest, line in self._now.items())]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
            part.replace(self.path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)


def _lines(path: Path) -> dict[str, str]:
    try:
        # JSON escapes line ends inside texts, so that a line is a file.
        head, *lines = path.read_bytes().decode("utf-8", "surrogatepass").split("\n")
    except (OSError, ValueError):
        return {}
    if head != FORMAT:
        return {}
    return {digest: data for digest, tab, data in (line.partition("\t") for line in lines) if tab}


_current: ContextVar[Remembered | None] = ContextVar("remembered", default=None)


@contextlib.contextmanager
def remembering(path: Path | None) -> Iterator[None]:
    """While this lasts, `read` in this thread looks into the cache file at `path` (None: nowhere)."""
    cache = Remembered(path) if path else None
    token = _current.set(cache)
    try:
        yield
        if cache:
            cache.save()
    finally:
        _current.reset(token)


def read(raw: bytes, parse: Callable[[], Any]) -> Any:
    """Data of a file with these bytes: from the cache in use, else from `parse`."""
    cache = _current.get()
    return cache.data(raw, parse) if cache else parse()
