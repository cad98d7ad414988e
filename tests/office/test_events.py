"""Events: places, the waiting list, taking a registration back, checking in at the door."""

from __future__ import annotations

import argparse
import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands import staff as staff_command
from bot.commands.export import write
from bot.filing.receipt import normalise
from bot.store.records import Records
from tests.office.people import staff, told
from tests.talk import Desk, Talk


def register(desk: Desk, name: str) -> Talk:
    """Register for the event of two places."""
    talk = desk.person(name)
    for said in ("我要报名讲座", f"测试{name}", "提交"):
        talk.say(said)
    assert "回执号" in talk.last
    return talk


def code(text: str) -> str:
    """The check-in code in a text."""
    found = re.search(r"签到码：(\w+)", text)
    assert found
    return found[1]


def test_places_are_given_in_order_and_the_rest_waits(office: Desk) -> None:
    """Two places: two people have one and a code, the third and fourth are told where they stand in the line."""
    people = [register(office, name) for name in "abcd"]
    assert [bool(re.search("签到码", talk.last)) for talk in people] == [True, True, False, False]
    assert "候补名单第 1 位" in people[2].last
    assert "候补名单第 2 位" in people[3].say("查进度")


def test_who_comes_when_it_is_full_is_told_before_filling_in(office: Desk) -> None:
    """The waiting list is spoken of before the first question."""
    register(office, "a")
    register(office, "b")
    late = office.person("c")
    late.say("我要报名讲座")
    assert late.replies[0].text.startswith("注意：2 个名额已满，已有 0 人候补")


def test_without_a_waiting_list_a_full_event_is_full(office: Desk) -> None:
    """The second is refused at the door; who was filling in at that moment is refused at the end and keeps the draft."""
    quick, slow, late = (office.person(name) for name in "abc")
    slow.say("我要报名小会")
    slow.say("测试慢")
    for said in ("我要报名小会", "测试快", "提交"):
        quick.say(said)
    assert "回执号" in quick.last
    assert "1 个名额已满" in slow.say("提交")
    assert "小会报名" in slow.say("我的草稿")
    assert "1 个名额已满" in late.say("我要报名小会")


def test_who_withdraws_makes_room_for_the_next(office: Desk) -> None:
    """「取消报名 回执号」 gives the place to who waited longest, and tells them with their code."""
    first, _, third, fourth = (register(office, name) for name in "abcd")
    receipt = normalise(first.last)
    assert "已取消「测试讲座报名」" in first.say(f"取消报名 {receipt}")
    assert "已经取消过了" in first.say(f"取消报名 {receipt}")
    assert "空出了名额" in told(office, third)[-1]
    assert code(told(office, third)[-1])
    assert not any("空出了名额" in text for text in told(office, fourth))
    assert "候补名单第 1 位" in fourth.say("查进度")
    assert "这个报名已经取消" in first.say(str(receipt))


def test_taking_back_works_by_button_too(office: Desk) -> None:
    """「取消报名」 without a number lists one's own registrations; a press takes one back."""
    talk = register(office, "a")
    talk.say("取消报名")
    assert "已取消" in talk.press("取消 测试讲座报名")
    assert "没有查到您可以取消的报名" in talk.say("取消报名")


def test_nobody_takes_back_what_is_not_theirs(office: Desk) -> None:
    """The receipt number of another, typed or in a forged button, withdraws nothing."""
    receipt = normalise(register(office, "a").last)
    other = office.person("b")
    assert "只有提交人自己的聊天里" in other.say(f"取消报名 {receipt}")
    assert "只有提交人自己的聊天里" in other.press_id(f"w:{receipt}")
    assert "没有查到" in other.press_id("w:没有这个")


def test_who_waits_and_withdraws_takes_no_place_with_them(office: Desk) -> None:
    """Leaving the waiting list moves up nobody."""
    register(office, "a")
    register(office, "b")
    third, fourth = register(office, "c"), register(office, "d")
    third.say(f"取消报名 {normalise(third.last)}")
    assert "候补名单第 1 位" in fourth.say("查进度")


def test_staff_check_people_in_once(office: Desk) -> None:
    """The code lets in one person once; it is read however it is typed; the audit log knows who did it."""
    door = staff(office)
    guest = register(office, "a")
    known = code(guest.last)
    assert "签到成功：「测试讲座报名」测试a。已到 1 人" in door.say(f"签到 {known.lower()}")
    assert "已经用过了" in door.say(f"签到 {known}")
    assert "已签到" in guest.say("查进度")
    assert "没有「ZZZZZZ」" in door.say("签到 ZZZZZZ")
    with office.database.reading() as connection:
        lines = [line["what"] for line in Records(connection, office.clock()).audit_lines()]
    assert lines.count("check in") == 1


def test_who_waits_or_withdrew_is_not_let_in(office: Desk) -> None:
    """A withdrawn code says why it does not work."""
    door = staff(office)
    guest = register(office, "a")
    known = code(guest.last)
    guest.say(f"取消报名 {normalise(guest.last)}")
    assert "已经取消了" in door.say(f"签到 {known}")


def test_only_staff_check_in_and_see_the_turnout(office: Desk) -> None:
    """Others are told that the sentence is not for them; staff get the numbers by id or by title."""
    door, guest = staff(office), register(office, "a")
    known = code(guest.last)
    assert "只有登记过的工作人员" in guest.say(f"签到 {known}")
    assert "只有登记过的工作人员" in guest.say("报名情况 event")
    for named in ("event", "讲座"):
        assert "名额：2\n- 已报上：1 人" in door.say(f"报名情况 {named}")
    assert "没有找到这张表" in door.say("报名情况 没有")


def test_the_command_line_checks_in_too(office: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """`kexie staff checkin CODE` says who came and ends with 0; a used or wrong code ends with 1 and says why."""
    known = code(register(office, "a").last)
    given = argparse.Namespace(action="checkin", code=known)
    data = office.app.settings.data
    settings = replace(office.app.settings, database_url=f"sqlite:///{data / 'kexie.db'}")
    assert staff_command.run(given, settings) == 0
    assert "签到成功：「测试讲座报名」测试a" in capsys.readouterr().out
    assert staff_command.run(given, settings) == 1
    assert "已经用过了" in capsys.readouterr().err


def test_the_exported_list_says_who_has_a_place(office: Desk, tmp_path: Path) -> None:
    """Place, waiting list, withdrawn, came: one column of the sheet."""
    door = staff(office)
    people = [register(office, name) for name in "abcd"]
    door.say(f"签到 {code(people[1].last)}")
    people[0].say(f"取消报名 {normalise(people[0].last)}")
    target = tmp_path / "event.csv"
    write(office.app, office.app.content.forms["event"], "csv", target)
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[1:]
    assert [row["名额"] for row in rows] == ["已取消", "已签到", "有名额", "候补"]
