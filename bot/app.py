"""The one place that wires objects together.

Rooms are imported where they are first needed: `kexie ask` is to answer within a second, and importing the database,
the forms and their Word copies takes a third of one.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.assistant import Assistant
    from bot.channels import Channel
    from bot.channels.terminal import TerminalChannel
    from bot.content.models import Content
    from bot.delivery.worker import Worker
    from bot.importing.library import Library
    from bot.messages import Incoming, Reply
    from bot.store.database import Database
    from bot.store.records import Records
    from bot.understand.engine import Understander

log = logging.getLogger(__name__)


class App:
    """Everything, made when first needed: `kexie ask` opens no database, `kexie export` makes no model."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def content(self) -> Content:
        """All words, checked. Raises ContentError."""
        return _content(self.settings)

    @cached_property
    def understander(self) -> Understander:
        """Understanding over the content; trains the classifier when the cache has none for it."""
        from bot.understand.model import understander

        return understander(self.content, self.settings.models)

    @cached_property
    def database(self) -> Database:
        """The operational database, migrated."""
        from bot.store.database import Database

        return Database(self.settings.database_url)

    @cached_property
    def assistant(self) -> Assistant:
        """The assistant itself."""
        return _assistant(self.settings, self.content, self.understander)

    @cached_property
    def library(self) -> Library:
        """Imported documents."""
        return _library(self.settings, self.understander)

    def renew(self) -> None:
        """Take in changed content: everything is made beside what serves now, then put in its place at once. Raises
        ContentError, or what training raises; then all stays as it was."""
        from bot.understand.model import understander

        content = _content(self.settings)
        if "assistant" not in self.__dict__:  # a process that answers nobody needs no model
            self.__dict__["content"] = content
            return
        meaning = understander(content, self.settings.models)
        made = {"content": content, "understander": meaning, "library": _library(self.settings, meaning)}
        self.__dict__.update(made, assistant=_assistant(self.settings, content, meaning))

    @cached_property
    def terminal(self) -> TerminalChannel:
        """The channel of `kexie chat`."""
        from bot.channels.terminal import TerminalChannel

        return TerminalChannel(self.settings.files)

    def handle(self, incoming: Incoming, records: Records) -> list[Reply]:
        """Hand one message to the assistant."""
        return self.assistant.handle(incoming, records)

    def worker(self, channels: Mapping[str, Channel]) -> Worker:
        """A worker for these channels."""
        from bot.delivery.worker import Worker

        return Worker(self.database, channels, self.handle, lambda: self.content, self.prepare)

    def prepare(self, incoming: Incoming) -> None:
        """Make the PDF that a button asks for: LibreOffice takes seconds, which no transaction should."""
        from bot.delivery.pdf import to_pdf
        from bot.paperwork import wanted_pdf

        word = wanted_pdf(incoming)
        if word is not None:
            to_pdf(self.settings.files / word)

    def converse(self, update_id: str, chat: str, raw: dict[str, object]) -> list[Reply]:
        """One message of the terminal through the whole durable path; the replies to it, in order."""
        import asyncio

        from bot.store import outbox, post

        post.receive(self.database, "terminal", update_id, chat, raw)
        asyncio.run(self.worker({"terminal": self.terminal}).work_all())
        with self.database.transaction() as connection:
            row = post.inbox_id(connection, "terminal", update_id)
            found = post.answers_to(connection, row) if row else []
            outbox.mark_sent(connection, [reply.id for reply in found], self.database.clock())
        return [reply.reply for reply in found]


def _content(settings: Settings) -> Content:
    """All words, checked; where they speak of the staff desk, its address if it is known."""
    from bot.content.loader import load

    content = load(settings.content, settings.local_content, settings.parsed_content)
    known = {"desk_at": settings.desk} if settings.desk else {}
    return replace(content, replies={**content.replies, **known})


def _library(settings: Settings, meaning: Understander) -> Library:
    from bot.importing.library import Library

    return Library(settings.library, meaning.featuriser, meaning.matcher.rarity)


def _assistant(settings: Settings, content: Content, meaning: Understander) -> Assistant:
    from bot.assistant import Assistant
    from bot.delivery.pdf import office
    from bot.filing.service import Filing
    from bot.paperwork import Paperwork

    meaning.prepare()
    look_up = _library(settings, meaning).find
    paperwork = Paperwork(content, settings.files, pdf=bool(office()))
    return Assistant(content, meaning, Filing(content, settings.files), paperwork, look_up)


def data_folder(settings: Settings) -> Path:
    """The data folder, made when missing."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return settings.data
