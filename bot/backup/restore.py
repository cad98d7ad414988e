"""Restoring a backup: only into an empty place, all of it or nothing."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from bot.backup import archive
from bot.backup.archive import BadArchive, Manifest
from bot.store.copying import NotEmpty, NotTheSame, copy_rows, refuse_unless_empty, snapshot
from bot.store.database import MIGRATIONS, Database

STAGING = ".kexie-restore-"


class PlaceTaken(Exception):
    """Something is there already; the text says what to do, for people."""


def restore(path: Path, folder: Path, url: str = "") -> Manifest:
    """Restore the archive into `folder`, which must be missing or empty. `url`: an empty database for the tables; "" for
    a SQLite file in the folder. Raises BadArchive, PlaceTaken, OSError, DBAPIError; then all is as it was before."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PlaceTaken(f"{folder} 里已经有东西。恢复只放进新的或空的文件夹，请用 --to 另写一个，例如 --to data-new。")
    manifest = archive.verify(path)
    if manifest.schema > len(MIGRATIONS):
        raise BadArchive(f"这份备份是更新的版本（{manifest.program}）写的，这个程序还读不了。请先升级程序，再恢复。")
    if url:
        _refuse_taken(url)
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=STAGING, dir=folder.parent))
    try:
        data, tables = staging / "data", staging / "tables.db"
        data.mkdir(mode=0o700)
        archive.extract(path, manifest, data)
        (data / archive.DATABASE).rename(tables)
        _inspect(tables, manifest)
        _fill(tables, url, data, folder)
    except NotTheSame as error:
        raise BadArchive(f"恢复出来的表 {error} 和备份不一样，没有采用。请再试一次；还是这样，就换一份备份。") from None
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return manifest


def _refuse_taken(url: str) -> None:
    """Raises PlaceTaken when the database holds anything."""
    try:
        with closing(Database(url)) as database, database.reading() as connection:
            refuse_unless_empty(connection)
    except NotEmpty as error:
        raise _taken(error) from None


def _taken(error: NotEmpty) -> PlaceTaken:
    return PlaceTaken(
        f"KEXIE_DATABASE_URL 指的数据库里已经有数据（表 {error}）。请先建一个空的数据库，"
        "或者不设 KEXIE_DATABASE_URL，恢复成 SQLite 文件。"
    )


def _inspect(tables: Path, manifest: Manifest) -> None:
    """The archive's tables are only read, but even reading could run what a stranger put there: nothing but tables and
    indexes is let in. Raises BadArchive."""
    try:
        with closing(sqlite3.connect(tables)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            objects = list(connection.execute("SELECT type, name, sql FROM sqlite_master"))
            if any(kind not in ("table", "index") or "virtual" in (sql or "").lower()[:20] for kind, _, sql in objects):
                raise BadArchive("这份备份的数据库里有不该有的东西（视图或触发器）。它不是本程序写的，不能恢复。")
            if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise BadArchive("这份备份里的数据库坏了。请用另一份备份。")
            quoted = {name: name.replace('"', '""') for name in manifest.rows}
            found = {n: connection.execute(f'SELECT count(*) FROM "{q}"').fetchone()[0] for n, q in quoted.items()}
            version = connection.execute("SELECT version FROM schema_version").fetchall()
    except sqlite3.Error:
        raise BadArchive("这份备份里的数据库读不了。请用另一份备份。") from None
    if found != manifest.rows or version != [(manifest.schema,)]:
        raise BadArchive("这份备份的数据库和清单对不上。请用另一份备份。")


def _fill(tables: Path, url: str, data: Path, folder: Path) -> None:
    """Rows into a database made by this program, older tables brought forward first; then the folder into its place.
    With a database elsewhere the folder comes last before the commit, so that both are there or neither."""
    placed = False
    try:
        with (
            closing(Database(f"sqlite:///{tables}")) as source,
            closing(Database(url or f"sqlite:///{data / archive.DATABASE}")) as target,
            snapshot(source) as reading,
            target.transaction() as writing,
        ):
            copy_rows(reading, writing)
            if url:
                data.rename(folder)
                placed = True
    except NotEmpty as error:
        raise _taken(error) from None
    except BaseException:
        if placed:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    if not placed:
        data.rename(folder)
