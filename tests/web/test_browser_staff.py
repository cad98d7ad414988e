"""The staff page, and that nobody sees what is not theirs."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.store import post
from bot.store.records import Records
from tests.service import Service
from tests.web.conftest import NewPerson
from tests.web.person import Person


def add_staff(service: Service, name: str, *options: str) -> str:
    """A new member of staff; their code."""
    found = re.search(r"登记码：([0-9A-F]{8})", service.command("staff", "add", name, *options))
    assert found
    return found[1]


def join(someone: Person, code: str) -> None:
    """Enter the code on the staff page."""
    someone.page.goto(f"{someone.url}/staff")
    someone.page.get_by_label("登记码").fill(code)
    someone.page.get_by_role("button", name="进入").click()


def leave_message(someone: Person, text: str) -> None:
    """Hand in the short form for messages."""
    someone.say("我要留言")
    someone.say(text)
    someone.press("跳过")
    someone.press("跳过")
    assert "已提交" in someone.press("提交")


def cookies(someone: Person) -> dict[str, str]:
    """The cookies of a person's browser."""
    return {cookie["name"]: cookie["value"] for cookie in someone.page.context.cookies()}


def test_staff_get_notices_and_spreadsheets(own_service: Service, person: NewPerson, tmp_path: Path) -> None:
    """A member of staff joins with the code, is told in the chat of what comes in, and takes the spreadsheet from the
    page; every step is in the audit log."""
    member, someone = person(own_service), person(own_service)
    code = add_staff(own_service, "测试员甲")
    join(member, "00000000")
    expect(member.page.get_by_role("alert")).to_contain_text("登记码不对")
    join(member, code)
    expect(member.page.get_by_role("main")).to_contain_text("测试员甲，您好")
    member.page.goto(member.url)

    leave_message(someone, "=1+1 请回电")
    notice = member.sees("收到新材料：「给工作人员留言」")
    assert "=1+1 请回电" in notice.inner_text()

    member.page.goto(f"{member.url}/staff")
    assert "=1+1 请回电" in member.page.locator("tbody td").all_inner_texts()
    download = member.download(member.page.get_by_role("link", name="导出 Excel"))
    assert download.suggested_filename == "message.xlsx"
    download.save_as(tmp_path / "message.xlsx")
    sheet = load_workbook(tmp_path / "message.xlsx").active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert any("1+1 请回电" in str(cell.value) for cell in cells)
    database = own_service.database()
    with database.reading() as connection:
        noted = [line.what for line in Records(connection, database.clock()).audit_lines()]
    assert {"staff add", "join", "read", "export"} <= set(noted)


def test_a_code_works_once(person: NewPerson, service: Service) -> None:
    """The second person with the same code gets in nowhere."""
    code = add_staff(service, "测试员乙")
    first, second = person(), person()
    join(first, code)
    join(second, code)
    expect(first.page.get_by_role("main")).to_contain_text("测试员乙，您好")
    expect(second.page.get_by_role("alert")).to_contain_text("已经用过")


def test_others_see_neither_staff_data_nor_files(person: NewPerson) -> None:
    """Another browser gets the code field, no export, and 「没有这一页」 for somebody else's file."""
    someone, stranger = person(), person()
    leave_message(someone, "只给工作人员看的留言")
    link = someone.page.locator("#log a.file").last.get_attribute("href")
    assert someone.page.request.get(f"{someone.url}{link}").ok
    assert stranger.page.request.get(f"{stranger.url}{link}").status == 404
    assert stranger.page.request.get(f"{stranger.url}/staff/export/message.xlsx").status == 404
    staff_page = stranger.page.request.get(f"{stranger.url}/staff").text()
    assert "登记码" in staff_page
    assert "只给工作人员看的留言" not in staff_page
    assert stranger.page.request.get(f"{stranger.url}/chat/replies?after=0").json() == {"messages": []}


