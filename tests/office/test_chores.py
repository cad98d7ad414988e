"""What happens by the clock: warnings, deletion, reminders."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.store import post
from bot.store.records import Records
from tests.office.people import deliver, keep, later, told
from tests.talk import Desk, Talk


def begin(talk: Talk) -> None:
    """Answer the first question of the application."""
    talk.say("我要填第一步申请")
    talk.say("测试一号公司")


def test_a_draft_is_warned_of_once_before_it_ends(office: Desk) -> None:
    """Three days before the end the person is told, once, with a button to go on."""
    talk = office.person()
    begin(talk)
    later(office, days=26)
    assert keep(office).reminded == 0
    later(office, days=2)
    assert [keep(office).reminded, keep(office).reminded] == [1, 0]
    assert "您没填完的「第一步申请」留到 2026-12-21" in told(office, talk)[-1]


def test_the_button_of_the_warning_goes_on_with_the_draft(office: Desk) -> None:
    """「接着填」 under the warning asks the question where the person stopped, and an answer makes the draft last."""
    talk = office.person()
    begin(talk)
    later(office, days=28)
    keep(office)
    with office.database.reading() as connection:
        button = post.of_chat(connection, talk.chat)[-1].reply.buttons[0][0]
    assert button.label == "接着填"
    assert "性质" in talk.press_id(button.id)
    talk.say("国有")
    later(office, days=20)
    assert keep(office).drafts == 0
    later(office, days=8)
    assert keep(office).reminded == 1, "the end has moved: a new warning"


def test_an_ended_draft_is_deleted_with_its_files(office: Desk, tmp_path: Path) -> None:
    """After its time the draft and what was sent for it are gone from the disk."""
    paper = tmp_path / "材料.pdf"
    paper.write_bytes(b"%PDF-1.4 test")
    talk = office.person()
    begin(talk)
    for answer in ("国有", "2026年11月1日", "跳过"):
        talk.say(answer)
    talk.send_file(paper)
    files = office.app.settings.files
    kept = [path for path in files.rglob("*") if path.is_file()]
    assert len(kept) == 1
    deliver(office)
    later(office, days=31)
    done = keep(office)
    assert (done.drafts, done.files) == (1, 1)
    assert not kept[0].exists()
    assert "没有没填完的表" in talk.say("我的草稿")


def test_an_empty_draft_is_not_worth_a_warning(office: Desk) -> None:
    """A form that was opened and left is deleted without a word."""
    talk = office.person()
    talk.say("我要填第一步申请")
    later(office, days=28)
    assert keep(office).reminded == 0


def test_who_blocked_us_is_not_written_to(office: Desk) -> None:
    """No warning goes to a chat that does not listen."""
    talk = office.person()
    begin(talk)
    with office.database.transaction() as connection:
        Records(connection, office.clock()).block_chat(talk.chat)
    later(office, days=28)
    assert keep(office).reminded == 0


def hand_in(talk: Talk, day: str) -> None:
    """Hand in the application with this date of the congress."""
    begin(talk)
    for answer in ("国有", day, "跳过", "跳过", "提交"):
        talk.say(answer)
    assert "回执号" in talk.last


def test_a_last_day_is_reminded_of_once(office: Desk) -> None:
    """A month after the congress the result is due: seven days before, at nine in the morning, the person is told."""
    talk = office.person()
    hand_in(talk, "2026年11月1日")
    later(office, days=2, hours=20)
    assert keep(office).reminded == 0
    later(office, hours=2)
    assert [keep(office).reminded, keep(office).reminded] == [1, 0]
    assert "最后一天是2026年12月1日。请把大会结果报给受理的科协" in told(office, talk)[-1]


def test_a_reminder_follows_the_draft_to_the_chat_that_has_it(office: Desk) -> None:
    """After a change of devices the new chat is reminded, and a changed date moves the reminder."""
    talk, phone = office.person("a"), office.person("b")
    begin(talk)
    talk.say("国有")
    talk.say("2026年11月1日")
    talk.say("换设备")
    phone.say(talk.last.split("\n")[1].partition("发：")[2])
    phone.say("改 大会日期")
    phone.say("2026年11月15日")
    later(office, days=4)
    assert keep(office).reminded == 0
    later(office, days=14)
    assert keep(office).reminded == 1
    assert "2026年12月15日" in told(office, phone)[-1]


def test_a_last_day_that_is_over_is_not_spoken_of(office: Desk) -> None:
    """A congress of last spring makes no reminder."""
    talk = office.person()
    hand_in(talk, "2026年3月1日")
    later(office, days=1)
    assert keep(office).reminded == 0


def test_a_cancelled_draft_is_not_reminded_of(office: Desk) -> None:
    """Who gave up is left in peace."""
    talk = office.person()
    begin(talk)
    talk.say("国有")
    talk.say("2026年11月1日")
    talk.say("取消")
    talk.say("是")
    later(office, days=4)
    assert keep(office).reminded == 0


def test_several_processes_keep_house_at_once(office: Desk) -> None:
    """Four rounds at the same moment write each reminder once."""
    people = [office.person(name) for name in "abc"]
    for talk in people:
        begin(talk)
    later(office, days=28)
    with ThreadPoolExecutor(4) as pool:
        rounds = list(pool.map(lambda _: keep(office), range(4)))
    assert sum(done.reminded for done in rounds) == 3
    assert [sum("留到" in text for text in told(office, talk)) for talk in people] == [1, 1, 1]
