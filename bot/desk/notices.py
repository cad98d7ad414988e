"""What staff are told in their own chats. Only what they need to open the case: no phone numbers, no e-mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.content.forms import Form, flat
from bot.filing.types import masked
from bot.messages import Reply
from bot.store.records import Records

JOIN = re.compile(r"^/?(?:join|登记|工作人员登记|/start join[_-])\s*[:：]?\s*([0-9A-Fa-f]{8})$")
"""How a member of staff gives their joining code: 「登记 1A2B3C4D」 or a Telegram deep link."""


def join(text: str, chat: str, records: Records, replies: Mapping[str, str]) -> Reply | None:
    """Bind this chat to the member of staff whose one-time code the message holds; None when it is no such message."""
    found = JOIN.match(text.strip())
    if not found:
        return None
    member = records.join_staff(found[1], chat)
    if member is None:
        return Reply(replies["staff_bad_code"])
    records.note(member.name, "join", chat.partition(":")[0])
    return Reply(replies["staff_joined"].format(name=member.name, desk=replies["desk_at"]))


def submitted(
    form: Form,
    receipt: str,
    answers: Mapping[str, Any],
    region: str,
    records: Records,
    replies: Mapping[str, str],
    unnamed: bool = False,
) -> list[Reply]:
    """A notice for every member of staff who sees this city. Sensitive answers are masked; of what was handed in
    without a name nothing is told; a vote is counted, not announced."""
    if form.ballot:
        return []
    fields = {one.name: one for one in flat(form.survey)}
    told = [masked(fields[name], answers[name]) for name in form.submitter if name in fields and answers.get(name)]
    who = replies["notice_unnamed"] if unnamed else "\n".join(told)
    text = replies["notice"].format(title=form.title, who=who, receipt=receipt, desk=replies["desk_at"])
    # Of which city it is, nobody knows: then everybody sees it on the desk, and is told of it.
    told_to = records.staff_to_notify(region) if region else [one for one in records.staff_members() if one.chat]
    return [Reply(re.sub(r"\n{2,}", "\n", text), to=member.chat) for member in told_to]


def dead_message(message_id: int, records: Records, replies: Mapping[str, str]) -> list[Reply]:
    """Tell administrators that a message could not be handled."""
    return _to_administrators(replies["notice_dead"].format(id=message_id), records)


def dead_reply(row_id: int, records: Records, replies: Mapping[str, str]) -> list[Reply]:
    """Tell administrators that an answer could not be delivered."""
    return _to_administrators(replies["notice_undelivered"].format(id=row_id), records)


def _to_administrators(text: str, records: Records) -> list[Reply]:
    """Where nobody is an administrator, everybody on the staff is told: it must reach somebody."""
    joined = [member for member in records.staff_members() if member.chat]
    told = [member for member in joined if member.role == "admin"] or joined
    return [Reply(text, to=member.chat) for member in told]
