"""What goes to the queue of questions, and what is noted when the person finds the right answer after all."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.store.questions import Questions, Queued
from tests.talk import Clock, Desk, Talk

PAPERS = "备案制要交哪些材料"
WRONG = "没答对"


@pytest.fixture
def clock(small_desk: Desk) -> Clock:
    assert isinstance(small_desk.clock, Clock)
    return small_desk.clock


def unsure(desk: Desk, **thresholds: Any) -> None:
    """Make the assistant less sure than it is: the small content leaves it little to be unsure of."""
    understander = copy(desk.app.understander)
    understander.decision = replace(understander.decision, **thresholds)
    desk.app.__dict__["understander"] = understander


def queue(desk: Desk) -> list[Queued]:
    with desk.database.reading() as connection:
        return Questions(connection, desk.clock()).all()


def offered(talk: Talk) -> dict[str, str]:
    """Entry -> label of the button that shows it."""
    return {b.id[2:]: b.label for r in talk.replies for row in r.buttons for b in row if b.id.startswith("e:")}


def test_an_unknown_question_is_queued_and_names_nobody(small_desk: Desk) -> None:
    """A question without an answer waits for an editor, without telephone, name and unit."""
    unsure(small_desk, choose_at=2.0)
    talk = small_desk.person()
    talk.say("企业科协章程修改要几票，我叫王测试，我们是测试一号有限公司，电话13800138000")
    assert WRONG not in talk.labels
    [kept] = queue(small_desk)
    assert kept.status == "unknown"
    assert not any(word in kept.text for word in ("13800138000", "王测试", "测试一号"))


def test_a_good_answer_leaves_no_trace(small_desk: Desk) -> None:
    """An answered question is not queued; small talk gets no button."""
    talk = small_desk.person()
    talk.say(PAPERS)
    assert talk.labels[-1] == WRONG
    talk.say("谢谢")
    assert WRONG not in talk.labels
    assert queue(small_desk) == []


def test_a_wrong_answer_is_queued_and_the_right_one_noted(small_desk: Desk) -> None:
    """「没答对」 queues the question with what was shown, offers others and a person; the one that is pressed then is
    noted with it."""
    talk = small_desk.person()
    talk.say(PAPERS)
    said = talk.press(WRONG)
    assert "对不起" in said
    assert "找人工" in talk.labels
    [kept] = queue(small_desk)
    assert (kept.text, kept.status, kept.near, kept.chosen) == (PAPERS, "wrong", "founding-papers-filing", "")
    others = offered(talk)
    assert others
    assert kept.near not in others
    entry, label = next(iter(others.items()))
    talk.press(label)
    assert [one.chosen for one in queue(small_desk)] == [entry]
    assert talk.labels[-1] == WRONG, "this one may be wrong as well"
    talk.press(WRONG)
    [kept] = queue(small_desk)
    assert (kept.status, kept.near, kept.chosen) == ("wrong", entry, "")


def test_the_second_one_may_be_said(small_desk: Desk) -> None:
    """「第一个」 after 「没答对」 is the same as pressing the first button."""
    talk = small_desk.person()
    talk.say(PAPERS)
    talk.press(WRONG)
    first = next(iter(offered(talk)))
    talk.say("第一个")
    assert [one.chosen for one in queue(small_desk)] == [first]


def test_pressing_twice_counts_once(small_desk: Desk) -> None:
    """The same button pressed again is thanked for and queues nothing."""
    talk = small_desk.person()
    talk.say(PAPERS)
    press = talk.button(WRONG)
    talk.press_id(press)
    assert "已经记下" in talk.press_id(press)
    assert len(queue(small_desk)) == 1


@pytest.mark.parametrize("press", ["wrong:99", "wrong:", "wrong:x", "wrong:-1"])
def test_a_button_of_long_ago_is_answered_kindly(small_desk: Desk, press: str) -> None:
    """A question that is not remembered any more is asked for again."""
    talk = small_desk.person()
    assert "再发一次" in talk.press_id(press)
    assert queue(small_desk) == []


def test_an_earlier_answer_can_be_called_wrong(small_desk: Desk) -> None:
    """The button under the answer before the last belongs to the question before the last."""
    talk = small_desk.person()
    talk.say(PAPERS)
    press = talk.button(WRONG)
    talk.say("成立企业科协向谁申请？")
    talk.press_id(press)
    assert [one.text for one in queue(small_desk)] == [PAPERS]


def test_the_same_in_other_words_queues_the_first_wording(small_desk: Desk, clock: Clock) -> None:
    """Asked again in other words within minutes: the first wording is queued with the entry that was taken in the end."""
    talk = small_desk.person()
    talk.say("备案的材料清单")
    clock.at += timedelta(minutes=1)
    talk.say("备案的材料清单有哪些材料")
    [kept] = queue(small_desk)
    assert (kept.text, kept.status, kept.chosen) == ("备案的材料清单", "rephrased", "founding-papers-filing")


@pytest.mark.parametrize(
    ("then", "minutes"),
    [
        ("审批制要交哪些材料", 1),
        ("那审批的呢", 1),
        ("换届大会几年开一次", 1),
        (PAPERS, 1),
        ("备案制的材料要交哪些呢请问", 6),
    ],
    ids=["another matter", "follow-up", "another question", "the same once more", "later"],
)
def test_another_question_is_no_rephrasing(small_desk: Desk, clock: Clock, then: str, minutes: int) -> None:
    """A question that differs in its matter, goes on, or comes later says nothing about the one before."""
    talk = small_desk.person()
    talk.say(PAPERS)
    clock.at += timedelta(minutes=minutes)
    talk.say(then)
    assert [one for one in queue(small_desk) if one.status == "rephrased"] == []


def test_a_button_after_being_asked_back_is_a_label(small_desk: Desk) -> None:
    """Of the offered ones the pressed one is noted; a button that only leads on from an answer is not."""
    sure = small_desk.person("c2")
    sure.say("成立企业科协向谁申请？")
    for label in list(offered(sure).values())[:1]:
        sure.press(label)
    assert queue(small_desk) == []
    unsure(small_desk, answer_at=2.0)
    small_desk.app.__dict__.pop("assistant")
    talk = small_desk.person()
    talk.say("要哪些材料")
    others = offered(talk)
    assert len(others) > 1
    assert [one.status for one in queue(small_desk)] == ["choose"]
    entry = list(others)[-1]
    talk.press(others[entry])
    assert [one.chosen for one in queue(small_desk)] == [entry]


def test_deleting_ones_data_forgets_the_questions(small_desk: Desk) -> None:
    """After 「删除我的数据」 an old 「没答对」 finds nothing."""
    talk = small_desk.person()
    talk.say(PAPERS)
    press = talk.button(WRONG)
    talk.say("删除我的数据")
    talk.say("是")
    assert "再发一次" in talk.press_id(press)
