"""The one place that wires objects together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from bot.assistant import Assistant
from bot.channels import Channel
from bot.channels.terminal import TerminalChannel
from bot.content.loader import load
from bot.content.models import Content
from bot.delivery.pdf import office, to_pdf
from bot.delivery.worker import Worker
from bot.filing.service import Filing
from bot.importing.library import Library
from bot.messages import Incoming, Reply
from bot.paperwork import Paperwork, wanted_pdf
from bot.settings import Settings
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records
from bot.understand.engine import Understander
from bot.understand.model import understander

log = logging.getLogger(__name__)


class App:
    """Everything, made when first needed: `kexie ask` opens no database, `kexie export` makes no model."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def content(self) -> Content:
        """All words, checked. Raises ContentError."""
        return load(self.settings.content, self.settings.local_content)

    @cached_property
    def understander(self) -> Understander:
        """Understanding over the content; trains the classifier when the cache has none for it."""
        return understander(self.content, self.settings.models)

    @cached_property
    def database(self) -> Database:
        """The operational database, migrated."""
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
        content = load(self.settings.content, self.settings.local_content)
        meaning = understander(content, self.settings.models)
        made = {"content": content, "understander": meaning, "library": _library(self.settings, meaning)}
        self.__dict__.update(made, assistant=_assistant(self.settings, content, meaning))

    @cached_property
    def terminal(self) -> TerminalChannel:
        """The channel of `kexie chat`."""
        return TerminalChannel(self.settings.files)

    def handle(self, incoming: Incoming, records: Records) -> list[Reply]:
        """Hand one message to the assistant."""
        return self.assistant.handle(incoming, records)

    def worker(self, channels: Mapping[str, Channel]) -> Worker:
        """A worker for these channels."""
        return Worker(self.database, channels, self.handle, lambda: self.content, self.prepare)

    def prepare(self, incoming: Incoming) -> None:
        """Make the PDF that a button asks for: LibreOffice takes seconds, which no transaction should."""
        word = wanted_pdf(incoming)
        if word is not None:
            to_pdf(self.settings.files / word)

    def converse(self, update_id: str, chat: str, raw: dict[str, object]) -> list[Reply]:
        """One message of the terminal through the whole durable path; the replies to it, in order."""
        post.receive(self.database, "terminal", update_id, chat, raw)
        worker = self.worker({"terminal": self.terminal})
        while asyncio.run(worker.work_one()):
            pass
        with self.database.transaction() as connection:
            row = post.inbox_id(connection, "terminal", update_id)
            found = post.answers_to(connection, row) if row else []
            for reply in found:
                post.mark_sent(connection, reply.id, self.database.clock())
        return [reply.reply for reply in found]


def _library(settings: Settings, meaning: Understander) -> Library:
    return Library(settings.library, meaning.featuriser, meaning.matcher.rarity)


def _assistant(settings: Settings, content: Content, meaning: Understander) -> Assistant:
    look_up = _library(settings, meaning).find
    paperwork = Paperwork(content, settings.files, pdf=bool(office()))
    return Assistant(content, meaning, Filing(content, settings.files), paperwork, look_up)


def data_folder(settings: Settings) -> Path:
    """The data folder, made when missing."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return settings.data
