"""Many people filling in a form at once, through the whole durable path, each getting a receipt with just their answers.

    python benchmarks/bench_forms.py [--people 1000]

Every message is stored in the inbox, handled by the assistant in its transaction (SQLite, synchronous=FULL), and answered
into the outbox. In each round everybody sends the answer to the question in front of them, in another order, so that all
drafts are open at the same time. Afterwards every submission, every Word receipt and every reply is looked through for
answers of anybody else. Content is the small one of the tests with one form more. Printed: answers a second, p50 and p99
of a step (the assistant's own work on one answer) and of the wait when all send at once, and the step as a share of the
time that an answer takes altogether.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, this folder is the first place

import docx
from sqlalchemy import func, select

from bot.app import App
from bot.delivery.worker import Worker
from bot.messages import Incoming, Reply
from bot.settings import read_settings
from bot.store import post
from bot.store.records import Records
from bot.store.tables import inbox, outbox
from tests.small_content import write_small_content

FORM = """form_id: bench_form
version: "1"
title: 基准登记
purpose: 只用于测速。
retention: 测完就删。
audience: 测试人员
reviewer: 测试科协
receipt: JZ
ask: [我要填基准登记, 基准登记]
choices:
  kind:
    - {name: a, label: 甲类}
    - {name: b, label: 乙类}
    - {name: c, label: 丙类}
survey:
  - {type: text, name: unit_name, label: 单位, required: yes, prefill: unit_name}
  - {type: integer, name: people, label: 人数, required: yes, start: 1}
  - {type: select_one kind, name: kind, label: 类别, required: yes}
  - {type: date, name: held_on, label: 日期, required: yes}
  - type: repeat
    name: members
    label: 会员
    required: yes
    children:
      - {type: text, name: member_name, label: 姓名, required: yes}
      - {type: integer, name: age, label: 年龄}
  - {type: text, name: remark, label: 备注, required: yes, appearance: multiline anything}
"""
MARK = re.compile(r"Q\d{5}Q")
"""Stands in everything that a person writes; no two have the same."""


@dataclass(frozen=True)
class Person:
    """One person with answers that nobody else gives."""

    number: int

    @property
    def mark(self) -> str:
        """What is found again in their answers."""
        return f"Q{self.number:05d}Q"

    @property
    def chat(self) -> str:
        """Key of their chat."""
        return f"terminal:{self.mark}"

    @property
    def answers(self) -> dict[str, object]:
        """What their submission has to hold, exactly."""
        return {
            "unit_name": f"测试{self.mark}公司",
            "people": self.number + 1,
            "kind": "abc"[self.number % 3],
            "held_on": (date(2025, 1, 1) + timedelta(days=self.number % 600)).isoformat(),
            "members": [
                {"member_name": f"张{self.mark}", "age": 20 + self.number % 40},
                {"member_name": f"李{self.mark}", "age": 21 + self.number % 40},
            ],
            "remark": f"备注{self.mark}",
        }

    def says(self) -> Iterator[str]:
        """Their messages, from the wish to the form to handing it in."""
        given = self.answers
        yield "我要填基准登记"
        yield str(given["unit_name"])
        yield str(given["people"])
        yield "甲乙丙"[self.number % 3] + "类"
        yield str(given["held_on"])
        yield f"张{self.mark}，{20 + self.number % 40}\n李{self.mark}，{21 + self.number % 40}"
        yield "没有了"
        yield str(given["remark"])
        yield "提交"


@dataclass(frozen=True)
class Outcome:
    """What a run came to."""

    people: int
    messages: int
    seconds: float
    steps: list[float]
    """Milliseconds that the assistant worked on each message."""
    waits: list[float]
    """Milliseconds from arrival to the outbox of each message, all sent at once."""
    mixed: list[str]
    """Everything that is not as it should be, in words."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.messages / self.seconds


def run(folder: Path, people: int, models: Path | None = None) -> Outcome:
    """Let so many people fill in the form at once. `folder`: an empty one; `models`: folder of trained models."""
    content = write_small_content(folder / "content")
    (content / "forms" / "bench_form.yaml").write_text(FORM, encoding="utf-8")
    (folder / "data").mkdir()
    if models:
        (folder / "data" / "models").symlink_to(models)
    app = App(read_settings({"KEXIE_DATA": str(folder / "data"), "KEXIE_CONTENT": str(content)}))
    app.assistant  # noqa: B018 - before the clock runs
    crowd = [Person(number) for number in range(people)]
    steps: list[float] = []

    def handle(incoming: Incoming, records: Records) -> list[Reply]:
        began = time.perf_counter()
        replies = app.handle(incoming, records)
        steps.append((time.perf_counter() - began) * 1000)
        return replies

    worker = Worker(app.database, {"terminal": app.terminal}, handle, lambda: app.content)
    began = time.perf_counter()
    asyncio.run(_talk(app, worker, crowd))
    seconds = time.perf_counter() - began
    with app.database.reading() as connection:
        rows = connection.execute(select(inbox.c.received_at, inbox.c.done_at)).all()
    waits = [(datetime.fromisoformat(b) - datetime.fromisoformat(a)).total_seconds() * 1000 for a, b in rows]
    mixed = [*_wrong_submissions(app, crowd), *_wrong_receipts(app, crowd), *_wrong_replies(app, crowd)]
    app.database.close()
    return Outcome(people, len(rows), seconds, sorted(steps), sorted(waits), mixed)


