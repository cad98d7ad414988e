"""The real service beside a real HTTP Bot API: started, killed, and asked what it has stored."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.store.records import Records, StoredSubmission
from tests.emulator import Emulator, Person
from tests.service import Service

WAIT = 60.0
"""Seconds that a reply may take on a busy machine."""


def telegram_service(data: Path, content: Path, models: Path | None, bot: Emulator) -> Service:
    """`kexie run` with the emulator as its Telegram; not yet started."""
    service = Service(data, content, models)
    service.environment["KEXIE_TELEGRAM_TOKEN"] = bot.token
    service.environment["KEXIE_TELEGRAM_API"] = bot.url
    return service


@contextmanager
def running(service: Service) -> Iterator[Service]:
    """Started, and stopped in the end in whatever state it is."""
    with service:
        yield service
        assert service.stop() == 0, service.said()[-2000:]


def join(service: Service, person: Person, name: str = "测试审核员") -> None:
    """Make somebody a member of staff: the command line gives the code, they type it in their chat."""
    code = re.search(r"登记码：([0-9A-F]{8})", service.command("staff", "add", name))
    assert code is not None
    person.say(f"登记 {code[1]}")
    person.until("已登记为工作人员", WAIT)


def submissions(service: Service, form_id: str = "founding_filing") -> list[StoredSubmission]:
    """What was handed in, oldest first."""
    database = service.database()
    try:
        with database.reading() as connection:
            return Records(connection, database.clock()).submissions_for(form_id)
    finally:
        database.close()


def rows(service: Service, query: str) -> list[tuple[object, ...]]:
    """Rows of a query on the service's database."""
    database = service.database()
    try:
        with database.reading() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]
    finally:
        database.close()
