"""The token appears in no log line and no error, whatever happens."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.receiving import Timing
from bot.channels.telegram.secrecy import guard
from bot.delivery.outcomes import NotSent
from bot.messages import Reply
from tests import emulator
from tests.emulator import Emulator, Fault

SECRET = emulator.TOKEN.partition(":")[2]
FAULTS = [
    emulator.BLOCKED, emulator.FLOOD, emulator.BAD_GATEWAY, emulator.SERVER_ERROR, emulator.UNAUTHORIZED,
    emulator.CONFLICT, emulator.NO_CHAT, emulator.CUT, Fault(200, body=b"{ broken"), Fault(404, "Not Found"),
]  # fmt: skip


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged at any level, with tracebacks, as an operator's log file would hold it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def test_faults_tell_nothing(log: io.StringIO, tmp_path: Path) -> None:
    """Sending, fetching and receiving through every fault, with all loggers wide open: the token is nowhere."""
    told: list[str] = []

    async def run(bot: Emulator) -> None:
        channel = TelegramChannel(bot.token, bot.url, tmp_path, timing=Timing(1, 0.2, 0.01, 0.02, 0.02), timeout=0.5)
        for name in ("httpx", "httpcore", "telegram"):
            logging.getLogger(name).setLevel(logging.DEBUG)  # an operator who looks for a fault may do this
        for fault in FAULTS:
            for method in ("sendMessage", "getFile", "download", "getUpdates", "answerCallbackQuery"):
                bot.inject(method, fault)
            await _talk(bot, channel, told)
        stop = asyncio.Event()
        job = asyncio.create_task(channel.receive(_keep, stop))
        await asyncio.to_thread(bot.wait_until, lambda: len(bot.called("getUpdates")) > len(FAULTS), 10)
        stop.set()
        await job
        await channel.close()

    with Emulator() as bot:
        person = bot.person("测试员")
        (tmp_path / "a.txt").write_text("一")
        person.send_file(tmp_path / "a.txt")
        person.press_data("x")
        asyncio.run(run(bot))
    assert len(told) >= len(FAULTS) - 1
    assert "HTTP Request: POST" in log.getvalue(), "the noisy loggers did speak"
    for text in (log.getvalue(), "".join(told)):
        assert SECRET not in text


async def _keep(update_id: str, chat: str, raw: dict[str, object]) -> None:
    pass


async def _talk(bot: Emulator, channel: TelegramChannel, told: list[str]) -> None:
    try:
        await channel.send(f"telegram:{bot.number()}", Reply("您好"))
    except NotSent as outcome:
        told.append(f"{outcome!s} {outcome!r} {outcome.__cause__!r}")
    channel._downloads._pause = 0.0
    for raw in bot.updates:
        incoming = channel.parse(raw)
        assert incoming
        told += [attachment.problem for attachment in (await channel.fetch(incoming, raw)).attachments]


def test_tracebacks(log: io.StringIO) -> None:
    """A traceback that holds the token is cleaned too, and still says what happened."""
    guard(emulator.TOKEN)
    try:
        raise ValueError(f"cannot reach http://x/bot{emulator.TOKEN}/getMe")
    except ValueError:
        logging.getLogger("somebody.else").exception("failed with %s", emulator.TOKEN)
    text = log.getvalue()
    assert SECRET not in text
    assert "cannot reach http://x/bot<token>/getMe" in text
    assert "failed with <token>" in text


def test_other_lines_stay(log: io.StringIO) -> None:
    """Lines without the token are left as they were, with their arguments."""
    guard(emulator.TOKEN)
    logging.getLogger("somebody.else").warning("%d of %s", 3, "五")
    assert log.getvalue() == "3 of 五\n"


def test_levels() -> None:
    """The chatty loggers are quiet by default; a stricter level is kept."""
    for name in ("httpx", "httpcore", "telegram"):
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.getLogger("telegram").setLevel(logging.ERROR)
    guard(emulator.TOKEN)
    assert [logging.getLogger(n).level for n in ("httpx", "httpcore", "telegram")] == [30, 30, 40]
