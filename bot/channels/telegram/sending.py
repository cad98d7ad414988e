"""Delivering one reply: one or more calls, each at its time, none twice."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.channels.telegram import failures, render
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.updates import address
from bot.channels.telegram.wire import accepted
from bot.delivery import outcomes
from bot.delivery.trip import Trip
from bot.messages import Attachment, Button, Reply

log = logging.getLogger(__name__)

UPLOAD_LIMIT = 50_000_000
"""Bytes of a file that a bot may send. Source: https://core.telegram.org/bots/api#senddocument."""
UPLOAD_SECONDS = 60.0
_NO_FILE = "文件「{name}」现在发不出来。请回复「人工」，让工作人员发给您。"


class Mailer:
    """Sends replies, part by part."""

    def __init__(self, bot: Bot, files: Path, pace: Pace, name: Callable[[], Awaitable[str]]) -> None:
        """`name`: asks for the bot's username, for links to the private chat; may raise a TelegramError."""
        self._bot = bot
        self._name = name
        self._files = files
        self._pace = pace

    async def send(self, chat: str, reply: Reply, trip: Trip) -> None:
        """Deliver what of `reply` has not arrived yet, and note in `trip` what does. Raises a NotSent; after Delay and
        Moved the next call with this trip goes on behind what has arrived."""
        try:
            target = address(chat)
        except ValueError as error:
            raise outcomes.Refused(str(error)) from None
        parts = render.parts(reply)
        doubt: outcomes.Unknown | None = None
        for number in range(trip.done, len(parts)):
            noted = partial(trip.arrived, number + 1, number + 1 == len(parts))
            token = accepted.set(noted)
            try:
                await self._deliver(target, parts[number])
                noted()  # if the first bytes of the answer did not say so
            except outcomes.Unknown as outcome:
                if doubt:
                    raise
                doubt = outcome  # this part may be there; the person should get the rest, and the buttons, too
            finally:
                accepted.reset(token)
        if doubt:
            raise doubt

    async def _deliver(self, target: tuple[int, int | None], part: render.Part) -> None:
        """One part. Raises a NotSent."""
        await self._pace.wait(target[0])
        try:
            try:
                await self._call(target, part, part.html, ParseMode.HTML)
            except BadRequest as error:
                if not failures.says(error, failures.CANNOT_PARSE):
                    raise
                log.warning("Telegram cannot read our markup; sent again without it")
                await self._call(target, part, part.plain, None)
        except TelegramError as error:
            if isinstance(error, BadRequest) and failures.says(error, failures.NOT_MODIFIED):
                return
            raise failures.outcome_of(error) from None
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            # The library could not read Telegram's answer to a call that went through.
            raise outcomes.Unknown(f"answer not understood: {type(error).__name__}") from None

    async def _call(self, target: tuple[int, int | None], part: render.Part, text: str, mode: str | None) -> None:
        links = any(button.start for row in part.buttons for button in row)
        keyboard = _keyboard(part, await self._name() if links else "")
        common: dict[str, Any] = {"chat_id": target[0], "message_thread_id": target[1], "reply_markup": keyboard}
        path = self._sendable(part.file) if part.file else None
        if part.file and path:
            with path.open("rb") as handle:
                await self._bot.send_document(
                    document=InputFile(handle, filename=part.file.name, read_file_handle=False),
                    caption=text or None,
                    parse_mode=mode if text else None,
                    read_timeout=UPLOAD_SECONDS,
                    **common,
                )
            return
        if part.file:
            missing = _NO_FILE.format(name=part.file.name)
            text = "\n\n".join(filter(None, (text, render.escape(missing) if mode else missing)))
        no_preview = LinkPreviewOptions(is_disabled=True)
        await self._bot.send_message(text=text, parse_mode=mode, link_preview_options=no_preview, **common)

    def _sendable(self, file: Attachment) -> Path | None:
        """Where the file lies; None when it is gone, outside the files folder, empty or too large to send."""
        root = self._files.resolve()
        path = (root / file.path).resolve()
        if file.path and path.is_relative_to(root) and path.is_file() and 0 < path.stat().st_size <= UPLOAD_LIMIT:
            return path
        log.error("a file of a reply cannot be sent: missing, empty or over %d bytes", UPLOAD_LIMIT)
        return None


def _keyboard(part: render.Part, username: str) -> InlineKeyboardMarkup | None:
    if not part.buttons:
        return None
    return InlineKeyboardMarkup([[_key(button, username) for button in row] for row in part.buttons])


def _key(button: Button, username: str) -> InlineKeyboardButton:
    """A button that comes back as a press, or a link to the private chat.
    Source: https://core.telegram.org/bots/features#deep-linking."""
    if button.start and username:
        return InlineKeyboardButton(button.label, url=f"https://t.me/{username}?start={button.start}")
    return InlineKeyboardButton(button.label, callback_data=button.id)
