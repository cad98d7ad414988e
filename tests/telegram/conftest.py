"""A Bot API server over real HTTP, and somebody who writes to the bot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.emulator import Emulator, Person


@pytest.fixture
def bot() -> Iterator[Emulator]:
    """The server, as long as the test lasts."""
    with Emulator() as running:
        yield running


@pytest.fixture
def person(bot: Emulator) -> Person:
    """Somebody in a private chat."""
    return bot.person("测试员")
