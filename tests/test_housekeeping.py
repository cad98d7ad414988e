"""Work by the clock over a real data folder: what the forms promise not to keep longer is deleted, by one process."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot import housekeeping
from bot.app import App
from bot.housekeeping import CHORES, Chore, do_chore, keep_house
from bot.settings import read_settings
from bot.store.chores import enter
from bot.store.database import Database, stamp
from bot.store.tables import chores, drafts
from tests.talk import Clock


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """An application with a standing clock. Its content is never read."""
    made = App(read_settings({"KEXIE_DATA": str(tmp_path)}))
    made.__dict__["database"] = Database(made.settings.database_url, Clock())
    yield made
    made.database.close()


def put_draft(app: App, name: str, days: int) -> None:
    """A draft that expires `days` from now."""
    now = app.database.clock()
    row = {
        "id": name,
        "chat": "web:a",
        "form_id": "f",
        "form_version": "1",
        "phase": "asking",
        "draft": json.dumps({"id": name, "form_id": "f", "form_version": "1"}),
    }
    with app.database.transaction() as connection:
        expires = stamp(now + timedelta(days=days))
        connection.execute(insert(drafts).values(**row, updated_at=stamp(now), expires_at=expires))


def put_file(app: App, name: str, days: int) -> Path:
    """A file that belongs to nothing and was written `days` ago."""
    path = app.settings.files / "telegram" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    then = (app.database.clock() - timedelta(days=days)).timestamp()
    os.utime(path, (then, then))
    return path


def test_the_house_is_kept_when_the_service_starts(app: App) -> None:
    """Expired drafts and old files of nobody go, others stay, and the table of chores says what was done."""
    put_draft(app, "old", -1)
    put_draft(app, "new", 1)
    old, new = put_file(app, "old", 2), put_file(app, "new", 0)

    async def through() -> None:
        stop = asyncio.Event()
        keeping = asyncio.create_task(keep_house(app, stop))
        while old.exists():
            await asyncio.sleep(0.02)
        stop.set()
        await keeping

    asyncio.run(asyncio.wait_for(through(), 20))
    assert new.exists()
    with app.database.reading() as connection:
        assert list(connection.execute(select(drafts.c.id)).scalars()) == ["new"]
        done = {row.name: row.result for row in connection.execute(select(chores))}
    assert done == {"old questions": "0", "reminders and leftovers": "2"}


def test_a_chore_is_done_by_one_and_again_in_its_time(app: App) -> None:
    """A second process finds it done; an hour later it is due."""
    chore = CHORES[-1]
    enter(app.database, chore.name)
    assert [do_chore(app, chore), do_chore(app, chore)] == [True, False]
    clock = app.database.clock
    assert isinstance(clock, Clock)
    clock.at += timedelta(hours=1)
    put_draft(app, "old", -1)
    assert do_chore(app, chore)
    with app.database.reading() as connection:
        assert connection.execute(select(drafts.c.id)).first() is None


def test_a_chore_that_fails_stops_no_other(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that cannot be read is logged; the next chore is done all the same."""

    def fails(*_: object) -> int:
        raise OSError("no such disk")

    heard: list[str] = []
    second = Chore("second", timedelta(hours=1), inside=lambda *_: len(heard.append("done") or heard))  # type: ignore[func-returns-value]
    monkeypatch.setattr(housekeeping, "CHORES", (Chore("first", timedelta(hours=1), inside=fails), second))

    async def through() -> None:
        stop = asyncio.Event()
        keeping = asyncio.create_task(keep_house(app, stop))
        while not heard:
            await asyncio.sleep(0.02)
        stop.set()
        await keeping

    asyncio.run(asyncio.wait_for(through(), 20))
    with app.database.reading() as connection:
        assert connection.execute(select(chores.c.last_run).where(chores.c.name == "first")).scalar() == ""
