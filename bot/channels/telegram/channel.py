"""The Telegram channel: wires receiving, reading, fetching and sending together."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram import updates
from bot.channels.telegram.files import Downloads
from bot.channels.telegram.pace import APART, Pace
from bot.channels.telegram.receiving import Handler, Poller, Put, Timing, TokenRefused, Trouble, webhook_handler
from bot.channels.telegram.secrecy import guard
from bot.channels.telegram.sending import Mailer
from bot.channels.telegram.wire import Wire
from bot.delivery.trip import Trip
from bot.messages import Incoming, Reply
from bot.settings import BadSetting, bot_number

log = logging.getLogger(__name__)

MENU = (
    ("start", "开始"),
    ("help", "帮助：我能做什么"),
    ("status", "我的办理"),
    ("drafts", "我的草稿"),
    ("cancel", "取消正在填的表"),
    ("mydata", "我的数据"),
    ("deletemydata", "删除我的数据"),
)
"""Commands shown in Telegram's menu; what they do stands in intents/."""


def _nobody(chat: str) -> bool:
    return False


class TelegramChannel:
    """Bot API updates <-> Incoming and Reply. Make one inside a process, use it in one event loop."""

    name = "telegram"

    def __init__(
        self,
        token: str,
        api_base: str,
        files: Path,
        *,
        staff_chats: Callable[[str], bool] = _nobody,
        clock: Callable[[], float] = time.monotonic,
        pace: Pace | None = None,
        timing: Timing | None = None,
        timeout: float = 20.0,
    ) -> None:
        """`token`: from @BotFather. `api_base`: `https://api.telegram.org` or another Bot API server. `files`: the
        files folder. `staff_chats`: whether a chat key is a staff chat, where every message is read. `timeout`:
        seconds an answer to a call may take. Raises BadSetting for a token that is none."""
        number = bot_number(token)
        guard(token)
        api = api_base.rstrip("/")
        try:
            self._wire = Wire(api, timeout)
        except ValueError as error:
            raise BadSetting(
                f"环境变量里的代理用不了（{error}），只认 http:// 开头的。请改 HTTPS_PROXY，或把 {api} 写进 NO_PROXY。"
            ) from None
        # One transport for all: the library would make a second one for getUpdates, which it is never asked for.
        self._bot = Bot(token, f"{api}/bot", f"{api}/file/bot", request=self._wire, get_updates_request=self._wire)
        self._mailer = Mailer(self._bot, files, pace or Pace(clock, apart=APART), self._username)
        self._downloads = Downloads(self._bot, f"{api}/file/bot{token}", files)
        self._poller = Poller(f"{api}/bot{token}/getUpdates", self._setup_or_trouble, timing or Timing())
        self._staff = staff_chats
        self._answering: set[asyncio.Task[None]] = set()
        self.me = updates.Self(number)
        """Who the bot is; its name is known after `setup`."""

    async def introduce(self) -> None:
        """Ask who the bot is. Raises a TelegramError."""
        me = await self._bot.get_me()
        self.me = updates.Self(me.id, me.username or "")

    async def _username(self) -> str:
        """The bot's username, asked for when a process that only sends needs it. Raises a TelegramError."""
        if not self.me.username:
            await self.introduce()
        return self.me.username

    async def learn_name(self, stop: asyncio.Event) -> None:
        """Ask who the bot is until that is known, for a process that reads messages without receiving them. Until then
        any bot's name in a group counts as ours. Raises BadSetting when Telegram refuses the token."""
        await self._poller.prepared(self._introduce_or_trouble, stop)

    async def setup(self) -> None:
        """Ask who the bot is, take a webhook away (polling needs that), set the menu. Raises a TelegramError."""
        await self.introduce()
        await self._bot.delete_webhook(drop_pending_updates=False)
        await self._set_menu()

    async def setup_webhook(self, address: str, secret: str) -> None:
        """Ask who the bot is, have updates sent to `address` with `secret`, set the menu. Raises a TelegramError."""
        await self.introduce()
        await self._bot.set_webhook(address, allowed_updates=updates.WANTED, secret_token=secret)
        await self._set_menu()

    async def _set_menu(self) -> None:
        try:
            await self._bot.set_my_commands(MENU)
        except TelegramError as error:
            log.warning("the menu could not be set: %s", type(error).__name__)

    async def _setup_or_trouble(self) -> None:
        await _or_trouble(self.setup())

    async def _introduce_or_trouble(self) -> None:
        await _or_trouble(self.introduce())

    async def receive(self, put: Put, stop: asyncio.Event) -> None:
        """Set up, then poll until `stop` is set; each update is stored by `put` before it is acknowledged.
        Raises BadSetting when Telegram refuses the token."""
        await self._poller.run(put, stop)

    async def announce_webhook(self, address: str, secret: str, stop: asyncio.Event) -> None:
        """Have updates sent to `address`, trying until Telegram has taken it or `stop` is set. Raises BadSetting when
        Telegram refuses the token. Safe to do from several processes: they say the same."""
        await self._poller.prepared(lambda: _or_trouble(self.setup_webhook(address, secret)), stop)

    def secret(self) -> str:
        """A webhook secret made from the token: the same in every process, kept nowhere, and it tells nothing of the
        token."""
        return hmac.new(self._bot.token.encode(), b"kexie webhook", hashlib.sha256).hexdigest()

    def webhook(self, secret: str, put: Put) -> Handler:
        """A Starlette handler that receives updates instead of `receive`; see `webhook_handler`."""
        return webhook_handler(secret, put)

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        """Raw stored update -> Incoming; None when there is nothing to handle. Raises ValueError."""
        return updates.parse(raw, self.me, self._staff)

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Bring the files of the message into the files folder and stop the spinning of a pressed button."""
        if query := updates.callback_id(raw):
            task = asyncio.create_task(self._answer(query))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        if not incoming.attachments:
            return incoming
        taken = [await self._downloads.take(remote, incoming) for remote in updates.remotes(raw)]
        return replace(incoming, attachments=tuple(taken))

    async def _answer(self, query: str) -> None:
        """Only stops the little clock on the button; a query too old to answer does no harm."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.debug("a press was not acknowledged: %s", type(error).__name__)

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        """Deliver one reply, but for what of it has arrived already. Raises a NotSent."""
        await self._mailer.send(chat, reply, trip or Trip())

    async def close(self) -> None:
        """Let what is under way end, then close the connections."""
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self._wire.shutdown()


async def _or_trouble(work: Awaitable[None]) -> None:
    """Do it. Raises TokenRefused or Trouble where the library raises its own errors."""
    try:
        await work
    except InvalidToken:
        raise TokenRefused("the token is refused") from None
    except TelegramError as error:
        raise Trouble(f"setting up: {type(error).__name__}") from None
