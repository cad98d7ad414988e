"""Bringing a person's file from Telegram into the files folder: streamed, limited, named by us, sniffed."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import re
from pathlib import Path
from urllib.parse import quote

import httpx
from telegram import Bot
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram.failures import says
from bot.channels.telegram.updates import Remote
from bot.filing.files import sniff
from bot.messages import Attachment, Incoming

log = logging.getLogger(__name__)

DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes a bot may download from the cloud Bot API. Source: https://core.telegram.org/bots/api#getfile."""
TRIES = 3
DEADLINE = 60.0
"""Seconds for one file with all its tries: the person's later messages wait meanwhile."""
_PROBLEMS = {
    "large": "文件「{name}」太大，我在这里最多能收 20 MB。请压缩或拆成几个小文件，再发一次。",
    "gone": "文件「{name}」没有收到：网络不通或文件已失效。请再发一次。",
    "empty": "文件「{name}」是空的，里面没有内容。请检查后再发一次。",
}


class TooLarge(Exception):
    """The file is larger than what may be taken."""


class Gone(Exception):
    """The file cannot be had, or not now."""


class Downloads:
    """Fetches files with the bot's token; keeps them under `telegram/` in the files folder."""

    def __init__(self, bot: Bot, file_base: str, files: Path, limit: int = DOWNLOAD_LIMIT, pause: float = 1.0) -> None:
        """`file_base`: address before the file path, with the token. `pause`: seconds before the second try."""
        self._bot = bot
        self._base = file_base
        self._files = files
        self._limit = limit
        self._pause = pause

    async def take(self, remote: Remote, incoming: Incoming) -> Attachment:
        """The file as an attachment; when it cannot be had, an attachment whose `problem` says so to the person."""
        stored = Path("telegram") / _own_name(remote, incoming)
        try:
            async with asyncio.timeout(DEADLINE):
                size = await self._bring(remote, self._files / stored)
        except TooLarge:
            return self._without(remote, "large")
        except (Gone, TimeoutError):
            return self._without(remote, "gone")
        if size == 0:
            (self._files / stored).unlink(missing_ok=True)
            return self._without(remote, "empty")
        return Attachment(remote.name, stored.as_posix(), size, sniff(self._files / stored))

    def _without(self, remote: Remote, why: str) -> Attachment:
        return Attachment(remote.name, "", remote.size, remote.media_type, _PROBLEMS[why].format(name=remote.name))

    async def _bring(self, remote: Remote, target: Path) -> int:
        """Bytes written to `target`. Raises TooLarge, Gone."""
        if remote.size > self._limit:
            raise TooLarge
        for number in range(TRIES):
            if number:
                await asyncio.sleep(self._pause * 2 ** (number - 1))
            try:
                return await self._stream(await self._path(remote), target)
            except (TelegramError, httpx.HTTPError) as error:
                # Only the kind: the error's text may hold the address with the token.
                log.warning("a file could not be fetched from Telegram: %s", type(error).__name__)
        raise Gone

    async def _path(self, remote: Remote) -> str:
        try:
            file = await self._bot.get_file(remote.file_id)
        except BadRequest as error:
            raise (TooLarge if says(error, "file is too big") else Gone) from None
        # The library puts the base address before the path.
        path = (file.file_path or "").removeprefix(self._base).lstrip("/")
        if not path or path.startswith("http") or ".." in path.split("/"):
            raise Gone
        return path

    async def _stream(self, path: str, target: Path) -> int:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f"{target.name}.part")
        size = 0
        try:
            async with (
                httpx.AsyncClient(timeout=httpx.Timeout(10.0, read=20.0)) as client,
                client.stream("GET", f"{self._base}/{quote(path)}") as answer,
            ):
                _check(answer.status_code)
                with part.open("wb") as out:
                    async for chunk in answer.aiter_bytes(1 << 16):
                        size += len(chunk)
                        if size > self._limit:
                            raise TooLarge
                        out.write(chunk)
                    out.flush()
                    os.fsync(out.fileno())  # the message counts as handled soon after
            part.replace(target)
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return size


def _check(status: int) -> None:
    if status in (400, 404, 410):
        raise Gone
    if status != 200:
        raise httpx.HTTPError(f"HTTP {status}")


def _own_name(remote: Remote, incoming: Incoming) -> str:
    """Name on disk: the same when a message is handled again, another for every other message.

    Not the content's hash: two people may send the same file, and deleting one's data must not take the other's.
    """
    known = f"{incoming.chat}\n{incoming.update_id}\n{remote.file_id}"
    ending = re.search(r"\.[A-Za-z0-9]{1,8}\Z", remote.name)
    return hashlib.sha256(known.encode()).hexdigest() + (ending[0].lower() if ending else "")
