"""/metrics: figures that a Prometheus reads, that are right, that tell nothing of people, and that not everybody sees."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.delivery.outcomes import Blocked, Delay, NotSent
from bot.delivery.sender import Sender
from bot.delivery.trip import Trip
from bot.messages import Incoming, Reply
from bot.store import post
from bot.store.database import Database
from bot.watch.watch import Watch
from tests.talk import Desk
from tests.watch.asking import ask

NAME, PHONE, CHAT = "测试员赵钱孙", "13800138000", "terminal:secret-chat-id"


@pytest.fixture
def watch(small_desk: Desk) -> Iterator[Watch]:
    """Watching over the desk's database."""
    made = Watch(small_desk.database, lambda: True, "")
    made.begin()
    yield made
    made.end()


def figures(watch: Watch) -> dict[frozenset[str], float]:
    """Name and label values -> value, read as Prometheus reads it."""
    families = text_string_to_metric_families(watch.meters.text().decode())
    return {frozenset((s.name, *s.labels.values())): s.value for family in families for s in family.samples}


def of(watch: Watch, *named: str) -> float:
    """The figure with this name and these label values."""
    return figures(watch)[frozenset(named)]


def work(desk: Desk, watch: Watch) -> None:
    """Handle everything with a counted worker."""
    worker = watch.worker(desk.app.worker(watch.channels({"terminal": desk.app.terminal})))
    asyncio.run(worker.work_all())


def test_messages_are_counted_in_and_timed(small_desk: Desk, watch: Watch) -> None:
    """Two handled, one of them a form begun: counters, histogram, open draft and waiting answers agree."""
    for number, text in enumerate(("谢谢", "我要留言")):
        post.receive(small_desk.database, "terminal", str(number), CHAT, {"text": text, "chat": "x"})
    assert of(watch, "kexie_queue", "inbox", "terminal", "new") == 2
    work(small_desk, watch)
    assert of(watch, "kexie_messages_in_total", "terminal", "handled") == 2
    assert of(watch, "kexie_handling_seconds_count", "terminal") == 2
    assert of(watch, "kexie_answer_seconds_count", "terminal") == 2
    assert of(watch, "kexie_drafts_open") == 1
    assert figures(watch).get(frozenset(("kexie_queue", "inbox", "terminal", "new")), 0) == 0
    assert of(watch, "kexie_queue", "outbox", "terminal", "new") >= 2
    assert of(watch, "kexie_database_up") == 1


class Odd:
    """A channel with an outcome for each text."""

    name = "terminal"

    def parse(self, raw: dict[str, str]) -> Incoming | None:
        """Nothing comes in here."""
        return None

    async def fetch(self, incoming: Incoming, raw: dict[str, str]) -> Incoming:
        """Nothing to fetch."""
        return incoming

    async def send(self, chat: str, reply: Reply, trip: Trip) -> None:
        """As the text says."""
        outcomes: dict[str, NotSent] = {"later": Delay(60), "blocked": Blocked("blocked")}
        if reply.text in outcomes:
            raise outcomes[reply.text]


def test_sending_is_counted_by_outcome(small_desk: Desk, watch: Watch) -> None:
    """Sent, delayed and blocked, each under its name; what the outcome leaves in the outbox is a gauge."""
    database: Database = small_desk.database
    with database.transaction() as connection:
        for number, text in enumerate(("good", "later", "blocked")):
            post.post(connection, f"terminal:{number}", [Reply(text)], 0, database.clock())
    asyncio.run(Sender(database, watch.channel(Odd())).send_due())
    for status in ("sent", "delay", "blocked"):
        assert of(watch, "kexie_messages_out_total", "terminal", status) == 1
    assert of(watch, "kexie_failures_total", "send", "Blocked") == 1
    assert of(watch, "kexie_queue", "outbox", "terminal", "dead") == 1


def test_failures_are_counted_by_kind(small_desk: Desk, watch: Watch) -> None:
    """A message that breaks the assistant, and a line of any library's log."""
    post.receive(small_desk.database, "terminal", "1", CHAT, {"text": "谢谢", "chat": "x"})

    def broken(incoming: Incoming, records: object) -> list[Reply]:
        raise ZeroDivisionError(PHONE)

    small_desk.app.handle = broken  # type: ignore[method-assign]
    worker = watch.worker(small_desk.app.worker(watch.channels({"terminal": small_desk.app.terminal})))
    asyncio.run(worker.work_one())
    logging.getLogger("somebody.else").warning("测试")
    assert of(watch, "kexie_failures_total", "handle", "ZeroDivisionError") == 1
    assert of(watch, "kexie_messages_in_total", "terminal", "failed") == 1
    assert of(watch, "kexie_log_lines_total", "WARNING") >= 1


def test_no_figure_tells_of_people(small_desk: Desk, watch: Watch) -> None:
    """Neither what was typed nor the chat's id is in the text."""
    for number, text in enumerate(("我要留言", f"我是{NAME}，电话{PHONE}")):
        post.receive(small_desk.database, "terminal", str(number), CHAT, {"text": text, "chat": "x"})
    work(small_desk, watch)
    text = watch.meters.text().decode()
    assert "kexie_messages_in_total" in text
    assert not any(secret in text for secret in (NAME, PHONE, CHAT, "secret-chat-id"))


@pytest.mark.parametrize(
    ("token", "client", "headers", "status"),
    [
        ("", "127.0.0.1", {}, 200),
        ("", "::1", {}, 200),
        ("", "203.0.113.7", {}, 404),
        ("", "127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 404),
        ("", "127.0.0.1", {"Host": "kexie.example"}, 404),
        ("", "127.0.0.1", {"Authorization": "Bearer "}, 200),
        ("s3cret", "203.0.113.7", {"Authorization": "Bearer s3cret"}, 200),
        ("s3cret", "127.0.0.1", {}, 404),
        ("s3cret", "127.0.0.1", {"Authorization": "Bearer s3cre"}, 404),
        ("s3cret", "127.0.0.1", {"Authorization": "Bearer 密码".encode()}, 404),
    ],
)
def test_only_this_machine_or_whoever_has_the_token_sees_figures(
    watch: Watch, token: str, client: str, headers: dict[str, str | bytes], status: int
) -> None:
    """Without a token this machine and no proxy; with one the token and nothing less."""
    watch.pages.token = token
    answer = ask(watch.pages.application(), "/metrics", headers, client)
    assert answer.status_code == status
    assert ("kexie_" in answer.text) == (status == 200)


def test_figures_come_without_the_database(small_desk: Desk, watch: Watch) -> None:
    """A database that is away is a figure, not a failure of the page."""
    watch.database.close()
    file = watch.database.engine.url.database
    assert file
    Path(file).rename(f"{file}.away")
    Path(file).mkdir()
    assert of(watch, "kexie_database_up") == 0
