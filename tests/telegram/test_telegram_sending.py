"""Sending over real HTTP: what arrives, and what each fault comes to."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram.pace import Pace
from bot.delivery.outcomes import Blocked, Delay, Moved, NotSent, Refused, Unknown
from bot.delivery.trip import Trip
from bot.messages import Attachment, Button, Reply
from tests import emulator
from tests.emulator import Emulator, Fault, Person

LONG = "企业科协由企业党组织领导。" * 700
"""Three messages."""


@pytest.fixture(scope="module")
def server() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def bot(server: Emulator) -> Iterator[Emulator]:
    server.heal()
    yield server
    server.heal()


def unhurried() -> Pace:
    """A pace whose clock jumps, so that tests need not wait."""
    return Pace(itertools.count(0, 100).__next__)


def with_channel(bot: Emulator, files: Path, do: Callable[[TelegramChannel], Awaitable[None]]) -> None:
    """Run `do` with a channel to the emulator."""

    async def run() -> None:
        channel = TelegramChannel(bot.token, bot.url, files, pace=unhurried(), timeout=1.0)
        try:
            await do(channel)
        finally:
            await channel.close()

    asyncio.run(run())


def deliver(bot: Emulator, person: Person, reply: Reply, files: Path = Path()) -> NotSent | None:
    """Send once. The outcome, None for success."""
    outcomes: list[NotSent] = []

    async def do(channel: TelegramChannel) -> None:
        try:
            await channel.send(f"telegram:{person.id}", reply)
        except NotSent as outcome:
            outcomes.append(outcome)

    with_channel(bot, files, do)
    return outcomes[0] if outcomes else None


def test_arrives(bot: Emulator, person: Person) -> None:
    """A reply arrives as written, with its folded part and its buttons."""
    buttons = ((Button("开始填", "form:go"),), (Button("找人", "human"),))
    reply = Reply("先看结论：<可以> & 要备案。", buttons, more="细节。")
    assert deliver(bot, person, reply) is None
    [message] = person.messages
    assert message.text == "先看结论：<可以> & 要备案。\n细节。"
    assert message.folded == "细节。"
    assert message.buttons == ((("开始填", "form:go"),), (("找人", "human"),))


def test_long(bot: Emulator, person: Person) -> None:
    """A long reply arrives whole, in order, in several messages."""
    assert deliver(bot, person, Reply(LONG, ((Button("好", "ok"),),))) is None
    assert "".join(message.text for message in person.messages) == LONG
    assert [message.labels for message in person.messages] == [[], [], ["好"]]


def test_files(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """Files arrive with their names and contents; the text stands under the first."""
    (tmp_path / "a").write_bytes(b"%PDF-1")
    (tmp_path / "b").write_bytes(b"PK")
    files = (Attachment("回执 <1>.pdf", "a", 6), Attachment("备案表.docx", "b", 2))
    assert deliver(bot, person, Reply("都在这里 & 请收好", ((Button("好", "ok"),),), files), tmp_path) is None
    first, second = person.messages
    assert (first.text, first.files) == ("都在这里 & 请收好", (("回执 <1>.pdf", b"%PDF-1"),))
    assert (second.files, second.labels) == ((("备案表.docx", b"PK"),), ["好"])


@pytest.mark.parametrize("path", ["gone.pdf", "../secret", "", "empty", "large"])
def test_file_that_cannot_be_sent(bot: Emulator, person: Person, tmp_path: Path, path: str) -> None:
    """A file that is gone, empty, over 50 MB or outside the folder is not sent; the person is told, the text arrives."""
    (tmp_path / "secret").write_bytes(b"secret")
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "empty").touch()
    with (folder / "large").open("wb") as large:
        large.truncate(50_000_001)  # takes no room on the disk
    assert deliver(bot, person, Reply("给您。", files=(Attachment("章程.pdf", path, 1),)), folder) is None
    [message] = person.messages
    assert message.text == "给您。\n\n文件「章程.pdf」现在发不出来。请回复「人工」，让工作人员发给您。"
    assert message.files == ()


def test_topic(bot: Emulator) -> None:
    """A reply to a forum topic goes into that topic."""
    group = bot.group("测试群", forum=True)
    with_channel(bot, Path(), lambda channel: channel.send(f"telegram:{group.id}:8", Reply("好")))
    assert [message.thread for message in group.messages] == [8]


REFUSED = Fault(400, "Bad Request: message is too short for 张三")
FAULTS = [
    (emulator.BLOCKED, Blocked),
    (Fault(403, "Forbidden: user is deactivated"), Blocked),
    (Fault(403, "Forbidden: bot was kicked from the supergroup chat"), Blocked),
    (emulator.NO_CHAT, Blocked),
    (Fault(400, "Bad Request: message thread not found"), Blocked),
    (Fault(400, "Bad Request: not enough rights to send text messages to the chat"), Blocked),
    (REFUSED, Refused),
    (Fault(413, "Request Entity Too Large"), Refused),
    (emulator.FLOOD, Delay),
    (Fault(429, "Too Many Requests"), Delay),
    (emulator.BAD_GATEWAY, Delay),
    (Fault(503, "Service Unavailable"), Delay),
    (emulator.SERVER_ERROR, Unknown),
    (Fault(504, body=b"<html>"), Unknown),
    (Fault(200, body=b"{ broken"), Unknown),
    (Fault(200, body=b'{"ok": true, "result": {}}'), Unknown),
    (emulator.UNAUTHORIZED, Delay),
    (Fault(404, "Not Found"), Delay),
    (emulator.CUT, Unknown),
    (emulator.CUT_AFTER, Unknown),
    (emulator.HANG, Unknown),
    (emulator.migrated(-100777), Moved),
]


@pytest.mark.parametrize(("fault", "kind"), FAULTS, ids=lambda value: getattr(value, "__name__", "") or str(value))
def test_fault(bot: Emulator, person: Person, fault: Fault, kind: type[NotSent]) -> None:
    """Each fault comes to its outcome; the outcome's text tells neither the token nor what people wrote."""
    bot.inject("sendMessage", fault)
    outcome = deliver(bot, person, Reply("您好"))
    assert type(outcome) is kind
    assert bot.token.partition(":")[2] not in str(outcome)
    assert "张三" not in str(outcome)


