"""Bad lines and old browsers: nothing is lost and nothing is taken twice."""

from __future__ import annotations

import time
from pathlib import Path

from playwright.sync_api import WebSocketRoute, expect

from bot.store.records import Records
from tests.service import Service
from tests.web.conftest import NewPerson
from tests.web.person import RECEIPT, Person
from tests.web.test_browser import PDF


def without_websocket(someone: Person) -> None:
    """From the next page on, WebSockets are cut as some proxies do."""

    def cut(socket: WebSocketRoute) -> None:
        socket.close(code=1001)

    someone.page.route_web_socket("**/chat/socket*", cut)
    someone.page.reload()


def test_kill_in_the_middle_of_a_filing(own_service: Service, person: NewPerson) -> None:
    """kill -9 in the middle, start again: the open page comes back by itself and the draft goes on; what was typed while
    the service was gone is taken once."""
    someone = person(own_service)
    someone.say("我要备案")
    someone.say("测试专用不存在机械有限公司")
    own_service.kill()
    someone.page.fill("#text", "91321100000000000H")
    someone.page.press("#text", "Enter")
    expect(someone.page.locator("#log .waiting")).to_have_count(1)
    expect(someone.page.locator("#state")).to_have_text("网络不通，连上后会自动再发。")
    own_service.start()
    someone.sees("企业在哪个市")
    expect(someone.page.locator("#log .waiting")).to_have_count(0)
    expect(someone.page.locator("#state")).to_be_empty()
    assert someone.theirs == ["我要备案", "测试专用不存在机械有限公司", "91321100000000000H"]
    someone.say("检查")
    assert "单位全称：测试专用不存在机械有限公司" in someone.sees("请检查").inner_text()


def test_kill_at_any_moment_loses_and_doubles_nothing(own_service: Service, person: NewPerson) -> None:
    """kill -9 just after each answer was sent, the last being 提交: every answer is taken once, one receipt."""
    someone = person(own_service)
    someone.say("我要留言")
    someone.sees("想问什么")
    at_first = someone.ours.count()
    for pause, text, then in (
        (0.0, "请问怎么联系你们", "您的单位和称呼"),
        (0.01, "跳过", "怎么联系您"),
        (0.05, "跳过", "请检查"),
        (0.02, "提交", "已提交"),
    ):
        someone.page.fill("#text", text)
        someone.page.press("#text", "Enter")
        time.sleep(pause)
        own_service.kill()
        own_service.start()
        someone.sees(then)
    expect(someone.page.locator("#log .waiting")).to_have_count(0)
    someone.page.reload()
    assert someone.theirs == ["我要留言", "请问怎么联系你们", "跳过", "跳过", "提交"]
    assert someone.ours.count() == at_first + 4
    database = own_service.database()
    with database.reading() as connection:
        assert len(Records(connection, database.clock()).submissions_for("message")) == 1


def test_a_reload_while_the_line_is_down_keeps_what_was_typed(person: NewPerson) -> None:
    """A message that could not be sent yet survives a reload of the page."""
    someone = person()
    someone.say("您好")
    without_websocket(someone)
    someone.page.route("**/chat", lambda route: route.abort())
    someone.page.fill("#text", "我要备案")
    someone.page.press("#text", "Enter")
    expect(someone.page.locator("#log .waiting")).to_have_count(1)
    someone.page.reload()
    expect(someone.page.locator("#log .waiting")).to_have_text("您：我要备案")
    someone.page.unroute("**/chat")
    someone.sees("单位全称")
    assert someone.theirs == ["您好", "我要备案"]


def test_a_graceful_stop_ends_quickly_with_open_pages(own_service: Service, person: NewPerson) -> None:
    """SIGTERM with a page open: the exit status is 0, and nothing was logged as a fault."""
    someone = person(own_service)
    someone.say("您好")
    assert own_service.stop() == 0
    assert "Traceback" not in own_service.said()


def test_posts_do_where_websockets_are_blocked(person: NewPerson, tmp_path: Path) -> None:
    """Behind a proxy without WebSockets typing, buttons and files all work."""
    someone = person()
    without_websocket(someone)
    someone.say("我要留言")
    someone.say("请问怎么联系你们")
    someone.press("跳过")
    assert "请检查" in someone.press("跳过")
    assert "已提交" in someone.press("提交")
    file = tmp_path / "附件.pdf"
    file.write_bytes(PDF)
    assert "「附件.pdf」" in someone.send(file)
    assert someone.theirs[-1] == "文件：附件.pdf"


def test_two_tabs_show_the_same_conversation(person: NewPerson) -> None:
    """What is said and pressed in one tab appears with its answer in the other, once."""
    someone = person()
    someone.say("我要备案")
    other = Person(someone.page.context.new_page(), someone.url)
    someone.say("测试专用不存在机械有限公司")
    other.sees("统一社会信用代码")
    other.press("帮助")
    someone.sees("用来认准是哪家企业")
    for tab in (someone, other):
        assert tab.theirs == ["我要备案", "测试专用不存在机械有限公司", "帮助"]
    assert (
        someone.page.locator("#log .bubble").all_inner_texts()[1:]
        == other.page.locator("#log .bubble").all_inner_texts()
    )


def test_plain_forms_do_without_javascript(person: NewPerson, tmp_path: Path) -> None:
    """With JavaScript off one can ask, start a form, press its buttons, send a file and get to the receipt."""
    someone = person(java_script_enabled=False)

    def say(text: str) -> None:
        someone.page.fill("#text", text)
        with someone.page.expect_navigation():  # the click alone does not wait for the next page
            someone.page.click("#send")

    say("成立企业科协，第一步做什么？")
    assert "出处：" in someone.last
    expect(someone.ours.last).to_be_in_viewport()
    file = tmp_path / "附件.pdf"
    file.write_bytes(PDF)
    someone.page.set_input_files("#file", file)
    with someone.page.expect_navigation():
        someone.page.click("#send")
    assert "「附件.pdf」" in someone.last
    say("我要留言")
    say("请问怎么联系你们")
    for label in ("跳过", "跳过", "提交"):
        with someone.page.expect_navigation():
            someone.page.locator("#log button").get_by_text(label, exact=True).last.click()
    assert "已提交" in someone.last
    assert someone.theirs[-3:] == ["跳过", "跳过", "提交"]
    link = someone.page.locator("#log a.file").last
    assert someone.download(link).suggested_filename.endswith(".docx")
    assert not RECEIPT.search(someone.last), "a message's receipt has letters of its own"


def test_impatient_typing_loses_nothing(person: NewPerson) -> None:
    """Thirty messages at once are more than the limit: the page waits and sends again, in the end all are answered."""
    someone = person()
    said = [f"您好，第{n}次" for n in range(30)]
    for text in said:
        someone.page.fill("#text", text)
        someone.page.press("#text", "Enter")
    expect(someone.page.locator("#log .waiting")).to_have_count(0, timeout=40_000)
    expect(someone.ours).to_have_count(30, timeout=20_000)
    assert sorted(someone.theirs) == sorted(said)
