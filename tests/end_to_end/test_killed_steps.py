"""kill -9 at each step of a message's way: receive, store, handle, commit, send, note, mark."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.settings import DEFAULT_CONTENT
from bot.store.database import Database
from tests.emulator import Emulator
from tests.end_to_end.steps import STEPS
from tests.store.databases import fresh_postgresql, server_of

WAIT = 40.0
CASES = [*(("sqlite", step) for step in STEPS), ("postgresql", "handle"), ("postgresql", "commit"), ("postgresql", "noted")]  # fmt: skip


def start(url: str, bot: Emulator, folder: Path, step: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.end_to_end.steps", url, bot.url, bot.token, str(folder), step]
    return subprocess.Popen(command, cwd=DEFAULT_CONTENT, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize(("kind", "step"), CASES)
def test_killed_at_each_step(tmp_path: Path, kind: str, step: str) -> None:
    """The process dies at the step; after a restart each of three messages was handled once, in order, left one
    submission and was answered. Only a reply that was delivered and not yet noted may arrive twice."""
    if kind == "postgresql" and server_of("postgresql:") is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    url = f"sqlite:///{tmp_path / 'kexie.db'}" if kind == "sqlite" else fresh_postgresql()
    with Emulator() as bot:
        person = bot.person("测试员甲")
        for said in "一二三":
            person.say(said)
        first = start(url, bot, tmp_path, step)
        assert first.wait(WAIT) == -signal.SIGKILL
        second = start(url, bot, tmp_path, step)
        try:
            person.until("三 3", WAIT)
        finally:
            second.terminate()
            assert second.wait(WAIT) == 0
        heard = [message.text for message in person.messages]
    doubled = ["一 1"] if step == "sent" else []
    assert heard == [*doubled, "一 1", "二 2", "三 3"]
    database = Database(url)
    with database.reading() as connection:
        assert connection.execute(text("select count(*), min(state), max(state) from inbox")).one() == (
            3,
            "done",
            "done",
        )
        assert connection.execute(text("select count(*), min(state), max(state) from outbox")).one() == (
            3,
            "sent",
            "sent",
        )
        assert connection.execute(text("select count(*) from submissions")).scalar() == 3
        assert connection.execute(text("select max(tries) from inbox")).scalar() == 0
    database.close()
