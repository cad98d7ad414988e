"""Figures for Prometheus. No chat ids, no names, no texts: labels are channels, states and kinds of failure only."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from bot.store.database import Database
from bot.store.tables import drafts, inbox, outbox, submissions

HANDLING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Upper ends of the histogram of one step of work, seconds."""
WAITING = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Upper ends of the histogram from arrival to the committed answer, seconds."""
OPEN = ("asking", "checking", "paused")


class Meters:
    """What this process counts. Each process has its own; the queues are counted in the database, the same for all."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series beside each, which nobody reads
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)

        def counter(name: str, told: str, *labels: str) -> Counter:
            return Counter(name, told, labels, registry=self.registry)

        self.messages_in = counter("kexie_messages_in", "Messages taken up, by what came of it.", "channel", "status")
        self.messages_out = counter("kexie_messages_out", "Attempts at sending, by outcome.", "channel", "status")
        self.failures = counter("kexie_failures", "Failures, by place and kind.", "place", "kind")
        self.log_lines = counter("kexie_log_lines", "Log lines of level WARNING and above.", "level")
        self.handling = Histogram(
            "kexie_handling_seconds", "Work on one message.", ["channel"], buckets=HANDLING, registry=self.registry
        )
        self.waiting = Histogram(
            "kexie_answer_seconds",
            "From arrival in the inbox to the answer.",
            ["channel"],
            buckets=WAITING,
            registry=self.registry,
        )

    def text(self) -> bytes:
        """The figures in Prometheus' text format."""
        return generate_latest(self.registry)


class Queues(Collector):
    """Figures out of the database, asked for when they are wanted."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def collect(self) -> Iterable[Metric]:
        """One metric after the other; only `kexie_database_up 0` when the database does not answer."""
        up = GaugeMetricFamily("kexie_database_up", "1 when the database answers.")
        try:
            with self.database.reading() as connection:
                found = [_states(connection), _drafts(connection), _submissions(connection)]
        except DBAPIError:
            found = []
        up.add_metric([], float(bool(found)))
        return [up, *found]

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering asks no database."""
        return []


def _states(connection: Connection) -> Metric:
    """Rows that wait or need a person. What is done is not counted: that would read the whole table each time."""
    metric = GaugeMetricFamily(
        "kexie_queue", "Rows by queue and state (done and sent left out).", labels=("queue", "channel", "state")
    )
    watched = {"inbox": ("new", "dead"), "outbox": ("new", "sending", "unknown", "dead")}
    for table in (inbox, outbox):
        states = watched[table.name]
        query = select(table.c.channel, table.c.state, func.count()).where(table.c.state.in_(states))
        found = {(c, s): n for c, s, n in connection.execute(query.group_by(table.c.channel, table.c.state))}
        for channel in sorted({"telegram", "web", *(channel for channel, _ in found)}):
            for state in states:
                metric.add_metric([table.name, channel, state], found.get((channel, state), 0))
    return metric


def _drafts(connection: Connection) -> Metric:
    open_ = select(func.count()).select_from(drafts).where(drafts.c.phase.in_(OPEN))
    return GaugeMetricFamily(
        "kexie_drafts_open", "Forms being filled in.", value=connection.execute(open_).scalar_one()
    )


def _submissions(connection: Connection) -> Metric:
    metric = GaugeMetricFamily("kexie_submissions", "What was handed in.", labels=("form", "state"))
    query = select(submissions.c.form_id, submissions.c.state, func.count())
    for form, state, number in connection.execute(query.group_by(submissions.c.form_id, submissions.c.state)):
        metric.add_metric([form, state], number)
    return metric


class CountLines(logging.Handler):
    """Counts warnings and errors: whatever fails anywhere is seen, also where nobody thought of a meter."""

    def __init__(self, meters: Meters) -> None:
        super().__init__(logging.WARNING)
        self.meters = meters

    def emit(self, record: logging.LogRecord) -> None:
        """Count one."""
        self.meters.log_lines.labels(record.levelname).inc()
