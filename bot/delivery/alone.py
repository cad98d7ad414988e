"""Work that only one process may do at a time, with others standing by to take it over."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy.exc import DBAPIError

from bot.store.locks import Baton

log = logging.getLogger(__name__)

LOOK = 1.0
"""Seconds between two looks whether the work has become free, or is still ours."""


async def alone(baton: Baton, name: str, work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do `work` while the baton is ours, and wait for it while another process has it, until `stop` is set.

    `work` gets an event that is set when it has to end: at `stop`, or when the baton was lost (the database was
    restarted). Raises what `work` raises.
    """
    told = False
    try:
        while not stop.is_set():
            if await _taken(baton):
                if told:
                    log.info("%s: taken over", name)
                told = False
                await _while_held(baton, work, stop)
            elif not told:
                told = True
                log.info("%s: another process does it; standing by", name)
            await _rest(stop)
    finally:
        await asyncio.to_thread(baton.drop)


async def _taken(baton: Baton) -> bool:
    try:
        return await asyncio.to_thread(baton.take)
    except (DBAPIError, OSError) as error:
        log.error("cannot ask whether another process is at work: %s", type(error).__name__)
        baton.drop()
        return False


async def _while_held(baton: Baton, work: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
    end = asyncio.Event()
    working = asyncio.ensure_future(work(end))
    try:
        while not (stop.is_set() or working.done()) and await asyncio.to_thread(baton.held):
            resting = asyncio.ensure_future(_rest(stop))
            await asyncio.wait({working, resting}, return_when=asyncio.FIRST_COMPLETED)
            resting.cancel()
        end.set()
        await working
    finally:
        if not working.done():
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working


async def _rest(stop: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), LOOK)
