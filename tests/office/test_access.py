"""Who may start a form, and when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from bot.content.forms import Form
from bot.store.records import Records
from tests.office.people import staff
from tests.talk import Desk


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("截止的申报", "截止"),
        ("下月的申报", "开始填，请到那天再来"),
        ("快停的表", "不再收新的"),
        ("停了的表", "已经停用"),
        ("内部登记", "只由登记过的科协工作人员填写"),
    ],
)
def test_a_form_that_cannot_be_started_says_why(office: Desk, form: str, answer: str) -> None:
    """Closed, closing, too early, too late or for staff only: the reason is given and no draft is made."""
    talk = office.person()
    assert answer in talk.say(f"我要填{form}")
    assert "没有没填完的表" in talk.say("我的草稿")


def test_staff_fill_in_what_is_theirs(office: Desk) -> None:
    """A form with `access: staff` opens for who joined as staff."""
    assert "开始填「内部登记」" in staff(office).say("我要填内部登记")


def test_who_left_the_staff_meanwhile_cannot_hand_in(office: Desk) -> None:
    """Access is looked at again at 「提交」: nothing is stored, nothing is lost, and it works once they are back."""
    member = staff(office)
    member.say("我要填内部登记")
    member.say("测试内容")
    with office.database.transaction() as connection:
        Records(connection, office.clock()).remove_staff("测试审核员")
    assert "您现在不在名单里，所以没有提交" in member.say("提交")
    assert "回执号" not in member.last
    assert "测试内容" in member.say("检查")
    with office.database.transaction() as connection:
        code = Records(connection, office.clock()).add_staff("测试审核员", "reviewer", "")
    member.say(f"登记 {code}")
    assert "回执号" in member.say("提交")


def test_after_the_deadline_a_form_may_warn_and_go_on(office: Desk) -> None:
    """`late: warn`: the passed date is said first, in plain words; the form can be filled in and handed in."""
    talk = office.person()
    talk.say("我要填去年的申报")
    assert talk.replies[0].text.startswith("注意：「去年的申报」已在2026年11月1日截止")
    talk.say("测试内容")
    assert "回执号" in talk.say("提交")


def test_a_closing_form_takes_drafts_that_are_open(office: Desk) -> None:
    """`state: closing` lets in no new ones, but a draft begun before is handed in; `closed` takes nothing."""
    talk, other = office.person("a"), office.person("b")
    with _state(office, "open"):
        talk.say("我要填去年的申报")
        other.say("我要填去年的申报")
    with _state(office, "closing"):
        talk.say("测试内容")
        assert "回执号" in talk.say("提交")
    with _state(office, "closed"):
        other.say("测试内容")
        assert "已经停用" in other.say("提交")


@contextmanager
def _state(office: Desk, state: str) -> Iterator[None]:
    """The late form in another state of its life."""
    forms = office.app.assistant.content.forms
    assert isinstance(forms, dict)
    before: Form = forms["late"]
    forms["late"] = replace(before, state=state)
    try:
        yield
    finally:
        forms["late"] = before
