"""What came of a run with crashes in it: told apart by what Telegram gave out and saw, and what the database holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.channels.telegram import render
from bot.channels.telegram.updates import address
from bot.messages import from_dict
from tests.emulator import Emulator
from tests.end_to_end.telegram_service import rows
from tests.service import Service


@dataclass(frozen=True)
class Tally:
    """Every number but the first four is 0 when all promises were kept."""

    updates: int
    """Given out by Telegram."""
    submissions: int
    """Whose receipt number a person saw."""
    sends: int
    """Messages that the database holds as sent."""
    sent_twice: int
    """Messages that arrived more often than they were meant to: at most one in a thousand is promised."""
    updates_lost: int
    """Not stored, or stored and not handled."""
    handled_twice: int
    """Messages with the same answer in the outbox twice."""
    submissions_lost: int
    """A receipt was seen, and there is no such submission."""
    submissions_doubled: int
    sends_lost: int
    """Marked as sent, and Telegram never saw it."""
    unsent: int
    """Dead, or still waiting."""

    @property
    def broken(self) -> dict[str, int]:
        """What must never happen and did, but for messages that arrived twice."""
        never = (
            "updates_lost",
            "handled_twice",
            "submissions_lost",
            "submissions_doubled",
            "sends_lost",
            "unsent",
        )
        return {name: getattr(self, name) for name in never if getattr(self, name)}

    @property
    def kept(self) -> bool:
        """Whether every promise was kept."""
        return not self.broken and self.sent_twice * 1000 <= self.sends


def tally(service: Service, bot: Emulator, told: Mapping[str, str], form_id: str, field: str) -> Tally:
    """Count. `told`: what a person wrote into `field` of the form, unique -> the receipt number that they saw."""
    states = {int(str(number)): state for number, state in rows(service, "select update_id, state from inbox")}
    answers = Counter(rows(service, "select inbox_id, reply from outbox where inbox_id > 0"))
    query = f"select receipt, answers from submissions where form_id = '{form_id}'"
    stored = Counter((json.loads(str(text))[field], str(receipt)) for receipt, text in rows(service, query))
    by_key = Counter(key for key, _ in stored)
    meant, heard = _meant(service), Counter((message.chat_id, message.html) for message in bot.messages)
    return Tally(
        updates=len(bot.updates),
        submissions=len(told),
        sends=sum(meant.values()),
        sent_twice=sum((heard - meant).values()),
        updates_lost=sum(states.get(update["update_id"]) != "done" for update in bot.updates),
        handled_twice=sum(number - 1 for number in answers.values()),
        submissions_lost=sum(item not in stored for item in told.items()),
        submissions_doubled=sum(number - 1 for number in by_key.values()),
        sends_lost=sum((meant - heard).values()),
        unsent=int(str(rows(service, "select count(*) from outbox where state not in ('sent', 'unknown')")[0][0])),
    )


def _meant(service: Service) -> Counter[tuple[int, str]]:
    """(chat id, text as it is sent) of every message that the outbox holds as sent."""
    found: Counter[tuple[int, str]] = Counter()
    for chat, reply in rows(service, "select chat, reply from outbox where channel = 'telegram' and state = 'sent'"):
        target = address(str(chat))[0]
        found.update((target, part.html) for part in render.parts(from_dict(json.loads(str(reply)))))
    return found
