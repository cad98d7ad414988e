"""Procedures: all steps, one step, and the steps of a city before those of the nation."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.answer.compose import answer_text, entry_reply
from bot.app import App
from bot.content.models import Content, Entry
from bot.messages import Reply
from bot.understand.meaning import Context
from tests.talk import Desk

TODAY = date(2026, 11, 21)
CITY = "温州"


@pytest.fixture(scope="module")
def content(small_app: App) -> Content:
    return small_app.content


@pytest.fixture(scope="module")
def procedure(content: Content) -> Entry:
    """A national procedure of five steps; 温州 has three of its own."""
    return content.entries["founding-steps-approval"]


def labels(reply: Reply) -> list[list[str]]:
    return [[button.label for button in row] for row in reply.buttons]


def test_the_whole_procedure_offers_each_step(content: Content, procedure: Entry) -> None:
    """Under the numbered list there is a button a step, at most four in a row."""
    reply = entry_reply(content, procedure, "", TODAY)
    assert labels(reply)[:2] == [["第1步", "第2步", "第3步", "第4步"], ["第5步"]]


def test_a_step_offers_the_ways_through(content: Content, procedure: Entry) -> None:
    """The first step leads on, the last one back, those between both ways, and each to the whole."""
    rows = [labels(entry_reply(content, procedure, "", TODAY, step=n))[:2] for n in (1, 3, 5)]
    assert rows == [[["下一步"], ["全部步骤"]], [["上一步", "下一步"], ["全部步骤"]], [["上一步"], ["全部步骤"]]]
    assert labels(entry_reply(content, procedure, "", TODAY, step=9))[0] == ["全部步骤"]


def test_a_step_says_who_how_long_and_from_where(content: Content, procedure: Entry) -> None:
    """One step tells who acts, the time limit (「资料没写」 where the papers are silent), papers, outcome and its source."""
    reply = entry_reply(content, procedure, "", TODAY, step=3)
    for part in ("- 谁来做：筹备组", "- 时限：资料没写", "- 结果：", "- 材料：申请报告或申请表、", "出处："):
        assert part in reply.text


def test_the_steps_of_a_city_come_first(content: Content, procedure: Entry) -> None:
    """In 温州 its own three steps are listed, then the national answer; the national steps wait behind 更多."""
    found = answer_text(content, procedure, CITY, TODAY)
    assert found.text.index("温州的规定") < found.text.index("3. 报市科协备案") < found.text.index("全国的规定")
    assert "4. 科协审阅并批复" not in found.text
    assert found.more.startswith("全国的步骤：\n1. 成立筹备组")
    assert found.sources[0] == "wenzhou/9"


def test_a_city_without_steps_shows_the_national_ones(content: Content, procedure: Entry) -> None:
    """Where a city says something but gives no steps, the national ones stand in the answer itself."""
    city = content.regions[CITY]
    plain = replace(city.overlays[procedure.id], steps=())
    changed = replace(content, regions={CITY: replace(city, overlays={**city.overlays, procedure.id: plain})})
    found = answer_text(changed, procedure, CITY, TODAY)
    assert "4. 科协审阅并批复" in found.text
    assert found.more == procedure.more


def test_people_walk_the_steps_of_their_city(small_desk: Desk) -> None:
    """「下一步」 after the whole starts at the first; 「上一步」 and 「最后一步」 count by the city's own steps."""
    talk = small_desk.person()
    talk.say("我是温州的")
    talk.say("审批制下建立企业科协分哪几步")
    assert "第 1 步（温州的做法，共 3 步）" in talk.say("下一步")
    assert "第 2 步" in talk.press("下一步")
    assert "第 3 步（温州的做法，共 3 步）：报市科协备案" in talk.say("最后一步呢")
    assert "第 2 步" in talk.say("上一步")
    assert "没有第 4 步" in [talk.say("第三步"), talk.say("下一步")][1]
    assert "没有第 4 步" in talk.say("下一步")
    assert "5. 开成立大会" in talk.say("那杭州呢")


def test_another_place_has_the_national_steps(small_app: App) -> None:
    """Outside the city 「最后一步」 is the national last one."""
    context = Context("", "审批", "成立/审批制", "步骤", "founding-steps-approval", 0)
    assert small_app.understander.understand("最后一步是什么", context).step == 5
    assert small_app.understander.understand("最后一步是什么", replace(context, region=CITY)).step == 3
    assert small_app.understander.understand("上一步", context).step == 0


def test_each_step_of_a_past_notice_is_said_to_be_past(content: Content, procedure: Entry) -> None:
    """Whoever comes to one step only is warned too."""
    past = replace(procedure, expires="2021-11-20")
    assert "2021年11月20日" in answer_text(content, past, "", TODAY, 2).text
    assert "已经过了" not in answer_text(content, procedure, "", TODAY, 2).text
