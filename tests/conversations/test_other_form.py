"""In the middle of one form, words that very nearly name another: which is meant is asked, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.talk import Desk, Talk

SAID = "岳阳标准化自评"
"""Nearly 岳阳标准化建设自评, the name of a form."""


@pytest.fixture
def talk(small_desk: Desk) -> Talk:
    """Somebody in the middle of a quick report, asked for the unit."""
    person = small_desk.person()
    person.say("工作快报 昨天我们在车间搞了技能比武，30人参加")
    assert "单位" in person.last
    return person


def test_it_is_asked_which_is_meant(talk: Talk) -> None:
    """The other form opens on a press, and the report waits."""
    assert "是想改填「岳阳标准化建设自评」，还是这一题的回答？" in talk.say(SAID)
    talk.press("改填岳阳标准化建设自评")
    assert "「工作快报」先替您存着" in talk.last
    assert "开始填「岳阳标准化建设自评」" in talk.last
    assert "技能比武" in talk.say("我的草稿") or "工作快报" in talk.last


@pytest.mark.parametrize("answer", ["是这一题的回答", "不是", SAID])
def test_it_may_be_the_answer_all_the_same(talk: Talk, answer: str) -> None:
    """The button, a no, or the same words once more: they are taken as the answer."""
    talk.say(SAID)
    _ = talk.press(answer) if answer in talk.labels else talk.say(answer)
    assert f"单位：{SAID}" in talk.last


def test_something_else_leaves_the_question_open(talk: Talk) -> None:
    """Neither yes nor no: the message is handled by itself, nothing was taken; the old button leads back."""
    talk.say(SAID)
    old = talk.button("是这一题的回答")
    talk.say("成立企业科协向谁申请？")
    assert "出处" in talk.last
    assert "（2/10）单位" in talk.last
    assert "（2/10）单位" in talk.press_id(old)
    assert "单位：测试一号有限公司" in talk.say("测试一号有限公司")


@pytest.mark.parametrize(
    "answer",
    [
        "测试一号有限公司",
        "岳阳市测试公司科协",
        "岳阳测试机械厂",
        "测试园区科协",
        "标准化研究所",
        "测试工作站",
        "会员之家",
        "测试联合科协",
        "科技联络站",
        "测试项目部",
    ],
)
def test_an_ordinary_answer_is_taken_at_once(talk: Talk, answer: str) -> None:
    """Names of units are no wishes."""
    assert f"单位：{answer}" in talk.say(answer)


def test_a_choice_is_a_choice(small_desk: Desk) -> None:
    """What the question itself offers is never taken for another form."""
    talk = small_desk.person()
    talk.say("我要填年度信息")
    talk.say("2025")
    assert "是想改填" not in talk.say("园区科协")


def test_where_anything_may_be_said_nothing_is_asked(small_desk: Desk) -> None:
    """A message to staff may name a form."""
    talk = small_desk.person()
    talk.say("我要留言")
    assert "是想改填" not in talk.say(SAID)