def test_staff_look_for_one_submission_and_read_it(own_service: Service, person: NewPerson) -> None:
    """A word from an answer finds the submission; its page shows every answer and is noted in the audit log. Another
    browser and staff of another city get 「没有这一页」."""
    member, elsewhere, stranger = person(own_service), person(own_service), person(own_service)
    for words in ("请寄一份青石样本", "请回电"):
        leave_message(stranger, words)
    join(member, add_staff(own_service, "测试员丁"))
    member.page.get_by_label("找一份").fill(" 青石 ")
    member.page.get_by_role("button", name="找").click()
    expect(member.page.locator("tbody tr")).to_have_count(1)
    member.page.get_by_role("link", name="请寄一份青石样本").click()
    expect(member.page.locator("dl")).to_contain_text("请寄一份青石样本")
    address = member.page.url
    assert stranger.page.request.get(address).status == 404
    member.page.goto(f"{member.url}/staff?q=查无此人")
    expect(member.page.get_by_role("status")).to_contain_text("没有找到「查无此人」")
    database = own_service.database()
    with database.transaction() as connection:
        lines = Records(connection, database.clock()).audit_lines()
        connection.execute(text("UPDATE submissions SET answers = json_set(answers, '$.region', '温州')"))
    assert ("测试员丁", "read", address.rsplit("/", 1)[1]) in [
        (line["who"], line["what"], line["which"]) for line in lines
    ]
    join(elsewhere, add_staff(own_service, "测试员戊", "--region", "岳阳"))
    assert member.page.request.get(address).ok
    assert elsewhere.page.request.get(address).status == 404


def test_staff_save_the_files_that_were_handed_in(own_service: Service, person: NewPerson) -> None:
    """A file is saved whatever it claims to be, by those who may read the submission; a path out of the files folder, a
    number beyond the last file and everybody else get 「没有这一页」."""
    member, elsewhere, stranger = person(own_service), person(own_service), person(own_service)
    page = b"<script>alert(1)</script>"
    folder = own_service.data / "files"
    folder.mkdir(exist_ok=True)
    (folder / "charter.html").write_bytes(page)
    named = {"name": "章程草案.html", "media_type": "text/html"}
    files = [{**named, "path": "charter.html"}, {**named, "path": "../kexie.db"}]
    database = own_service.database()
    with database.transaction() as connection:
        answers = {"region": "温州", "unit_name": "测试五号有限公司", "charter_file": files}
        Records(connection, database.clock()).submit("d1", "KX-1", "web:x", "founding_filing", "1", answers)
    join(member, add_staff(own_service, "测试员己"))
    join(elsewhere, add_staff(own_service, "测试员庚", "--region", "岳阳"))
    address = f"{member.url}/staff/submission/KX-1/charter_file"
    saved = member.page.request.get(f"{address}/0")
    assert (saved.status, saved.body()) == (200, page)
    assert saved.headers["content-disposition"].startswith("attachment")
    assert [member.page.request.get(f"{address}/{number}").status for number in (1, 2)] == [404, 404]
    assert [other.page.request.get(f"{address}/0").status for other in (elsewhere, stranger)] == [404, 404]


def test_staff_of_one_city_see_that_city_only(own_service: Service, person: NewPerson) -> None:
    """A member of staff for 岳阳 is not told of what comes in for 温州."""
    member, someone = person(own_service), person(own_service)
    join(member, add_staff(own_service, "测试员丙", "--region", "岳阳"))
    someone.say("我在温州")
    leave_message(someone, "温州的留言")
    member.page.goto(member.url)
    assert member.ours.count() == 0


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {}], ids=["another site", "no origin"])
def test_posts_from_elsewhere_are_refused(service: Service, person: NewPerson, headers: dict[str, str]) -> None:
    """A form on another site that posts with our cookie is refused, and nothing is stored."""
    someone = person()
    for path, data in (("/chat", {"text": "我要备案"}), ("/staff/join", {"code": "00000000"})):
        answer = httpx.post(service.url + path, data=data, headers=headers, cookies=cookies(someone), trust_env=False)
        assert answer.status_code == 403
        assert "刷新" in answer.text
    someone.page.reload()
    assert someone.theirs == []


