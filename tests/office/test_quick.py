"""A quick report: one message and a photo are enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.store.records import Records
from tests.office.people import keep, later, picture
from tests.talk import Desk

REPORT = "昨天下午测试一号有限公司在报告厅办了科普讲座，五十来人参加，花了1200元，电话13800138000"


def test_one_message_fills_the_form(office: Desk) -> None:
    """Asking and telling in one message: everything understood stands on the check page, and is handed in."""
    talk = office.person()
    talk.say(f"工作快报：{REPORT}")
    assert "用途" in talk.last
    for line in (
        f"1. 办了什么：{REPORT}",
        "2. 单位：测试一号有限公司",
        "3. 日期：2026年11月20日（周五）",
        "4. 地点：报告厅",
        "5. 种类：科普讲座",
        "6. 参加人数：50",
        "7. 花费（元）：1200",
        "8. 联系电话：138****8000",
    ):
        assert line in talk.last
    assert "回执号" in talk.say("提交")
    with office.database.reading() as connection:
        answers = Records(connection, office.clock()).submissions_for("report")[0].answers
    assert answers["held_on"] == "2026-11-20"
    assert answers["people"] == 50


def test_a_space_after_the_name_is_enough(office: Desk) -> None:
    """On a phone nobody types a colon; a question after the name stays a question."""
    assert "2. 单位：测试一号有限公司" in office.person("a").say(f"工作快报 {REPORT}")
    assert "请检查" not in office.person("b").say("工作快报 怎么报，多少人参加才算")


def test_only_what_is_missing_is_asked(office: Desk) -> None:
    """Optional questions are passed over; what was heard is shown before the next question."""
    talk = office.person()
    talk.say("我要报工作快报")
    talk.say("前天在车间搞了比赛，30余名职工参加")
    assert "- 地点：车间" in talk.last
    assert "- 种类：技能竞赛" in talk.last
    assert "- 参加人数：30（约数）" in talk.last
    assert "单位" in talk.last
    assert "请检查" in talk.say("测试二号有限公司")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("2月30号", "2026年2月只有 28 天"),
        ("11月31日", "2026年11月只有 30 天"),
        ("13月5号", "没有 13 月"),
    ],
)
def test_a_day_that_does_not_exist_is_told_and_asked(office: Desk, said: str, why: str) -> None:
    """It is not dropped in silence: said back, with the reason, and the day is the next question."""
    talk = office.person()
    talk.say(f"工作快报：{said}测试一号有限公司在报告厅办了科普讲座，五十来人参加")
    assert f"「日期」听到的是「{said}」，没有这一天：{why}" in talk.last
    assert "日期" in talk.last.rpartition("（")[2]
    assert "3. 日期：2026年11月20日（周五）" in talk.say("昨天")


def test_a_slip_in_the_date_is_still_a_report(office: Desk) -> None:
    """Nobody asked for the form, and the date is wrong: the form is offered all the same."""
    talk = office.person()
    talk.say("2月30号测试一号有限公司在报告厅办了科普讲座，五十来人参加")
    assert any("报" in label for label in talk.labels)


def test_what_the_form_does_not_take_is_told(office: Desk) -> None:
    """A day to come was heard and is not taken: the reason is said."""
    talk = office.person()
    talk.say("工作快报：12月30号测试一号有限公司在报告厅办了科普讲座，0人参加")
    assert "「参加人数」听到的是「0人」，没有记" in talk.last
    assert "「日期」听到的是2026年12月30日（周三），没有记：这一天还没到" in talk.last


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("不对，是前天", "「日期」改成：2026年11月19日（周四）。"),
        ("不是30人，是50人", "「参加人数」改成：50。"),
        ("说错了 应该是 45 人", "「参加人数」改成：45。"),
        ("不对，前天办的，一共45人参加", "「参加人数」改成：45。"),
        ("不对，是2月30号", "没有这一天"),
        ("不对", "哪一项不对"),
        ("不对，是那个", "哪一项不对"),
    ],
)
def test_what_was_heard_wrongly_is_corrected(office: Desk, said: str, told: str) -> None:
    """「不对，是前天」 is never taken for the name of the firm that is asked for at that moment."""
    talk = office.person()
    talk.say("工作快报：昨天在车间搞了比赛，30名职工参加")
    assert "不对就改" in talk.last
    assert told in talk.say(said)
    assert "（2/" in talk.last
    talk.say("测试二号有限公司")
    assert "2. 单位：测试二号有限公司" in talk.last
    assert told in talk.say(said)  # on the check page, too
    assert "2. 单位：测试二号有限公司" in talk.last


def test_what_is_not_sure_is_asked_and_not_guessed(office: Desk) -> None:
    """Two dates, two kinds, two numbers: each is named and asked."""
    talk = office.person()
    talk.say("我要报工作快报")
    talk.say("11月3日和11月5日，测试一号有限公司在礼堂办了讲座和比赛，请了8个人，另有20个人")
    for label in ("日期", "种类", "参加人数"):
        assert f"「{label}」听到了不止一个" in talk.last
    assert "（3/9）日期" in talk.last
    talk.say("11月5日")
    talk.say("2")
    assert "请检查" in talk.say("28")


def test_a_report_may_be_a_question_of_how(office: Desk) -> None:
    """「怎么报」 in the place of the report is answered, and the report asked again."""
    talk = office.person()
    talk.say("我要报工作快报")
    assert "（1/9）办了什么" in talk.say("成立企业科协向谁申请？")
    assert "出处" in talk.last


def test_a_photo_with_its_caption_is_enough(office: Desk, tmp_path: Path) -> None:
    """Inside the form: caption and picture in one message lead to the check page."""
    talk = office.person()
    talk.say("我要报工作快报")
    talk.send_picture(picture(tmp_path), REPORT)
    assert "请检查" in talk.last
    assert "9. 照片：照片.png" in talk.last


def test_a_photo_with_a_caption_and_no_form_is_offered_as_a_report(office: Desk, tmp_path: Path) -> None:
    """Nothing is begun unasked: purpose and a button are shown; one press leads to the check page with the picture."""
    talk = office.person()
    talk.send_picture(picture(tmp_path), REPORT)
    assert "要报成「工作快报」吗" in talk.last
    assert "用途" in talk.last
    talk.press("报工作快报")
    assert "9. 照片：照片.png" in talk.last
    assert "回执号" in talk.say("提交")


def test_an_offer_that_is_refused_or_forgotten_keeps_nothing(office: Desk, tmp_path: Path) -> None:
    """「不了」 deletes what was laid in at once; without an answer it is gone after a day."""
    talk, other = office.person("a"), office.person("b")
    for person in (talk, other):
        person.send_picture(picture(tmp_path), REPORT)
    assert "没有存" in talk.press("不了")
    assert "没有没填完的表" in talk.say("我的草稿")
    later(office, days=1, minutes=1)
    assert keep(office).drafts == 1
    assert "没有没填完的表" in other.say("我的草稿")


def test_an_album_is_one_report_wherever_its_caption_stands(office: Desk, tmp_path: Path) -> None:
    """Three pictures, caption on the first, the second or the last: the check page in the end holds all three."""
    for place in range(3):
        talk = office.person(f"p{place}")
        for number in range(3):
            caption = f"工作快报：{REPORT}" if number == place else ""
            talk.send_picture(picture(tmp_path, f"图{number}.png"), caption, album=f"album{place}")
        assert "照片：图0.png、图1.png、图2.png" in talk.say("检查"), place


def test_the_rest_of_an_album_is_answered_briefly(office: Desk, tmp_path: Path) -> None:
    """The whole page is not repeated for each picture; one too many is refused by name."""
    talk = office.person()
    talk.send_picture(picture(tmp_path, "图0.png"), f"工作快报：{REPORT}", album="x")
    assert talk.send_picture(picture(tmp_path, "图1.png"), album="x").strip() == "又收到照片，现在一共 2 个文件。"
    talk.send_picture(picture(tmp_path, "图2.png"), album="x")
    assert "最多 3 个文件，「图3.png」没有收" in talk.send_picture(picture(tmp_path, "图3.png"), album="x")


def test_a_text_file_is_no_photo(office: Desk, tmp_path: Path) -> None:
    """What is no picture is refused, and the words are still taken."""
    text = tmp_path / "照片.png"
    text.write_text("not a picture")
    talk = office.person()
    talk.say("我要报工作快报")
    talk.send_picture(text, REPORT)
    assert "内容不是" in talk.last
    assert "请检查" in talk.last


def test_what_is_said_comes_before_what_was_kept(office: Desk) -> None:
    """A unit from an earlier report is taken over, unless the message names another."""
    talk = office.person()
    talk.say(f"工作快报：{REPORT}")
    talk.say("提交")
    talk.say("工作快报：今天我们在车间办了讲座，20人参加")
    assert "2. 单位：测试一号有限公司" in talk.last
    talk.say("取消")
    talk.say("是")
    talk.say("工作快报：今天测试三号有限公司在车间办了讲座，20人参加")
    assert "2. 单位：测试三号有限公司" in talk.last


def test_the_report_can_be_changed_on_the_check_page(office: Desk) -> None:
    """An answer that was heard wrongly is put right by number."""
    talk = office.person()
    talk.say(f"工作快报：{REPORT}")
    talk.say("改 4")
    assert "4. 地点：大礼堂" in talk.say("大礼堂")


def test_a_report_in_words_alone_is_offered(office: Desk) -> None:
    """Nobody has to name the form: a day, what was done and two more facts are enough; a question or a plan is not."""
    talk = office.person()
    assert "要报成「工作快报」吗" in talk.say("昨天下午我们公司在报告厅办了科普讲座，五十来人参加")
    talk.press("报工作快报")
    assert "参加人数" in talk.last or "单位" in talk.last
    for other in ("昨天我们在报告厅办了成立大会，30人参加，下一步该干什么", "明天要在报告厅办讲座，五十人参加"):
        assert "要报成" not in office.person(other).say(other)


def test_photos_first_and_the_words_in_the_next_message(office: Desk, tmp_path: Path) -> None:
    """A picture without words waits for them today, whether it is one or an album."""
    talk = office.person()
    assert "等您的文字说明" in talk.send_picture(picture(tmp_path), "")
    assert "收到照片和文字" in talk.say(REPORT)
    talk.press("报工作快报")
    assert "照片：" in talk.last


def test_taking_up_a_draft_says_so_once(office: Desk) -> None:
    """「继续」: one message, not a word about going on and another one."""
    talk = office.person()
    talk.say("我要报工作快报")
    talk.say("前天在车间搞了比赛，30余名职工参加")
    talk.say("暂存")
    talk.say("继续")
    assert "接着填「工作快报」" in talk.last
    assert "我们接着填表" not in talk.last
