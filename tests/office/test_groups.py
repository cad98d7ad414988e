"""In a group nothing personal is asked: forms are filled in privately, and the way there is a button."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.messages import Button
from bot.store.records import Records
from tests.emulator import Emulator
from tests.office.people import picture
from tests.talk import Desk, Talk
from tests.telegram.test_telegram_way import service

REPORT = "昨天测试一号有限公司在报告厅办了科普讲座，五十来人参加"


def buttons(talk: Talk) -> list[Button]:
    return [button for reply in talk.replies for row in reply.buttons for button in row]


def drafts(office: Desk, talk: Talk) -> int:
    with office.database.reading() as connection:
        return len(Records(connection, office.clock()).open_drafts(talk.chat))


@pytest.mark.parametrize(
    "said", ["我要报工作快报", f"工作快报：{REPORT}", "我要提意见给科协", "我要填第一步申请", "找人工"]
)
def test_a_form_is_not_begun_before_everybody(office: Desk, said: str) -> None:
    """Whatever the form, and whatever was said with it: no question, no draft, one button to the private chat."""
    group = office.group()
    group.say(said)
    assert "请在单聊里填" in group.last
    assert "用途" not in group.last
    (way,) = buttons(group)
    assert way.start.startswith("form_")
    assert drafts(office, group) == 0
    assert "请在单聊里填" in group.press_id(way.id), "a channel without links sends the press"


def test_the_private_chat_begins_with_the_form(office: Desk) -> None:
    """`/start form_…` starts it there; what the link names and is no form any more is greeted."""
    group, person = office.group(), office.person()
    group.say("我要报工作快报")
    assert "办了什么" in person.say(f"/start {buttons(group)[0].start}")
    assert "请检查" in person.say(REPORT)
    for unknown in ("/start form_gone", "/start x", "/start hello"):
        assert "我是科协通" in office.person("b").say(unknown)
    assert "请在单聊里填" in office.group("g2").say("/start form_report")


def test_reports_and_pictures_in_a_group(office: Desk, tmp_path: Path) -> None:
    """What reads like a report is led to the private chat; pictures are not kept; questions are answered as ever."""
    group = office.group()
    assert "请在单聊里报" in group.say(REPORT)
    assert drafts(office, group) == 0
    assert "群里我不收" in group.send_picture(picture(tmp_path))
    assert "请在单聊里报" in group.send_picture(picture(tmp_path), REPORT)
    assert drafts(office, group) == 0
    assert "单聊" not in group.say("企业科协要多少人才能成立")


def test_a_draft_does_not_come_into_a_group(office: Desk) -> None:
    """A code said before everybody is not used up."""
    person, group = office.person(), office.group()
    person.say("我要报工作快报")
    code = person.say("换设备").partition("的代码：")[2].split()[0]
    assert "单聊" in group.say(f"接着填 {code}")
    assert drafts(office, group) == 0
    assert "办了什么" in office.person("b").say(f"接着填 {code}")


def test_telegram_leads_from_the_group_to_the_form(office_app: App, tmp_path: Path) -> None:
    """The button is a link as Telegram's documents have it, and opens the private chat with the form."""
    with Emulator() as bot, service(bot, tmp_path, handle=office_app.handle):
        group, person = bot.group("测试群"), bot.person("甲")
        person.say("/start@kexie_test_bot", group)
        group.until("科协通")
        person.say("@kexie_test_bot 我要报工作快报", group)
        group.until("请在单聊里填")
        person.follow("到单聊里填", group)
        person.until("办了什么")
        assert not any("用途" in message.text for message in group.messages)
