"""Tests that talk: `talk.say("我要备案")`, `assert "单位全称" in talk.last`. Everything real but the network."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App
from bot.delivery.worker import Worker
from bot.messages import Reply
from bot.store import post
from bot.store.database import Database

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
"""Noon in China on the day that the tests live in."""


class Clock:
    """A clock that stands still until it is moved; every look is a microsecond later, so that order is kept."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def __call__(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at


class Desk:
    """One assistant with a database in a temporary folder, and people who talk to it."""

    def __init__(self, app: App, folder: Path, clock: Callable[[], datetime] | None = None) -> None:
        self.clock = clock or Clock()
        self.app = App(app.settings)
        self.app.__dict__.update(content=app.content, understander=app.understander)
        self.app.__dict__["settings"] = type(app.settings)(**{**vars(app.settings), "data": folder})
        self.database = Database(f"sqlite:///{folder / 'kexie.db'}", self.clock)
        self.app.__dict__["database"] = self.database
        self.worker: Worker = self.app.worker({"terminal": self.app.terminal})

    def person(self, name: str = "c1") -> Talk:
        """Somebody with a conversation of their own."""
        return Talk(self, name)

    def group(self, name: str = "g1") -> Talk:
        """A conversation that others read along."""
        return Talk(self, name, public=True)


class Talk:
    """One person's conversation."""

    _numbers = itertools.count(1)

    def __init__(self, desk: Desk, name: str, public: bool = False) -> None:
        self.desk = desk
        self.public = public
        self.chat = f"terminal:{name}"
        self.name = name
        self.replies: list[Reply] = []

    @property
    def last(self) -> str:
        """All that was said to the last message."""
        return "\n".join(f"{reply.text}\n{reply.more}" for reply in self.replies)

    @property
    def labels(self) -> list[str]:
        """Labels of the buttons under the last replies."""
        return [button.label for reply in self.replies for row in reply.buttons for button in row]

    def say(self, text: str) -> str:
        """Type something; what was answered."""
        return self._send({"text": text})

    def press(self, label: str) -> str:
        """Press the button with this label."""
        return self.press_id(self.button(label))

    def button(self, label: str) -> str:
        """Id of the button with this label."""
        return next(b.id for reply in self.replies for row in reply.buttons for b in row if b.label == label)

    def press_id(self, press: str) -> str:
        """Press a button by id, an old one perhaps."""
        return self._send({"press": press})

    def send_file(self, path: Path) -> str:
        """Send a file."""
        return self._send({"file": str(path)})

    def send_picture(self, path: Path, caption: str = "", album: str = "") -> str:
        """Send a picture with a caption, one of an album perhaps."""
        return self._send({"file": str(path), "text": caption, "album": album})

    def _send(self, event: dict[str, str], update_id: str = "") -> str:
        raw = {"chat": self.name, "public": self.public, **event}
        key = update_id or f"t{next(self._numbers)}"
        post.receive(self.desk.database, "terminal", key, self.chat, raw)
        while asyncio.run(self.desk.worker.work_one()):
            pass
        with self.desk.database.reading() as connection:
            row = post.inbox_id(connection, "terminal", key)
            assert row is not None
            self.replies = [outgoing.reply for outgoing in post.answers_to(connection, row)]
        return self.last
