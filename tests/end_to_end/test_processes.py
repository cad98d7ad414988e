"""The service spread over processes: a webhook, and receiver, worker, sender and web apart on one PostgreSQL."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.emulator import Emulator
from tests.end_to_end.telegram_service import WAIT, rows, telegram_service
from tests.service import Service
from tests.store.databases import fresh_postgresql, server_of

NEWS_WITHIN = 10.0
"""Seconds in which a page must have what another process answered; on an idle machine it is less than one."""


@pytest.fixture
def bot() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


class Part(Service):
    """One process of several: it is ready when it has said what it serves."""

    _numbers = itertools.count(1)

    def __init__(self, role: str, data: Path, content: Path, models: Path, **settings: str) -> None:
        super().__init__(data, content, None if (data / "models").exists() else models)
        self.arguments = ["--role", role]
        self.environment |= settings
        self.log = data.with_name(f"{role}-{next(self._numbers)}.log")

    def healthy(self) -> bool:
        return "按 Ctrl-C 停止" in self.said()


def until(reached: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WAIT
    while not reached():
        assert time.monotonic() < end, what
        time.sleep(0.05)


def test_updates_come_by_webhook(bot: Emulator, tmp_path: Path, small_content: Path, small_models: Path) -> None:
    """With KEXIE_TELEGRAM_WEBHOOK Telegram is told where to send; an update is in the inbox when it is answered with
    200, is refused without the secret, waits with Telegram while we are down, and is handled once when it comes twice.
    The token is nowhere in the log."""
    person = bot.person("测试员甲")
    service = telegram_service(tmp_path / "data", small_content, small_models, bot)
    address = f"{service.url}/telegram/in"
    service.environment["KEXIE_TELEGRAM_WEBHOOK"] = address
    with service:
        assert bot.wait_until(lambda: bool(bot.called("setWebhook")), WAIT)
        told = bot.called("setWebhook")[-1].fields
        assert told["url"] == address
        assert bot.token.partition(":")[2] not in told["secret_token"]
        number = person.say("成立企业科协向谁申请？")
        assert rows(service, f"select count(*) from inbox where update_id = '{number}'") == [(1,)]
        assert "出处" in person.until("出处", WAIT)[-1].text
        assert bot.called("getUpdates") == []

        update, headers = bot.updates[-1], {"X-Telegram-Bot-Api-Secret-Token": told["secret_token"]}
        forged = {"update_id": 9_999, "message": update["message"]}
        assert httpx.post(address, json=forged, trust_env=False).status_code == 403
        wrong = dict.fromkeys(headers, "wrong")
        assert httpx.post(address, json=forged, headers=wrong, trust_env=False).status_code == 403
        assert httpx.get(address, trust_env=False).status_code == 405
        assert httpx.post(address, json=update, headers=headers, trust_env=False).status_code == 200
        assert rows(service, "select count(*) from inbox") == [(1,)]

        service.kill()
        person.say("谢谢")
        service.start()  # says again where to send: what waited comes
        until(lambda: bot.deliver() == 0 and len(person.messages) == 2, "the second answer")
        assert rows(service, "select state, count(*) from inbox group by state") == [("done", 2)]
        assert service.stop() == 0
        assert bot.token.partition(":")[2] not in service.said()


def test_roles_apart_on_one_postgresql(bot: Emulator, tmp_path: Path, small_content: Path, small_models: Path) -> None:
    """Receiver, two workers, two senders and two web processes on one database: Telegram is answered; when the sending
    process is killed the other takes over, and so with the workers; a page on one web process gets what was written on
    the other; one process polls, and chores were done by one."""
    if server_of("postgresql:") is None:
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    settings = {
        "KEXIE_DATABASE_URL": fresh_postgresql(),
        "KEXIE_TELEGRAM_TOKEN": bot.token,
        "KEXIE_TELEGRAM_API": bot.url,
    }
    person = bot.person("测试员甲")
    with contextlib.ExitStack() as running:

        def start(role: str) -> Part:
            part = Part(role, tmp_path / "data", small_content, small_models, **settings)
            running.enter_context(part)
            return part

        workers = [start("worker"), start("worker")]
        senders = [start("receiver,sender"), start("receiver,sender")]
        webs = [start("web"), start("web")]
        addresses = [re.findall(r"http://127\.0\.0\.1:\d+/", web.said())[0] for web in webs]

        person.say("成立企业科协向谁申请？")
        person.until("出处", WAIT)
        until(lambda: "standing by" in senders[1].said(), "the second sender stands by")
        assert "409" not in senders[1].said()
        workers[0].kill()
        senders[0].kill()
        person.say("谢谢")
        person.until("不客气", WAIT)
        until(lambda: "sender:telegram: taken over" in senders[1].said(), "the second sender takes over")

        with httpx.Client(base_url=addresses[0], trust_env=False) as page:
            page.get("/")
            cookie = f"kexie_chat={page.cookies['kexie_chat']}"
            socket = addresses[1].replace("http", "ws") + "chat/socket"
            origin = addresses[1].rstrip("/")
            with connect(socket, additional_headers={"Cookie": cookie}, origin=origin) as other:
                time.sleep(1.0)  # long enough for the page to have looked once, and found nothing
                said = page.post("chat", data={"text": "谢谢", "id": "1"},
                                 headers={"Origin": addresses[0].rstrip("/"), "Accept": "application/json"})  # fmt: skip
                assert said.json()["ok"]
                began = time.monotonic()
                lines = [json.loads(other.recv(timeout=WAIT)) for _ in range(2)]
                assert time.monotonic() - began < NEWS_WITHIN
        assert ["不客气" in line["text"] for line in lines] == [False, True]
        assert all(part.stop() == 0 for part in [workers[1], senders[1], *webs])
        doubled = [message.text for message in person.messages]
        assert len(doubled) == len(set(doubled)) == 2
        assert all("Traceback" not in part.said() for part in [*workers, *senders, *webs])
