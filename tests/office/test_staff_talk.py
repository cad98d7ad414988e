"""What staff say in their own chat to get to the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.settings import BadSetting, read_settings
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
