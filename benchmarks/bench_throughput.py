"""Messages a second through the whole durable path, and how long an answer takes, beside plain python-telegram-bot.

    python benchmarks/bench_throughput.py [--messages 1000] [--chats 1000] [--real]

Every message is stored as it would be on arrival, understood, answered, committed to the outbox, and sent through a channel
that costs nothing: what is measured is our own path, not Telegram's pace. Content is the small one of the tests, with
`--real` the whole. SQLite runs with synchronous=FULL; PostgreSQL is started here, with its durability on, and gets 1, 2
and 4 worker processes. python-telegram-bot handles the same updates with an empty handler: it stores nothing, decides
nothing and answers nothing. Ratios to it are printed, because absolute times differ from machine to machine, and the
processor time of our processes a message: a core can do no more, and PostgreSQL wants its share of the cores, too.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, this folder is the first place

from sqlalchemy import func, select
from telegram import Update
from telegram.ext import ApplicationBuilder, MessageHandler, filters

from bot.app import App
from bot.commands.run import SHARE
from bot.delivery.sender import Sender
from bot.delivery.trip import Trip
from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.settings import DEFAULT_CONTENT, read_settings
from bot.store import post
from bot.store.database import Database
from bot.store.tables import inbox, outbox
from tests.small_content import write_small_content
from tests.store.databases import PROGRAMS, PostgreSQL

QUESTIONS = ("成立企业科协向谁申请？", "要哪些材料", "那备案的呢", "多少人可以成立", "谢谢")
SHARE_OF_TOP_SPEED = 0.5
"""Load under which times to the answer are taken: a queue that grows tells nothing."""


@dataclass(frozen=True)
class Figures:
    """One line of the table."""

    name: str
    rate: float
    """Messages a second, all stored beforehand."""
    cpu: float = 0.0
    """Milliseconds of processor time a message in all our processes together."""
    p50: float = 0.0
    """Milliseconds from arrival to the outbox, at half that rate."""
    p99: float = 0.0


class Nowhere:
    """A channel whose sending costs nothing."""

    name = "bench"

    def parse(self, raw: dict[str, Any]) -> Incoming | None:
        """What the terminal does."""
        return Incoming("bench", str(raw["chat"]), str(raw["id"]), text=str(raw["text"]))

    async def fetch(self, incoming: Incoming, raw: dict[str, Any]) -> Incoming:
        """Nothing to fetch."""
        return incoming

    async def send(self, chat: str, reply: Reply, trip: Trip | None = None) -> None:
        """Gone."""


@dataclass(frozen=True)
class Load:
    """What comes in."""

    messages: int
    chats: int
    rate: float = 0.0
    """A second; 0 when all of it waits already."""


async def _work(settings: dict[str, str], ready: Any, go: Any, load: Load, first: bool) -> float:
    """One process: a worker, and in the first one also receiver and sender as in `kexie run`, until all is done. Returns
    its processor time in seconds."""
    app = App(read_settings(settings))
    app.assistant  # noqa: B018 - before the clock runs
    channel, stop, wake = Nowhere(), asyncio.Event(), asyncio.Event()
    worker = app.worker({"bench": channel})
    ready.release()
    await asyncio.to_thread(go.wait)
    began = time.process_time()
    jobs = [asyncio.create_task(worker.run(stop))]
    if first:
        jobs.append(asyncio.create_task(Sender(app.database, channel).run(wake, stop)))
        jobs.append(asyncio.create_task(_receive(app.database, worker, load)))
    while await asyncio.to_thread(_left, app.database, load.messages):
        wake.set()
        await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*jobs)
    app.database.close()
    return time.process_time() - began


async def _receive(database: Database, worker: Worker, load: Load) -> None:
    """Messages at the rate of the load, each stored before the next is looked at."""
    at = time.perf_counter()
    for number in range(load.messages if load.rate else 0):
        at += 1 / load.rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        chat, raw = _raw(number, load.chats)
        await asyncio.to_thread(post.receive, database, "bench", raw["id"], chat, raw)
        worker.wake.set()


def _left(database: Database, wanted: int) -> bool:
    """Whether fewer than `wanted` are done, or something waits to be sent."""
    with database.reading() as connection:
        done = select(func.count()).select_from(inbox).where(inbox.c.state == "done")
        if connection.execute(done).scalar_one() < wanted:
            return True
        waiting = select(outbox.c.id).where(outbox.c.state.in_(("new", "sending"))).limit(1)
        return connection.execute(waiting).first() is not None


def _process(settings: dict[str, str], ready: Any, go: Any, load: Load, first: bool, spent: Any) -> None:
    if first:
        sys.setswitchinterval(SHARE)  # as `kexie run` does where something is sent
    took = asyncio.run(_work(settings, ready, go, load, first))
    with spent:
        spent.value += took


@contextmanager
def _workers(settings: dict[str, str], number: int, load: Load) -> Iterator[tuple[Any, Any]]:
    """Worker processes that are ready; they begin when the yielded event is set and end when all is done. Then the value
    beside it holds their processor time in seconds."""
    make = multiprocessing.get_context("spawn")
    ready, go, spent = make.Semaphore(0), make.Event(), make.Value("d", 0.0)
    processes = [make.Process(target=_process, args=(settings, ready, go, load, n == 0, spent)) for n in range(number)]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()
    try:
        yield go, spent
        for process in processes:
            process.join()
    finally:
        for process in processes:
            process.kill()


def _raw(number: int, chats: int) -> tuple[str, dict[str, Any]]:
    chat = f"bench:{number % chats}"
    return chat, {"chat": chat, "id": str(number), "text": QUESTIONS[number % len(QUESTIONS)]}


def top_speed(settings: dict[str, str], workers: int, load: Load) -> tuple[float, float]:
    """(messages a second, milliseconds of processor time a message) when all of them wait already."""
    with closing(Database(settings["KEXIE_DATABASE_URL"])) as database:
        rows = [_raw(number, load.chats) for number in range(load.messages)]
        with database.transaction() as connection:
            at = database.clock().isoformat()
            connection.execute(inbox.insert(), [
                {"channel": "bench", "update_id": raw["id"], "chat": chat, "raw": json.dumps(raw), "state": "new", "received_at": at}
                for chat, raw in rows
            ])  # fmt: skip
    with _workers(settings, workers, load) as (go, spent):
        began = datetime.now(UTC)
        go.set()
    with closing(Database(settings["KEXIE_DATABASE_URL"])) as database, database.reading() as connection:
        # By what was written, not by when the processes have ended: that takes as long as a hundred messages.
        last = max(
            connection.execute(select(func.max(time_))).scalar_one() for time_ in (inbox.c.done_at, outbox.c.sent_at)
        )
    rate = load.messages / (datetime.fromisoformat(last) - began).total_seconds()
    return rate, spent.value * 1000 / load.messages


def answer_times(settings: dict[str, str], workers: int, load: Load) -> tuple[float, float]:
    """(p50, p99) in milliseconds from arrival to the outbox."""
    with _workers(settings, workers, load) as (go, _):
        go.set()
    with closing(Database(settings["KEXIE_DATABASE_URL"])) as database, database.reading() as connection:
        found = connection.execute(select(inbox.c.received_at, inbox.c.done_at)).all()
    took = sorted((datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() * 1000 for a, b in found)
    return took[len(took) // 2], took[int(len(took) * 0.99)]


def plain_ptb(messages: int, chats: int) -> float:
    """Updates a second that python-telegram-bot hands to an empty handler."""

    async def nothing(update: object, context: object) -> None:
        pass

    async def run() -> float:
        application = ApplicationBuilder().token("1:bench").updater(None).build()
        application.add_handler(MessageHandler(filters.TEXT, nothing))
        about = {"date": 1, "text": QUESTIONS[0]}
        application._initialized = True  # initialising asks Telegram who the bot is
        began = time.perf_counter()
        for number in range(messages):
            user = {"id": number % chats + 1, "is_bot": False, "first_name": "x"}
            message = {
                **about,
                "message_id": number,
                "from": user,
                "chat": {"id": number % chats + 1, "type": "private"},
            }
            raw = json.dumps({"update_id": number, "message": message})
            await application.process_update(Update.de_json(json.loads(raw), application.bot))
        return messages / (time.perf_counter() - began)

    return asyncio.run(run())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1000)
    parser.add_argument("--chats", type=int, default=1000)
    parser.add_argument("--real", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as name:
        folder = Path(name)
        content = DEFAULT_CONTENT if given.real else write_small_content(folder / "content")
        base = {"KEXIE_DATA": str(folder / "data"), "KEXIE_CONTENT": str(content)}
        App(read_settings(base)).understander  # noqa: B018 - trained once, before anything is timed
        found = [_plain(given)]
        fresh = (f"sqlite:///{folder / f'{n}.db'}" for n in itertools.count())
        found.append(_measured("SQLite FULL，1 个 worker", base, fresh, 1, given))
        server = next(iter(sorted(PROGRAMS.glob("*/bin/initdb"))), None)
        if server:
            running = PostgreSQL(server.parent, durable=True)
            running.wait()
            urls = (running.fresh() for _ in itertools.count())
            found += [_measured(f"PostgreSQL，{n} 个 worker", base, urls, n, given) for n in (1, 2, 4)]
            running.stop()
        else:
            print("这台机器没有 PostgreSQL，只量 SQLite。")
    print(f"\n{given.messages} 条消息，{given.chats} 个聊天，内容：{'全部' if given.real else '测试用的小内容'}")
    print(f"{'':　<20}{'条/秒':>8}{'和空处理比':>10}{'CPU ms/条':>10}{'p50 ms':>9}{'p99 ms':>9}")
    for one in found:
        times = f"{one.p50:>9.1f}{one.p99:>9.1f}" if one.p50 else f"{'–':>9}{'–':>9}"
        print(f"{one.name:　<20}{one.rate:>9.0f}{one.rate / found[0].rate:>13.3f}{one.cpu:>11.1f}{times}")
    print("p50、p99：从收到到写进发件箱，来得有最快时的一半那么密。空处理不存、不答、不发，只作参照。")


def _plain(given: Any) -> Figures:
    began = time.process_time()
    rate = plain_ptb(given.messages, given.chats)
    return Figures("python-telegram-bot，空处理", rate, (time.process_time() - began) * 1000 / given.messages)


def _measured(name: str, base: dict[str, str], urls: Iterator[str], workers: int, given: Any) -> Figures:
    load = Load(given.messages, given.chats)
    rate, cpu = top_speed({**base, "KEXIE_DATABASE_URL": next(urls)}, workers, load)
    slower = replace(load, rate=max(1.0, rate * SHARE_OF_TOP_SPEED))
    p50, p99 = answer_times({**base, "KEXIE_DATABASE_URL": next(urls)}, workers, slower)
    print(f"  {name}：{rate:.0f} 条/秒", flush=True)
    return Figures(name, rate, cpu, p50, p99)


if __name__ == "__main__":
    main()
