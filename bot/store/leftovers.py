"""Files that nothing stored speaks of any more: of expired and deleted drafts, refused, or sent while no form was open."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Connection, select

from bot.store.tables import drafts, inbox, outbox, submissions

KEPT_FOLDERS = ("receipts",)
"""Folders whose files belong to a submission by their name."""
_PATH = re.compile(r'"path": ("(?:[^"\\]|\\.)*")')
"""How an attachment's path stands in the JSON of a draft, a submission or a message."""


def delete_leftovers(connection: Connection, files: Path, before: float) -> int:
    """Delete what lies under `files`, was last written before `before` (seconds since 1970) and is mentioned by no
    draft, no submission, no reply and no message that still waits. Returns how many files that were.

    A file is written before the message that brings it is handled, so `before` must be well in the past.
    """
    old = [path for path in files.rglob("*") if path.is_file() and path.stat().st_mtime < before]
    old = [path for path in old if path.relative_to(files).parts[0] not in KEPT_FOLDERS]
    if not old:
        return 0
    known = _mentioned(connection)
    gone = [path for path in old if path.relative_to(files).as_posix() not in known]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def delete_unmentioned(connection: Connection, files: Path, paths: Iterable[str]) -> int:
    """Delete those of these files (relative to `files`) that no stored row mentions any more. Returns how many."""
    wanted = set(paths)
    gone = wanted - _mentioned(connection) if wanted else set()
    for path in gone:
        (files / path).unlink(missing_ok=True)
    return len(gone)


def _mentioned(connection: Connection) -> set[str]:
    """Every path that a stored row names, relative to the files folder."""
    waiting = select(inbox.c.raw).where(inbox.c.state != "done")
    sources = (select(drafts.c.draft), select(submissions.c.answers), select(outbox.c.reply), waiting)
    return {
        json.loads(path) for source in sources for text in connection.scalars(source) for path in _PATH.findall(text)
    }
