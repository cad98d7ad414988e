"""Random people on random forms: no exception, no lost answer, one submission."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.content.forms import Choice, Field, Form
from bot.filing.draft import Draft, Event, Step, asked, missing
from bot.filing.engine import repeat, start, step
from bot.messages import Attachment
from tests.filing.filing_talk import DRAFT_ID, TODAY

CHOICES = (Choice("yes", "有", ("有的",)), Choice("no", "没有"), Choice("c", "民营企业", ("民企",)))
TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "select_one",
    "select_multiple",
    "rank",
    "range",
    "file",
    "acknowledge",
)
WORDS = (
    "上一步",
    "跳过",
    "暂存",
    "取消",
    "是",
    "不",
    "帮助",
    "为什么要填",
    "检查",
    "还差什么",
    "提交",
    "完成",
    "继续",
    "修改",
    "改 1",
    "改 2",
    "改「题1」",
    "改 题2 为 5",
    "1",
    "2、1、3",
    "五十人左右",
    "下周三",
    "14:30",
    "民营",
    "同意",
    "测试甲公司",
    "13800138000",
    "题0：测试乙，题1 是 7",
    "要什么材料？",
    "👍",
    "",
    " ",
    "长" * 2100,
    "\u202e\u200b",
    "=1+1",
)


@st.composite
def forms(draw: st.DrawFn) -> Form:
    """Small forms of every type, some rows hanging on earlier ones."""
    rows = []
    for place in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(TYPES))
        row = Field(kind, f"f{place}", f"题{place}", required=draw(st.booleans()))
        if kind in ("select_one", "select_multiple", "rank"):
            row = replace(row, choices=CHOICES)
        if kind == "file":
            row = replace(row, accept=(".pdf",), max_files=draw(st.integers(1, 3)))
        if place:
            earlier = f"f{draw(st.integers(0, place - 1))}"
            relevant = draw(st.sampled_from(("", "", f"{earlier} == 'yes'", f"{earlier} != ''", f"{earlier} > 5")))
            constraint = draw(st.sampled_from(("", f"this <= {earlier}"))) if kind == "integer" else ""
            row = replace(row, relevant=relevant, constraint=constraint, constraint_message="不能更多。")
        rows.append(row)
    if draw(st.booleans()):
        rows = [*rows[:-1], Field("group", "g", "一组", children=(rows[-1],))]
    return Form("random", "1", "随机表", "测试", "不保存", tuple(rows))


class RandomTalk(RuleBasedStateMachine):
    """One person at one form."""

    draft: Draft
    form: Form

    @initialize(form=forms())
    def begin(self, form: Form) -> None:
        self.form, self.submits, self.seen = form, 0, [""]
        self.take(start(form, DRAFT_ID, TODAY, {}))

    def take(self, done: Step) -> None:
        before: dict[str, Any] = dict(self.draft.values) if hasattr(self, "draft") else {}
        self.submits += done.outcome == "submit"
        if done.outcome == "elsewhere":
            assert done.draft == self.draft
        else:
            assert done.outcome == "submit" or all(reply.text.strip() for reply in done.replies)
            assert done.replies or done.outcome == "submit"
        if done.outcome == "submit":
            assert not missing(self.form, done.draft)
        # An answer goes only when it is replaced, or when the person is told that it does not fit any more.
        gone = [name for name in before if name not in done.draft.values]
        assert not gone or any("对不上" in reply.text for reply in done.replies)
        self.draft = Draft.from_json(json.loads(json.dumps(done.draft.to_json())))
        assert self.draft == done.draft
        self.seen += [b.id for reply in done.replies for row in reply.buttons for b in row]

    @rule(text=st.one_of(st.sampled_from(WORDS), st.text(max_size=30)))
    def say(self, text: str) -> None:
        if self.draft.phase == "paused":
            self.draft = self.draft.resumed()
        self.take(step(self.form, self.draft, Event(text), TODAY))

    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        recent = data.draw(st.booleans())
        press = data.draw(st.sampled_from(self.seen[-8:] if recent else self.seen))
        assume(press and press != "human")
        self.take(step(self.form, self.draft, Event(press=press), TODAY))

    @rule(
        count=st.integers(1, 4),
        media_type=st.sampled_from(("application/pdf", "application/x-msdownload")),
        size=st.sampled_from((0, 10, 99_000_000)),
    )
    def send(self, count: int, media_type: str, size: int) -> None:
        files = tuple(Attachment(f"{n}.pdf", f"x/{n}", size, media_type) for n in range(count))
        self.take(step(self.form, self.draft, Event(attachments=files), TODAY))

    @invariant()
    def submitted_at_most_once(self) -> None:
        if hasattr(self, "draft"):
            assert self.submits <= 1
            assert (self.draft.phase == "submitted") == (self.submits == 1)

    @invariant()
    def the_question_can_be_repeated(self) -> None:
        if hasattr(self, "draft") and self.draft.phase in ("asking", "checking"):
            assert repeat(self.form, self.draft).text
            assert not self.draft.at or self.draft.at in {f.name for f in asked(self.form, self.draft.values)}
            self.draft.answers(self.form)


RandomTalk.TestCase.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRandomTalk = RandomTalk.TestCase
