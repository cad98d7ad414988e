"""Receiving over real HTTP: nothing is acknowledged before it is stored, and the loop outlives every fault."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.receiving import WEBHOOK_LIMIT, Timing
from bot.channels.telegram.updates import WANTED
from bot.settings import BadSetting
from bot.store import inbox, post
from bot.store.database import Database
from tests import emulator
from tests.emulator import Emulator, Fault, Person

QUICK = Timing(poll=1, margin=0.5, pause=0.02, longest=0.1, conflict=0.1)
SECRET = "a-secret-of-the-test"


class Store:
    """What was stored, by update id; the first `failures` attempts fail."""

    def __init__(self, failures: int = 0) -> None:
        self.kept: dict[str, tuple[str, dict[str, Any]]] = {}
        self.failures = failures

    async def put(self, update_id: str, chat: str, raw: dict[str, Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("No space left on device")
        self.kept.setdefault(update_id, (chat, raw))

    @property
    def texts(self) -> list[str]:
        return [raw["message"]["text"] for _, raw in self.kept.values()]


def receive(bot: Emulator, store: Store, enough: Callable[[], bool], token: str = "", wait: float = 15.0) -> None:
    """Receive until `enough()`. Raises TimeoutError when that does not come about."""

    async def run() -> None:
        channel = TelegramChannel(token or bot.token, bot.url, Path(), timing=QUICK, timeout=1.0)
        stop = asyncio.Event()
        job = asyncio.create_task(channel.receive(store.put, stop))
        try:
            async with asyncio.timeout(wait):
                while not enough() and not job.done():
                    await asyncio.sleep(0.02)
            stop.set()
            await asyncio.wait_for(job, 2)
        finally:
            job.cancel()
            await channel.close()

    asyncio.run(run())


def test_order(bot: Emulator, person: Person) -> None:
    """Updates are stored in order, raw, under their chat."""
    ids = [person.say(f"第{n}句") for n in range(5)]
    store = Store()
    receive(bot, store, lambda: len(store.kept) == 5)
    assert list(store.kept) == [str(number) for number in ids]
    assert store.kept[str(ids[0])] == (f"telegram:{person.id}", bot.updates[0])


def test_setup(bot: Emulator, person: Person) -> None:
    """Before the first poll: who am I, no webhook, the menu in Chinese."""
    person.say("您好")
    store = Store()
    receive(bot, store, lambda: bool(store.kept))
    assert [call.method for call in bot.calls][:4] == ["getMe", "deleteWebhook", "setMyCommands", "getUpdates"]
    menu = json.loads(bot.called("setMyCommands")[0].fields["commands"])
    assert {"command": "start", "description": "开始"} in menu


def test_stored_before_acknowledged(bot: Emulator, person: Person) -> None:
    """What could not be stored is not acknowledged: it comes again and is kept."""
    for n in range(3):
        person.say(f"第{n}句")
    store = Store(failures=4)
    receive(bot, store, lambda: len(store.kept) == 3)
    assert store.texts == ["第0句", "第1句", "第2句"]
    offsets = [call.fields["offset"] for call in bot.called("getUpdates")]
    assert offsets[:5] == [0, 0, 0, 0, 0]


def test_acknowledged_after(bot: Emulator, person: Person) -> None:
    """The next poll acknowledges what was stored; a second run gets nothing twice."""
    person.say("一")
    first = Store()
    receive(bot, first, lambda: len(bot.called("getUpdates")) >= 2)
    person.say("二")
    second = Store()
    receive(bot, second, lambda: bool(second.kept))
    assert (first.texts, second.texts) == (["一"], ["二"])


def test_redelivered(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """An update that comes twice is in the inbox once."""
    database = Database(f"sqlite:///{tmp_path / 'kexie.db'}")
    person.say("一")

    class Inbox(Store):
        async def put(self, update_id: str, chat: str, raw: dict[str, Any]) -> None:
            assert post.receive(database, "telegram", update_id, chat, raw) is (update_id not in self.kept)
            await super().put(update_id, chat, raw)
            if len(bot.called("getUpdates")) == 1:
                raise ConnectionError("killed between storing and acknowledging")

    store = Inbox()
    receive(bot, store, lambda: len(bot.called("getUpdates")) >= 3)
    with database.reading() as connection:
        assert post.counts(connection) == {"inbox.new": 1}


@pytest.mark.parametrize(
    "fault",
    [
        emulator.BAD_GATEWAY,
        emulator.SERVER_ERROR,
        emulator.CONFLICT,
        emulator.CUT,
        emulator.CUT_AFTER,
        emulator.HANG,
        Fault(429, "Too Many Requests", {"retry_after": 0.05}),
        Fault(401, "Unauthorized"),
        Fault(200, body=b"not JSON"),
        Fault(200, body=b'{"ok": true, "result": {}}'),
        Fault(200, body=b'{"ok": true, "result": ["garbled", {"update_id": null}]}'),
        Fault(302, body=b""),
    ],
    ids=lambda fault: f"{fault.status}{fault.description}{fault.body or ''}{fault.hang}",
)
def test_outlives(bot: Emulator, person: Person, fault: Fault) -> None:
    """The loop outlives each fault and loses nothing."""
    bot.inject("getUpdates", fault, skip=1)
    person.say("一")
    store = Store()

    def enough() -> bool:
        if len(bot.called("getUpdates")) > 1 and len(bot.updates) == 1:
            person.say("二")
        return sum(not number.startswith("?") for number in store.kept) >= 2

    receive(bot, store, enough)
    assert [raw["message"]["text"] for _, raw in store.kept.values() if "message" in raw] == ["一", "二"]


def test_outlives_a_dead_server(bot: Emulator, person: Person) -> None:
    """While Telegram is out of reach the loop waits; afterwards it goes on."""
    person.say("一")
    store = Store()
    bot.down()
    tries = 0

    def enough() -> bool:
        nonlocal tries
        tries += 1
        if tries == 20:
            bot.up()
        return bool(store.kept)

    receive(bot, store, enough)
    assert store.texts == ["一"]


def test_conflict_is_said_once(bot: Emulator, person: Person, caplog: pytest.LogCaptureFixture) -> None:
    """Another program with the same token is named in one clear line, not in one a try."""
    bot.inject("getUpdates", emulator.CONFLICT, times=8)
    person.say("一")
    store = Store()
    with caplog.at_level(logging.INFO):
        receive(bot, store, lambda: bool(store.kept))
    lines = [record.getMessage() for record in caplog.records if "409" in record.getMessage()]
    assert len(lines) == 1
    assert "another program polls" in lines[0]


def test_bad_token(bot: Emulator) -> None:
    """A token that Telegram refuses from the start ends the loop with an error that says what to do."""
    with pytest.raises(BadSetting, match="KEXIE_TELEGRAM_TOKEN") as caught:
        receive(bot, Store(), lambda: False, token="7000001:another-token-of-the-test")
    assert "another-token" not in str(caught.value)


@pytest.mark.parametrize("token", ["", "abc", "abc:def", "123456"])
def test_no_token(token: str) -> None:
    """What cannot be a token is said before anything is sent."""
    with pytest.raises(BadSetting, match="@BotFather"):
        TelegramChannel(token, "http://127.0.0.1:1", Path())


def test_unreadable_updates(bot: Emulator) -> None:
    """An update that names no chat is stored too."""
    number = bot.update({"poll": {"id": "1"}})
    bot.inject("getUpdates", Fault(200, body=json.dumps({"ok": True, "result": bot.updates}).encode()))
    store = Store()
    receive(bot, store, lambda: bool(store.kept))
    assert store.kept[str(number)][0] == "telegram:?"


@pytest.mark.parametrize(
    "text", ["\\ud83d", "\\u0000", "\\ud83d\\ude00 好"], ids=["half a character", "NUL", "whole character"]
)
def test_odd_characters(bot: Emulator, tmp_path: Path, text: str) -> None:
    """Characters that a database does not take cannot stop the queue: the update is stored without them."""
    database = Database(f"sqlite:///{tmp_path / 'kexie.db'}")
    update = '{"update_id": 5, "message": {"text": "%s", "chat": {"id": 9}}}' % text  # noqa: UP031 - braces
    bot.inject("getUpdates", Fault(200, body=f'{{"ok": true, "result": [{update}]}}'.encode()))

    async def put(update_id: str, chat: str, raw: dict[str, Any]) -> None:
        assert post.receive(database, "telegram", update_id, chat, raw)

    store = Store()
    store.put = put  # type: ignore[method-assign]
    receive(bot, store, lambda: len(bot.called("getUpdates")) >= 2)
    with database.reading() as connection:
        found = inbox.next_chats(connection, database.clock(), ["telegram"])
        stored = next(iter(inbox.messages(connection, found.values())), None)
    assert stored
    assert stored.raw["message"]["text"] == json.loads(f'"{text}"').replace("\ud83d", "\ufffd")
    assert bot.called("getUpdates")[1].fields["offset"] == 6


def test_stops_soon(bot: Emulator) -> None:
    """Being told to stop does not wait for the long poll."""

    async def run() -> float:
        channel = TelegramChannel(bot.token, bot.url, Path(), timing=Timing(poll=30))
        stop = asyncio.Event()
        job = asyncio.create_task(channel.receive(Store().put, stop))
        while not bot.called("getUpdates"):
            await asyncio.sleep(0.02)
        started = asyncio.get_running_loop().time()
        stop.set()
        await asyncio.wait_for(job, 5)
        await channel.close()
        return asyncio.get_running_loop().time() - started

    assert asyncio.run(run()) < 1


# webhook


def post_to(store: Store, body: bytes, secret: str | None = SECRET) -> int:
    """Status of one POST to the webhook."""

    async def run() -> int:
        channel = TelegramChannel(emulator.TOKEN, "http://127.0.0.1:1", Path())
        site = Starlette(routes=[Route("/hook", channel.webhook(SECRET, store.put), methods=["POST"])])
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        async with httpx.AsyncClient(transport=httpx.ASGITransport(site), base_url="http://test") as client:
            answer = await client.post("/hook", content=body, headers=headers)
        await channel.close()
        return answer.status_code

    return asyncio.run(run())


UPDATE = {"update_id": 3, "message": {"text": "一", "chat": {"id": 5, "type": "private"}}}


def test_webhook() -> None:
    """An update that comes by webhook is stored before the 200."""
    store = Store()
    assert post_to(store, json.dumps(UPDATE).encode()) == 200
    assert store.kept == {"3": ("telegram:5", UPDATE)}


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x"])
def test_webhook_secret(secret: str | None) -> None:
    """Without the secret nothing is stored."""
    store = Store()
    assert post_to(store, json.dumps(UPDATE).encode(), secret) == 403
    assert store.kept == {}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe", 400),
        (b"[1]", 400),
        (b"[" * 100_000, 400),
        (b'"' + b"x" * WEBHOOK_LIMIT + b'"', 413),
        (b'{"update_id": "x"}', 200),
    ],
    ids=["empty", "no text", "list", "deep", "long", "odd"],
)
def test_webhook_bodies(body: bytes, status: int) -> None:
    """Only a JSON object of sensible length is stored; an odd one becomes a dead letter later."""
    store = Store()
    assert post_to(store, body) == status
    assert len(store.kept) == (status == 200)


def test_webhook_not_stored() -> None:
    """What cannot be stored is not confirmed: Telegram sends it again."""
    assert post_to(Store(failures=1), json.dumps(UPDATE).encode()) == 503


def test_webhook_needs_a_secret() -> None:
    """A webhook without a secret is not opened."""
    with pytest.raises(ValueError, match="secret"):
        TelegramChannel(emulator.TOKEN, "http://127.0.0.1:1", Path()).webhook("", Store().put)


def prepare(bot: Emulator, do: Callable[[TelegramChannel, asyncio.Event], Any], token: str = "") -> TelegramChannel:
    """Run one of the channel's preparations to its end; returns the channel."""

    async def run() -> TelegramChannel:
        channel = TelegramChannel(token or bot.token, bot.url, Path(), timing=QUICK, timeout=1.0)
        try:
            await asyncio.wait_for(do(channel, asyncio.Event()), 15)
        finally:
            await channel.close()
        return channel

    return asyncio.run(run())


