"""Several drafts side by side, and a draft that goes to another device."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from tests.office.people import later, told
from tests.talk import Desk, Talk


def code(talk: Talk) -> str:
    """Ask for a code; the sentence to type in the other chat."""
    talk.say("换设备")
    found = re.search(r"接着填 \S+$", talk.last, re.MULTILINE)
    assert found
    return found[0]


def begun(talk: Talk) -> Talk:
    """The same person after the first answer."""
    talk.say("我要填第一步申请")
    talk.say("测试一号公司")
    return talk


def test_forms_stand_side_by_side_and_each_keeps_its_place(office: Desk) -> None:
    """Another form may be begun in the middle of one; 「我的草稿」 lists both, and a button goes back to the question."""
    talk = begun(office.person())
    assert "「第一步申请」先替您存着" in talk.say("我要填第二步结果")
    talk.say("测试二号公司")
    talk.say("我的草稿")
    assert "1. 第二步结果（正在填）：填了 1 项，共 4 项" in talk.last
    assert "2. 第一步申请：填了 1 项，共 5 项" in talk.last
    assert "（2/5）性质" in talk.press("2. 第一步申请")
    assert "（3/5）大会日期" in talk.say("民营")
    talk.say("我的草稿")
    talk.press("2. 第二步结果")
    assert "（3/4）大会日期" in talk.say("国有")


def test_a_code_takes_a_draft_to_another_chat(office: Desk, tmp_path: Path) -> None:
    """Answers and files come along; the old chat is told and has the draft no more."""
    paper = tmp_path / "材料.pdf"
    paper.write_bytes(b"%PDF-1.4 test")
    old, new = begun(office.person("a")), office.person("b")
    for answer in ("国有", "2026年11月1日", "跳过"):
        old.say(answer)
    old.send_file(paper)
    said = code(old)
    assert "接着填「第一步申请」" in new.say(said)
    assert "材料.pdf" in new.last
    assert "已经转到另一个聊天" in told(office, old)[-1]
    assert "没有没填完的表" in old.say("我的草稿")
    assert "回执号" in new.say("提交")
    assert "没有查到" in old.say("查进度")


def test_a_code_works_once_and_however_it_is_typed(office: Desk) -> None:
    """Small letters, no hyphen, full width: all the same; the second who types it gets nothing."""
    old, new, third = begun(office.person("a")), office.person("b"), office.person("c")
    said = code(old).replace("-", "").lower()
    wide = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isalnum() else c for c in said)
    assert "接着填「第一步申请」" in new.say(wide)
    assert "不对、用过了" in third.say(said)


def test_a_code_ends_after_half_an_hour_and_with_the_next_one(office: Desk) -> None:
    """Too old, or replaced by a newer one: it does not work."""
    old, new = begun(office.person("a")), office.person("b")
    first = code(old)
    second = code(old)
    assert "不对、用过了" in new.say(first)
    later(office, minutes=31)
    assert "不对、用过了" in new.say(second)
    assert "性质" in old.say("我的草稿") or "第一步申请" in old.last


def test_guessing_is_stopped(office: Desk) -> None:
    """After five wrong codes in an hour even the right one is not taken from that chat; later it is."""
    old, thief = begun(office.person("a")), office.person("b")
    for letter in "ABCDE":
        assert "不对" in thief.say(f"接着填 {letter * 4}-2345")
    right = code(old)
    assert "试错的次数太多" in thief.say(right)
    later(office, minutes=61)
    assert "接着填「第一步申请」" in thief.say(code(old))


def test_no_code_is_in_the_database(office: Desk) -> None:
    """Only the hash of a code is kept where codes are looked up."""
    old = begun(office.person("a"))
    said = code(old).removeprefix("接着填 ").replace("-", "")
    with office.database.reading() as connection:
        rows = repr(connection.exec_driver_sql("select * from handovers").all())
    assert rows.count(old.chat) == 1
    assert said not in rows


def test_the_old_chat_cannot_answer_any_more(office: Desk) -> None:
    """A late answer or an old button in the old chat changes nothing in the draft that went away."""
    old, new = begun(office.person("a")), office.person("b")
    press = old.button("民营")
    new.say(code(old))
    old.say("国有")
    assert "没有正在填的表" in old.press_id(press)
    assert "（2/5）性质" in new.say("继续")


def test_a_draft_taken_over_by_its_own_chat_just_goes_on(office: Desk) -> None:
    """Who types the code in the same chat goes on filling in."""
    old = begun(office.person("a"))
    assert "（2/5）性质" in old.say(code(old))
    assert "转到另一个聊天" not in "".join(told(office, old))


def test_nothing_to_hand_over(office: Desk) -> None:
    """Without a draft 「换设备」 says so."""
    assert "没有没填完的表" in office.person().say("换设备")


def test_an_open_draft_moves_to_the_new_version_of_its_form(office: Desk) -> None:
    """A question that is new is asked, one that is gone is not; what was answered stays."""
    forms = office.app.assistant.content.forms
    assert isinstance(forms, dict)
    before = forms["result"]
    talk = office.person()
    talk.say("我要填第二步结果")
    talk.say("测试一号公司")
    unit, _, day, chair = before.survey
    fresh = replace(chair, name="secretary", label="秘书长")
    forms["result"] = replace(before, version="2", survey=(unit, day, fresh, chair))
    try:
        assert "（2/4）大会日期" in talk.say("继续")
        assert "（3/4）秘书长" in talk.say("2026年11月1日")
        talk.say("李测试")
        assert "1. 单位全称：测试一号公司" in talk.say("张测试")
    finally:
        forms["result"] = before
