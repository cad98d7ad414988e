"""End to end over HTTP under load, killed again and again: nothing lost, nothing doubled.

    python benchmarks/soak_telegram.py [--mode polling|webhook] [--kills 200] [--rate 25] [--seed 1] [--uptime 10] [--minutes 60]

The real service against a Bot API server on this machine, with small content so that it starts fast. People ask and fill
in a form; at random moments, also while it starts, the service gets `kill -9` and is started again. Afterwards what
Telegram gave out and saw is compared with what the database holds. Exit status 1 when a promise is broken.

Sends that double cannot be avoided altogether: whether a message arrived whose answer the crash has cut off, nobody can ask
Telegram. A send doubles when a kill falls between its request and the note of its answer, so kills further apart
(`--uptime`) double fewer of all sends. Telegram takes 30 messages a second: the rate is kept up on average only while the service
is up for five sixths of the time, 10 seconds between kills with two for a start. Figures and what is known of the causes: docs/decisions/0009-backup-and-watching.md.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field, fields
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, this folder is the first place

from bot.filing.receipt import normalise
from tests.emulator import Emulator, Person
from tests.end_to_end.tally import Tally, tally
from tests.end_to_end.telegram_service import rows, telegram_service
from tests.end_to_end.webhook import Webhook
from tests.service import Service
from tests.small_content import write_small_content

FORM, FIELD = "message", "content"
QUESTIONS = ("成立企业科协向谁申请？", "要哪些材料", "谢谢", "多少人可以成立", "今天天气怎么样")
ASKERS = 120
"""So many that Telegram's limit of one message a second and chat is not what is measured."""
FILERS = 4
SHORTEST = 0.2
"""Seconds between answering again and the next kill, at least."""
STILLBORN = 0.15
"""Share of starts that are killed before they answer."""
PATIENCE = 600.0
"""Seconds that people wait for an answer, and the end for everything to be sent."""
WORDS = {
    "updates": "收到的更新",
    "submissions": "提交（看到回执号的）",
    "sends": "发出的消息",
    "sent_twice": "重复发出",
    "updates_lost": "丢失的更新",
    "handled_twice": "重复处理",
    "submissions_lost": "丢失的提交",
    "submissions_doubled": "重复的提交",
    "sends_lost": "记为已发却没到",
    "unsent": "没发出去",
}


