"""Who works here, and the audit log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from ulid import ULID

from bot.store.database import stamp
from bot.store.tables import audit, staff


@dataclass(frozen=True)
class StaffMember:
    """One member of staff."""

    id: str
    name: str
    role: str
    region: str
    chat: str


class StaffList:
    """The staff and audit part of `bot.store.records.Records`."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def add_staff(self, name: str, role: str, region: str) -> str:
        """Add a member of staff. Returns the one-time code with which they join from their own chat."""
        code = secrets.token_hex(4).upper()
        self.connection.execute(
            insert(staff).values(
                id=str(ULID()),
                name=name,
                role=role,
                region=region,
                chat="",
                code=_hashed(code),
                created_at=stamp(self.now),
            )
        )
        return code

    def join_staff(self, code: str, chat: str) -> StaffMember | None:
        """Bind the chat to the member of staff with this code; the code is used up."""
        query = select(staff).where(staff.c.code == _hashed(code.strip().upper()), staff.c.code != "")
        row = self.connection.execute(query).mappings().first()
        if row is None:
            return None
        # Asked once more while writing: two chats may send the same code at the same moment.
        mine = update(staff).where(staff.c.id == row["id"], staff.c.code == row["code"])
        if not self.connection.execute(mine.values(chat=chat, code="")).rowcount:
            return None
        return StaffMember(row["id"], row["name"], row["role"], row["region"], chat)

    def staff_members(self) -> list[StaffMember]:
        """Everybody on the staff list."""
        rows = self.connection.execute(select(staff).order_by(staff.c.created_at)).mappings()
        return [StaffMember(r["id"], r["name"], r["role"], r["region"], r["chat"]) for r in rows]

    def staff_to_notify(self, region: str) -> list[StaffMember]:
        """Members of staff who joined a chat and see this city."""
        return [m for m in self.staff_members() if m.chat and (not m.region or m.region == region)]

    def remove_staff(self, name: str) -> int:
        """Take a member of staff off the list; returns how many had that name."""
        return self.connection.execute(delete(staff).where(staff.c.name == name)).rowcount

    # audit

    def note(self, who: str, what: str, which: str) -> None:
        """One line of the audit log."""
        self.connection.execute(insert(audit).values(at=stamp(self.now), who=who, what=what, which=which))

    def audit_lines(self) -> Sequence[Any]:
        """The audit log, oldest first."""
        return self.connection.execute(select(audit).order_by(audit.c.id)).mappings().all()


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
