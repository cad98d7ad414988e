"""The whole way: a person speaks, inbox, worker, outbox, sender, the person reads. All real parts, all real HTTP."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.receiving import Timing
from bot.delivery.sender import Sender
from bot.delivery.worker import Handle, Worker
from bot.messages import Button, Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records
from tests import emulator
from tests.emulator import Emulator

BUTTONS = ((Button("开始填", "form:go"),),)


def echo(incoming: Incoming, records: Records) -> list[Reply]:
    """An assistant that says what it heard."""
    records.save_chat_state(incoming.chat, {})
    files = "、".join(f"{a.name} {a.size} {a.problem}".strip() for a in incoming.attachments)
    return [Reply(f"听到：{incoming.text or incoming.press or files or '（空）'}", BUTTONS)]


@contextmanager
def service(bot: Emulator, folder: Path, staff: str = "", handle: Handle = echo) -> Iterator[Database]:
    """Receiver, worker and sender in a thread of their own, until the block ends."""
    database = Database(f"sqlite:///{folder / 'kexie.db'}")
    started = threading.Event()
    ends: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def run() -> None:
        stop = asyncio.Event()
        ends.append((asyncio.get_running_loop(), stop))
        started.set()
        channel = TelegramChannel(
            bot.token,
            bot.url,
            folder / "files",
            staff_chats=lambda chat: chat == staff,
            pace=Pace(itertools.count(0, 100).__next__),
            timing=Timing(poll=1, margin=0.5, pause=0.02, longest=0.1, conflict=0.1),
            timeout=2.0,
        )
        worker = Worker(database, {"telegram": channel}, handle, lambda: None)  # type: ignore[arg-type,return-value]

        async def put(update_id: str, chat: str, raw: dict[str, Any]) -> None:
            await asyncio.to_thread(post.receive, database, "telegram", update_id, chat, raw)
            worker.wake.set()

        sender = Sender(database, channel)
        await asyncio.gather(channel.receive(put, stop), worker.run(stop), sender.run(worker.handled, stop))
        await channel.close()

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    started.wait(5)
    try:
        yield database
    finally:
        loop, stop = ends[0]
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        assert not thread.is_alive()


def test_talk(bot: Emulator, tmp_path: Path) -> None:
    """Text, press, change, picture, album, sticker: each gets its answer, in order."""
    picture = tmp_path / "执照.jpg"
    picture.write_bytes(b"\xff\xd8\xff1234")
    person, other = bot.person("甲"), bot.person("乙")
    with service(bot, tmp_path):
        person.say("我要备案")
        other.say("<b>&")
        assert person.until("我要备案")[-1].labels == ["开始填"]
        assert other.until("听到")[-1].text == "听到：<b>&"
        person.press("开始填")
        person.until("form:go")
        person.edit("我要成立")
        person.until("我要成立")
        person.send_photo(picture)
        person.until("照片")
        person.send_file(picture, caption="看这个")
        person.until("看这个")
        person.send_album([picture, picture])
        assert [message.text[-5:] for message in person.replies(count=2)] == ["jpg 7"] * 2
        person.send_sticker()
        person.until("（空）")


def test_group(bot: Emulator, tmp_path: Path) -> None:
    """In a group the bot answers who speaks to it, there; in a staff group everybody, in a topic in that topic."""
    person = bot.person("甲")
    group, staff, forum = bot.group("群"), bot.group("工作群"), bot.group("论坛", forum=True)
    with service(bot, tmp_path, staff=f"telegram:{staff.id}"):
        person.say("中午吃什么", to=group)
        person.say("@kexie_test_bot 怎么成立", to=group)
        [answer] = group.until("怎么成立")
        assert answer.text == "听到：怎么成立"
        person.say("要哪些材料", to=group, reply_to=answer)
        group.until("要哪些材料")
        person.press("开始填", to=group)
        group.until("form:go")
        person.say("今天开会", to=staff)
        staff.until("今天开会")
        person.say("/help", to=forum, thread=8)
        assert forum.until("/help")[-1].thread == 8


@pytest.mark.parametrize("fault", [emulator.FLOOD, emulator.BAD_GATEWAY])
def test_sent_later(bot: Emulator, tmp_path: Path, fault: emulator.Fault) -> None:
    """What could not be delivered for now is delivered later, once."""
    person = bot.person("甲")
    bot.inject("sendMessage", fault)
    with service(bot, tmp_path):
        person.say("一")
        person.until("一", wait=20)
        person.say("二")
        person.until("二", wait=20)
    assert len(person.messages) == 2


def test_group_moves(bot: Emulator, tmp_path: Path) -> None:
    """When a group moves, its answer arrives in the new one."""
    person, old, new = bot.person("甲"), bot.group("旧"), bot.group("新")
    bot.inject("sendMessage", emulator.migrated(new.id))
    with service(bot, tmp_path):
        person.say("/help", to=old)
        new.until("/help")


def test_blocked(bot: Emulator, tmp_path: Path) -> None:
    """Who blocked the bot is left alone; others are served; a new message of theirs is answered again."""
    person, other = bot.person("甲"), bot.person("乙")
    bot.inject("sendMessage", emulator.BLOCKED)
    with service(bot, tmp_path) as database:
        person.say("一")
        assert bot.wait_until(lambda: len(bot.called("sendMessage")) == 1)
        other.say("二")
        other.until("二")
        with database.reading() as connection:
            assert post.counts(connection)["outbox.dead"] == 1
        person.say("三")
        person.until("三")
    assert [message.text for message in person.messages] == ["听到：三"]


def test_lost_answer(bot: Emulator, tmp_path: Path) -> None:
    """When only Telegram's answer is lost, the person does not get the message twice."""
    person = bot.person("甲")
    bot.inject("sendMessage", emulator.CUT_AFTER)
    with service(bot, tmp_path) as database:
        person.say("一")
        person.until("一")
        person.say("二")
        person.until("二")
        with database.reading() as connection:
            assert post.counts(connection)["outbox.unknown"] == 1
    assert len(person.messages) == 2
