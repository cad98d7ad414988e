"""How fast the Bot API may be written to. Source: https://core.telegram.org/bots/faq, broadcasting limits."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.delivery.outcomes import Delay


@dataclass(frozen=True)
class Limit:
    """At most `count` messages in any `seconds` seconds."""

    count: int
    seconds: float


PRIVATE = Limit(1, 1.0)
GROUP = Limit(20, 60.0)
ALL = Limit(30, 1.0)
APART = 1 / 30
"""Seconds between two messages to whomever. Thirty at once are all under way together, and a crash then sends many twice
(docs/decisions/0009-backup-and-watching.md)."""
LONGEST_WAIT = 3.0
"""Seconds that are slept through. What has to wait longer goes back to the outbox, so that other chats go on."""
_MANY_CHATS = 5_000


class Pace:
    """Gives out permissions to send. One event loop only."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        longest: float = LONGEST_WAIT,
        apart: float = 0.0,
    ) -> None:
        """`clock`: seconds that only grow. `longest`: seconds one call may wait. `apart`: seconds between two messages."""
        self._apart = apart
        self._clock = clock
        self._sleep = sleep
        self._longest = longest
        self._all: deque[float] = deque(maxlen=ALL.count)
        self._chats: dict[int, deque[float]] = {}

    async def wait(self, chat_id: int) -> None:
        """Return when a message to the chat (negative ids are groups) may go out, and count it.
        Raises Delay when that would take longer than `longest`."""
        limit = GROUP if chat_id < 0 else PRIVATE
        while True:
            now = self._clock()
            sent = self._chats.setdefault(chat_id, deque(maxlen=limit.count))
            missing = max(_missing(self._all, ALL, now), _missing(sent, limit, now))
            if self._all:
                missing = max(missing, self._all[-1] + self._apart - now)
            if missing <= 0:
                break
            if missing > self._longest:
                raise Delay(missing, "own rate limit of the chat")
            await self._sleep(missing)
        sent.append(now)
        self._all.append(now)
        self._forget(now)

    def _forget(self, now: float) -> None:
        """Chats that are not limited any more need no memory."""
        if len(self._chats) > _MANY_CHATS:
            self._chats = {chat: sent for chat, sent in self._chats.items() if sent and sent[-1] > now - GROUP.seconds}


def _missing(sent: deque[float], limit: Limit, now: float) -> float:
    """Seconds until one more is allowed."""
    return sent[0] + limit.seconds - now if len(sent) == limit.count else 0.0
