"""What a failed call means for the message: one table, from the library's errors to our outcomes.

Order matters: BadRequest and TimedOut are subclasses of NetworkError.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable
from typing import Any

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.warnings import PTBDeprecationWarning

from bot.delivery.outcomes import Blocked, Delay, Moved, NotSent, Refused, Unknown

log = logging.getLogger(__name__)

# Raised inside the library at every 429, for a change that `_flood` is ready for.
warnings.filterwarnings("ignore", ".*retry_after", PTBDeprecationWarning)

TOKEN_WAIT = 300.0
"""Seconds before a message is tried again while Telegram refuses the token."""
NETWORK_WAIT = 5.0
"""Seconds before the next try when there was no connection."""
FLOOD_WAIT = 30.0
"""Seconds to wait after a 429 that does not say how long."""
CANNOT_PARSE = "can't parse entities"
NOT_MODIFIED = "message is not modified"
_UNREACHABLE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user is deactivated",
    "user_is_blocked",
    "bot was kicked",
    "chat_write_forbidden",
    "not enough rights to send",
    "have no rights to send",
    "need administrator rights in the channel chat",
    "message thread not found",
    "topic_deleted",
    "the group has been deactivated",
)
"""Bad requests that mean: nobody is there to read it."""


class AnswerStatus(NetworkError):
    """An HTTP status that the Bot API itself does not use for an answer."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class NoConnection(NetworkError):
    """Nobody was reached: the request is certainly not with Telegram."""


class AnswerLost(NetworkError):
    """The request went out, and no whole answer came back: it may have been carried out."""


def outcome_of(error: TelegramError) -> NotSent:
    """The outcome of a call that failed. Its text holds no token, no address and nothing a person wrote."""
    return next(make(error) for kind, make in _TABLE if isinstance(error, kind))


def says(error: TelegramError, phrase: str) -> bool:
    """Whether Telegram's description holds the phrase, in any case of letters and either apostrophe."""
    return phrase in error.message.lower().replace("’", "'")


def _flood(error: Any) -> NotSent:
    # The public attribute is an int or a timedelta, depending on version and environment.
    wait = error.retry_after
    return Delay(float(wait if isinstance(wait, int) else wait.total_seconds()), "Telegram asks for a pause")


def _bad_token(error: TelegramError) -> NotSent:
    log.error("Telegram refuses the token: check KEXIE_TELEGRAM_TOKEN and KEXIE_TELEGRAM_API; messages wait meanwhile")
    return Delay(TOKEN_WAIT, "Telegram refuses the token")


def _bad_request(error: TelegramError) -> NotSent:
    if any(says(error, phrase) for phrase in _UNREACHABLE):
        return Blocked(_told(error))
    return Refused(_told(error))


def _odd_status(error: Any) -> NotSent:
    if error.status == 413:
        return Refused("too large for the Bot API")
    # 502 and 503 come from the gateway in front of the Bot API: the request reached nobody. Other 5xx may follow work.
    if error.status in (502, 503) or error.status < 400:
        return Delay(NETWORK_WAIT, str(error))
    return Unknown(str(error))


def _network(error: TelegramError) -> NotSent:
    cause = error.__cause__
    if cause is not None:
        return Unknown(type(cause).__name__)
    # An answer with a status below 500 and without `parameters`: in practice 429 without a time.
    return Delay(FLOOD_WAIT, "refused without a reason")


def _told(error: TelegramError) -> str:
    """The part of Telegram's description that cannot quote a person: plain English up to the first quotation."""
    found = re.match(r"[A-Za-z ,.:_'-]*", error.message)
    return (found[0].strip() if found else "")[:80] or "bad request"


_TABLE: tuple[tuple[type[TelegramError], Callable[[Any], NotSent]], ...] = (
    (RetryAfter, _flood),
    (ChatMigrated, lambda error: Moved(f"telegram:{error.new_chat_id}")),
    (Forbidden, lambda error: Blocked(_told(error))),
    (InvalidToken, _bad_token),
    (Conflict, lambda error: Delay(NETWORK_WAIT, "conflict")),
    (BadRequest, _bad_request),
    (AnswerStatus, _odd_status),
    (NoConnection, lambda error: Delay(NETWORK_WAIT, "no connection")),
    (AnswerLost, lambda error: Unknown(f"answer lost: {error.message}")),
    (NetworkError, _network),
    (TelegramError, lambda error: Unknown("the answer could not be read")),
)
