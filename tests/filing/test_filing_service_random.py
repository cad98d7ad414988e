"""Several random people at the Filing service with a real SQLite file: nothing is mixed up, lost or stored twice."""

from __future__ import annotations

import json
import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import yaml
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from bot.content.forms import Form
from bot.content.models import Content
from bot.content.papers import RECEIPT, Papers
from bot.export import EXPORTERS
from bot.filing.asking import at
from bot.filing.draft import Draft
from bot.filing.service import Filing
from bot.filing.submission import Submission
from bot.memory import Memory
from bot.messages import Attachment, Incoming, Reply
from bot.settings import DEFAULT_CONTENT
from bot.store.database import Database
from bot.store.records import Records
from bot.store.tables import drafts, submissions
from tests.filing.filing_talk import ROOT
from tests.filing.random_forms import WORDS, forms, later_version
from tests.filing.test_filing_random import ON_LISTS, lost
from tests.talk import Clock

PEOPLE = ("terminal:a", "terminal:b", "web:c")
TEXTS: dict[str, str] = {}


def replies() -> dict[str, str]:
    """The fixed sentences, read once."""
    if not TEXTS:
        TEXTS.update(yaml.safe_load((DEFAULT_CONTENT / "intents" / "replies.yaml").read_text(encoding="utf-8")))
    return TEXTS


