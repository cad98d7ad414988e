"""Random people on random forms: no exception, no lost answer, one submission, versions changing under their hands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.content.forms import Form
from bot.export.table import columns, item_tables, row
from bot.filing import pages, results
from bot.filing.asking import at, missing
from bot.filing.draft import Draft, Event, Step
from bot.filing.engine import repeat, start, step
from bot.filing.submission import Submission
from bot.messages import Attachment
from tests.filing.filing_talk import DRAFT_ID, TODAY
from tests.filing.random_forms import WORDS, forms, later_version

TOLD = ("对不上", "删掉了")
"""Words with which a person is told that an answer goes."""


def lost(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Answers that were there and are nowhere now: neither under their name, nor set aside by a new version."""
    gone = []
    for name, value in before.items():
        kept = [after[other] for other in after if other == name or other.startswith(f"{name}@")]
        if not kept:
            gone.append(name)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and "path" not in value[0]:
            lists = [one for one in kept if isinstance(one, list)]
            if not lists or max(map(len, lists)) < len(value):
                gone.append(f"{name}: items")
            elif not any(value == one for one in kept):
                gone += [f"{name}.{n}" for a, b in zip(value, kept[0], strict=False) for n in lost(a, b)]
    return gone


class RandomTalk(RuleBasedStateMachine):
    """One person at one form."""

    draft: Draft
    form: Form

    @initialize(form=forms())
    def begin(self, form: Form) -> None:
        self.form, self.versions, self.submits, self.seen = form, [form], 0, [""]
        self.take(start(form, DRAFT_ID, TODAY, {}))

    def take(self, done: Step) -> None:
        before: dict[str, Any] = dict(self.draft.values) if hasattr(self, "draft") else {}
        self.submits += done.outcome == "submit"
        if done.outcome == "elsewhere":
            assert done.draft.values == before or self.moved()
            assert not done.replies
        else:
            assert done.outcome == "submit" or done.replies
            assert all(reply.text.strip() for reply in done.replies)
        if done.outcome == "submit":
            assert not missing(self.form, done.draft)
        # An answer goes only when it is replaced, or when the person is told that it goes.
        gone = lost(before, done.draft.values)
        assert not gone or any(word in reply.text for reply in done.replies for word in TOLD), gone
        self.draft = Draft.from_json(json.loads(json.dumps(done.draft.to_json())))
        assert self.draft == done.draft
        buttons = [b for reply in done.replies for row in reply.buttons for b in row]
        assert all(b.id.isascii() and len(b.id) < 60 and b.label for b in buttons)
        self.seen += [b.id for b in buttons]

    @rule(text=st.one_of(st.sampled_from(WORDS), st.text(max_size=30)))
    def say(self, text: str) -> None:
        self.take(step(self.form, self.draft, Event(text), TODAY))

    @rule()
    def resume(self) -> None:
        if self.draft.phase == "paused":
            self.draft = self.draft.resumed()
            assert repeat(self.form, self.draft).text

    @rule(many=st.integers(1, 8), data=st.data())
    def answer_well(self, many: int, data: st.DataObject) -> None:
        """Answers that fit the present questions, so that talks come far."""
        for _ in range(many):
            if self.draft.phase == "asking" and not self.draft.confirming and not self.moved():
                self.answer_one(data)

    @rule(data=st.data())
    def to_the_end(self, data: st.DataObject) -> None:
        """The rest of the form, up to the check page."""
        self.answer_well(25, data)

    @rule(data=st.data())
    def on_the_list(self, data: st.DataObject) -> None:
        """What is said while a repeat is filled in."""
        if self.draft.item >= 0 or (self.draft.at and not self.moved() and at(self.form, self.draft).type == "repeat"):
            self.say(data.draw(st.sampled_from(LIST_WORDS)))

    def moved(self) -> bool:
        """Whether the form was changed since the last message."""
        return self.draft.form_version != self.form.version

    def answer_one(self, data: st.DataObject) -> None:
        one = at(self.form, self.draft)
        said = {"text": "测试甲", "integer": "1", "decimal": "2.5", "range": "3", "date": "2026-03-05", "time": "9点"}
        said |= {"select_one": "1", "select_multiple": "1", "acknowledge": "确认", "repeat": data.draw(ON_LISTS)}
        said |= {"rank": "、".join(str(n) for n in range(1, len(one.choices) + 1))}
        if one.type in ("file", "image"):
            self.send(1, "application/pdf", 10)
        else:
            self.say("13800138000" if one.format else said[one.type])

    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        recent = data.draw(st.booleans())
        press = data.draw(st.sampled_from(self.seen[-8:] if recent else self.seen))
        assume(press.startswith("f:"))
        self.take(step(self.form, self.draft, Event(press=press), TODAY))

    @rule(
        count=st.integers(1, 4),
        media_type=st.sampled_from(("application/pdf", "application/x-msdownload")),
        size=st.sampled_from((0, 10, 99_000_000)),
    )
    def send(self, count: int, media_type: str, size: int) -> None:
        files = tuple(Attachment(f"{n}.pdf", f"x/{n}", size, media_type) for n in range(count))
        self.take(step(self.form, self.draft, Event(attachments=files), TODAY))

    @precondition(lambda self: len(self.versions) < 4)
    @rule(data=st.data())
    def change_the_form(self, data: st.DataObject) -> None:
        self.form = data.draw(later_version(self.form))
        self.versions.append(self.form)

    @invariant()
    def submitted_at_most_once(self) -> None:
        if hasattr(self, "draft"):
            assert self.submits <= 1
            assert (self.draft.phase == "submitted") == (self.submits == 1)

    @invariant()
    def the_question_can_be_repeated(self) -> None:
        if hasattr(self, "draft") and self.draft.phase in ("asking", "checking"):
            assert repeat(self.form, self.draft).text

    @invariant()
    def every_answer_can_be_read_and_exported(self) -> None:
        """Whatever the draft holds, it can be shown, concluded from, and put into a sheet with the columns of all
        versions."""
        if not hasattr(self, "draft") or self.draft.form_version != self.form.version:
            return
        given = self.draft.answers(self.form)
        results.told(self.form, given)
        assert pages.progress(self.form, self.draft)
        found = [Submission("KX-1", "random", self.form.version, given, "received", "2026-11-21T08:00:00+00:00")]
        known = [column.name for column in columns(self.versions, [])]
        heads = [column.name for column in columns(self.versions, found)]
        assert heads[: len(known)] == known
        assert len(row(columns(self.versions, found), found[0])) == len(heads) == len(set(heads))
        for table in item_tables(self.versions, found):
            assert all(len(cells) == len(table.columns) for cells in table.rows)


LIST_WORDS = tuple(
    word for word in WORDS if any(sign in word for sign in ("删", "改", "加", "，", "\n", "没有了", "上一步"))
)
ON_LISTS = st.sampled_from(("没有了", "再加一位", "测试乙", "删 1", "改 1"))
RandomTalk.TestCase.settings = settings(
    max_examples=80, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRandomTalk = RandomTalk.TestCase
