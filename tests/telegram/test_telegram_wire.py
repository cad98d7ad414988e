"""The transport: when an arrival counts as known, and what becomes of connections."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.delivery.outcomes import Delay, NotSent, Unknown
from bot.delivery.trip import Trip
from bot.messages import Reply
from bot.settings import BadSetting
from tests import emulator
from tests.emulator import Emulator, Fault, Person


def with_channel(api: str, do: Callable[[TelegramChannel], Awaitable[None]]) -> None:
    async def run() -> None:
        far = iter(range(0, 10_000_000, 100))
        channel = TelegramChannel(emulator.TOKEN, api, Path(), pace=Pace(lambda: next(far)), timeout=1.0)
        try:
            await do(channel)
        finally:
            await channel.close()

    asyncio.run(run())


def told_of(bot: Emulator, person: Person) -> tuple[list[tuple[int, bool]], NotSent | None]:
    """Send once: what was told of its arrival, and the outcome."""
    told: list[tuple[int, bool]] = []
    outcomes: list[NotSent] = []

    async def do(channel: TelegramChannel) -> None:
        try:
            await channel.send(f"telegram:{person.id}", Reply("您好"), Trip(note=lambda *what: told.append(what)))
        except NotSent as outcome:
            outcomes.append(outcome)

    with_channel(bot.url, do)
    return told, outcomes[0] if outcomes else None


NO = [
    Fault(200, body=b'{"ok": false, "error_code": 400, "description": "Bad Request"}'),
    Fault(200, body=b'{"result": {"ok": true}}'),
    Fault(200, body=b"<html>please log in</html>"),
    Fault(200, body=b""),
    Fault(502, body=b'{"ok": true}'),
    emulator.FLOOD,
    emulator.BLOCKED,
    emulator.SERVER_ERROR,
    emulator.CUT,
    emulator.CUT_AFTER,
    emulator.HANG,
]


@pytest.mark.parametrize("fault", NO, ids=lambda fault: f"{fault.status} {fault.body!r}")
def test_only_a_yes_counts_as_arrived(bot: Emulator, person: Person, fault: Fault) -> None:
    """Whatever is no yes of the Bot API is not noted as arrived."""
    bot.inject("sendMessage", fault)
    told, outcome = told_of(bot, person)
    assert told == []
    assert outcome is not None


def test_a_yes_is_noted_once_and_before_it_is_understood(bot: Emulator, person: Person) -> None:
    """A yes counts, also when the rest of the answer makes no sense; and it is told once."""
    assert told_of(bot, person) == ([(1, True)], None)
    bot.inject("sendMessage", Fault(200, body=b'{"ok":true,"result":{}}'))
    told, outcome = told_of(bot, person)
    assert told == [(1, True)]
    assert isinstance(outcome, Unknown)


def test_other_calls_are_not_arrivals(bot: Emulator) -> None:
    """getMe is answered with a yes, too, and nobody is told."""

    async def do(channel: TelegramChannel) -> None:
        await channel.introduce()
        assert channel.me.username == emulator.USERNAME

    with_channel(bot.url, do)


def test_a_connection_is_kept_and_replaced(bot: Emulator, person: Person) -> None:
    """Messages go over one connection; when the server has closed it, the next opens another and nothing is lost."""

    async def do(channel: TelegramChannel) -> None:
        for text in ("一", "二"):
            await channel.send(f"telegram:{person.id}", Reply(text))
        await asyncio.to_thread(bot.down)
        with pytest.raises(Delay):
            await channel.send(f"telegram:{person.id}", Reply("三"))
        await asyncio.to_thread(bot.up)
        await channel.send(f"telegram:{person.id}", Reply("三"))

    with_channel(bot.url, do)
    assert [message.text for message in person.messages] == ["一", "二", "三"]


def test_stopping_waits_for_no_answer(bot: Emulator, person: Person) -> None:
    """A call that hangs is hung up when its task is cancelled: stopping takes no twenty seconds."""
    bot.inject("sendMessage", emulator.HANG)

    async def do(channel: TelegramChannel) -> None:
        sending = asyncio.create_task(channel.send(f"telegram:{person.id}", Reply("您好")))
        while not bot.called("sendMessage"):
            await asyncio.sleep(0.01)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    began = time.monotonic()
    with_channel(bot.url, do)
    assert time.monotonic() - began < 0.9
    assert not any(thread.is_alive() and "telegram" in thread.name for thread in _soon_ended())


def _soon_ended() -> list[threading.Thread]:
    for thread in threading.enumerate():
        if "telegram" in thread.name:
            thread.join(2)
    return threading.enumerate()


def test_through_a_proxy(bot: Emulator, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy named by the environment is used, with its password, unless the address is excepted."""
    seen: list[bytes] = []

    def serve() -> None:
        client, _ = listening.accept()
        with client, socket.create_connection(("127.0.0.1", int(bot.url.rpartition(":")[2]))) as server:
            asked = client.recv(65536)
            seen.append(asked)
            server.sendall(asked.replace(b"POST http://telegram.test:80", b"POST ").replace(b"POST  ", b"POST "))
            client.sendall(server.recv(65536))

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://amt:geheim@127.0.0.1:{port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        proxy = threading.Thread(target=serve, daemon=True)
        proxy.start()
        with_channel("http://telegram.test", lambda channel: channel.send(f"telegram:{person.id}", Reply("您好")))
        proxy.join(5)
    assert seen[0].startswith(f"POST http://telegram.test:80/bot{bot.token}/sendMessage HTTP/1.1\r\n".encode())
    assert b"\r\nProxy-Authorization: Basic YW10OmdlaGVpbQ==\r\n" in seen[0]
    assert [message.text for message in person.messages] == ["您好"]
    assert told_of(bot, person)[1] is None, "directly"


def test_a_proxy_of_another_kind_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """SOCKS is not spoken: said when starting, not when sending."""
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:1080")
    with pytest.raises(BadSetting, match="socks5"):
        TelegramChannel(emulator.TOKEN, "https://api.telegram.org", Path())