class RandomOffice(RuleBasedStateMachine):
    """Three people fill in the same form at the same time; each message is one transaction."""

    form: Form

    @initialize(form=forms())
    def begin(self, form: Form) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.form, self.versions = form, [form]
        self.clock = Clock()
        self.database = Database(f"sqlite:///{self.folder / 'kexie.db'}", self.clock)
        self.seen: dict[str, list[str]] = {person: [] for person in PEOPLE}

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.database.close()
            shutil.rmtree(self.folder)

    def filing(self) -> Filing:
        # A new one for each message, as after a restart: nothing may be kept in memory.
        content = cast(Content, Stub({self.form.form_id: self.form}, replies()))
        return Filing(content, self.folder / "files")

    def turn(self, person: str, incoming: Incoming, begin: bool = False) -> None:
        """One message through the service, as the assistant hands it on."""
        filing = self.filing()
        with self.database.transaction() as connection:
            records = Records(connection, self.clock())
            memory = Memory.from_json(records.chat_state(person))
            before = self.drafts(records, person)
            if begin:
                memory, said = filing.begin(self.form.form_id, memory, incoming, records)
            else:
                held = (
                    filing.of_press(incoming.press, person, records)
                    if incoming.press
                    else filing.current(incoming.text, memory, person, records)
                )
                if held is None:
                    return
                memory, said, _ = filing.feed(held[0], held[1], incoming, memory, records)
            records.save_chat_state(person, memory.to_json())
            self.look(before, self.drafts(records, person), said)
        self.seen[person] += [b.id for r in said for row in r.buttons for b in row if b.id.startswith("f:")]

    def look(self, before: dict[str, Draft], after: dict[str, Draft], said: list[Reply]) -> None:
        """No answer goes unsaid; a draft goes only when a tool is left."""
        for key, draft in before.items():
            if key not in after:
                assert self.form.keep == "wished"
                continue
            gone = lost(draft.values, after[key].values)
            assert not gone or any(word in reply.text for reply in said for word in ("对不上", "删掉了")), gone

    def drafts(self, records: Records, person: str) -> dict[str, Draft]:
        found = records.connection.execute(select(drafts.c.draft).where(drafts.c.chat == person)).scalars()
        return {draft.id: draft for draft in (Draft.from_json(json.loads(text)) for text in found)}

    def in_hand(self, person: str) -> Draft | None:
        with self.database.reading() as connection:
            records = Records(connection, self.clock())
            memory = Memory.from_json(records.chat_state(person))
            stored = records.draft(memory.draft, person) if memory.draft else None
            return Draft.from_json(stored.draft) if stored else None

    @rule(person=st.sampled_from(PEOPLE))
    def start(self, person: str) -> None:
        self.turn(person, Incoming("terminal", person, "u", text="填随机表"), begin=True)

    @rule(person=st.sampled_from(PEOPLE), text=st.one_of(st.sampled_from(WORDS), st.text(max_size=20)))
    def say(self, person: str, text: str) -> None:
        self.turn(person, Incoming("terminal", person, "u", text=text))

    @rule(person=st.sampled_from(PEOPLE), many=st.integers(1, 25), data=st.data())
    def answer_well(self, person: str, many: int, data: st.DataObject) -> None:
        for _ in range(many):
            draft = self.in_hand(person)
            if draft is None or draft.phase != "asking" or draft.confirming:
                return
            if draft.form_version != self.form.version:
                self.say(person, "帮助")
                return
            self.answer_one(person, draft, data)

    def answer_one(self, person: str, draft: Draft, data: st.DataObject) -> None:
        one = at(self.form, draft)
        said = {"text": f"测试{person[-1]}", "integer": "1", "decimal": "2.5", "range": "3", "date": "2026-03-05"}
        said |= {"time": "9点", "select_one": "1", "select_multiple": "1", "acknowledge": "确认"}
        said |= {"rank": "、".join(str(n) for n in range(1, len(one.choices) + 1)), "repeat": data.draw(ON_LISTS)}
        if one.type in ("file", "image"):
            file = Attachment("a.pdf", f"{person[-1]}/a.pdf", 10, "application/pdf")
            self.turn(person, Incoming("terminal", person, "u", attachments=(file,)))
        else:
            self.say(person, "13800138000" if one.format else said[one.type])

    @rule(person=st.sampled_from(PEOPLE), owner=st.sampled_from(PEOPLE), data=st.data())
    def press(self, person: str, owner: str, data: st.DataObject) -> None:
        """A button, an old one perhaps, or one from somebody else's screen."""
        if self.seen[owner]:
            press = data.draw(st.sampled_from(self.seen[owner][-12:]))
            self.turn(person, Incoming("terminal", person, "u", press=press))

    @rule(person=st.sampled_from(PEOPLE), many=st.integers(1, 3))
    def submit(self, person: str, many: int) -> None:
        for _ in range(many):
            self.say(person, "提交")

    @rule(person=st.sampled_from(PEOPLE))
    def resume(self, person: str) -> None:
        with self.database.transaction() as connection:
            records = Records(connection, self.clock())
            memory = Memory.from_json(records.chat_state(person))
            memory, said = self.filing().resume(memory, person, records)
            assert said
            records.save_chat_state(person, memory.to_json())

    @rule(hours=st.integers(1, 12))
    def time_passes(self, hours: int) -> None:
        self.clock.at += timedelta(hours=hours)

    @rule(data=st.data())
    def change_the_form(self, data: st.DataObject) -> None:
        if len(self.versions) < 3:
            self.form = data.draw(later_version(self.form))
            self.versions.append(self.form)

    @invariant()
    def every_submission_is_of_one_person_and_one_draft(self) -> None:
        """As many submissions as submitted drafts; nobody's answers hold another's."""
        if not hasattr(self, "database"):
            return
        with self.database.reading() as connection:
            handed_in = connection.execute(select(submissions.c.id, submissions.c.chat, submissions.c.answers)).all()
            done = connection.execute(select(drafts.c.id).where(drafts.c.phase == "submitted")).scalars().all()
            kept = connection.execute(select(drafts.c.chat, drafts.c.draft)).all()
        assert sorted(one.id for one in handed_in) == sorted(done)
        for chat, text in [(one.chat, one.answers) for one in handed_in] + [(one.chat, one.draft) for one in kept]:
            others = {f"测试{person[-1]}" for person in PEOPLE} - {f"测试{chat[-1]}"}
            assert not any(f'"{other}"' in text for other in others)

    @invariant()
    def exports_keep_their_columns(self) -> None:
        """Every export takes what is there, over all versions."""
        if not hasattr(self, "database") or len(self.versions) < 2:
            return
        with self.database.reading() as connection:
            stored = Records(connection, self.clock()).submissions_for("random")
        found = [Submission(s.receipt, s.form_id, s.form_version, s.answers, s.state, s.submitted_at) for s in stored]
        for kind in ("csv", "xlsx") if found else ():
            EXPORTERS[kind](self.versions, found, self.folder / f"out.{kind}")
            assert (self.folder / f"out.{kind}").stat().st_size > 0


class Stub:
    """As much of the content as the service reads."""

    def __init__(self, forms: dict[str, Form], replies: dict[str, str]) -> None:
        self.forms, self.replies = forms, replies
        self.papers = Papers({RECEIPT: (ROOT / "forms" / "templates" / RECEIPT).read_bytes()})

    def __getattr__(self, name: str) -> Any:
        return {}


RandomOffice.TestCase.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRandomOffice = RandomOffice.TestCase
