"""Backups: whole and consistent while others write, or not there at all; restored into an empty place, or not at all."""

from __future__ import annotations

import io
import json
import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.backup import archive
from bot.backup.archive import BadArchive
from bot.backup.make import ABANDONED, STAGING, back_up, remove_old
from bot.backup.restore import PlaceTaken, restore
from bot.messages import Reply
from bot.settings import DEFAULT_CONTENT
from bot.store import post
from bot.store.database import MIGRATIONS, Database
from bot.store.records import Records
from tests.backup.house import RECEIPT, contents, furnish, tree


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """An archive of a furnished SQLite house."""
    data = tmp_path / "data"
    furnish(f"sqlite:///{data / 'kexie.db'}", data)
    target = tmp_path / "made.tar"
    back_up(f"sqlite:///{data / 'kexie.db'}", data, target)
    return target


def test_a_backup_holds_what_is_named_and_is_for_its_owner_only(url: str, tmp_path: Path) -> None:
    """Tables, named files, receipts, local content and the cookie key are in it; a file that no row names is not; the
    manifest counts the rows; only the owner may read it; nothing else is left beside it."""
    data = tmp_path / "data"
    furnish(url, data)
    target = tmp_path / "out" / "one.tar"
    manifest = back_up(url, data, target)
    names = {part.name for part in manifest.parts}
    assert names == {"kexie.db", "web.key", "files/a/章程.pdf", "files/receipts/r.docx", "content/本地.yaml"}
    assert manifest.files == 2
    assert manifest.schema == len(MIGRATIONS)
    assert {"inbox": 30, "outbox": 30, "submissions": 1, "drafts": 1}.items() <= manifest.rows.items()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["one.tar"]
    assert archive.verify(target) == manifest


def test_a_backup_restores_into_either_database(url: str, tmp_path: Path) -> None:
    """From SQLite and from PostgreSQL into a new SQLite file and from there into this kind again: the same rows; the
    next row gets a fresh id."""
    data, first, second = tmp_path / "data", tmp_path / "first", tmp_path / "second"
    furnish(url, data)
    back_up(url, data, tmp_path / "one.tar")
    restore(tmp_path / "one.tar", first)
    lite = f"sqlite:///{first / 'kexie.db'}"
    assert contents(lite) == contents(url)
    files = tree(first)
    assert files["files/a/章程.pdf"] == b"%PDF"
    assert files["web.key"] == b"k" * 32
    back_up(lite, first, tmp_path / "two.tar")
    other = _empty_like(url, tmp_path)
    restore(tmp_path / "two.tar", second, other)
    assert contents(other) == contents(url)
    with closing(Database(other)) as database:
        assert post.receive(database, "terminal", "new", "terminal:x", {"text": "新"})
        with database.reading() as connection:
            assert post.inbox_id(connection, "terminal", "new") == 31
            found = Records(connection, database.clock()).submission(RECEIPT)
            assert found is not None
            assert (second / "files" / found.answers["paper"][0]["path"]).read_bytes() == b"%PDF"


def _empty_like(url: str, folder: Path) -> str:
    """Address of another empty database of the same kind."""
    from tests.store.databases import _server

    server = None if url.startswith("sqlite") else _server()
    return server.fresh() if server else f"sqlite:///{folder / 'elsewhere.db'}"


def test_a_backup_while_others_write_is_one_moment(url: str, tmp_path: Path) -> None:
    """Each transaction writes one message and its answer: in the backup there are as many of the one as of the other,
    and more were written while it was made."""
    data, stop = tmp_path / "data", threading.Event()
    data.mkdir()
    database = Database(url)
    written: list[int] = []

    def write() -> None:
        while not stop.is_set():
            number = len(written)
            with database.transaction() as connection:
                row = {"channel": "terminal", "update_id": str(number), "chat": "c", "raw": "{}", "received_at": ""}
                connection.exec_driver_sql(_insert(database), row)
                post.post(connection, "terminal:c", [Reply("好")], number, database.clock())
            written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(3):
            manifest = back_up(url, data, tmp_path / f"{turn}.tar")
            assert manifest.rows["inbox"] == manifest.rows["outbox"]
            _until(lambda seen=manifest.rows["inbox"]: len(written) > seen)  # type: ignore[misc]
    finally:
        stop.set()
        writer.join()
        database.close()
    assert manifest.rows["inbox"] > 0


