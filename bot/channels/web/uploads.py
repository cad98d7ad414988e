"""Taking an upload: counted while it comes in, streamed to disk, named by us, sniffed."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath, PureWindowsPath

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message

from bot.filing.files import sniff
from bot.messages import Attachment

MAX_UPLOAD = 60_000_000
"""Bytes that are taken at all. What a form wants is stricter and is said in the chat."""
AROUND = 200_000
"""Bytes that a posted form may have besides its file."""
_CHUNK = 1 << 16


class TooLarge(Exception):
    """The body of a request goes on and on."""


def limited(request: Request) -> Request:
    """The request, reading at most MAX_UPLOAD and a little more. Its stream raises TooLarge; a body that says beforehand
    how long it is raises it here."""
    if int(request.headers.get("content-length") or 0) > MAX_UPLOAD + AROUND:
        raise TooLarge
    left = MAX_UPLOAD + AROUND

    async def receive() -> Message:
        nonlocal left
        message = await request.receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return Request(request.scope, receive)


async def take(upload: UploadFile, files: Path) -> Attachment:
    """Store one upload under a name of ours. One that is too large is not kept; its `problem` says so."""
    name = safe_name(upload.filename or "文件")
    stored = Path("web") / f"{uuid.uuid4().hex}{Path(name).suffix[:10]}"
    target = files / stored
    target.parent.mkdir(parents=True, exist_ok=True)
    size = 0
    with target.open("wb") as out:
        while chunk := await upload.read(_CHUNK):
            size += len(chunk)
            if size > MAX_UPLOAD:
                break
            out.write(chunk)
    if size > MAX_UPLOAD:
        target.unlink()
        told = f"文件「{name}」太大，最多 {MAX_UPLOAD // 1_000_000} MB。请压缩后再发。"
        return Attachment(name, "", size, problem=told)
    return Attachment(name, str(stored), size, sniff(target))


def drop(attachments: Iterable[Attachment], files: Path) -> None:
    """Delete uploads that nobody will ask for."""
    for attachment in attachments:
        if attachment.path:
            (files / attachment.path).unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """The last part of a file name without control characters, at most 100 characters."""
    last = PurePosixPath(PureWindowsPath(name).name).name
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"/\\|?*')
    return kept[-100:] or "文件"
