"""What staff say in their own chat to get to the desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.app import App
from bot.desk.submissions import one, overview
from bot.settings import BadSetting, read_settings
from bot.store.records import Records
from bot.store.staff_list import StaffMember
from bot.store.tables import submissions
from tests.office.people import staff
from tests.talk import Desk


@pytest.mark.parametrize("said", ["看材料", "看提交", "我要看新材料", "打开工作台", "工作台在哪", "查看交上来的材料"])
def test_staff_are_led_to_the_desk(office: Desk, said: str) -> None:
    """They hear where it is and what is needed there; other people get the ordinary answer."""
    member = staff(office)
    assert "请打开工作台：网页聊天的网址后面加 /staff" in member.say(said)
    assert "登记码" in member.last
    assert "工作台" not in office.person("b").say(said)


def test_a_question_of_staff_is_still_a_question(office: Desk) -> None:
    """Words that only sound like it are answered."""
    assert "工作台：" not in staff(office).say("备案要看哪些材料")


def test_the_address_is_said_where_it_is_known(office_app: App, tmp_path: Path) -> None:
    """The one that was set, else this machine's; none while the port is looked for."""
    content = {"KEXIE_CONTENT": str(office_app.settings.content), "KEXIE_DATA": str(tmp_path)}
    for more, known in (
        ({"KEXIE_PUBLIC_URL": "https://kexie.example.org/"}, "https://kexie.example.org/staff"),
        ({"KEXIE_PORT": "8090"}, "http://127.0.0.1:8090/staff"),
        ({"KEXIE_PORT": "8090", "KEXIE_HOST": "0.0.0.0"}, ""),
        ({}, ""),
    ):
        settings = read_settings({**content, **more})
        assert settings.desk == known
        assert App(settings).content.replies["desk_at"] == (known or "网页聊天的网址后面加 /staff")
    with pytest.raises(BadSetting, match="完整地址"):
        read_settings({**content, "KEXIE_PUBLIC_URL": "kexie.example.org"})


def test_the_desk_says_where_from_what_is_lacking_and_leads_to_the_next(office: Desk) -> None:
    """A row names the district and how many papers have not come; from one submission a link leads to the next."""
    answers = {"unit_name": "测试一号有限公司", "region": "温州", "district": "瑞安市"}
    receipts = ["KX-2611-AAAAAAA-A", "KX-2611-BBBBBBB-B", "KX-2611-CCCCCCC-C"]
    with office.database.transaction() as connection:
        for number, receipt in enumerate(receipts):
            at = office.clock().isoformat()
            row = {
                "id": f"{number:026d}",
                "receipt": receipt,
                "chat": "c",
                "form_id": "founding_filing",
                "form_version": "1",
            }
            row |= {"answers": json.dumps(answers), "state": "received", "submitted_at": at, "updated_at": at}
            connection.execute(insert(submissions).values(row))
    member = StaffMember("1", "测试员", "reviewer", "温州", "web:x")
    with office.database.reading() as connection:
        records = Records(connection, office.clock())
        shown = next(form for form in overview(office.app.content, records, member) if form["id"] == "founding_filing")
        middle = one(office.app.content, receipts[1], records, member)
    assert {(row["where"], row["lacking"]) for row in shown["rows"]} == {("瑞安市", 3)}
    assert middle is not None
    assert (middle["newer"], middle["older"]) == (receipts[2], receipts[0])
    assert len(middle["lacking"]) == 3
