"""The soak of benchmarks/soak_workers.py in a short form."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.soak_workers import soak
from tests.store.databases import fresh_postgresql, server_of


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_workers_that_are_killed_lose_double_and_disorder_nothing(tmp_path: Path, kind: str) -> None:
    """Four worker processes, six kills, 600 updates of 60 chats: each is handled once, in the order of its chat."""
    if kind == "postgresql" and server_of("postgresql:") is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    url = f"sqlite:///{tmp_path / 'kexie.db'}" if kind == "sqlite" else fresh_postgresql()
    outcome = soak(url, workers=4, kills=6, updates=600, chats=60)
    assert outcome.kills == 6
    assert (outcome.lost, outcome.doubled, outcome.disordered, outcome.dead) == (0, 0, 0, 0)