def test_a_websocket_from_elsewhere_is_refused(service: Service, person: NewPerson) -> None:
    """A page of another site can open no live chat with our cookie; nor can anyone with a forged cookie."""
    someone = person()
    good = "; ".join(f"{name}={value}" for name, value in cookies(someone).items())
    address = service.url.replace("http", "ws") + "/chat/socket"
    for origin, cookie in (("http://evil.example", good), (service.url, good[:-3] + "abc")):
        with (
            pytest.raises((InvalidStatus, ConnectionClosed)),
            connect(  # type: ignore[call-overload]
                address, origin=origin, additional_headers={"Cookie": cookie}, proxy=None
            ) as socket,
        ):
            socket.recv(timeout=5)


def test_half_a_character_does_no_harm(service: Service, person: NewPerson) -> None:
    """A half surrogate, which no database takes, is replaced; the next message is handled as ever."""
    someone = person()
    someone.page.evaluate(
        """() => new Promise((done) => {
            const socket = new WebSocket(location.origin.replace("http", "ws") + "/chat/socket?after=0&heard=");
            socket.onopen = () => socket.send('{"id":"x1","text":"\\\\ud83d 您好"}');
            socket.onmessage = (event) => { if (event.data.includes("ack")) done(); };
        })"""
    )
    someone.sees("科协")
    assert someone.say("我要备案")
    database = service.database()
    with database.reading() as connection:
        assert post.counts(connection).get("inbox.dead", 0) == 0


def test_headers_keep_the_page_to_itself(service: Service) -> None:
    """Only our own scripts and styles run, no other site may frame the page, and what was said is not kept in caches."""
    answer = httpx.get(service.url, trust_env=False)
    assert "default-src 'self'" in answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "httponly" in answer.headers["set-cookie"].lower()
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//""", answer.text), "nothing comes from other sites"


def test_staff_see_what_was_not_answered_and_mark_it_done(
    own_service: Service, person: NewPerson, tmp_path: Path
) -> None:
    """「没答对」 under an answer brings the question to the staff page, as text; marked as done it is gone from the open
    ones and can be opened again; the CSV holds no formula; strangers see nothing."""
    member, someone, stranger = person(own_service), person(own_service), person(own_service)
    someone.say("备案制要交哪些材料 <b>=1+1</b>")
    someone.press("没答对")
    someone.sees("对不起")
    assert stranger.page.request.get(f"{stranger.url}/staff/questions.csv").status == 404
    assert "登记码" in stranger.page.request.get(f"{stranger.url}/staff/questions").text()

    join(member, add_staff(own_service, "测试员戊"))
    member.page.get_by_role("link", name="没答上来的问题").click()
    heading = member.page.get_by_role("heading", name="备案制要交哪些材料 <b>=1+1</b>")
    expect(heading).to_be_visible()
    expect(member.page.get_by_role("main")).to_contain_text("说没答对 1 次")
    download = member.download(member.page.get_by_role("link", name="导出 CSV"))
    download.save_as(tmp_path / "q.csv")
    assert "备案制要交哪些材料" in (tmp_path / "q.csv").read_text(encoding="utf-8-sig")
    member.page.get_by_role("button", name="处理完了").click()
    expect(member.page.get_by_role("main")).to_contain_text("没有待处理的问题")
    member.page.get_by_label("状态").select_option("已处理")
    member.page.get_by_role("button", name="筛选").click()
    member.page.get_by_role("button", name="还没完").click()
    member.page.goto(f"{member.url}/staff/questions")
    expect(heading).to_be_visible()
    forged = {"group": "1", "upto": "1"}
    answer = httpx.post(
        f"{own_service.url}/staff/questions/done",
        data=forged,
        headers={"Origin": "http://evil.example"},
        cookies=cookies(member),
        trust_env=False,
    )
    assert answer.status_code == 403
