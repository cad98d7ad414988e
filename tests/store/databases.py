"""The databases that tests of the store run on: SQLite, and a PostgreSQL that they start themselves."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
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

    def __init__(self, programs: Path, durable: bool = False) -> None:
        """`durable`: write through to the disk as in earnest, for benchmarks."""
        self.folder = Path(tempfile.mkdtemp(prefix="kexie-postgresql-"))
        self.port = free_port()
        self._as: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
            self._as = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        data = str(self.folder / "data")
        first = ["-D", data, "-U", "kexie", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run([str(programs / "initdb"), *first])
        self._command = [*self._as, str(programs / "postgres"), "-D", data, "-h", "127.0.0.1", "-p", str(self.port)]
        self._command += ["-k", str(self.folder), *([] if durable else ["-F"]), "-N", "60"]
        self._start()
        atexit.register(self.stop)

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder
        )

    def crash(self) -> None:
        """End it at once, with all its connections, as a crash would; what was committed is kept."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(20)

    def revive(self) -> None:
        """Start it again on the same port, and wait until it answers."""
        self._start()
        self.wait()

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
        self._process.send_signal(signal.SIGINT)  # SIGTERM would wait for whoever is connected
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


def server_of(url: str) -> PostgreSQL | None:
    """The server that holds the database at `url`; None for SQLite."""
    return None if url.startswith("sqlite") else _server()


def fresh_postgresql() -> str:
    """Address of a new database on the server of this run. Raises RuntimeError where PostgreSQL is not installed."""
    server = _server()
    if server is None:
        raise RuntimeError("no PostgreSQL here: apt-get install postgresql")
    return server.fresh()


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


def end_connections(database: Database) -> None:
    """Have PostgreSQL end every connection to this database but the one that asks."""
    engine = create_engine(database.engine.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        others = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS o"))
    engine.dispose()
