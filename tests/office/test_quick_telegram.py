"""A quick report through Telegram's API: an album with a caption, each picture an update of its own."""

from __future__ import annotations

from pathlib import Path

from bot.app import App
from bot.store.records import Records
from tests.emulator import Emulator
from tests.telegram.test_telegram_way import service

REPORT = "工作快报：昨天测试一号有限公司在报告厅办了科普讲座，五十来人参加"


def test_an_album_from_a_phone_is_one_report(office_app: App, tmp_path: Path) -> None:
    """Three pictures sent at once with one caption are handed in as one report with three pictures."""
    picture = tmp_path / "现场.jpg"
    picture.write_bytes(b"\xff\xd8\xff1234")
    with Emulator() as bot, service(bot, tmp_path, handle=office_app.handle) as database:
        person = bot.person("甲")
        person.send_album([picture] * 3, caption=REPORT)
        person.until("请检查")
        person.until("一共 3 个文件")
        person.press("提交")
        person.until("回执号")
        with database.reading() as connection:
            (found,) = Records(connection, database.clock()).submissions_for("report")
    assert len(found.answers["photos"]) == 3
    assert found.answers["place"] == "报告厅"
