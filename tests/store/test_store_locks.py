"""Locks between processes: one has the baton, it goes with its holder, a chat is in one worker's hand."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.settings import DEFAULT_CONTENT
from bot.store.database import Database
from bot.store.locks import Baton, InHand, number
from tests.store.databases import end_connections

HOLD = """
import sys, time
from bot.store.database import Database
from bot.store.locks import Baton
baton = Baton(Database(sys.argv[1]), "sender:test")
print(baton.take(), flush=True)
time.sleep(60)
"""


@contextmanager
def holder(url: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the baton."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, url], cwd=DEFAULT_CONTENT, stdout=subprocess.PIPE, encoding="utf-8"
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_the_baton_goes_with_the_process_that_had_it(url: str) -> None:
    """While another process has it we do not get it; when that process is killed, we do, without cleaning up."""
    with closing(Database(url)) as database:
        mine = Baton(database, "sender:test")
        with holder(url) as other:
            assert not mine.take()
            assert not mine.held()
            assert Baton(database, "sender:another").take()
            other.kill()
            until = time.monotonic() + 10
            while not mine.take():
                assert time.monotonic() < until
                time.sleep(0.05)
        assert mine.held()
        mine.drop()
        assert not mine.held()
        assert Baton(database, "sender:test").take()


def test_a_baton_whose_connection_broke_is_not_held(database: Database) -> None:
    """When the server ends the connection, the holder sees that it has lost the baton, and can take it again."""
    if database.is_sqlite:
        return
    baton = Baton(database, "sender:test")
    assert baton.take()
    end_connections(database)
    assert not baton.held()
    assert baton.take()
    baton.drop()


def test_a_chat_is_in_one_hand(url: str) -> None:
    """A second worker gets the chats that the first does not have, in order, up to its room; what is done is free."""
    with closing(Database(url)) as database, closing(Database(url)) as second:
        one, two = InHand(database), InHand(second)
        assert one.take(["web:a", "web:b", "web:c"], 2) == ["web:a", "web:b"]
        if database.is_sqlite:  # nothing is held: one process works at a time
            return
        assert two.take(["web:a", "web:b", "web:c", "web:d", "web:e"], 2) == ["web:c", "web:d"]
        one.done("web:a")
        one.flush()
        assert two.take(["web:a", "web:b"], 5) == ["web:a"]
        one.drop()
        until = time.monotonic() + 10  # the server sees a moment later that the connection was closed
        while (got := two.take(["web:b"], 5)) == [] and time.monotonic() < until:
            time.sleep(0.02)
        assert got == ["web:b"]
        two.drop()


def test_lock_numbers_are_the_same_everywhere() -> None:
    """A name's number fits 32 bits and does not depend on the process (Python's own hash does)."""
    assert number("telegram:1") == -182991406
    assert all(-(1 << 31) <= number(f"web:{i}") < 1 << 31 for i in range(1000))
