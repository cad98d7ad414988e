"""Conversations, drafts and submissions; with bot/store/staff_list.py also staff and the audit log."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bot.store import ballots, places, post
from bot.store.database import stamp
from bot.store.dialect import upsert
from bot.store.staff_list import StaffList
from bot.store.tables import chats, drafts, handovers, staff, submissions

OPEN_PHASES = ("asking", "checking", "paused")
"""Phases of a draft that can go on."""
# Statements that every message needs are built once: building one costs more than running it.
_STATE = select(chats.c.state).where(chats.c.chat == bindparam("chat_key"))
_SAVE = upsert(chats, "state", "blocked", "updated_at")


@dataclass(frozen=True)
class StoredDraft:
    """One draft row."""

    id: str
    form_id: str
    form_version: str
    phase: str
    draft: dict[str, Any]
    updated_at: str
    expires_at: str


@dataclass(frozen=True)
class StoredSubmission:
    """One submission row."""

    id: str
    receipt: str
    chat: str
    form_id: str
    form_version: str
    answers: dict[str, Any]
    state: str
    submitted_at: str
    """"" for a secret vote."""
    place: str = ""
    """`taken`, `waiting`, `withdrawn`, `came`; filled in by `submissions_for` where places are counted."""


class Records(StaffList):
    """Repositories over one open transaction. `now` is the time that is stored."""

    # conversations

    def chat_state(self, chat: str) -> dict[str, Any]:
        """What the conversation remembers; {} for a new one."""
        found = self.connection.execute(_STATE, {"chat_key": chat}).scalar()
        return dict(json.loads(found)) if found else {}

    def save_chat_state(self, chat: str, state: dict[str, Any]) -> None:
        """Replace what the conversation remembers."""
        values = {
            "chat": chat,
            "state": json.dumps(state, ensure_ascii=False),
            "updated_at": stamp(self.now),
            "blocked": 0,
        }
        self.connection.execute(_SAVE[self.connection.dialect.name], values)

    def block_chat(self, chat: str) -> None:
        """The person blocked us; what they handed in stays."""
        self.connection.execute(update(chats).where(chats.c.chat == chat).values(blocked=1))

    def move_chat(self, old: str, new: str) -> None:
        """A group got another id: all that is kept under the old key is kept under the new one from now on."""
        if self.chat_state(new):
            self.connection.execute(delete(chats).where(chats.c.chat == old))
        for table in (chats, drafts, submissions, staff, handovers):
            self.connection.execute(update(table).where(table.c.chat == old).values(chat=new))
        ballots.move_turns(self.connection, old, new)

    # drafts

    def save_draft(self, chat: str, draft: dict[str, Any], expires_in: int) -> None:
        """Keep the draft as it is now. `expires_in`: days until an untouched draft is dropped. Raises IntegrityError
        when it has gone to another chat meanwhile: a draft has one owner, and the message is then handled anew."""
        values = {
            "chat": chat,
            "form_id": draft["form_id"],
            "form_version": draft["form_version"],
            "phase": draft["phase"],
            "draft": json.dumps(draft, ensure_ascii=False),
            "updated_at": stamp(self.now),
            "expires_at": stamp(self.now + timedelta(days=expires_in)),
        }
        mine = update(drafts).where(drafts.c.id == draft["id"], drafts.c.chat == chat)
        if not self.connection.execute(mine.values(**values)).rowcount:
            self.connection.execute(insert(drafts).values(id=draft["id"], **values))

    def draft(self, draft_id: str, chat: str) -> StoredDraft | None:
        """A draft of this chat."""
        query = select(drafts).where(drafts.c.id == draft_id, drafts.c.chat == chat)
        row = self.connection.execute(query).mappings().first()
        return _draft(row) if row else None

    def draft_by_tail(self, tail: str, chat: str) -> StoredDraft | None:
        """The draft of this chat whose id ends with `tail`: buttons are too short for whole ids."""
        query = select(drafts).where(drafts.c.chat == chat, drafts.c.id.endswith(tail, autoescape=True))
        row = self.connection.execute(query.order_by(drafts.c.updated_at.desc())).mappings().first()
        return _draft(row) if row else None

    def open_drafts(self, chat: str) -> list[StoredDraft]:
        """Drafts of this chat that can go on, newest first."""
        query = (
            select(drafts)
            .where(
                drafts.c.chat == chat,
                drafts.c.phase.in_(OPEN_PHASES),
                drafts.c.expires_at > stamp(self.now),
            )
            .order_by(drafts.c.updated_at.desc())
        )
        return [_draft(row) for row in self.connection.execute(query).mappings()]

    def unsubmitted(self, chat: str) -> list[StoredDraft]:
        """All drafts of this chat that were not handed in, also cancelled and expired ones."""
        query = select(drafts).where(drafts.c.chat == chat, drafts.c.phase != "submitted")
        return [_draft(row) for row in self.connection.execute(query).mappings()]

    def delete_draft(self, draft_id: str, chat: str) -> None:
        """Delete a draft of this chat."""
        self.connection.execute(delete(drafts).where(drafts.c.id == draft_id, drafts.c.chat == chat))

    def ending_drafts(self, before: datetime) -> list[tuple[str, StoredDraft]]:
        """(chat, draft) of all open drafts that end before this time and have not ended yet, of chats that still
        listen."""
        deaf = select(chats.c.chat).where(chats.c.blocked == 1)
        ending = drafts.c.expires_at.between(stamp(self.now), stamp(before)), drafts.c.phase.in_(OPEN_PHASES)
        query = select(drafts).where(*ending, drafts.c.chat.not_in(deaf)).order_by(drafts.c.expires_at)
        return [(row["chat"], _draft(row)) for row in self.connection.execute(query).mappings()]

    def expired_drafts(self) -> list[StoredDraft]:
        """What `drop_expired` would delete now."""
        gone = drafts.c.expires_at <= stamp(self.now), drafts.c.phase != "submitted"
        return [_draft(row) for row in self.connection.execute(select(drafts).where(*gone)).mappings()]

    def owner(self, draft_id: str) -> str:
        """The chat that a draft, or the submission it became, belongs to; "" when there is none."""
        for table in (submissions, drafts):
            found = self.connection.execute(select(table.c.chat).where(table.c.id == draft_id)).scalar()
            if found:
                return str(found)
        return ""

    def drop_expired(self) -> int:
        """Delete drafts that nobody touched for as long as the form promises to keep them, with those that were
        cancelled that long ago. Returns how many."""
        gone = drafts.c.expires_at <= stamp(self.now), drafts.c.phase != "submitted"
        return self.connection.execute(delete(drafts).where(*gone)).rowcount

    # submissions

    def was_submitted(self, draft_id: str) -> bool:
        """Whether this draft was handed in."""
        return self.connection.execute(select(submissions.c.id).where(submissions.c.id == draft_id)).first() is not None

    def submit(
        self,
        draft_id: str,
        receipt: str,
        chat: str,
        form_id: str,
        version: str,
        answers: dict[str, Any],
        at: datetime | None = None,
    ) -> bool:
        """Store a submission. False when this draft was submitted before: the first one stands. `at`: when, if another
        time than now is to be kept."""
        if self.was_submitted(draft_id):
            return False
        self.connection.execute(
            insert(submissions).values(
                id=draft_id,
                receipt=receipt,
                chat=chat,
                form_id=form_id,
                form_version=version,
                answers=json.dumps(answers, ensure_ascii=False),
                state="received",
                submitted_at=stamp(at or self.now),
                updated_at=stamp(at or self.now),
            )
        )
        return True

    def submission(self, receipt: str) -> StoredSubmission | None:
        """The submission with this receipt number."""
        row = self.connection.execute(select(submissions).where(submissions.c.receipt == receipt)).mappings().first()
        return _submission(row) if row else None

    def submission_by_id(self, submission_id: str) -> StoredSubmission | None:
        """The submission that a draft became."""
        row = self.connection.execute(select(submissions).where(submissions.c.id == submission_id)).mappings().first()
        return _submission(row) if row else None

    def submissions_of(self, chat: str) -> list[StoredSubmission]:
        """Submissions from this chat, newest first."""
        query = select(submissions).where(submissions.c.chat == chat).order_by(submissions.c.submitted_at.desc())
        return [_submission(row) for row in self.connection.execute(query).mappings()]

    def submissions_for(self, form_id: str) -> list[StoredSubmission]:
        """All submissions of a form, oldest first; secret votes, which have no time and no receipt, by their hash."""
        query = select(submissions).where(submissions.c.form_id == form_id).order_by(submissions.c.submitted_at)
        found = [_submission(row) for row in self.connection.execute(query).mappings()]
        held = places.states(self.connection, form_id)
        found = [replace(one, place=held.get(one.id, "")) for one in found]
        papers = enumerate(ballots.papers(self.connection, form_id), 1)
        secret = [
            StoredSubmission("", f"票{n}", "", form_id, version, paper, "received", "")
            for n, (version, paper) in papers
        ]
        return found + secret

    # the person's own data

    def forget(self, chat: str) -> int:
        """Delete the open drafts and the memory of a conversation. Submissions are official records and stay; returns
        how many drafts were deleted."""
        gone = self.connection.execute(
            delete(drafts).where(
                drafts.c.chat == chat, drafts.c.phase.in_(("asking", "checking", "paused", "cancelled"))
            )
        ).rowcount
        self.connection.execute(delete(chats).where(chats.c.chat == chat))
        post.forget(self.connection, chat)
        return gone


def _draft(row: Any) -> StoredDraft:
    return StoredDraft(
        row["id"],
        row["form_id"],
        row["form_version"],
        row["phase"],
        json.loads(row["draft"]),
        row["updated_at"],
        row["expires_at"],
    )


def _submission(row: Any) -> StoredSubmission:
    return StoredSubmission(
        row["id"],
        row["receipt"],
        row["chat"],
        row["form_id"],
        row["form_version"],
        json.loads(row["answers"]),
        row["state"],
        row["submitted_at"],
    )
