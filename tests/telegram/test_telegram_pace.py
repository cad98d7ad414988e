"""The Bot API's speed limits, on a clock of our own."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from bot.channels.telegram.pace import APART, Pace
from bot.delivery.outcomes import Delay


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Others that sleep until the same moment do not add up."""
        until = self.now + seconds
        await asyncio.sleep(0)
        self.now = max(self.now, until)


def sent(chats: list[int], longest: float = 1e9, together: bool = False) -> list[float]:
    """Seconds after the start at which each message went out."""
    clock = Clock()
    times: list[float] = []

    async def one(pace: Pace, chat: int) -> None:
        await pace.wait(chat)
        times.append(round(clock.now - 1000, 6))

    async def run() -> None:
        pace = Pace(clock, clock.sleep, longest)
        if together:
            await asyncio.gather(*(one(pace, chat) for chat in chats))
        else:
            for chat in chats:
                await one(pace, chat)

    asyncio.run(run())
    return times


def test_private() -> None:
    """One message a second in a private chat."""
    assert sent([5, 5, 5, 6]) == [0, 1, 2, 2]


def test_group() -> None:
    """Twenty a minute in a group."""
    times = sent([-5] * 41)
    assert times == [0] * 20 + [60] * 20 + [120]


@pytest.mark.parametrize("together", [False, True])
def test_all(together: bool) -> None:
    """Thirty a second over all chats, also when they wait side by side."""
    times = sorted(sent(list(range(1, 91)), together=together))
    assert all(later - earlier >= 1 for earlier, later in zip(times, times[30:], strict=False))
    assert times[-1] < 4


def test_long_waits_go_back() -> None:
    """What would wait long is delayed instead, so that other chats are not held up."""
    with pytest.raises(Delay) as caught:
        sent([-5] * 21, longest=3)
    assert caught.value.seconds == 60


def test_forgets() -> None:
    """Chats that were quiet for long take no memory."""

    async def run() -> int:
        clock = Clock()
        pace = Pace(clock, clock.sleep)
        for chat in range(1, 6_000):
            clock.now += 1
            await pace.wait(chat)
        return len(pace._chats)

    assert asyncio.run(run()) < 5_100


def test_messages_can_be_kept_apart() -> None:
    """With `apart`, a burst to many chats goes out one after the other, and still at Telegram's full rate."""
    at = [0.0]

    async def sleep(seconds: float) -> None:
        at[0] += seconds + 1e-9

    async def send() -> list[float]:
        pace, sent = Pace(lambda: at[0], sleep, apart=APART), []
        for chat in range(1, 31):
            await pace.wait(chat)
            sent.append(at[0])
        return sent

    sent = asyncio.run(send())
    assert all(later - earlier >= APART - 1e-6 for earlier, later in itertools.pairwise(sent))
    assert sent[-1] < 1.0
