"""Telegram from the first word to the exported row: the real service, real HTTP, and kill -9 in the middle."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook

from bot.filing.receipt import normalise
from tests.conversations.test_filing import ANSWERS
from tests.emulator import HANG, Emulator, Person
from tests.end_to_end.telegram_service import WAIT, join, rows, running, submissions, telegram_service
from tests.service import Service

PRESSED = {"哪个市": "温州", "企业类型": "民营企业", "党组织": "有"}
"""Questions that are answered by a button."""
GIVEN = {
    "unit_name": "测试一号有限公司",
    "uscc": "91321100MA1XK3L26L",
    "region": "温州",
    "kind": "private",
    "employees": 120,
    "science_workers": 50,
    "party_agreed_on": "2026-03-05",
    "members": 60,
    "mobile": "13800138000",
}
"""Some of what has to be stored, as the answers were meant."""


@pytest.fixture
def bot() -> Iterator[Emulator]:
    with Emulator() as running_bot:
        yield running_bot


@pytest.fixture
def service(bot: Emulator, tmp_path: Path, small_content: Path, small_models: Path) -> Service:
    """The service, not yet started."""
    return telegram_service(tmp_path / "data", small_content, small_models, bot)


def begin(person: Person) -> None:
    person.say("我要备案")
    person.until("单位全称", WAIT)


def answer(person: Person, label: str, text: str, charter: Path | None = None) -> None:
    """Answer one question the way it is done on a phone: by button, by file, or by typing."""
    if label in PRESSED:
        person.press(PRESSED[label])
    elif charter and label == "章程和企业简介":
        person.send_file(charter)
        person.until("收到「", WAIT)
        person.say("完成")
    else:
        person.say(text)


def fill(person: Person, answers: list[tuple[str, str]], charter: Path | None = None) -> None:
    """Answer these questions; each answer is awaited by what is asked next."""
    following = [label for label, _ in answers[1:]] + ["请检查"]
    for (label, text), after in zip(answers, following, strict=True):
        answer(person, label, text, charter)
        person.until(after, WAIT)


def receipt_in(text: str) -> str:
    found = normalise(text)
    assert found is not None, text
    return found


def test_a_filing_from_the_first_question_to_the_spreadsheet(bot: Emulator, service: Service, tmp_path: Path) -> None:
    """A cited answer, a whole form by typing, buttons and a document, the receipt with a Word copy, a row of text in
    the spreadsheet, and a notice to staff without phone numbers."""
    charter = tmp_path / "章程草案.pdf"
    charter.write_bytes(b"%PDF-1.7\n%%EOF")
    firm, staff = bot.person("测试企业"), bot.person("测试审核员")
    with running(service):
        join(service, staff)
        firm.say("成立企业科协向谁申请？")
        assert "出处" in firm.until("出处", WAIT)[-1].text
        begin(firm)
        fill(firm, ANSWERS, charter)
        firm.press("提交")
        told = firm.until("回执号", WAIT)[-1]
        receipt = receipt_in(told.text)
        notice = staff.until(receipt, WAIT)[-1].text

        name, content = told.files[0]
        assert name.endswith(".docx")
        copy = "\n".join(
            cell.text for table in Document(BytesIO(content)).tables for row in table.rows for cell in row.cells
        )
        assert "测试一号有限公司" in copy
        assert "测试一号有限公司" in notice
        assert "13800138000" not in notice

        [submitted] = submissions(service)
        assert submitted.receipt == receipt
        assert {name: submitted.answers[name] for name in GIVEN} == GIVEN
        stored = submitted.answers["charter_file"][0]
        assert stored["name"] == "章程草案.pdf"
        assert (service.data / "files" / stored["path"]).read_bytes() == charter.read_bytes()

        target = tmp_path / "out.xlsx"
        service.command("export", "--form", "founding_filing", "--output", str(target))
        sheet = load_workbook(target).active
        assert sheet is not None
        cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}
        assert receipt in [cell.value for cell in cells]

        firm.say(receipt)
        firm.until("已收到", WAIT)
        assert bot.token not in service.said()


def test_a_wrong_answer_is_told_by_a_button(bot: Emulator, service: Service) -> None:
    """「没答对」 under an answer on Telegram brings what else came near and a person, and the question to the queue."""
    firm = bot.person("测试企业")
    with running(service):
        firm.say("备案制要交哪些材料")
        firm.until("出处", WAIT)
        firm.press("没答对")
        firm.until("对不起", WAIT)
        assert rows(service, "select text, status from questions") == [("备案制要交哪些材料", "wrong")]
        firm.press("审批制要交哪些材料？")
        firm.until("审批制", WAIT)
        assert bot.wait_until(lambda: rows(service, "select chosen from questions") != [("",)], WAIT)
        assert rows(service, "select chosen from questions") == [("founding-papers-approval",)]


def test_a_draft_survives_kill_9_and_a_redelivered_update_is_handled_once(bot: Emulator, service: Service) -> None:
    """The service dies after storing an answer and before acknowledging it: Telegram delivers it again, it is handled
    once, and the form goes on where it was."""
    firm = bot.person("测试企业")
    with running(service):
        begin(firm)
        fill_some = [*ANSWERS[:3], ("县（市、区）", "丹徒区")]
        for (label, text), (after, _) in itertools.pairwise(fill_some):
            answer(firm, label, text)
            firm.until(after, WAIT)
        bot.inject("getUpdates", HANG)
        number = firm.say("瑞安市")
        firm.until("单位地址", WAIT)
        service.kill()
        bot.heal()
        polls = len(bot.called("getUpdates"))
        service.start()
        assert bot.wait_until(lambda: len(bot.called("getUpdates")) > polls + 1, WAIT)
        fill(firm, ANSWERS[4:])
        firm.press("提交")
        firm.until("回执号", WAIT)
        assert [s.answers["district"] for s in submissions(service)] == ["瑞安市"]
        found = rows(service, f"select state, count(*) from inbox where update_id = '{number}' group by state")
        assert found == [("done", 1)]
        answers = "select count(*) from outbox join inbox on inbox.id = outbox.inbox_id where inbox.update_id = "
        assert rows(service, f"{answers} '{number}'") == [(1,)]
