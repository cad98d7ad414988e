"""People in the tests of the office: staff, and what was ever written to somebody."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.desk import chores
from bot.store import post
from bot.store.records import Records
from tests.talk import Clock, Desk, Talk

PICTURE = b"\x89PNG\r\n\x1a\n" + b"0" * 100


def staff(desk: Desk, name: str = "测试审核员") -> Talk:
    """A member of staff who has joined from their own chat."""
    with desk.database.transaction() as connection:
        code = Records(connection, desk.clock()).add_staff(name, "reviewer", "")
    person = desk.person(f"staff-{name}")
    person.say(f"登记 {code}")
    return person


def told(desk: Desk, person: Talk) -> list[str]:
    """All that was ever written to this chat and not deleted since."""
    with desk.database.reading() as connection:
        return [row.reply.text for row in post.of_chat(connection, person.chat)]


def later(desk: Desk, **span: float) -> None:
    """Time goes by."""
    assert isinstance(desk.clock, Clock)
    desk.clock.at += timedelta(**span)


def keep(desk: Desk) -> chores.Done:
    """One round of chores."""
    return chores.keep(desk.database, desk.app.content, desk.app.settings.files, desk.clock())


def deliver(desk: Desk) -> None:
    """Everything in the outbox has reached its reader."""
    with desk.database.transaction() as connection:
        connection.exec_driver_sql("update outbox set state = 'sent'")


def picture(folder: Path, name: str = "照片.png") -> Path:
    """A picture on disk."""
    path = folder / name
    path.write_bytes(PICTURE)
    return path


def everything(desk: Desk) -> str:
    """The whole database as text."""
    with desk.database.reading() as connection:
        rows = [connection.exec_driver_sql(f"select * from {table}").all() for table in desk.database.table_names()]
    return repr(rows)
