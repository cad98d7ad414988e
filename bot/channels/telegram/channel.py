"""The Telegram channel: wires receiving, reading, fetching and sending together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.channels.telegram import updates
from bot.channels.telegram.failures import Transport
from bot.channels.telegram.files import Downloads
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.receiving import Handler, Poller, Put, Timing, TokenRefused, Trouble, webhook_handler
from bot.channels.telegram.secrecy import guard
from bot.channels.telegram.sending import Mailer
from bot.messages import Incoming, Reply
from bot.settings import BadSetting

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
        seconds an answer to a call may take. Raises BadSetting for a token without its number."""
        number = token.partition(":")[0]
        if not number.isdecimal() or ":" not in token:
            raise BadSetting("KEXIE_TELEGRAM_TOKEN 要写成 数字:字母，例如 123456:ABC。请到 @BotFather 复制完整的令牌。")
        guard(token)
        api = api_base.rstrip("/")
        self._transport = Transport(
            connection_pool_size=64,
            read_timeout=timeout,
            write_timeout=timeout,
            connect_timeout=10.0,
            pool_timeout=5.0,
            media_write_timeout=60.0,
        )
        self._bot = Bot(token, f"{api}/bot", f"{api}/file/bot", request=self._transport)
        self._mailer = Mailer(self._bot, files, pace or Pace(clock))
        self._downloads = Downloads(self._bot, f"{api}/file/bot{token}", files)
        self._poller = Poller(f"{api}/bot{token}/getUpdates", self._setup_or_trouble, timing or Timing())
        self._staff = staff_chats
        self._answering: set[asyncio.Task[None]] = set()
        self.me = updates.Self(int(number))
        """Who the bot is; its name is known after `setup`."""

    async def setup(self) -> None:
        """Ask who the bot is, take a webhook away (polling needs that), set the menu. Raises a TelegramError."""
        me = await self._bot.get_me()
        self.me = updates.Self(me.id, me.username or "")
        await self._bot.delete_webhook(drop_pending_updates=False)
        try:
            await self._bot.set_my_commands(MENU)
        except TelegramError as error:
            log.warning("the menu could not be set: %s", type(error).__name__)

    async def _setup_or_trouble(self) -> None:
        try:
            await self.setup()
        except InvalidToken:
            raise TokenRefused("the token is refused") from None
        except TelegramError as error:
            raise Trouble(f"getMe: {type(error).__name__}") from None

    async def receive(self, put: Put, stop: asyncio.Event) -> None:
        """Set up, then poll until `stop` is set; each update is stored by `put` before it is acknowledged.
        Raises BadSetting when Telegram refuses the token."""
        await self._poller.run(put, stop)

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

    async def send(self, chat: str, reply: Reply, key: str = "") -> None:
        """Deliver one reply. Raises a NotSent. `key` names the reply over several tries (its outbox id), so that
        parts that have arrived are not sent again."""
        await self._mailer.send(chat, reply, key)

    async def close(self) -> None:
        """Let what is under way end, then close the connections."""
        await asyncio.gather(*self._answering, return_exceptions=True)
        await self._transport.shutdown()
