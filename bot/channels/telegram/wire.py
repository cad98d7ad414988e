"""The library's way to the Bot API: each call in a thread that does nothing else, over a line that stays open.

Not in the event loop: there an answer waits until everything else that is ready has had its turn, and a crash while it
waits sends its message twice. Figures: docs/decisions/0009-backup-and-watching.md.
"""

from __future__ import annotations

import asyncio
import http.client
import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any
from urllib.parse import urlencode, urlsplit

from telegram.request import BaseRequest, RequestData

from bot.channels.telegram.failures import AnswerLost, AnswerStatus, NoConnection
from bot.channels.telegram.line import Line, NotReached, Server, Timeouts

LINES = 64
"""Calls side by side."""
CONNECT = 10.0
UPLOAD = 60.0
"""Seconds in which a part of a file has to be taken."""
_CHUNK = 1 << 16


def _nothing() -> None:
    pass


accepted: ContextVar[Callable[[], None]] = ContextVar("accepted", default=_nothing)
"""What is to be done, in another thread, the moment the Bot API has said yes to the calls made in this context."""


class Wire(BaseRequest):
    """Transport for `telegram.Bot`. One event loop only."""

    def __init__(self, api: str, timeout: float) -> None:
        """`api`: base address. `timeout`: seconds between two pieces of an answer or of a request without files. Raises
        ValueError for a proxy in the environment that is not understood."""
        self._server = Server(api)
        self._timeout = timeout
        self._threads = ThreadPoolExecutor(LINES, "telegram")
        self._free: list[Line] = []
        self._busy: set[Line] = set()

    @property
    def read_timeout(self) -> float | None:
        """Seconds."""
        return self._timeout

    async def initialize(self) -> None:
        """Nothing: lines are opened when they are needed."""

    async def shutdown(self) -> None:
        """End everything; what is under way fails."""
        for line in self._busy:
            line.hang_up()
        self._threads.shutdown(wait=False, cancel_futures=True)
        for line in self._free:
            line.close()

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *more: Any, **timeouts: Any
    ) -> tuple[int, bytes]:
        """Status and content of the answer. Raises NoConnection when nobody was reached, AnswerLost when the request
        may have arrived, AnswerStatus for redirects, 413 and 5xx."""
        line = self._free.pop() if self._free else Line(self._server)
        self._busy.add(line)
        # Said and heard in a thread, with the context of this task: `accepted` is read here.
        call = asyncio.get_running_loop().run_in_executor(
            self._threads, self._ask, line, urlsplit(url).path, request_data, self._limits(request_data, timeouts), accepted.get()
        )  # fmt: skip
        try:
            status, content = await call
        except asyncio.CancelledError:
            line.hang_up()
            raise
        except NotReached as error:
            raise NoConnection(str(error)) from error
        except (OSError, http.client.HTTPException) as error:
            raise AnswerLost(type(error).__name__) from error
        else:
            self._free.append(line)
        finally:
            self._busy.discard(line)
        if 300 <= status < 400 or status == 413 or status >= 500:
            raise AnswerStatus(status)
        return status, content

    def _ask(
        self, line: Line, path: str, data: RequestData | None, limits: Timeouts, note: Callable[[], None]
    ) -> tuple[int, bytes]:
        kind, body, length = _body(data)
        headers = (
            f"User-Agent: {self.USER_AGENT}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n"
            "Accept: */*\r\nAccept-Encoding: identity\r\n"
        )
        return line.ask(path, headers, body, limits, note)

    def _limits(self, data: RequestData | None, given: dict[str, Any]) -> Timeouts:
        def of(name: str, usual: float) -> float | None:
            value = given.get(name, self.DEFAULT_NONE)
            return usual if value is self.DEFAULT_NONE else value

        write = UPLOAD if data and data.contains_files else self._timeout
        return Timeouts(of("connect_timeout", CONNECT), of("write_timeout", write), of("read_timeout", self._timeout))


def _body(data: RequestData | None) -> tuple[str, Iterator[bytes], int]:
    """Kind, pieces and length of what a call says."""
    files = data.multipart_data if data else None
    if not data or not files:
        form = urlencode(data.json_parameters if data else {}).encode()
        return "application/x-www-form-urlencoded", iter((form,)), len(form)
    mark = secrets.token_hex(16)
    opening, ending = f"--{mark}\r\nContent-Disposition: form-data; name=", f"--{mark}--\r\n".encode()
    head = "".join(f'{opening}"{_quoted(key)}"\r\n\r\n{value}\r\n' for key, value in data.json_parameters.items())
    pieces: list[Any] = [head.encode()]
    for key, (name, content, media_type) in files.items():
        about = f'{opening}"{_quoted(key)}"; filename="{_quoted(name)}"\r\nContent-Type: {media_type}\r\n\r\n'
        pieces += [about.encode(), content, b"\r\n"]
    pieces.append(ending)
    return f"multipart/form-data; boundary={mark}", _pieces(pieces), sum(map(_length, pieces))


def _quoted(name: str) -> str:
    """A name inside quotation marks, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _length(piece: Any) -> int:
    if isinstance(piece, bytes):
        return len(piece)
    length: int = piece.seek(0, 2)
    piece.seek(0)
    return length


def _pieces(pieces: list[Any]) -> Iterator[bytes]:
    """The same, files in chunks: fifty megabytes need not be in memory at once."""
    for piece in pieces:
        if isinstance(piece, bytes):
            yield piece
        else:
            while chunk := piece.read(_CHUNK):
                yield chunk