def _insert(database: Database) -> str:
    columns = ("channel", "update_id", "chat", "raw", "received_at")
    marks = [f":{name}" if database.is_sqlite else f"%({name})s" for name in columns]
    return (
        f"insert into inbox ({', '.join(columns)}, state, tries, error, done_at) "
        f"values ({', '.join(marks)}, 'new', 0, '', '')"
    )


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.01)


def _refused(path: Path, folder: Path, says: str) -> None:
    """Refused in words for people, with nothing changed."""
    before = sorted(folder.parent.iterdir())
    with pytest.raises(BadArchive, match=says):
        restore(path, folder)
    assert sorted(folder.parent.iterdir()) == before


def test_a_changed_byte_is_noticed_wherever_it_is(made: Path, tmp_path: Path) -> None:
    """One byte changed at any of sixty places: refused, or a byte that carries nothing (padding, owner) and then the
    restored rows and files are the right ones."""
    whole, chance = made.read_bytes(), random.Random(5)
    right = contents(f"sqlite:///{tmp_path / 'data' / 'kexie.db'}")
    refused = 0
    for turn in range(60):
        place = chance.randrange(len(whole))
        broken = tmp_path / "broken.tar"
        broken.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        folder = tmp_path / f"r{turn}"
        try:
            restore(broken, folder)
        except BadArchive:
            refused += 1
            assert not folder.exists()
        else:
            assert contents(f"sqlite:///{folder / 'kexie.db'}") == right
    assert refused > 40


def test_a_cut_archive_is_refused_wherever_it_was_cut(made: Path, tmp_path: Path) -> None:
    """Cut anywhere before the end of the manifest: refused; nothing appears."""
    whole = made.read_bytes()
    end = whole.rindex(b'"sha256"')
    for place in [0, 1, 511, 512, 513, 5000, end - 5000, end - 1, end]:
        (tmp_path / "cut.tar").write_bytes(whole[:place])
        _refused(tmp_path / "cut.tar", tmp_path / "restored", "备份")


def _rewritten(made: Path, target: Path, change: Callable[[archive.Manifest], archive.Manifest]) -> Path:
    """The archive with another manifest, whose own checksum is right."""
    manifest = change(archive.verify(made))
    with tarfile.open(made) as old, tarfile.open(target, "w") as new:
        for entry in old:
            content = old.extractfile(entry)
            assert content is not None
            data = manifest.as_json() if entry.name == archive.MANIFEST else content.read()
            entry.size = len(data)
            new.addfile(entry, io.BytesIO(data))
    return target


def test_an_archive_from_the_future_is_refused_with_what_to_do(made: Path, tmp_path: Path) -> None:
    """A newer form of archive and newer tables: both say to upgrade first."""
    for change in (lambda m: replace(m, format=99), lambda m: replace(m, schema=99)):
        newer = _rewritten(made, tmp_path / "newer.tar", change)
        _refused(newer, tmp_path / "restored", "先升级")


def test_a_manifest_that_does_not_fit_is_refused(made: Path, tmp_path: Path) -> None:
    """Other row counts, a part left out, a part too many: refused even when the manifest is right in itself."""
    _refused(
        _rewritten(made, tmp_path / "a.tar", lambda m: replace(m, rows={**m.rows, "inbox": 1})),
        tmp_path / "r",
        "对不上",
    )
    _refused(_rewritten(made, tmp_path / "b.tar", lambda m: replace(m, parts=m.parts[:-1])), tmp_path / "r", "对不上")
    _refused(_rewritten(made, tmp_path / "c.tar", lambda m: replace(m, parts=m.parts * 2)), tmp_path / "r", "备份")


