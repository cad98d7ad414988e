"""What was told before need not be typed again."""

from __future__ import annotations

from tests.talk import Desk, Talk


def apply(talk: Talk, kind: str = "国有", mobile: str = "13800138000") -> None:
    """Hand in the first step."""
    for said in ("我要填第一步申请", "测试一号公司", kind, "2026年11月1日", mobile, "跳过", "提交"):
        talk.say(said)
    assert "回执号" in talk.last


def test_a_form_that_follows_takes_over_the_latest_submission(office: Desk) -> None:
    """Answers of the same name come along, are listed before the first question and can be changed by name."""
    talk = office.person()
    apply(talk)
    talk.say("我要填第二步结果")
    for line in ("- 单位全称：测试一号公司", "- 性质：国有", "- 大会日期：2026年11月1日（周日）", "（4/4）主席"):
        assert line in talk.last
    talk.say("改 单位全称")
    talk.say("测试一号集团")
    talk.say("张测试")
    assert "1. 单位全称：测试一号集团" in talk.last


def test_a_choice_that_the_next_form_lacks_is_asked_anew(office: Desk) -> None:
    """民营 is no choice of the second form: it is asked, and not handed in unseen."""
    talk = office.person()
    apply(talk, kind="民营")
    talk.say("我要填第二步结果")
    assert "- 性质" not in talk.last
    assert "（2/4）性质" in talk.last


def test_what_others_handed_in_is_not_taken_over(office: Desk) -> None:
    """Another chat starts with an empty form."""
    apply(office.person("a"))
    other = office.person("b")
    other.say("我要填第二步结果")
    assert "测试一号公司" not in other.last


def test_the_profile_is_shown_as_taken_over(office: Desk) -> None:
    """An answer kept from an earlier form stands at the beginning of the next one."""
    talk = office.person()
    apply(talk)
    talk.say("我要填第一步申请")
    assert "您以前填过的先带上了" in talk.last
    assert "- 单位全称：测试一号公司" in talk.last
    assert "（2/5）性质" in talk.last
