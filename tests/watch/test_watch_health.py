"""/readyz: ready, or not, with the reason; /healthz: alive, whatever else is wrong."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

from starlette.applications import Starlette

from bot.messages import Reply
from bot.store import outbox, post
from bot.store.database import Database
from bot.watch.health import INBOX_STUCK, OUTBOX_STUCK, SILENT, Health
from bot.watch.meters import Meters
from bot.watch.pages import Pages
from tests.talk import Clock
from tests.watch.asking import ask


def pages(database: Database, beat: float = 0.0, loaded: bool = True) -> Starlette:
    """The pages of a process. `beat`: seconds since the worker's last sign of life."""
    health = Health(database, lambda: loaded, lambda: [time.monotonic() - beat])
    return Pages(health, Meters(), "").application()


def problems(database: Database, beat: float = 0.0, loaded: bool = True) -> list[str]:
    """Words of what is wrong; the status code agrees."""
    answer = ask(pages(database, beat, loaded), "/readyz")
    found = answer.json()
    assert (answer.status_code == 200) == found["ready"] == (not found["problems"])
    assert answer.status_code in (200, 503)
    return sorted(found["problems"])


def test_ready_when_everything_works(database: Database) -> None:
    """An empty database, a worker that moves: ready."""
    assert problems(database) == []


def test_content_that_is_not_loaded_is_told(database: Database) -> None:
    """Without content nothing can be answered."""
    assert problems(database, loaded=False) == ["content"]


def test_a_worker_that_hangs_is_told(database: Database) -> None:
    """No sign of life for longer than a minute."""
    assert problems(database, beat=SILENT - 10) == []
    assert problems(database, beat=SILENT + 10) == ["worker"]


def test_a_message_that_waits_too_long_is_told(database: Database, clock: Clock) -> None:
    """Two minutes in the inbox: stuck. One that waits for its next try, and one of `kexie chat`, are not."""
    post.receive(database, "web", "1", "web:a", {"text": "测试"})
    post.receive(database, "terminal", "1", "terminal:a", {"text": "测试"})
    clock.at += INBOX_STUCK - timedelta(seconds=10)
    assert problems(database) == []
    clock.at += timedelta(seconds=20)
    assert problems(database) == ["inbox"]
    with database.transaction() as connection:
        connection.exec_driver_sql("update inbox set not_before = '2099-01-01' where channel = 'web'")
    assert problems(database) == []


def test_a_sender_that_sends_nothing_is_told(database: Database, clock: Clock) -> None:
    """Something is due for five minutes and nothing was sent: stuck. A long queue that moves is not."""
    with database.transaction() as connection:
        post.post(connection, "web:a", [Reply("一"), Reply("二")], 1, database.clock())
    clock.at += OUTBOX_STUCK - timedelta(seconds=10)
    assert problems(database) == []
    clock.at += timedelta(seconds=20)
    assert problems(database) == ["outbox"]
    with database.transaction() as connection:
        outbox.mark_sent(connection, [1], database.clock())
    assert problems(database) == []


def test_a_database_that_is_gone_is_told_and_the_process_is_alive(tmp_path: Path, clock: Clock) -> None:
    """503 with the reason, not a crash; /healthz stays 200, so that nobody restarts a good process for it."""
    folder = tmp_path / "gone"
    database = Database(f"sqlite:///{folder / 'kexie.db'}", clock)
    database.close()
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    answer = ask(pages(database), "/readyz")
    assert (answer.status_code, list(answer.json()["problems"])) == (503, ["database"])
    alive = ask(pages(database), "/healthz")
    assert (alive.status_code, alive.json()) == (200, {"ok": True})