@pytest.mark.parametrize(
    "name",
    ["../evil", "/evil", "files/../../evil", "files/./../evil", "files//evil", "evil", "files", "files/a\\..\\b"],
)
def test_a_part_that_would_land_elsewhere_is_refused(made: Path, tmp_path: Path, name: str) -> None:
    """Names that climb out, absolute names and names that are none of ours."""
    data = b"x"
    with tarfile.open(made, "a") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        tar.addfile(entry, io.BytesIO(data))
    _refused(made, tmp_path / "restored", "不该有的东西")
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_what_is_no_plain_file_is_refused(made: Path, tmp_path: Path, kind: bytes) -> None:
    """Links, folders, pipes and devices are nothing that we write."""
    with tarfile.open(made, "a") as tar:
        entry = tarfile.TarInfo("files/a/link")
        entry.type, entry.linkname = kind, "../../../evil"
        tar.addfile(entry)
    _refused(made, tmp_path / "restored", "不该有的东西")


def test_a_database_with_a_trigger_in_it_is_refused(tmp_path: Path) -> None:
    """An archive that is right in every checksum, but whose tables would do something by themselves."""
    data = tmp_path / "data"
    furnish(f"sqlite:///{data / 'kexie.db'}", data)
    with closing(sqlite3.connect(data / "kexie.db")) as connection:
        connection.execute("create trigger evil after insert on inbox begin delete from submissions; end")
    back_up(f"sqlite:///{data / 'kexie.db'}", data, tmp_path / "evil.tar")
    _refused(tmp_path / "evil.tar", tmp_path / "restored", "触发器")


def test_something_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    """An empty file, noise, a zip: one clear sentence."""
    for content in (b"", b"\0" * 10240, random.Random(1).randbytes(20_000), b"PK\x03\x04" + b"\0" * 600):
        (tmp_path / "x.tar").write_bytes(content)
        _refused(tmp_path / "x.tar", tmp_path / "restored", "备份")


def test_nothing_is_restored_over_something(made: Path, url: str, tmp_path: Path) -> None:
    """A folder with a file in it and a database with a row in it stay as they are."""
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "mine").write_text("x", encoding="utf-8")
    with pytest.raises(PlaceTaken, match="--to"):
        restore(made, taken)
    assert tree(taken) == {"mine": b"x"}
    with closing(Database(url)) as database:
        post.receive(database, "terminal", "1", "terminal:1", {"text": "我的"})
    before = contents(url)
    with pytest.raises(PlaceTaken, match="已经有数据"):
        restore(made, tmp_path / "new", url)
    assert contents(url) == before
    assert not (tmp_path / "new").exists()


def test_an_empty_folder_is_a_place_to_restore_into(made: Path, tmp_path: Path) -> None:
    """A folder made beforehand, a mounted disk for example, is taken."""
    (tmp_path / "empty").mkdir()
    restore(made, tmp_path / "empty")
    assert (tmp_path / "empty" / "kexie.db").is_file()


BACK_UP = """
import sys
from pathlib import Path
from bot.backup.make import back_up
data = Path(sys.argv[1])
back_up(f"sqlite:///{data / 'kexie.db'}", data, Path(sys.argv[2]))
"""


def _command(data: Path, target: Path) -> list[str]:
    return [sys.executable, "-c", BACK_UP, str(data), str(target)]


