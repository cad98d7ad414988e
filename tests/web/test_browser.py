"""People in a real browser talk to the real service: asking and filing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docx import Document
from openpyxl import load_workbook
from playwright.sync_api import expect

from bot.store.records import Records
from tests.service import Service
from tests.web.conftest import NewPerson
from tests.web.person import FOUNDING, RECEIPT

PDF = b"%PDF-1.4\n1 0 obj\n<< >>\nendobj\ntrailer\n<< >>\n%%EOF\n"
EXE = b"MZ\x90\x00" + bytes(200)
SCRIPT = "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\"><b>粗</b> {{7*7}}"


def submissions(service: Service) -> int:
    """How many founding filings are stored."""
    database = service.database()
    with database.reading() as connection:
        return len(Records(connection, database.clock()).submissions_for("founding_filing"))


def pdf(folder: Path, name: str = "章程.pdf", size: int = 0) -> Path:
    """A PDF of at least `size` bytes."""
    file = folder / name
    file.write_bytes(PDF + bytes(max(0, size - len(PDF))))
    return file


def test_a_whole_filing_ends_with_a_receipt_and_its_papers(
    own_service: Service, person: NewPerson, tmp_path: Path
) -> None:
    """A filing by typing, buttons and upload: receipt, a Word copy that opens, and a spreadsheet row that is text."""
    someone = person(own_service)
    someone.say("我要备案")
    check = someone.fill_in({**FOUNDING, "章程": [pdf(tmp_path)]}, until="请检查")
    assert "测试专用不存在机械有限公司" in check
    assert "章程.pdf" in check
    assert "13800000000" not in check, "the phone number is masked"
    someone.press("提交")
    line = someone.sees(RECEIPT)
    receipt = RECEIPT.search(line.inner_text())
    assert receipt

    copy = tmp_path / "copy.docx"
    someone.download(line.locator("a.file")).save_as(copy)
    document = Document(str(copy))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert "测试专用不存在机械有限公司" in cells
    assert any(receipt[0] in paragraph.text for paragraph in document.paragraphs)

    sheet_file = tmp_path / "out.xlsx"
    own_service.command("export", "--form", "founding_filing", "--format", "xlsx", "--output", str(sheet_file))
    row = next(load_workbook(sheet_file).active.iter_rows(min_row=3))
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}
    assert any("HYPERLINK" in str(cell.value) for cell in row)


def test_a_second_press_of_submit_says_so_and_stores_nothing(own_service: Service, person: NewPerson) -> None:
    """A second press of 提交 says that it was handed in already; one submission is stored."""
    someone = person(own_service)
    someone.say("我要备案")
    someone.fill_in(FOUNDING, until="请检查")
    submit = someone.page.locator("#log button").get_by_text("提交", exact=True)
    submit.evaluate("button => { button.click(); button.click(); }")
    someone.sees("已经提交过了")
    assert "已经提交过了" in someone.press("提交")
    assert submissions(own_service) == 1


def test_real_content_answers_with_its_source(models: Path, tmp_path: Path, person: NewPerson) -> None:
    """The whole real content behind the page: a question gets its cited answer, a button leads on."""
    with Service(tmp_path / "data", models=models) as real:
        someone = person(real)
        assert "出处：" in someone.say("成立企业科协，第一步做什么？")
        someone.ours.last.locator(".buttons button").first.click()
        expect(someone.ours).to_have_count(2)


def test_the_first_page_offers_questions(person: NewPerson) -> None:
    """A person who does not know what to type can press a question."""
    someone = person()
    someone.page.get_by_role("button", name="我要备案").click()
    someone.sees("单位全称")
    assert someone.theirs == ["我要备案"]


def test_markup_stays_text(person: NewPerson) -> None:
    """What looks like HTML, script or template is shown as it was typed, at once and after a reload, in both bubbles."""
    someone = person()
    someone.say("我要留言")
    someone.say(SCRIPT)
    assert someone.theirs[-1] == SCRIPT
    someone.say("检查")
    someone.page.reload()
    assert SCRIPT in someone.theirs
    assert someone.page.title() == "科协通"
    assert someone.page.locator("#log b, #log img, #log script").count() == 0
    assert "49" not in someone.page.locator("#log").inner_text()


def test_reload_shows_the_history(person: NewPerson) -> None:
    """After a reload both sides are there, a pressed button with its label; the buttons still work."""
    someone = person()
    someone.say("我要备案")
    someone.say("测试专用不存在机械有限公司")
    someone.press("帮助")
    before = someone.page.locator("#log .bubble").all_inner_texts()[1:]
    someone.page.reload()
    assert someone.page.locator("#log .bubble").all_inner_texts() == before
    assert someone.theirs[-1] == "帮助"
    assert "单位全称" in someone.press("上一步")


def test_two_answers_to_one_message_keep_their_order(person: NewPerson) -> None:
    """「检查」 in the middle of a form brings the page and then the question: in that order at once and after a reload."""
    someone = person()
    someone.say("我要备案")
    someone.say("检查")
    someone.sees("请检查")
    for _ in range(2):
        assert "请检查" in someone.ours.nth(-2).inner_text()
        assert "单位全称" in someone.last
        someone.page.reload()


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("三十兆.pdf", PDF + bytes(30_000_000), r"三十兆\.pdf.*最多 10 MB"),
        ("程序.pdf", EXE, r"程序\.pdf.*内容不是 pdf"),
        ("空.pdf", b"", r"空\.pdf.*是空的"),
        ("说明.txt", "你好".encode(), r"这里只收.*说明\.txt"),
    ],
    ids=["30 MB", "exe named pdf", "empty", "txt"],
)
def test_a_file_that_cannot_be_taken_gets_its_message(
    person: NewPerson, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    """A file too large or of the wrong kind is refused with its name, the reason and what to do."""
    someone = person()
    someone.say("我要备案")
    someone.fill_in(FOUNDING, until="请发文件")
    file = tmp_path / name
    file.write_bytes(content)
    assert re.search(told, someone.send(file))
    assert "收到「好的.pdf」" in someone.send(pdf(tmp_path, "好的.pdf"))


def test_a_file_larger_than_anything_is_not_even_sent(person: NewPerson, tmp_path: Path) -> None:
    """Above 60 MB the page itself says so."""
    someone = person()
    file = tmp_path / "巨大.pdf"
    with file.open("wb") as out:
        out.truncate(61_000_000)
    someone.page.set_input_files("#file", file)
    expect(someone.page.locator("#log .problem")).to_contain_text("「巨大.pdf」太大，最多 60 MB")


def test_five_thousand_characters_and_an_emoji(person: NewPerson) -> None:
    """Very long messages and emoji get an answer, and are shown again as they were."""
    someone = person()
    long = "企业科协" * 1250
    assert someone.say(long)
    assert someone.say("😀👩‍🔬")
    someone.page.reload()
    assert someone.theirs == [long, "😀👩‍🔬"]


def test_no_sideways_scrolling_on_a_phone(person: NewPerson) -> None:
    """On a phone 320 to 390 wide nothing sticks out, not even a word without a break; the field stays in view."""
    for width in (320, 390):
        someone = person(viewport={"width": width, "height": 844}, has_touch=True, is_mobile=True)
        someone.say("成立企业科协，第一步做什么？")
        someone.say("x" * 400)
        for path in ("/", "/staff", "/nothing"):
            someone.page.goto(someone.url + path)
            wide = "() => Math.max(...[document.documentElement, document.querySelector('main')].map(e => e.scrollWidth - e.clientWidth))"
            assert someone.page.evaluate(wide) <= 0
        someone.page.goto(someone.url)
        expect(someone.page.locator("#text")).to_be_in_viewport()


def test_keyboard_alone_is_enough(person: NewPerson) -> None:
    """Without a mouse: the field has the focus, Shift+Enter makes a new line, every control has a name."""
    someone = person()
    expect(someone.page.locator("#text")).to_be_focused()
    someone.page.keyboard.type("成立企业科协")
    someone.page.keyboard.press("Shift+Enter")
    someone.page.keyboard.type("要什么条件")
    someone.page.keyboard.press("Enter")
    someone.sees("出处")
    assert someone.theirs == ["成立企业科协\n要什么条件"]
    for name in ("要说的话", "发文件"):
        expect(someone.page.get_by_label(name)).to_have_count(1)
    expect(someone.page.get_by_role("log", name="对话")).to_have_attribute("aria-live", "polite")
