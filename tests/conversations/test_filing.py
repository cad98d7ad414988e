"""A founding is filed from the first word to the receipt."""

from __future__ import annotations

import json
from pathlib import Path

from openpyxl import load_workbook

from bot.commands.export import write
from bot.filing.receipt import normalise
from bot.store.records import Records
from tests.talk import Desk, Talk

ANSWERS = [
    ("单位全称", "测试一号有限公司"),
    ("信用代码", "91321100MA1XK3L26L"),
    ("哪个市", "镇江"),
    ("县（市、区）", "丹徒区"),
    ("地址", "测试路1号"),
    ("企业类型", "民营"),
    ("员工总数", "一百二十人"),
    ("科技工作者人数", "五十人左右"),
    ("党组织", "有"),
    ("同意成立", "2026年3月5日"),
    ("筹备组", "张测试、李测试"),
    ("成立大会", "2026.4.1"),
    ("几名委员", "9名"),
    ("主席姓名", "张测试，副总经理"),
    ("副主席", "跳过"),
    ("秘书长", "王测试，研发部主任"),
    ("会员人数", "60"),
    ("联系人", "赵测试"),
    ("手机", "138 0013 8000"),
    ("邮箱", "test@example.com"),
    ("章程和企业简介", "跳过"),
    ("委员会名单", "跳过"),
    ("同意成立的文件", "跳过"),
    ("声明", "确认"),
]


def begin(talk: Talk) -> None:
    talk.say("我要备案")
    assert "用途" in talk.last
    assert "保存" in talk.last


def fill(talk: Talk, until: str = "") -> None:
    for label, answer in ANSWERS:
        assert label in talk.last, f"expected the question about {label}, got: {talk.last}"
        if label == until:
            return
        talk.say(answer)


def receipt_of(text: str) -> str:
    receipt = normalise(text)
    assert receipt is not None
    return receipt


def test_whole_filing_ends_with_a_receipt_a_copy_and_a_row(desk: Desk, tmp_path: Path) -> None:
    """Question by question to the check page, submit, receipt with a Word copy, one row of text in the spreadsheet."""
    talk = desk.person()
    begin(talk)
    fill(talk)
    assert "请检查" in talk.last
    assert "138****8000" in talk.last
    talk.say("提交")
    receipt = receipt_of(talk.last)
    assert talk.replies[-1].files[0].name.endswith(".docx")
    assert "已收到" in talk.say(receipt)

    target = tmp_path / "out.xlsx"
    assert write(desk.app, desk.app.content.forms["founding_filing"], "xlsx", target) == 1
    sheet = load_workbook(target).active
    assert sheet is not None
    rows = list(sheet.iter_rows())
    assert len(rows) == 3
    assert {cell.data_type for row in rows for cell in row if cell.value is not None} == {"s"}
    assert "测试一号有限公司" in [cell.value for cell in rows[2]]


def test_wrong_check_digit_is_refused_and_not_guessed(desk: Desk) -> None:
    """A code whose last character does not fit is not taken, and the right one is not suggested."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="信用代码")
    talk.say("91321100MA1XK3L26A")
    assert "校验位" in talk.last
    assert "26L" not in talk.last
    assert "企业在哪个市" in talk.say("91321100ma1xk3l26l")


def test_more_science_workers_than_employees_is_refused(desk: Desk) -> None:
    """The number of science workers may not exceed that of employees; changing the latter mends it."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="科技工作者人数")
    assert "不能比员工总数还多" in talk.say("200")
    talk.say("改 员工总数")
    talk.say("300")
    talk.say("200")
    assert "党组织" in talk.last


def test_question_in_the_middle_is_answered_and_the_form_goes_on(desk: Desk) -> None:
    """A question is answered from the knowledge base with its source; then the form question comes again."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="县（市、区）")
    talk.say("我们没有党组织，谁同意才算数？")
    assert "决策层" in talk.last
    assert "出处" in talk.last
    assert "所在县（市、区）" in talk.replies[-1].text
    talk.say("丹徒区")
    assert "单位地址" in talk.last


def test_second_submit_changes_nothing(desk: Desk) -> None:
    """However often 提交 is pressed or typed, there is one submission."""
    talk = desk.person()
    begin(talk)
    fill(talk)
    press = talk.button("提交")
    talk.press_id(press)
    receipt = receipt_of(talk.last)
    assert "已经提交过" in talk.press_id(press)
    assert "已经提交过" in talk.say("提交")
    assert "已经提交过" in talk.press_id(press)
    with desk.database.reading() as connection:
        found = Records(connection, desk.clock()).submissions_for("founding_filing")
    assert [s.receipt for s in found] == [receipt]


def test_back_change_pause_and_resume(desk: Desk) -> None:
    """上一步, 改, 暂存 and 继续 keep every answer."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="地址")
    assert "所在县（市、区）" in talk.say("上一步")
    assert "丹徒区" in talk.last
    assert "单位地址" in talk.say("京口区")
    talk.say("改 单位全称")
    talk.say("测试二号有限公司")
    assert "存好了" in talk.say("暂存")
    talk.say("继续")
    assert "单位地址" in talk.last
    talk.say("还差什么")
    assert "单位全称" in talk.last
    talk.say("检查")
    assert "测试二号有限公司" in talk.last
    assert "京口区" in talk.last