@dataclass
class Soak:
    """One run. `told` fills while it runs."""

    bot: Emulator
    service: Service
    rate: float
    """Updates a second."""
    seed: int
    uptime: float = 10.0
    """Seconds between answering again and the next kill, on average."""
    minutes: float = 60.0
    """No kill after so long, however many were wanted."""
    behind: int = 600
    """Unanswered updates at which people wait: the service may write 30 messages a second, and is down at times."""
    killed: int = 0
    told: dict[str, str] = field(default_factory=dict)
    """Key of a submission -> its receipt number, as a person saw it."""
    trouble: list[str] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def run(self, kills: int) -> Tally:
        """Talk, kill, wait for the end, count. The service is started here and stopped."""
        self.service.start()
        people = [threading.Thread(target=self._ask)]
        people += [threading.Thread(target=self._file, args=(self.bot.person(f"填表人{n}"), n)) for n in range(FILERS)]
        for person in people:
            person.start()
        try:
            self._kill(kills)
        finally:
            self.over.set()
            for person in people:
                person.join()
        self._drain()
        self.service.stop()
        return tally(self.service, self.bot, self.told, FORM, FIELD)

    def _kill(self, kills: int) -> None:
        chance, end = random.Random(self.seed), time.monotonic() + self.minutes * 60
        while self.killed < kills and time.monotonic() < end:
            time.sleep(chance.uniform(SHORTEST, 2 * self.uptime - SHORTEST))
            self._kill_one()
            while chance.random() < STILLBORN:
                time.sleep(chance.uniform(0, 1.5))
                self._kill_one()
            self.service.wait()

    def _kill_one(self) -> None:
        self.service.kill()
        self.service.launch()
        self.killed += 1
        if self.killed % 20 == 0:
            print(f"  {self.killed} 次 kill -9，{len(self.bot.updates)} 条更新，{len(self.told)} 份提交", flush=True)

    def _ask(self) -> None:
        askers = [self.bot.person(f"提问人{number}") for number in range(ASKERS)]
        number, at = 0, time.monotonic()
        while not self.over.is_set():
            at = max(at + 1 / self.rate, time.monotonic() - 1)
            time.sleep(max(0.0, at - time.monotonic()))
            if len(self.bot.updates) - len(self.bot.messages) < self.behind:
                askers[number % ASKERS].say(f"{QUESTIONS[number % len(QUESTIONS)]}")
                number += 1

    def _file(self, person: Person, who: int) -> None:
        turn = 0
        while not self.over.is_set():
            key = f"第{who}人的第{turn}条留言"
            try:
                self.told[key] = _submit(person, key)
            except AssertionError as error:
                self.trouble.append(f"{key}: {error}")
                return
            turn += 1

    def _drain(self) -> None:
        """Wait until all is handled and sent."""
        until = time.monotonic() + PATIENCE
        waiting = "select count(*) from {} where state in ('new', 'sending')"
        while time.monotonic() < until:
            stored = rows(self.service, "select count(*) from inbox") == [(len(self.bot.updates),)]
            if stored and all(rows(self.service, waiting.format(table)) == [(0,)] for table in ("inbox", "outbox")):
                return
            time.sleep(0.5)


def _submit(person: Person, key: str) -> str:
    """Fill in the form and hand it in. Returns the receipt number. Raises AssertionError when an answer stays out."""
    for said, awaited in (("我要留言", "想问什么"), (key, "您的单位"), ("跳过", "怎么联系您"), ("跳过", f"：{key}")):
        person.say(said)
        person.until(awaited, PATIENCE)
    person.press("提交")
    receipt = normalise(person.until("回执号", PATIENCE)[-1].text)
    assert receipt is not None
    return receipt


def show(found: Tally, mode: str, kills: int, seconds: float) -> None:
    """Print the table."""
    print(f"\n{mode}：{kills} 次 kill -9，{seconds:.0f} 秒，平均每秒 {found.updates / seconds:.1f} 条更新")
    for one in fields(found):
        print(f"{WORDS[one.name]:　<12}{getattr(found, one.name):>8}")
    print(f"{'每千条重复发出':　<12}{found.sent_twice * 1000 / max(1, found.sends):>8.2f}")
    print("承诺都守住了。" if found.kept else "有承诺没有守住。")


def main() -> int:
    """Run it, print the table; 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", choices=("polling", "webhook"), default="polling")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--rate", type=float, default=25.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--uptime", type=float, default=10.0)
    parser.add_argument("--minutes", type=float, default=60.0)
    given = parser.parse_args()
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # connections that a kill has cut
    # The Bot API server shares this process with the people: it must not wait for them to let go of the interpreter.
    sys.setswitchinterval(0.0005)
    with tempfile.TemporaryDirectory(prefix="kexie-soak-") as folder, Emulator() as bot:
        content = write_small_content(Path(folder) / "content")
        service = telegram_service(Path(folder) / "data", content, None, bot)
        soak = Soak(bot, service, given.rate, given.seed, given.uptime, given.minutes)
        webhook = Webhook(bot, service) if given.mode == "webhook" else None
        began = time.monotonic()
        try:
            if webhook:
                webhook.start()
            found = soak.run(given.kills)
        finally:
            soak.service.kill()
            if webhook:
                webhook.end()
        show(found, given.mode, soak.killed, time.monotonic() - began)
        for line in soak.trouble:
            print(line)
    return 0 if found.kept and not soak.trouble else 1


if __name__ == "__main__":
    sys.exit(main())
