"""Conversations, drafts, submissions, staff and the audit log, as they are kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from ulid import ULID

from bot.messages import Reply
from bot.store import ballots, inbox, outbox, post
from bot.store.database import Database
from bot.store.records import Records
from bot.store.tables import chats, staff
from tests.talk import Clock

A, B = "web:a", "web:b"
ANSWERS = {"unit_name": "测试一号有限公司", "employees": 120, "note": "=1+1\x00\n😀"}


@pytest.fixture
def records(database: Database) -> Iterator[Records]:
    """Repositories over one transaction that lasts as long as the test."""
    with database.transaction() as connection:
        yield Records(connection, database.clock())


def draft(phase: str = "asking", form_id: str = "founding_filing") -> dict[str, Any]:
    return {"id": str(ULID()), "form_id": form_id, "form_version": "1", "phase": phase, "values": {"a": "测"}}


def submit(records: Records, number: int, draft_id: str = "", chat: str = A) -> bool:
    return records.submit(draft_id or f"draft{number}", f"KX-{number}", chat, "founding_filing", "1", ANSWERS)


def test_a_conversation_remembers_what_was_saved_last(records: Records) -> None:
    """A new chat remembers nothing; saving replaces; chats do not see each other's."""
    assert records.chat_state(A) == {}
    records.save_chat_state(A, {"region": "温州"})
    records.save_chat_state(A, {"region": "镇江", "offered": ["一"]})
    assert records.chat_state(A) == {"region": "镇江", "offered": ["一"]}
    assert records.chat_state(B) == {}


def test_who_writes_again_is_blocked_no_more(records: Records) -> None:
    """Blocking is undone by the next message of the person."""
    records.save_chat_state(A, {})
    records.block_chat(A)
    assert records.connection.execute(select(chats.c.blocked)).scalar() == 1
    records.save_chat_state(A, {})
    assert records.connection.execute(select(chats.c.blocked)).scalar() == 0


def test_a_draft_belongs_to_its_chat(records: Records) -> None:
    """A draft is found by whole id or by its end, by its own chat only; saving again replaces it."""
    mine = draft()
    records.save_draft(A, mine, 30)
    records.save_draft(A, {**mine, "values": {"a": "改"}}, 30)
    found = records.draft(mine["id"], A)
    assert found is not None
    assert found.draft["values"] == {"a": "改"}
    tail = records.draft_by_tail(mine["id"][-8:], A)
    assert tail is not None
    assert tail.id == mine["id"]
    assert records.draft(mine["id"], B) is None
    assert records.draft_by_tail(mine["id"][-8:], B) is None
    assert records.draft_by_tail("%", A) is None


def test_open_drafts_are_the_unfinished_and_unexpired(database: Database, clock: Clock) -> None:
    """Submitted, cancelled and expired drafts are not offered; the newest comes first."""
    old, new = draft(), draft("paused")
    with database.transaction() as connection:
        for kept, days in ((old, 7), (new, 30), (draft("submitted"), 30), (draft("cancelled"), 30)):
            Records(connection, clock()).save_draft(A, kept, days)
    with database.reading() as connection:
        assert [d.id for d in Records(connection, clock()).open_drafts(A)] == [new["id"], old["id"]]
        clock.at += timedelta(days=8)
        assert [d.id for d in Records(connection, clock()).open_drafts(A)] == [new["id"]]


def test_a_draft_is_submitted_once(records: Records) -> None:
    """The second submission of a draft changes nothing: the first stands, answers and all."""
    assert submit(records, 1, "one")
    assert not records.submit("one", "KX-2", A, "founding_filing", "1", {})
    found = records.submission("KX-1")
    assert found is not None
    assert (found.answers, found.state) == (ANSWERS, "received")
    assert records.submission("KX-2") is None


def test_two_submissions_never_share_a_receipt(records: Records) -> None:
    """The database refuses a receipt number that is taken."""
    submit(records, 1)
    with pytest.raises(IntegrityError), records.connection.begin_nested():
        records.submit("other", "KX-1", A, "founding_filing", "1", {})


def test_submitting_twice_at_the_same_moment_is_one_submission(database: Database) -> None:
    """Two processes that submit the same draft at once leave one row; the loser fails or is told no."""
    told: list[bool] = []
    ready = threading.Barrier(2)

    def press() -> None:
        ready.wait(10)
        try:
            with database.transaction() as connection:
                told.append(submit(Records(connection, database.clock()), 1, "one"))
        except IntegrityError:
            told.append(False)

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(told) == [False, True]


def test_submissions_are_listed_by_chat_and_by_form(database: Database, clock: Clock) -> None:
    """A chat sees its own, newest first; an export has all of a form, oldest first."""
    with database.transaction() as connection:
        for number, chat in ((1, A), (2, B), (3, A)):
            submit(Records(connection, clock()), number, chat=chat)
        records = Records(connection, clock())
        assert [s.receipt for s in records.submissions_of(A)] == ["KX-3", "KX-1"]
        assert [s.receipt for s in records.submissions_for("founding_filing")] == ["KX-1", "KX-2", "KX-3"]
        assert records.submissions_for("message") == []


