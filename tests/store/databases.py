"""The databases that tests of the store run on: SQLite, and a PostgreSQL that they start themselves."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from bot.store.database import Database
from tests.service import free_port
from tests.talk import Clock

PROGRAMS = Path("/usr/lib/postgresql")
"""Where Debian keeps its versions of PostgreSQL, one folder each."""
_numbers = itertools.count(1)


class PostgreSQL:
    """A server of our own in a temporary folder, without durability: it lives as long as the tests."""

    def __init__(self, programs: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="kexie-postgresql-"))
        self.port = free_port()
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = str(self.folder / "data")
        first = ["-D", data, "-U", "kexie", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run([str(programs / "initdb"), *first])
        serve = ["-D", data, "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder), "-F", "-N", "60"]
        self._process = subprocess.Popen(
            [*self._as, str(programs / "postgres"), *serve], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )  # fmt: skip
        atexit.register(self.stop)

    def url(self, name: str = "postgres") -> str:
        """Address of one of its databases."""
        return f"postgresql+psycopg://kexie@127.0.0.1:{self.port}/{name}"

    def fresh(self) -> str:
        """Address of a new, empty database."""
        name = f"test_{next(_numbers)}"
        engine = create_engine(self.url(), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self.url(name)

    def wait(self, seconds: float = 20.0) -> None:
        """Until it answers. Raises OperationalError when it does not within `seconds`."""
        until = time.monotonic() + seconds
        engine = create_engine(self.url())
        while True:
            try:
                with engine.connect():
                    break
            except OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        engine.dispose()

    def stop(self) -> None:
        """Stop it, fast, and remove what it wrote."""
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, command: list[str]) -> None:
        subprocess.run([*self._as, *command], check=True, capture_output=True, cwd=self.folder)


@cache
def _server() -> PostgreSQL | None:
    """The server of this test run; None where PostgreSQL is not installed."""
    found = sorted(PROGRAMS.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        return None
    server = PostgreSQL(found[-1].parent)
    server.wait()
    return server


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of an empty database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'kexie.db'}"
    server = _server()
    if server is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    return server.fresh()


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still until a test moves it."""
    return Clock()


@pytest.fixture
def database(url: str, clock: Clock) -> Iterator[Database]:
    """An empty, migrated database with a standing clock."""
    opened = Database(url, clock)
    yield opened
    opened.close()
