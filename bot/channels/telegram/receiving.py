"""Taking updates from Telegram: long polling or a webhook. An update is stored before it is acknowledged."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.channels.telegram.render import clean
from bot.channels.telegram.updates import WANTED, chat_key, is_number
from bot.settings import BadSetting

log = logging.getLogger(__name__)

Put = Callable[[str, str, dict[str, Any]], Awaitable[None]]
"""(update id, chat key, raw update) -> stored durably when it returns; the same id twice is stored once."""
Handler = Callable[[Request], Awaitable[Response]]
T = TypeVar("T")

WEBHOOK_LIMIT = 1_000_000
"""Bytes of one webhook request; Telegram's updates stay far below."""
BAD_TOKEN = (
    "Telegram 不认这个令牌。请检查 KEXIE_TELEGRAM_TOKEN（向 @BotFather 索取，形如 数字:字母）；"
    "用了自己的接口地址时，也检查 KEXIE_TELEGRAM_API。"
)


@dataclass(frozen=True)
class Timing:
    """Seconds the receiver waits for what."""

    poll: int = 30
    """Telegram may hold a request this long."""
    margin: float = 15.0
    """How much longer than `poll` an answer may take before the connection counts as hung."""
    pause: float = 1.0
    """First wait after an error; doubles with each further one."""
    longest: float = 60.0
    conflict: float = 15.0
    """Wait while another program polls with the same token."""


class Trouble(Exception):
    """An answer of the Bot API that is no list of updates."""

    def __init__(self, kind: str, wait: float | None = None) -> None:
        super().__init__(kind)
        self.wait = wait
        """Seconds to wait, None for the usual back-off."""


class TokenRefused(Trouble):
    """Telegram does not know the token."""


class Poller:
    """The long-polling loop. It ends when told to, or with BadSetting, and in no other way."""

    def __init__(self, address: str, setup: Callable[[], Awaitable[None]], timing: Timing) -> None:
        """`address`: of getUpdates, with the token. `setup`: run before the first poll; raises Trouble."""
        self._address = address
        self._setup = setup
        self._timing = timing
        self._offset = 0
        self._failures = 0
        self._greeted = False

    async def run(self, put: Put, stop: asyncio.Event) -> None:
        """Store updates until `stop` is set. Raises BadSetting when Telegram refuses the token from the start."""
        timing = self._timing
        async with httpx.AsyncClient(timeout=httpx.Timeout(10.0, read=timing.poll + timing.margin)) as client:
            while not stop.is_set():
                try:
                    await _unless(stop, self._turn(client, put))
                except TokenRefused as error:
                    if not self._greeted:
                        raise BadSetting(BAD_TOKEN) from None
                    await self._rest(error, stop)
                except Exception as error:
                    # Whatever it is (network, a full disk, an odd answer): nothing was acknowledged, so try again.
                    await self._rest(error, stop)
                else:
                    self._recovered()

    async def prepared(self, setup: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
        """Try `setup` until it succeeds or `stop` is set. Raises BadSetting when Telegram refuses the token."""
        while not stop.is_set():
            try:
                await _unless(stop, setup())
            except TokenRefused:
                raise BadSetting(BAD_TOKEN) from None
            except Exception as error:
                await self._rest(error, stop)
            else:
                return self._recovered()

    async def _turn(self, client: httpx.AsyncClient, put: Put) -> None:
        if not self._greeted:
            await self._setup()
            self._greeted = True
        updates = await self._ask(client)
        before = self._offset
        for update in updates:
            number = await keep(update, put)
            self._offset = max(self._offset, number + 1)
        if updates and self._offset == before:
            raise Trouble("updates without a number")  # they come again at once: rest in between

    async def _ask(self, client: httpx.AsyncClient) -> list[Any]:
        """The next updates. This request acknowledges those before `offset`: they are stored."""
        timing = self._timing
        wanted = {"offset": self._offset, "timeout": timing.poll, "allowed_updates": list(WANTED)}
        async with asyncio.timeout(timing.poll + 2 * timing.margin):  # also ends an answer that trickles for ever
            answer = await client.post(self._address, json=wanted)
        return updates_of(answer, timing)

    async def _rest(self, error: Exception, stop: asyncio.Event) -> None:
        """Say what is wrong (the first time, then now and then) and wait."""
        self._failures += 1
        timing = self._timing
        usual = min(timing.longest, timing.pause * 2.0 ** min(self._failures - 1, 10))
        wait = (getattr(error, "wait", None) or usual) * random.uniform(0.75, 1.25)
        if self._failures == 1 or self._failures % 20 == 0:
            told = str(error) if isinstance(error, Trouble) else type(error).__name__
            log.warning("Telegram cannot be read (%s); trying again, next in %.0f s", told, wait)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)

    def _recovered(self) -> None:
        if self._failures:
            log.info("Telegram can be read again after %d failed tries", self._failures)
            self._failures = 0


