"""Making a backup: consistent while the service writes, whole or not there at all."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from bot import __version__
from bot.backup import archive
from bot.store.copying import copy_rows, snapshot
from bot.store.database import PATIENCE, Database, stamp, utc_now
from bot.store.leftovers import KEPT_FOLDERS, mentioned
from bot.store.records import Records

STAGING = ".kexie-backup-"
"""Folders with this beginning, beside the archive, are a backup under way."""
ABANDONED = 24 * 3600.0
"""Seconds after which such a folder is what a crash left behind."""
NAME = "kexie-%Y%m%d-%H%M%S.tar"
OLD = re.compile(r"kexie-\d{8}-\d{6}\.tar")
"""Backups named by us: only these are ever removed."""
WHO = "command line"


class NothingToSave(Exception):
    """There is no database yet; the text is for people."""


def name_for(now: datetime) -> str:
    """File name of a backup made at `now`; names sort by time."""
    return now.strftime(NAME)


def back_up(url: str, data: Path, target: Path) -> archive.Manifest:
    """Write everything to `target`, mode 0600, read it again, and only then give it its name.

    `url`: the database. `data`: the data folder. Raises FileExistsError, NothingToSave, BadArchive when what was
    written cannot be read again, OSError and DBAPIError or sqlite3.Error for a full disk and the like.
    """
    if target.exists():
        raise FileExistsError(17, "已经有这个文件", str(target))
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _clear(target.parent)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=target.parent))  # mode 0700
    try:
        copy = staging / archive.DATABASE
        kind = make_url(url).get_backend_name()
        (_dump_sqlite if kind == "sqlite" else _dump)(url, copy, target.name)
        rows, schema = _look(copy)
        about = {"program": __version__, "schema": schema, "made_at": stamp(utc_now()), "database": kind, "rows": rows}
        finished = staging / "archive.tar"
        with os.fdopen(os.open(finished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            archive.write(file, _sources(copy, data, staging), about)
            file.flush()
            os.fsync(file.fileno())
        manifest = archive.verify(finished)
        finished.rename(target)
        _sync_folder(target.parent)
        return manifest
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def remove_old(folder: Path, keep: int) -> list[Path]:
    """Remove the oldest backups but `keep`. Returns what was removed."""
    ours = sorted(path for path in folder.iterdir() if OLD.fullmatch(path.name) and path.is_file())
    gone = ours[: max(0, len(ours) - keep)]
    for path in gone:
        path.unlink()
    return gone


def _dump_sqlite(url: str, copy: Path, noted: str) -> None:
    """VACUUM INTO: one snapshot, without what was deleted. Opened by itself and not migrated, because the backup before
    an upgrade has to be of the old tables."""
    path = make_url(url).database
    if not path or not Path(path).is_file():
        raise NothingToSave(f"还没有数据库（{path}），没有可备份的。请检查 KEXIE_DATA 和 KEXIE_DATABASE_URL。")
    address = f"{Path(path).resolve().as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=PATIENCE, isolation_level=None)) as connection:
        line = (stamp(utc_now()), WHO, "backup", noted[:120])
        connection.execute("INSERT INTO audit (at, who, what, which) VALUES (?, ?, ?, ?)", line)
        connection.execute("VACUUM INTO ?", (str(copy),))


def _dump(url: str, copy: Path, noted: str) -> None:
    """Any other database, from one snapshot into a SQLite file."""
    with closing(Database(url)) as source, closing(Database(f"sqlite:///{copy}")) as target:
        with source.transaction() as connection:
            Records(connection, source.clock()).note(WHO, "backup", noted[:120])
        with snapshot(source) as reading, target.transaction() as writing:
            copy_rows(reading, writing)


def _look(copy: Path) -> tuple[dict[str, int], int]:
    """(rows of each table, version of the tables)."""
    with closing(sqlite3.connect(copy)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {
            n: _count(connection, n) for n in sorted(names) if n != "schema_version" and not n.startswith("sqlite_")
        }
        (schema,) = connection.execute("SELECT version FROM schema_version").fetchone()
    return rows, int(schema)


def _count(connection: sqlite3.Connection, table: str) -> int:
    quoted = table.replace('"', '""')
    return int(connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0])


def _sources(copy: Path, data: Path, staging: Path) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file). Files come after the snapshot of the tables: a file is written before the row that
    names it, so none of those named can be missing. What no row names was deleted, and is not kept in backups."""
    yield archive.DATABASE, copy
    library = data / "knowledge.db"
    if library.is_file():
        with closing(sqlite3.connect(library, timeout=PATIENCE, isolation_level=None)) as connection:
            connection.execute("VACUUM INTO ?", (str(staging / "knowledge.db"),))
        yield "knowledge.db", staging / "knowledge.db"
    if (data / "web.key").is_file():
        yield "web.key", data / "web.key"
    named = _named(copy)
    for folder in archive.FOLDERS:
        for path in sorted((data / folder).rglob("*")):
            inside = path.relative_to(data / folder)
            wanted = folder != "files" or inside.parts[0] in KEPT_FOLDERS or inside.as_posix() in named
            if wanted and path.is_file() and not path.is_symlink():
                yield f"{folder}/{inside.as_posix()}", path


def _named(copy: Path) -> set[str]:
    engine = create_engine(f"sqlite:///{copy}")
    try:
        with engine.connect() as connection:
            return mentioned(connection)
    finally:
        engine.dispose()


def _clear(folder: Path) -> None:
    """Remove what a killed backup left behind."""
    for path in folder.glob(f"{STAGING}*"):
        if time.time() - path.stat().st_mtime > ABANDONED:
            shutil.rmtree(path, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """The new name, too, has to survive a power cut."""
    handle: Any = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