ADDRESS = "http://127.0.0.1:1/telegram"


@pytest.mark.parametrize("fault", [emulator.BAD_GATEWAY, emulator.CUT, emulator.FLOOD])
def test_webhook_is_announced_until_taken(bot: Emulator, fault: Fault) -> None:
    """Telegram is told the address, the kinds of updates and the secret, again and again until it has taken them."""
    bot.inject("setWebhook", fault, times=2)
    prepare(bot, lambda channel, stop: channel.announce_webhook(ADDRESS, "s-e_cret", stop))
    told = bot.called("setWebhook")
    assert len(told) == 3
    assert (told[-1].fields["url"], told[-1].fields["secret_token"]) == (ADDRESS, "s-e_cret")
    assert set(json.loads(told[-1].fields["allowed_updates"])) == set(WANTED)


def test_webhook_with_a_refused_token(bot: Emulator) -> None:
    """A token that Telegram refuses ends the announcing with an error that says what to do."""
    with pytest.raises(BadSetting, match="KEXIE_TELEGRAM_TOKEN"):
        prepare(
            bot, lambda channel, stop: channel.announce_webhook(ADDRESS, "s", stop), "7000001:another-token-of-the-test"
        )


def test_webhook_secret_of_its_own(bot: Emulator) -> None:
    """The secret that is made from the token is one that Telegram takes, the same every time, and not the token."""

    def secret(token: str) -> str:
        return TelegramChannel(token, bot.url, Path()).secret()

    assert secret(bot.token) == secret(bot.token) != secret(bot.token + "x")
    assert re.fullmatch(r"[A-Za-z0-9_-]{32,256}", secret(bot.token))
    assert bot.token.partition(":")[2] not in secret(bot.token)


def test_a_process_that_does_not_receive_learns_the_name(bot: Emulator) -> None:
    """A worker apart asks who the bot is until it is told, and changes nothing at Telegram."""
    bot.inject("getMe", emulator.BAD_GATEWAY, times=2)
    channel = prepare(bot, lambda channel, stop: channel.learn_name(stop))
    assert channel.me.username == emulator.USERNAME
    assert {call.method for call in bot.calls} == {"getMe"}