async def keep(update: Any, put: Put) -> int:
    """Store one update, whatever it is. Returns its number, -1 when it has none."""
    raw = _writable(update if isinstance(update, dict) else {"garbled": update})
    number: Any = raw.get("update_id")
    if is_number(number):
        await put(str(number), chat_key(raw), raw)
        return int(number)
    await put(_fingerprint(raw), chat_key(raw), raw)
    return -1


def _writable(raw: dict[str, Any]) -> dict[str, Any]:
    """The update, with U+FFFD for lone surrogates: no database takes them, and it would be refetched for ever."""
    text = json.dumps(raw, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        cleaned: dict[str, Any] = json.loads(clean(text))
        return cleaned
    return raw


def _fingerprint(raw: dict[str, Any]) -> str:
    """An id for an update without one: the same for the same content, so that a redelivery is seen as such."""
    return "?" + hashlib.sha256(json.dumps(raw, sort_keys=True).encode()).hexdigest()[:24]


def updates_of(answer: httpx.Response, timing: Timing) -> list[Any]:
    """The updates in an answer to getUpdates. Raises Trouble for every other answer."""
    known = _STATUS.get(answer.status_code)
    if known:
        raise known(answer, timing)
    body = _json(answer)
    found = body.get("result")
    if answer.status_code != 200 or body.get("ok") is not True or not isinstance(found, list):
        raise Trouble(f"HTTP {answer.status_code}")
    return found


def _conflict(answer: httpx.Response, timing: Timing) -> Trouble:
    what = "a webhook is set" if "webhook" in str(_json(answer).get("description")) else "another program polls"
    return Trouble(f"409 conflict: {what} with this token; stop it, or give this service its own bot", timing.conflict)


def _flood(answer: httpx.Response, timing: Timing) -> Trouble:
    parameters = _json(answer).get("parameters")
    wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return Trouble("429, asked to wait", float(wait) if isinstance(wait, int | float) else None)


def _refused(answer: httpx.Response, timing: Timing) -> Trouble:
    return TokenRefused("the token is refused: check KEXIE_TELEGRAM_TOKEN", timing.longest)


_STATUS: dict[int, Callable[[httpx.Response, Timing], Trouble]] = {
    401: _refused,
    404: _refused,
    409: _conflict,
    429: _flood,
}


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def _unless(stop: asyncio.Event, work: Awaitable[T]) -> T | None:
    """The result of `work`, or None when `stop` was set first; then `work` is cancelled."""
    task, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        return task.result() if task.done() else None
    finally:
        stopping.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def webhook_handler(secret: str, put: Put) -> Handler:
    """A Starlette handler for Telegram's POSTs: 200 only after `put`; 403 without the secret, 413 when too long, 400
    for what is no JSON object, 503 when it could not be stored (Telegram sends it again). Raises ValueError for an
    empty secret: the address alone is no protection."""
    if not secret:
        raise ValueError("the webhook needs a secret")

    async def handle(request: Request) -> Response:
        given = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("wrong secret", 403)
        body = await _limited(request)
        if body is None:
            return PlainTextResponse("too long", 413)
        try:
            raw = json.loads(body)
        except (ValueError, RecursionError):
            raw = None
        if not isinstance(raw, dict):
            return PlainTextResponse("not a JSON object", 400)
        try:
            await keep(raw, put)
        except Exception as error:
            log.error("an update could not be stored: %s", type(error).__name__)
            return PlainTextResponse("not stored", 503)
        return PlainTextResponse("ok")

    return handle


async def _limited(request: Request) -> bytes | None:
    """The body, None when it is longer than WEBHOOK_LIMIT; no more than that is ever read."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > WEBHOOK_LIMIT:
            return None
    return bytes(body)