def test_waits() -> None:
    """The pause that Telegram asks for is the pause that is kept."""
    with Emulator() as bot:
        person = bot.person("测试员")
        bot.inject("sendMessage", Fault(429, "Too Many Requests", {"retry_after": 37}))
        outcome = deliver(bot, person, Reply("您好"))
        assert isinstance(outcome, Delay)
        assert outcome.seconds == 37


def test_moved(bot: Emulator, person: Person) -> None:
    """A group that got another id is told by its new chat key."""
    bot.inject("sendMessage", emulator.migrated(-100777))
    outcome = deliver(bot, person, Reply("您好"))
    assert isinstance(outcome, Moved)
    assert outcome.chat == "telegram:-100777"


def test_not_modified(bot: Emulator, person: Person) -> None:
    """「message is not modified」 means that it is there."""
    bot.inject("sendMessage", Fault(400, "Bad Request: message is not modified: …"))
    assert deliver(bot, person, Reply("您好")) is None


def test_no_connection(person: Person, tmp_path: Path) -> None:
    """Without a connection nothing was sent: later."""
    with Emulator() as bot:
        bot.down()
        outcome = deliver(bot, person, Reply("您好"))
        bot.up()
    assert isinstance(outcome, Delay)


def test_markup_refused(bot: Emulator, person: Person) -> None:
    """When Telegram cannot read the markup, the plain text is sent, once."""
    bot.inject("sendMessage", Fault(400, "Bad Request: can't parse entities: Unexpected end tag at byte offset 5"))
    assert deliver(bot, person, Reply("1 < 2", more="细节")) is None
    [message] = person.messages
    assert message.html == "1 < 2\n\n细节"


def test_markup_refused_twice(bot: Emulator, person: Person) -> None:
    """The plain text is tried once, not for ever."""
    bot.inject("sendMessage", Fault(400, "Bad Request: can't parse entities: x"), times=5)
    assert isinstance(deliver(bot, person, Reply("好")), Refused)


def test_goes_on(bot: Emulator, person: Person) -> None:
    """After a failure in the middle, what has arrived is not sent again; of each part it is told when it has."""
    bot.inject("sendMessage", emulator.FLOOD, skip=1)

    async def do(channel: TelegramChannel) -> None:
        told: list[tuple[int, bool]] = []
        trip = Trip(note=lambda parts, whole: told.append((parts, whole)))
        with pytest.raises(Delay):
            await channel.send(f"telegram:{person.id}", Reply(LONG), trip)
        assert (len(person.messages), trip.done) == (1, 1)
        await channel.send(f"telegram:{person.id}", Reply(LONG), Trip(trip.done, trip.note))
        assert "".join(message.text for message in person.messages) == LONG
        assert told == [(1, False), (2, False), (3, True)]
        await channel.send(f"telegram:{person.id}", Reply(LONG))
        assert len(person.messages) == 6

    with_channel(bot, Path(), do)


def test_goes_on_after_moving(bot: Emulator) -> None:
    """The same when the group moves between two parts."""
    old, new = bot.group("旧"), bot.group("新")
    bot.inject("sendMessage", emulator.migrated(new.id), skip=1)

    async def do(channel: TelegramChannel) -> None:
        trip = Trip()
        with pytest.raises(Moved) as caught:
            await channel.send(f"telegram:{old.id}", Reply(LONG), trip)
        await channel.send(caught.value.chat, Reply(LONG), trip)

    with_channel(bot, Path(), do)
    assert "".join(message.text for message in old.messages + new.messages) == LONG


def test_doubtful_part(bot: Emulator, person: Person) -> None:
    """A part whose answer was lost is not sent twice; the rest follows, and the whole counts as unknown."""
    bot.inject("sendMessage", emulator.CUT_AFTER, skip=1)
    assert isinstance(deliver(bot, person, Reply(LONG)), Unknown)
    assert "".join(message.text for message in person.messages) == LONG


def test_nothing_to_say(bot: Emulator, person: Person) -> None:
    """An empty reply is delivered without a call."""
    assert deliver(bot, person, Reply("")) is None
    assert person.messages == []


def test_other_chat(bot: Emulator) -> None:
    """A chat of another channel is refused."""
    with pytest.raises(Refused):
        with_channel(bot, Path(), lambda channel: channel.send("web:1", Reply("好")))


def test_aiogram_agrees(bot: Emulator, person: Person) -> None:
    """An independent reading of the Bot API (aiogram's types) accepts our call and reads the same from it."""
    methods = pytest.importorskip("aiogram.methods")
    deliver(bot, person, Reply("结论 <1>", ((Button("好", "ok"),),), more="细节"))
    fields = bot.called("sendMessage")[-1].fields
    decoded = {name: json.loads(value) if name in ("reply_markup", "link_preview_options") else value
               for name, value in fields.items()}  # fmt: skip
    call = methods.SendMessage.model_validate(decoded)
    assert int(call.chat_id) == person.id
    assert call.parse_mode == "HTML"
    assert call.reply_markup.inline_keyboard[0][0].callback_data == "ok"
    assert call.link_preview_options.is_disabled