def test_cancel_asks_first(desk: Desk) -> None:
    """取消 asks; only a yes drops the draft."""
    talk = desk.person()
    begin(talk)
    talk.say("测试一号有限公司")
    assert "要取消" in talk.say("取消")
    assert "信用代码" in talk.say("不")
    talk.say("取消")
    assert "已取消" in talk.press("取消这张表")
    assert "没有正在填的表" in talk.say("继续")


def test_several_answers_in_one_message(desk: Desk) -> None:
    """One message may hold several answers; what was understood is shown back, what is wrong is said."""
    talk = desk.person()
    begin(talk)
    talk.say("单位叫测试三号有限公司，信用代码 91321100MA1XK3L26L，搞技术的五十来个")
    assert "测试三号有限公司" in talk.last
    assert "91321100MA1XK3L26L" in talk.last
    assert "50" in talk.last
    talk.say("联系人孙测试 手机 1390013900")
    assert "10 位" in talk.last


def test_files_are_judged_by_content_size_and_kind(desk: Desk, tmp_path: Path) -> None:
    """A program named .pdf, an oversized and an empty file are refused with a reason; a real PDF is taken."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="章程和企业简介")
    program = tmp_path / "章程.pdf"
    program.write_bytes(b"MZ\x90\x00" + b"\0" * 500)
    assert "不是 pdf" in talk.send_file(program)
    huge = tmp_path / "大.pdf"
    huge.write_bytes(b"%PDF-1.7\n" + b"0" * 30_000_000)
    assert "最多 10 MB" in talk.send_file(huge)
    empty = tmp_path / "空.pdf"
    empty.write_bytes(b"")
    assert "空" in talk.send_file(empty)
    good = tmp_path / "真章程.pdf"
    good.write_bytes(b"%PDF-1.7\n%%EOF")
    talk.send_file(good)
    assert "收到「真章程.pdf」" in talk.last
    talk.say("完成")
    assert "委员会名单" in talk.last


def test_long_text_and_emoji_get_a_clear_message(desk: Desk) -> None:
    """5,000 characters or an emoji for a name are refused kindly, and nothing is lost."""
    talk = desk.person()
    begin(talk)
    assert "太长" in talk.say("测" * 5000)
    assert "单位全称" in talk.say("😀😀")
    assert "信用代码" in talk.say("测试一号有限公司")


def test_stale_button_is_answered_politely(desk: Desk) -> None:
    """A button of an earlier question does nothing but say so."""
    talk = desk.person()
    begin(talk)
    fill(talk, until="哪个市")
    old = talk.button("温州")
    talk.press("镇江")
    assert "前面一步" in talk.press_id(old)
    assert "所在县（市、区）" in talk.last


def test_two_people_never_mix(desk: Desk) -> None:
    """Drafts and receipts belong to their own conversation."""
    one, two = desk.person("a"), desk.person("b")
    begin(one)
    begin(two)
    one.say("测试甲有限公司")
    two.say("测试乙有限公司")
    assert "测试甲" in one.say("检查")
    assert "测试乙" in two.say("检查")
    stolen = one.button("暂存")
    assert "暂存" not in two.press_id(stolen)
    fill_rest(one)
    receipt = receipt_of(one.last)
    told = two.say(receipt)
    assert "已收到" not in told
    assert "提交人自己" in told


def fill_rest(talk: Talk) -> None:
    talk.say("继续")
    for label, answer in ANSWERS[1:]:
        assert label in talk.last
        talk.say(answer)
    talk.say("提交")


def test_staff_are_told_in_their_chat_without_phone_numbers(desk: Desk) -> None:
    """A member of staff joins with the code and gets a notice of each filing, free of sensitive answers."""
    with desk.database.transaction() as connection:
        code = Records(connection, desk.clock()).add_staff("测试审核员", "reviewer", "")
    staff, talk = desk.person("staff"), desk.person("firm")
    assert "已登记为工作人员" in staff.say(f"登记 {code}")
    assert "已经用过" in talk.say(f"登记 {code}")
    begin(talk)
    fill(talk)
    talk.say("提交")
    with desk.database.reading() as connection:
        rows = connection.exec_driver_sql(
            "select reply from outbox where chat = 'terminal:staff' order by id"
        ).fetchall()
    notice = json.loads(rows[-1][0])["text"]
    assert "测试一号有限公司" in notice
    assert "13800138000" not in notice
    assert "test@example.com" not in notice
