"""Several forms side by side: 「我的草稿」 lists them, a button switches; and a draft goes to another device by a code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from ulid import ULID

from bot.clock import shown
from bot.content.forms import Form
from bot.filing.draft import Draft, has
from bot.filing.scope import asked
from bot.filing.values import fold
from bot.memory import Memory
from bot.messages import Button, Reply
from bot.store import handovers, secrecy
from bot.store.records import Records, StoredDraft

TAKE_OVER = re.compile(r"^/?(?:接着填|继续填?|换设备)\s*(?:码|代码)?\s*:?\s*([0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4})$")
"""「接着填 7F3K-9QXM」."""


def listed(forms: Mapping[str, Form], chat: str, memory: Memory, records: Records, texts: Mapping[str, str]) -> Reply:
    """All open drafts of a chat, with a button for each."""
    found = [stored for stored in records.open_drafts(chat) if stored.form_id in forms]
    if not found:
        return Reply(texts["drafts_none"])
    lines, rows = [texts["drafts"].format(count=len(found))], []
    for number, stored in enumerate(found, 1):
        lines.append(_line(number, forms[stored.form_id], stored, stored.id == memory.draft, texts))
        rows.append((Button(f"{number}. {forms[stored.form_id].title}"[:20], f"form:go:{stored.id}"),))
    return Reply("\n".join(lines), buttons=tuple(rows[:MOST]))


MOST = 10
"""Buttons in a list; nobody has more drafts than that in earnest."""


def _line(number: int, form: Form, stored: StoredDraft, in_hand: bool, texts: Mapping[str, str]) -> str:
    draft = Draft.from_json(stored.draft)
    fields = asked(form, draft.values)
    return texts["drafts_line"].format(
        number=number,
        title=form.title,
        done=sum(has(draft, one) for one in fields),
        all=len(fields),
        saved=shown(stored.updated_at),
        ends=shown(stored.expires_at)[:10],
        here=texts["drafts_here"] if in_hand else "",
    )


def offer(forms: Mapping[str, Form], chat: str, memory: Memory, records: Records, texts: Mapping[str, str]) -> Reply:
    """A one-time code for the draft in hand, else for the newest open one."""
    found = [stored for stored in records.open_drafts(chat) if stored.form_id in forms]
    if not found:
        return Reply(texts["drafts_none"])
    stored = next((one for one in found if one.id == memory.draft), found[0])
    code = handovers.offer(records.connection, stored.id, chat, records.now)
    minutes = int(handovers.LIVES.total_seconds() // 60)
    written = f"{code[:4]}-{code[4:]}"
    return Reply(texts["handover"].format(title=forms[stored.form_id].title, code=written, minutes=minutes))


def has_code(text: str) -> bool:
    """Whether the text asks for a draft by its code."""
    return bool(TAKE_OVER.match(fold(text)))


def accept(text: str, chat: str, records: Records, texts: Mapping[str, str]) -> tuple[str, list[Reply]] | None:
    """(id of the draft that came here, or "", and what is said to both chats); None when the text holds no code."""
    found = TAKE_OVER.match(fold(text))
    if not found:
        return None
    if not handovers.may_guess(records.connection, chat, records.now):
        return "", [Reply(texts["handover_wait"])]
    moved = handovers.accept(records.connection, found[1], chat, records.now)
    if moved is None:
        return "", [Reply(texts["handover_wrong"])]
    draft_id, old = moved
    if old == chat:
        return draft_id, []
    _let_go(draft_id, old, chat, records)
    return draft_id, [Reply(texts["handover_gone"], to=old)]


def _let_go(draft_id: str, old: str, chat: str, records: Records) -> None:
    """The old chat has the draft no longer in hand; of an anonymous one it does not even speak."""
    memory = Memory.from_json(records.chat_state(old))
    if memory.draft == draft_id:
        records.save_chat_state(old, replace(memory, draft="").to_json())
    stored = records.draft(draft_id, chat)
    if stored and Draft.from_json(stored.draft).anonymous:
        secrecy.blot(records.connection, old, began(draft_id), records.now)


def began(draft_id: str) -> datetime:
    """When a draft was begun, from its id."""
    return ULID.from_str(draft_id).datetime