def test_forgetting_keeps_what_was_handed_in(database: Database) -> None:
    """`forget` deletes open drafts, memory and what was said; submissions, what still waits and other chats stay."""
    post.receive(database, "web", "1", A, {"text": "说过的话"})
    post.receive(database, "web", "2", A, {"text": "还没处理的话"})
    with database.transaction() as connection:
        records = Records(connection, database.clock())
        inbox.mark_done(connection, 1, database.clock())
        post.post(connection, A, [Reply("已发"), Reply("待发")], 1, database.clock())
        outbox.mark_sent(connection, [1], database.clock())
        for phase in ("asking", "checking", "paused", "cancelled", "submitted"):
            records.save_draft(A, draft(phase), 30)
        records.save_draft(B, draft(), 30)
        records.save_chat_state(A, {"region": "温州"})
        submit(records, 1)
        assert records.forget(A) == 4
    with database.reading() as connection:
        records = Records(connection, database.clock())
        assert records.chat_state(A) == {}
        assert records.open_drafts(A) == []
        assert len(records.open_drafts(B)) == 1
        assert [s.receipt for s in records.submissions_of(A)] == ["KX-1"]
        assert post.counts(connection) == {"inbox.new": 1, "outbox.new": 1}


def test_a_joining_code_works_once(records: Records) -> None:
    """The code binds one chat, in any case and with spaces around, and is kept only as a hash."""
    code = records.add_staff("测试审核员", "reviewer", "温州")
    assert records.connection.execute(select(staff.c.code)).scalar() != code
    assert records.join_staff("00000000", A) is None
    assert records.join_staff("", A) is None
    member = records.join_staff(f" {code.lower()} ", A)
    assert member is not None
    assert (member.name, member.chat) == ("测试审核员", A)
    assert records.join_staff(code, B) is None
    assert [m.chat for m in records.staff_members()] == [A]
    assert records.join_staff("", B) is None, "an used-up code is empty in the table, and no way in"


def test_one_code_typed_in_two_chats_at_once_joins_one(database: Database) -> None:
    """Two chats that send the same code at the same moment: one is joined, and it is the one that is notified."""
    with database.transaction() as connection:
        code = Records(connection, database.clock()).add_staff("测试审核员", "admin", "")
    joined: list[str] = []
    ready = threading.Barrier(2)

    def join(chat: str) -> None:
        ready.wait(10)
        with database.transaction() as connection:
            if Records(connection, database.clock()).join_staff(code, chat):
                joined.append(chat)

    threads = [threading.Thread(target=join, args=(chat,)) for chat in (A, B)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with database.reading() as connection:
        assert [m.chat for m in Records(connection, database.clock()).staff_members()] == joined


def test_staff_hear_of_their_own_city(records: Records) -> None:
    """Who has no city hears of all, who has one of that one, and who has not joined of none."""
    for name, region, chat in (("甲", "", "web:1"), ("乙", "温州", "web:2"), ("丙", "镇江", "web:3"), ("丁", "", "")):
        code = records.add_staff(name, "reviewer", region)
        if chat:
            records.join_staff(code, chat)
    assert {m.name for m in records.staff_to_notify("温州")} == {"甲", "乙"}
    assert {m.name for m in records.staff_to_notify("")} == {"甲"}
    assert records.remove_staff("甲") == 1
    assert records.remove_staff("甲") == 0


def test_the_audit_log_says_who_did_what_when(database: Database, clock: Clock) -> None:
    """Lines stand in order with time, name, act and object."""
    with database.transaction() as connection:
        for what in ("join", "export", "read"):
            clock.at += timedelta(minutes=1)
            Records(connection, clock()).note("测试审核员", what, "founding_filing")
    with database.reading() as connection:
        lines = Records(connection, clock()).audit_lines()
    assert [(line["who"], line["what"], line["which"]) for line in lines] == [
        ("测试审核员", what, "founding_filing") for what in ("join", "export", "read")
    ]
    assert [line["at"][:16] for line in lines] == ["2026-11-21T04:01", "2026-11-21T04:02", "2026-11-21T04:03"]


def test_a_moved_group_stays_who_it_was(records: Records) -> None:
    """When a chat gets another id, its memory, drafts, submissions and place on the staff list go with it."""
    records.save_chat_state(A, {"region": "温州"})
    records.save_draft(A, draft(), 30)
    submit(records, 1)
    records.join_staff(records.add_staff("测试群", "reviewer", ""), A)
    records.move_chat(A, B)
    assert records.chat_state(B) == {"region": "温州"}
    assert len(records.open_drafts(B)) == 1
    assert [s.receipt for s in records.submissions_of(B)] == ["KX-1"]
    assert [m.chat for m in records.staff_to_notify("温州")] == [B]
    records.save_chat_state(A, {"region": "镇江"})
    records.move_chat(A, B)
    assert records.chat_state(B) == {"region": "温州"}, "what the new chat remembers is newer"


def test_a_moved_group_has_no_second_vote(records: Records) -> None:
    """The roll holds only hashes of chats; who voted before the move has voted, and nobody else has."""
    assert ballots.take_turn(records.connection, "vote", A)
    assert ballots.take_turn(records.connection, "club", A)
    assert ballots.take_turn(records.connection, "club", B)
    records.move_chat(A, B)
    assert not ballots.take_turn(records.connection, "vote", B)
    assert not ballots.take_turn(records.connection, "club", B)
    assert ballots.take_turn(records.connection, "vote", A), "the old key is nobody's now"
    assert ballots.take_turn(records.connection, "survey", B)