async def _talk(app: App, worker: Worker, crowd: list[Person]) -> None:
    """Round by round, everybody at once, each round in another order."""
    stop, order = asyncio.Event(), random.Random(7)
    working = asyncio.create_task(worker.run(stop))
    done = 0
    for number, words in enumerate(zip(*(person.says() for person in crowd), strict=True)):
        turn = list(zip(crowd, words, strict=True))
        order.shuffle(turn)
        for person, text in turn:
            raw = {"chat": person.mark, "text": text}
            await asyncio.to_thread(post.receive, app.database, "terminal", f"{person.mark}-{number}", person.chat, raw)
            worker.wake.set()
        done += len(crowd)
        while await asyncio.to_thread(_done, app) < done:
            await asyncio.sleep(0.01)
    stop.set()
    await working


def _done(app: App) -> int:
    """Messages that are through, well or badly."""
    with app.database.reading() as connection:
        through = select(func.count()).select_from(inbox).where(inbox.c.state.in_(("done", "dead")))
        return int(connection.execute(through).scalar_one())


def _wrong_submissions(app: App, crowd: list[Person]) -> Iterator[str]:
    """Everybody has one submission with their very answers."""
    with app.database.reading() as connection:
        found = Records(connection, app.database.clock()).submissions_for("bench_form")
    by_chat = {one.chat: one.answers for one in found}
    if len(found) != len(crowd) or len({one.receipt for one in found}) != len(crowd):
        yield f"{len(found)} submissions of {len(crowd)} people"
    for person in crowd:
        if by_chat.get(person.chat) != person.answers:
            yield f"{person.mark}: {by_chat.get(person.chat)}"


def _wrong_receipts(app: App, crowd: list[Person]) -> Iterator[str]:
    """The Word copy that everybody got bears all of their answers and nobody else's."""
    with app.database.reading() as connection:
        found = Records(connection, app.database.clock()).submissions_for("bench_form")
    people = {person.chat: person for person in crowd}
    for one in found:
        paper = docx.Document(str(app.settings.files / "receipts" / f"{one.receipt}.docx"))
        text = "".join(piece.text or "" for piece in paper.element.iter("{*}t"))
        person = people[one.chat]
        wanted = (person.answers["unit_name"], person.answers["remark"], f"李{person.mark}", one.receipt)
        if set(MARK.findall(text)) != {person.mark} or any(str(part) not in text for part in wanted):
            yield f"{person.mark}: receipt {one.receipt} holds {sorted(set(MARK.findall(text)))}"


def _wrong_replies(app: App, crowd: list[Person]) -> Iterator[str]:
    """What was said to a person names nobody else."""
    marks = {person.chat: person.mark for person in crowd}
    with app.database.reading() as connection:
        rows = connection.execute(select(outbox)).mappings().all()
    for row in rows:
        others = set(MARK.findall(" ".join(map(str, row.values())))) - {marks.get(row["chat"], "")}
        if others:
            yield f"{row['chat']} was told of {sorted(others)}"


def at(figures: list[float], share: float) -> float:
    """A percentile of sorted figures."""
    return figures[min(len(figures) - 1, int(len(figures) * share))]


def main() -> int:
    """Print the figures; 1 when anything was mixed up."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as name:
        done = run(Path(name), given.people)
    each = 1000 / done.rate
    print(f"{done.people} 人同时填一张表，{done.messages} 条消息，{done.seconds:.1f} 秒")
    print(f"每秒答 {done.rate:.0f} 条；一步 p50 {at(done.steps, 0.5):.1f} ms，p99 {at(done.steps, 0.99):.1f} ms")
    print(f"大家同时发，从收到到写进发件箱：p50 {at(done.waits, 0.5):.0f} ms，p99 {at(done.waits, 0.99):.0f} ms")
    print(
        f"助手自己的一步占全程（收下、处理、写盘）的 {at(done.steps, 0.5) / each:.2f}；p99 是 p50 的 {at(done.steps, 0.99) / at(done.steps, 0.5):.1f} 倍"
    )
    for line in done.mixed[:20]:
        print(f"弄混了：{line}")
    print("没有一份弄混。" if not done.mixed else f"弄混了 {len(done.mixed)} 处。")
    return 1 if done.mixed else 0


if __name__ == "__main__":
    sys.exit(main())
