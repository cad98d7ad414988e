"""The queue of questions that were not answered well: what an editor reads to write better phrasings and new entries.

A row tells how something was asked and what came of it, never who asked: it has no chat key, and names and numbers are
masked before they get here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.masking import masked
from bot.store.database import stamp
from bot.store.tables import questions

STATUSES = ("unknown", "choose", "wrong", "rephrased")
"""unknown    not in the knowledge base, or too unsure
choose     two or three were offered
wrong      the person pressed 「没答对」
rephrased  the person asked the same in other words right after"""
LONGEST = 200
"""Characters that are kept."""
KEPT_DAYS = 180
"""Days after which a question is deleted, whether or not anybody looked at it."""


@dataclass(frozen=True)
class Queued:
    """One question of the queue."""

    id: int
    text: str
    status: str
    region: str
    near: str
    """Entry that came nearest, or that was shown and was wrong; "" for none."""
    chosen: str
    """Entry that the person took afterwards, by a button or by asking in other words; "" while nobody knows."""
    asked_at: str
    done_at: str
    """"" while the question is open."""


class Questions:
    """The queue over one open transaction. `now` is the time that is stored."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self.connection = connection
        self.now = now

    def queue(self, text: str, status: str, region: str, near: str, chosen: str = "") -> int:
        """Keep a question, without what tells who asked it; the number of its row."""
        values = {"status": status, "region": region, "near": near, "chosen": chosen, "asked_at": stamp(self.now)}
        row = insert(questions).values(text=storable(masked(text))[:LONGEST], **values)
        made = self.connection.execute(row).inserted_primary_key
        assert made is not None  # one row was inserted, into a table with a number
        return int(made[0])

    def took(self, rows: Iterable[int], entry: str) -> None:
        """Note the entry that the person took after these questions."""
        self.connection.execute(update(questions).where(questions.c.id.in_(list(rows))).values(chosen=entry))

    def was_wrong(self, row: int, near: str) -> None:
        """A queued question whose answer, too, was wrong: `near` is what was shown."""
        values: dict[str, Any] = {"status": "wrong", "near": near, "chosen": "", "done_at": ""}
        self.connection.execute(update(questions).where(questions.c.id == row).values(**values))

    def all(self) -> list[Queued]:
        """Every question, oldest first."""
        columns = [questions.c[name] for name in Queued.__dataclass_fields__]
        return [Queued(*row) for row in self.connection.execute(select(*columns).order_by(questions.c.id))]

    def finish(self, rows: Sequence[int], done: bool = True) -> None:
        """Mark these as done, or as open again."""
        values = {"done_at": stamp(self.now) if done else ""}
        for start in range(0, len(rows), 500):  # databases take so many values in one statement, and no more
            part = list(rows[start : start + 500])
            self.connection.execute(update(questions).where(questions.c.id.in_(part)).values(**values))

    def drop_old(self, days: int = KEPT_DAYS) -> int:
        """Delete what was asked more than `days` ago. Returns how many."""
        old = questions.c.asked_at < stamp(self.now - timedelta(days=days))
        return self.connection.execute(delete(questions).where(old)).rowcount


def storable(text: str) -> str:
    """Text without what no database takes: lone surrogates (UTF-8 has none) and NUL (PostgreSQL refuses it)."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")
