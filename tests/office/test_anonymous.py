"""What is handed in without a name cannot be traced to a chat."""

from __future__ import annotations

import re

from bot.filing.receipt import normalise
from tests.office.people import deliver, everything, keep, later, staff, told
from tests.talk import Desk, Talk

OPINION = "食堂的灯太暗"


def hand_in(talk: Talk) -> str:
    """Fill in the anonymous survey; its receipt number."""
    talk.say("我要填问卷")
    assert "不记名" in talk.last
    talk.say(OPINION)
    receipt = normalise(talk.say("提交"))
    assert receipt
    return receipt


def test_an_anonymous_submission_has_a_receipt_for_whoever_holds_it(office: Desk) -> None:
    """The number gives the status in any chat; 「查进度」 without it lists nothing."""
    talk, other = office.person("a"), office.person("b")
    receipt = hand_in(talk)
    assert "已收到" in other.say(receipt)
    assert "没有查到" in talk.say("查进度")


def test_staff_see_what_was_said_and_not_who(office: Desk) -> None:
    """The notice of an anonymous submission names nobody."""
    reviewer = staff(office)
    hand_in(office.person("a"))
    notice = told(office, reviewer)[-1]
    assert "（没有记名）" in notice
    assert OPINION not in notice


def test_nothing_in_the_database_connects_the_chat_with_the_answer(office: Desk) -> None:
    """After the answers are sent, no row holds the chat and the words, the receipt, the draft or the minute together."""
    talk = office.person("a")
    receipt = hand_in(talk)
    deliver(office)
    keep(office)
    rows = re.findall(r"\([^()]*\)", everything(office))
    assert any(OPINION in row for row in rows)
    tied = [row for row in rows if talk.chat in row and (OPINION in row or receipt in row)]
    assert tied == []
    handed_in = next(row for row in rows if receipt in row)
    assert "'anonymous:" in handed_in
    assert "2026-11-20T16:00:00" in handed_in, "the day began in China; the minute is not kept"


def test_what_was_said_is_kept_until_it_has_reached_the_person(office: Desk) -> None:
    """The receipt waits in the outbox until it is sent; only then is it deleted."""
    talk = office.person("a")
    receipt = hand_in(talk)
    keep(office)
    assert any(receipt in text for text in told(office, talk))
    deliver(office)
    keep(office)
    assert not any(receipt in text for text in told(office, talk))


def test_an_anonymous_form_neither_takes_nor_leaves_a_profile(office: Desk) -> None:
    """What was said in it is not offered again in the next form."""
    talk = office.person("a")
    hand_in(talk)
    later(office, minutes=5)
    talk.say("我要填问卷")
    assert OPINION not in talk.last


def test_a_second_press_of_submit_is_told_that_it_is_done(office: Desk) -> None:
    """The draft is gone, so the old button says that the form was handed in."""
    talk = office.person("a")
    talk.say("我要填问卷")
    talk.say(OPINION)
    press = talk.button("提交")
    assert "回执号" in talk.press_id(press)
    assert "已经交了" in talk.press_id(press)


def test_one_may_choose_to_give_no_name(office: Desk) -> None:
    """`anonymous: choice` asks first, by button or in words, and repeats a question that was not understood."""
    talk = office.person("a")
    talk.say("我要填第一步申请")
    talk.say("测试一号公司")
    assert "要留名吗" in talk.say("我要提意见给科协")
    assert "没看懂" in talk.say("随便")
    assert "不记名" in talk.say("匿名")
    assert "测试一号公司" not in talk.last
    talk.say("跳过")
    talk.say("请多办讲座")
    receipt = normalise(talk.say("提交"))
    assert receipt
    assert "已收到" in office.person("b").say(receipt)


def test_wishes_are_understood_where_the_name_is_asked_for(office: Desk) -> None:
    """帮助 explains both ways, 跳过 is told that it cannot be, 暂存 and 取消 leave; nothing is begun."""
    talk = office.person()
    talk.say("我要提意见给科协")
    assert talk.labels == ["不留名", "留名"]
    assert "没法联系您" in talk.say("帮助")
    assert talk.labels == ["不留名", "留名"]
    assert "不能跳过" in talk.say("跳过")
    assert talk.labels == ["不留名", "留名"]
    for word in ("暂存", "取消", "上一步"):
        talk.say("我要提意见给科协")
        assert "还没开始填" in talk.say(word)
        assert "没有没填完的表" in talk.say("我的草稿")


def test_who_gives_their_name_hands_in_as_always(office: Desk) -> None:
    """With a name the status belongs to this chat."""
    talk = office.person("a")
    talk.say("我要提意见给科协")
    talk.press("留名")
    talk.say("测试一号公司")
    talk.say("请多办讲座")
    receipt = normalise(talk.say("提交"))
    assert receipt
    assert "只有提交人自己的聊天里" in office.person("b").say(receipt)


def test_another_wish_ends_the_question_about_the_name(office: Desk) -> None:
    """Who asks something else instead is answered, and not asked again."""
    talk = office.person("a")
    talk.say("我要提意见给科协")
    assert "没有没填完的表" in talk.say("我的草稿")
    assert "没看懂" not in talk.say("谢谢")
