"""Who has had their turn, and what was voted: two tables that nothing connects."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.store.codes import hashed
from bot.store.dialect import insert_once
from bot.store.tables import ballots, voters


def take_turn(connection: Connection, form_id: str, chat: str) -> bool:
    """This chat has its one turn at the form. False when it had it before."""
    return insert_once(connection, voters, form_id=form_id, voter=_voter(form_id, chat))


def had_turn(connection: Connection, form_id: str, chat: str) -> bool:
    """Whether this chat had its one turn."""
    query = select(voters.c.form_id).where(voters.c.form_id == form_id, voters.c.voter == _voter(form_id, chat))
    return connection.execute(query).first() is not None


def give_back_turn(connection: Connection, form_id: str, chat: str) -> None:
    """Somebody withdrew what they had handed in, and may do so anew."""
    connection.execute(delete(voters).where(voters.c.form_id == form_id, voters.c.voter == _voter(form_id, chat)))


def move_turns(connection: Connection, old: str, new: str) -> None:
    """A group got another id: the turns that it had are had under the new one too. The roll names no chat, so every form
    on it is tried."""
    for form_id in connection.execute(select(voters.c.form_id).distinct()).scalars().all():
        if had_turn(connection, form_id, old):
            give_back_turn(connection, form_id, old)
            take_turn(connection, form_id, new)


def cast(connection: Connection, form_id: str, version: str, answers: dict[str, Any]) -> None:
    """Count a secret vote. Equal papers share one row: nothing says when it came or from whom."""
    paper = json.dumps(answers, ensure_ascii=False, sort_keys=True)
    key = {"form_id": form_id, "form_version": version, "mark": hashed(paper)}
    insert_once(connection, ballots, **key, paper=paper, votes=0)
    same = update(ballots).where(*(ballots.c[name] == value for name, value in key.items()))
    connection.execute(same.values(votes=ballots.c.votes + 1))


def papers(connection: Connection, form_id: str) -> list[tuple[str, dict[str, Any]]]:
    """(form version, answers) of every secret vote, in the order of their hashes, which says nothing."""
    query = select(ballots).where(ballots.c.form_id == form_id).order_by(ballots.c.form_version, ballots.c.mark)
    return [
        (row.form_version, dict(json.loads(row.paper))) for row in connection.execute(query) for _ in range(row.votes)
    ]


def _voter(form_id: str, chat: str) -> str:
    return hashed(f"{form_id}\n{chat}")