def test_a_full_disk_leaves_no_backup_that_looks_whole(tmp_path: Path) -> None:
    """Wherever the space ends, in the tables or in the archive, there is no archive and nothing else either."""
    data, out = tmp_path / "data", tmp_path / "out"
    furnish(f"sqlite:///{data / 'kexie.db'}", data)
    out.mkdir()
    size = (data / "kexie.db").stat().st_size

    def small_disk(space: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a limit on the size of files stands for the full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (space, space))

    for space in (4096, size // 2, size + 1000):
        done = subprocess.run(
            _command(data, out / "x.tar"),
            cwd=DEFAULT_CONTENT,
            capture_output=True,
            preexec_fn=lambda space=space: small_disk(space),  # type: ignore[misc]
        )
        assert done.returncode != 0
        assert list(out.iterdir()) == []


def test_a_killed_backup_leaves_no_archive_and_is_cleared_away_later(tmp_path: Path) -> None:
    """kill -9 while the archive is written: no archive of that name; a day later the next backup removes the rest."""
    data, out = tmp_path / "data", tmp_path / "out"
    furnish(f"sqlite:///{data / 'kexie.db'}", data)
    large = data / "files" / "receipts" / "large.pdf"
    with large.open("wb") as file:
        file.truncate(400_000_000)
    out.mkdir()
    running = subprocess.Popen(_command(data, out / "x.tar"), cwd=DEFAULT_CONTENT)
    _until(lambda: any(path.stat().st_size > 1_000_000 for path in out.glob(f"{STAGING}*/archive.tar")))
    running.kill()
    running.wait()
    large.unlink()
    [left] = list(out.iterdir())
    assert left.name.startswith(STAGING)
    back_up(f"sqlite:///{data / 'kexie.db'}", data, out / "y.tar")
    assert left.exists(), "another backup may still be under way"
    past = time.time() - ABANDONED - 60
    os.utime(left, (past, past))
    back_up(f"sqlite:///{data / 'kexie.db'}", data, out / "z.tar")
    assert sorted(path.name for path in out.iterdir()) == ["y.tar", "z.tar"]


def test_a_backup_does_not_touch_older_tables(tmp_path: Path) -> None:
    """The backup before an upgrade is of the old tables: a SQLite database keeps its version, and so says the manifest."""
    data = tmp_path / "data"
    furnish(f"sqlite:///{data / 'kexie.db'}", data)
    with closing(sqlite3.connect(data / "kexie.db")) as connection, connection:
        connection.execute("update schema_version set version = 0")
    manifest = back_up(f"sqlite:///{data / 'kexie.db'}", data, tmp_path / "old.tar")
    assert manifest.schema == 0
    with closing(sqlite3.connect(data / "kexie.db")) as connection:
        assert connection.execute("select version from schema_version").fetchone() == (0,)
    restore(tmp_path / "old.tar", tmp_path / "new")
    with closing(sqlite3.connect(tmp_path / "new" / "kexie.db")) as connection:
        assert connection.execute("select version from schema_version").fetchone() == (len(MIGRATIONS),)
        assert connection.execute("select count(*) from inbox").fetchone() == (30,)


def test_only_our_own_old_backups_are_removed(tmp_path: Path) -> None:
    """The newest by name stay; files of other names are nobody's business."""
    names = [f"kexie-2026112{day}-030000.tar" for day in range(5)]
    for name in [*names, "mine.tar", "kexie-old.tar"]:
        (tmp_path / name).write_bytes(b"")
    assert [path.name for path in remove_old(tmp_path, 2)] == names[:3]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*names[3:], "mine.tar", "kexie-old.tar"])
    assert remove_old(tmp_path, 9) == []


def test_the_manifest_is_readable_json(made: Path) -> None:
    """Anybody can see with tar alone what is in a backup."""
    with tarfile.open(made) as tar:
        assert tar.getnames()[-1] == archive.MANIFEST
        content = tar.extractfile(archive.MANIFEST)
        assert content is not None
        told = json.loads(content.read())
    assert told["rows"]["submissions"] == 1
    assert {part["name"] for part in told["parts"]} >= {"kexie.db", "web.key"}
