"""What people want besides facts and forms: their city, their filings, their data, a person, politeness."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store import post
from bot.store.records import Records
from tests.conversations.test_filing import begin, fill, receipt_of
from tests.talk import Desk, Talk


def join(desk: Desk, name: str = "测试审核员", region: str = "", role: str = "reviewer") -> Talk:
    """A member of staff who has joined from their own chat."""
    with desk.database.transaction() as connection:
        code = Records(connection, desk.clock()).add_staff(name, role, region)
    person = desk.person(f"staff-{name}")
    person.say(f"登记 {code}")
    return person


def told(desk: Desk, person: Talk) -> list[str]:
    """All that was ever written to this chat."""
    with desk.database.reading() as connection:
        return [row.reply.text for row in post.of_chat(connection, person.chat)]


def test_a_city_is_remembered_until_another_is_named(small_desk: Desk) -> None:
    """「我是瑞安的」 is remembered as 温州; from then on its rule comes first, until the person says otherwise."""
    talk = small_desk.person()
    assert "温州的规定" not in talk.say("成立企业科协向谁申请")
    assert "您在温州" in talk.say("我是瑞安的")
    assert talk.say("成立企业科协向谁申请").startswith("温州的规定")
    assert "全国的规定" in talk.last
    assert "没有杭州自己的规定" in talk.say("我是杭州的")
    assert "温州的规定" not in talk.say("成立企业科协向谁申请")


def test_asking_about_a_city_does_not_move_the_person_there(small_desk: Desk) -> None:
    """Each conversation has its own city: what one person says changes nothing for another."""
    one, two = small_desk.person("a"), small_desk.person("b")
    one.say("我是温州的")
    assert "温州的规定" not in two.say("成立企业科协向谁申请")


def test_status_of_nothing_says_what_a_receipt_looks_like(small_desk: Desk) -> None:
    """Who has filed nothing is told so, with an example of a receipt number."""
    talk = small_desk.person()
    assert "没有查到" in talk.say("查进度")
    assert "KX-" in talk.last


def test_status_by_word_and_by_receipt(small_desk: Desk) -> None:
    """「查进度」 lists one's filings; the receipt number, also mistyped or from another chat, gets a clear answer."""
    talk = small_desk.person()
    begin(talk)
    fill(talk)
    talk.say("提交")
    receipt = receipt_of(talk.last)
    assert receipt in talk.say("查进度")
    assert "已收到" in talk.last
    assert "已收到" in talk.say(f"帮我查一下 {receipt.lower()}")
    wrong = receipt[:-1] + ("A" if receipt[-1] != "A" else "B")
    assert "对照回执" in talk.say(wrong)
    assert "提交人自己" in small_desk.person("other").say(receipt)


def test_my_data_says_what_is_kept(small_desk: Desk) -> None:
    """「我的数据」 counts drafts and submissions and names the remembered city."""
    talk = small_desk.person()
    assert "没填完的表：0 张" in talk.say("我的数据")
    talk.say("我是温州的")
    begin(talk)
    talk.say("测试一号有限公司")
    assert "没填完的表：1 张" in talk.say("/mydata")
    assert "地区 温州" in talk.last


def test_deleting_asks_first_and_keeps_what_was_handed_in(small_desk: Desk) -> None:
    """Nothing is deleted without a clear yes; afterwards drafts, memory and profile are gone, submissions are not."""
    talk = small_desk.person()
    talk.say("我是温州的")
    begin(talk)
    fill(talk)
    talk.say("提交")
    receipt = receipt_of(talk.last)
    talk.say("我要备案")
    talk.say("测试二号有限公司")
    assert "要删除" in talk.say("删除我的数据")
    assert talk.labels == ["是", "不了"]
    assert "什么都没删" in talk.press("不了")
    assert "没填完的表：1 张" in talk.say("我的数据")
    talk.say("删除我的数据")
    assert "1 张" in talk.press("是")
    assert "没填完的表：0 张" in talk.say("我的数据")
    assert "还不知道" in talk.last
    assert "已提交的：1 份" in talk.last
    assert "已收到" in talk.say(receipt)
    assert "没有正在填的表" in talk.say("继续")
    talk.say("我要备案")
    assert "测试一号" not in talk.last, "the profile from which answers are offered is gone too"


def test_files_of_deleted_drafts_are_deleted(small_desk: Desk, tmp_path: Path) -> None:
    """What was sent along with a draft goes with it; the files of a submission stay."""
    paper = tmp_path / "章程.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    talk = small_desk.person()
    begin(talk)
    fill(talk, until="章程和企业简介")
    talk.send_file(paper)
    files = small_desk.app.settings.files
    assert len(list(files.rglob("*.pdf"))) == 1
    talk.say("删除我的数据")
    talk.say("是")
    assert list(files.rglob("*.pdf")) == []


@pytest.mark.parametrize("said", ["企业科协要多少人才能成立", "先等等", "你好"])
def test_anything_but_a_yes_deletes_nothing(small_desk: Desk, said: str) -> None:
    """A question after 「要删除吗」 is answered as such; a later 「是」 no longer deletes."""
    talk = small_desk.person()
    begin(talk)
    talk.say("测试一号有限公司")
    talk.say("暂存")
    talk.say("删除我的数据")
    yes = talk.button("是")
    talk.say(said)
    talk.say("是")
    talk.press_id(yes)
    assert "没填完的表：1 张" in talk.say("我的数据")


