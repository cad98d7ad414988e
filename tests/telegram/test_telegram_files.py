"""Files from people: fetched over real HTTP into the files folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram import files as downloads
from bot.messages import Attachment, Incoming
from tests import emulator
from tests.emulator import Emulator, Fault, Person

PDF = b"%PDF-1.4\n" + b"x" * 100_000


@pytest.fixture
def pdf(tmp_path: Path) -> Path:
    path = tmp_path / "章程（草案）.pdf"
    path.write_bytes(PDF)
    return path


def fetch(bot: Emulator, folder: Path, raw: dict[str, Any] | None = None) -> Incoming:
    """What the worker gets of an update, the last one by default."""
    update = raw or bot.updates[-1]

    async def run() -> Incoming:
        channel = TelegramChannel(bot.token, bot.url, folder, timeout=1.0)
        channel._downloads._pause = 0.01
        incoming = channel.parse(update)
        assert incoming
        try:
            return await channel.fetch(incoming, update)
        finally:
            await channel.close()

    return asyncio.run(run())


def one(bot: Emulator, folder: Path) -> Attachment:
    [attachment] = fetch(bot, folder).attachments
    return attachment


def test_document(bot: Emulator, person: Person, pdf: Path, tmp_path: Path) -> None:
    """A document lies in the files folder under a name of ours, its type told by its content."""
    person.send_file(pdf, caption="章程", mime_type="image/png")
    incoming = fetch(bot, tmp_path)
    [attachment] = incoming.attachments
    assert incoming.text == "章程"
    assert (attachment.name, attachment.size, attachment.problem) == ("章程（草案）.pdf", len(PDF), "")
    assert attachment.media_type == "application/pdf"
    assert (tmp_path / attachment.path).read_bytes() == PDF
    assert "章程" not in attachment.path


def test_photo(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """Of a picture the largest size is fetched."""
    picture = tmp_path / "营业执照.jpg"
    picture.write_bytes(b"\xff\xd8\xff" + b"j" * 50)
    person.send_photo(picture)
    attachment = one(bot, tmp_path)
    assert (attachment.size, attachment.media_type) == (53, "image/jpeg")


def test_album(bot: Emulator, person: Person, pdf: Path, tmp_path: Path) -> None:
    """Each message of an album brings its file; all carry one key."""
    person.send_album([pdf, pdf])
    taken = [fetch(bot, tmp_path, raw) for raw in bot.updates]
    assert taken[0].album == taken[1].album != ""
    assert taken[0].attachments[0].path != taken[1].attachments[0].path


def test_again(bot: Emulator, person: Person, pdf: Path, tmp_path: Path) -> None:
    """A message that is handled again leaves no second copy; two messages with one content leave two."""
    person.send_file(pdf)
    assert one(bot, tmp_path).path == one(bot, tmp_path).path
    person.send_file(pdf)
    one(bot, tmp_path)
    assert len(list((tmp_path / "telegram").iterdir())) == 2


def test_name_is_no_path(bot: Emulator, person: Person, pdf: Path, tmp_path: Path) -> None:
    """A file name never says where the file is written."""
    person.send_file(pdf, file_name="../../../tmp/x/../evil.sh")
    attachment = one(bot, tmp_path / "files")
    assert attachment.name == "evil.sh"
    assert (tmp_path / "files" / attachment.path).resolve().is_relative_to(tmp_path / "files" / "telegram")


def test_told_too_large(bot: Emulator, person: Person, pdf: Path, tmp_path: Path) -> None:
    """A file over 20 MB is not even asked for; the person is told what to do."""
    person.send_file(pdf, file_size=downloads.DOWNLOAD_LIMIT + 1)
    attachment = one(bot, tmp_path)
    assert attachment.path == ""
    told = "文件「章程（草案）.pdf」太大，我在这里最多能收 20 MB。请压缩或拆成几个小文件，再发一次。"
    assert attachment.problem == told
    assert bot.called("getFile") == []


def test_found_too_large(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """A size that was not told is found out by Telegram."""
    large = tmp_path / "大.pdf"
    large.write_bytes(bytes(downloads.DOWNLOAD_LIMIT + 1))
    person.send_file(large, file_size=0)
    assert "太大" in one(bot, tmp_path).problem


def test_more_than_told(
    bot: Emulator, person: Person, pdf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A download that does not end at the limit is broken off; nothing of it stays."""
    person.send_file(pdf, file_size=10)
    monkeypatch.setattr(downloads.Downloads.__init__, "__defaults__", (1000, 0.01))
    assert "太大" in one(bot, tmp_path).problem
    assert list((tmp_path / "telegram").iterdir()) == []


def test_empty(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """An empty file is said to be empty."""
    nothing = tmp_path / "空.txt"
    nothing.touch()
    person.send_file(nothing)
    assert "空的" in one(bot, tmp_path).problem


ONCE = [
    *(("getFile", fault) for fault in (emulator.CUT, emulator.BAD_GATEWAY, emulator.HANG, emulator.FLOOD)),
    *(("download", fault) for fault in (emulator.CUT, emulator.BAD_GATEWAY, emulator.FLOOD)),
]


@pytest.mark.parametrize(("method", "fault"), ONCE)
def test_second_try(bot: Emulator, person: Person, pdf: Path, tmp_path: Path, method: str, fault: Fault) -> None:
    """One fault on the way does not cost the file."""
    person.send_file(pdf)
    bot.inject(method, fault)
    assert one(bot, tmp_path).problem == ""


@pytest.mark.parametrize("method", ["getFile", "download"])
def test_gone(bot: Emulator, person: Person, pdf: Path, tmp_path: Path, method: str) -> None:
    """What cannot be had is said, so that the person sends it again; the message itself is handled."""
    person.send_file(pdf, caption="章程")
    bot.inject(method, emulator.CUT, times=9)
    incoming = fetch(bot, tmp_path)
    assert incoming.text == "章程"
    assert incoming.attachments[0].problem == "文件「章程（草案）.pdf」没有收到：网络不通或文件已失效。请再发一次。"
    assert incoming.attachments[0].path == ""


def test_press_is_acknowledged(bot: Emulator, person: Person, tmp_path: Path) -> None:
    """A press stops the waiting sign on the button."""
    person.press_data("form:go")
    fetch(bot, tmp_path)
    assert bot.called("answerCallbackQuery")


@pytest.mark.parametrize("fault", [Fault(400, "Bad Request: query is too old"), emulator.CUT, emulator.HANG])
def test_old_press(bot: Emulator, person: Person, tmp_path: Path, fault: Fault) -> None:
    """A press that can no longer be acknowledged is handled all the same."""
    person.press_data("form:go")
    bot.inject("answerCallbackQuery", fault)
    assert fetch(bot, tmp_path).press == "form:go"
