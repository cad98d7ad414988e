"""Moving all tables into another database: the same rows, compared, only into an empty one."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bot.store import post
from bot.store.copying import NotTheSame, copy_rows, snapshot
from bot.store.database import Database
from tests.backup.house import contents, furnish
from tests.commands.command_line import CommandLine


@pytest.fixture
def kexie(tmp_path: Path) -> CommandLine:
    """The command line; these commands read no content."""
    return CommandLine(tmp_path / "cli", Path(__file__).resolve().parents[2], tmp_path)


def test_there_and_back_again(kexie: CommandLine, url: str, tmp_path: Path) -> None:
    """SQLite into this kind and back: the same rows and checksums; the table is printed; ids go on where they were."""
    old, back = f"sqlite:///{tmp_path / 'old.db'}", f"sqlite:///{tmp_path / 'back.db'}"
    furnish(old, tmp_path / "data", answers=2500)
    there = url if url.startswith("postgresql") else f"sqlite:///{tmp_path / 'there.db'}"
    done = kexie("migrate-store", old, there)
    assert (done.status, done.error) == (0, "")
    assert [line.split()[:2] for line in done.out.splitlines() if line.startswith("outbox")] == [["outbox", "2500"]]
    assert contents(there) == contents(old)
    assert kexie("migrate-store", there, back).status == 0
    assert contents(back) == contents(old)
    with closing(Database(there)) as database:
        assert post.receive(database, "terminal", "new", "terminal:x", {"text": "新"})
        with database.reading() as connection:
            assert post.inbox_id(connection, "terminal", "new") == 31


def test_a_database_with_anything_in_it_is_not_written_to(kexie: CommandLine, url: str, tmp_path: Path) -> None:
    """The target stays as it was; the message says what to do, without the password of the address."""
    old = f"sqlite:///{tmp_path / 'old.db'}"
    furnish(old, tmp_path / "data", answers=3)
    with closing(Database(url)) as database:
        post.receive(database, "terminal", "mine", "terminal:1", {"text": "我的"})
    before = contents(url)
    done = kexie("migrate-store", old, url)
    assert done.status == 1
    assert "已经有数据" in done.error
    assert contents(url) == before


def test_bad_addresses_are_told_in_one_line(kexie: CommandLine, tmp_path: Path) -> None:
    """A file that is not there is not made; other databases are not taken; the same address twice is no move."""
    lite = f"sqlite:///{tmp_path / 'old.db'}"
    for source, target, says in (
        (lite, f"sqlite:///{tmp_path / 'new.db'}", "没有这个数据库文件"),
        ("mysql://x", lite, "sqlite:///"),
        (lite, "oracle://x", "sqlite:///"),
    ):
        done = kexie("migrate-store", source, target)
        assert done.status == 2
        assert says in done.error
        assert done.error.count("\n") == 1
    assert not (tmp_path / "old.db").exists()
    furnish(lite, tmp_path / "data", answers=1)
    assert "同一个地址" in kexie("migrate-store", lite, lite).error


def test_a_row_that_is_lost_on_the_way_is_noticed(url: str, tmp_path: Path) -> None:
    """The rows are read again on both sides: a target that drops one is refused, and nothing of it stays."""
    old = f"sqlite:///{tmp_path / 'old.db'}"
    furnish(old, tmp_path / "data", answers=5)
    with closing(Database(old)) as source, closing(Database(url)) as target:
        with target.transaction() as connection:
            if target.is_sqlite:
                connection.exec_driver_sql(
                    "create trigger lossy after insert on outbox when new.id = 3 begin delete from outbox where id = 3; end"
                )
            else:
                connection.exec_driver_sql(
                    "create rule lossy as on insert to outbox where new.id = 3 do instead nothing"
                )
        with (
            pytest.raises(NotTheSame, match="outbox"),
            snapshot(source) as reading,
            target.transaction() as writing,
        ):
            copy_rows(reading, writing)
    assert {one.rows for one in contents(url)} == {0}