def test_a_message_to_staff_is_taken_down_and_announced(small_desk: Desk) -> None:
    """「找人工」 takes a message in three questions; staff are told of it at once, without the phone number."""
    staff, talk = join(small_desk), small_desk.person()
    talk.say("找人工")
    assert "想问什么" in talk.last
    talk.say("备案退回来了，要补什么？")
    talk.say("测试一号有限公司，张测试")
    talk.say("13800138000")
    talk.say("提交")
    assert "LY-" in talk.last
    notice = told(small_desk, staff)[-1]
    assert "备案退回来了" in notice
    assert "13800138000" not in notice


def test_without_staff_the_message_is_kept_and_the_person_told(small_desk: Desk) -> None:
    """Where nobody has joined, the person hears that the message waits, and whom to ask when it is urgent."""
    talk = small_desk.person()
    assert "还没有登记工作人员" in talk.say("人工")
    assert "急事" in talk.last


def test_staff_hear_of_their_own_city_only(small_desk: Desk) -> None:
    """A filing from 镇江 is announced to who sees all and who sees 镇江, and to nobody else."""
    everywhere, there, elsewhere = (
        join(small_desk, "全"),
        join(small_desk, "镇", "镇江"),
        join(small_desk, "温", "温州"),
    )
    talk = small_desk.person()
    begin(talk)
    fill(talk)
    talk.say("提交")
    receipt = receipt_of(talk.last)
    assert [receipt in "".join(told(small_desk, person)) for person in (everywhere, there, elsewhere)] == [
        True,
        True,
        False,
    ]


def test_joining_is_noted_and_wrong_codes_are_refused(small_desk: Desk) -> None:
    """A joining code works once; the audit log has the line; a guess gets no further."""
    join(small_desk)
    assert "不对，或已经用过" in small_desk.person().say("登记 00000000")
    with small_desk.database.reading() as connection:
        lines = Records(connection, small_desk.clock()).audit_lines()
    assert [(line["who"], line["what"]) for line in lines] == [("测试审核员", "join")]


def test_a_stray_file_is_not_taken(small_desk: Desk, tmp_path: Path) -> None:
    """A file while no form is open is named and answered with what to do; an unreadable path is said to be missing."""
    paper = tmp_path / "介绍信.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    talk = small_desk.person()
    assert "介绍信.pdf" in talk.send_file(paper)
    assert "我要备案" in talk.last
    assert talk.send_file(tmp_path / "没有.pdf")


def test_an_empty_message_is_answered(small_desk: Desk) -> None:
    """A sticker or nothing but spaces: what can be read is said."""
    assert "文字" in small_desk.person().say("   ")


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("/start", "科协通"),
        ("你好", "科协通"),
        ("你好！", "科协通"),
        ("谢谢", "不客气"),
        ("谢谢啦～", "不客气"),
        ("帮助", "五件事"),
        ("你是谁", "不是真人"),
        ("再见", "再见"),
        ("取消", "没有正在填的表"),
        ("继续", "没有正在填的表"),
    ],
)
def test_small_talk_is_short_and_kind(small_desk: Desk, said: str, answer: str) -> None:
    """Greeting, thanks, help and words of the forms without a form each get their sentence."""
    talk = small_desk.person()
    assert answer in talk.say(said)
    assert len(talk.replies) == 1


def test_thanks_in_the_middle_of_a_form_is_no_answer(small_desk: Desk) -> None:
    """「谢谢」 while a name is asked for is not taken as the name; the question stays."""
    talk = small_desk.person()
    begin(talk)
    talk.say("谢谢")
    assert "单位全称" in talk.last
    talk.say("测试一号有限公司")
    assert "信用代码" in talk.last


def test_an_errand_in_the_middle_of_a_form_leaves_the_form(small_desk: Desk) -> None:
    """「查进度」 and 「我的数据」 are answered while a form is open, and the form goes on afterwards."""
    talk = small_desk.person()
    begin(talk)
    talk.say("测试一号有限公司")
    assert "没有查到" in talk.say("查进度")
    assert "没填完的表：1 张" in talk.say("我的数据")
    talk.say("91321100MA1XK3L26L")
    assert "哪个市" in talk.last


@pytest.mark.parametrize("press", ["e:no-such-entry", "s:x:y", "s:3", "form:start:nothing", "form:go:nothing", "f:a:b:c",
                                   "del:yes", "???", "e:", ":", "f:", "form:"])  # fmt: skip
def test_a_button_from_nowhere_is_answered(small_desk: Desk, press: str) -> None:
    """A button id that nobody gave out, or an old one, gets a kind sentence and changes nothing."""
    talk = small_desk.person()
    begin(talk)
    talk.say("测试一号有限公司")
    assert talk.press_id(press)
    assert "没填完的表：1 张" in talk.say("我的数据")


def test_a_redelivered_message_is_answered_once(small_desk: Desk) -> None:
    """The same update twice is one message with one answer."""
    talk = small_desk.person()
    for _ in range(2):
        talk._send({"text": "你好"}, update_id="the-same")
    with small_desk.database.reading() as connection:
        assert post.counts(connection) == {"inbox.done": 1, "outbox.new": 1}


def test_corrected_figures_are_reckoned_with(desk: Desk) -> None:
    """「说错了，是九个委员来了六个」 is reckoned with like any other question that has figures."""
    person = desk.person()
    person.say("九个委员来了五个，能开会吗")
    assert person.last.startswith("不能开。")
    person.say("说错了，是九个委员来了六个，能开会吗")
    assert person.last.startswith("能开。")
