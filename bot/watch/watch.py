"""All of watching for one process: what is counted, and the pages that show it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from bot.channels import Channel
from bot.delivery.worker import Worker
from bot.store.database import Database
from bot.watch.health import Health
from bot.watch.measured import MeasuredChannel, measured
from bot.watch.meters import CountLines, Meters, Queues
from bot.watch.pages import Pages


class Watch:
    """Made once in a process, before its parts."""

    def __init__(self, database: Database, loaded: Callable[[], bool], token: str) -> None:
        """`loaded`: whether the content is there. `token`: KEXIE_METRICS_TOKEN."""
        self.database = database
        self.meters = Meters()
        self.meters.registry.register(Queues(database))
        self.lines = CountLines(self.meters)
        self._workers: list[Worker] = []
        health = Health(database, loaded, lambda: [w.beat for w in self._workers if w.beat is not None])
        self.pages = Pages(health, self.meters, token)

    def channel(self, channel: Channel) -> Channel:
        """The channel, counted."""
        return MeasuredChannel(channel, self.meters)

    def channels(self, channels: Mapping[str, Channel]) -> dict[str, Channel]:
        """All of them, counted."""
        return {name: self.channel(channel) for name, channel in channels.items()}

    def worker(self, worker: Worker) -> Worker:
        """The same worker, counted and looked after."""
        worker.handle = measured(worker.handle, self.meters, self.database.clock)
        self._workers.append(worker)
        return worker

    def begin(self) -> None:
        """Count warnings and errors of the whole process from now on."""
        logging.getLogger().addHandler(self.lines)

    def end(self) -> None:
        """No more."""
        logging.getLogger().removeHandler(self.lines)
