"""Filling in a repeat: item after item, a pasted list, changing and taking out single items."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import go_on, several
from bot.filing.asking import at
from bot.filing.draft import Draft, Event, Step
from bot.filing.entering import stand, stand_on_list
from bot.filing.extract import extract
from bot.filing.item_list import (
    DROP,
    DROP_TOO,
    NO_MORE,
    add,
    drop,
    item_meant,
    last_question,
    look_at,
    no_more,
    on_list,
    step_before,
)
from bot.filing.item_pages import columns
from bot.filing.item_paste import take_list
from bot.filing.item_view import item_view, items_of, outside, put_back, repeat_of
from bot.filing.laying import KINDS
from bot.filing.moves import meant
from bot.filing.pasted import looks_like_list
from bot.filing.scope import asked
from bot.filing.types import counter
from bot.filing.values import fold
from bot.filing.words import SURE_QUESTION, bare, change_wish, wish

Turn = Callable[[Form, Draft, Event, date], Step]
OUTER = ("pause", "cancel", "check", "left", "submit", "edit")
"""Wishes that mean the whole form, wherever they are said."""


def handle(form: Form, draft: Draft, event: Event, today: date, turn: Turn) -> Step | None:
    """One event while a repeat is filled in; None when it concerns the whole form. `turn`: the engine for one item."""
    if draft.phase == "checking" and not draft.confirming and event.text:
        return _on_check_page(form, draft, event.text)
    repeat_row = repeat_of(form, draft) if draft.at and draft.phase == "asking" and not draft.confirming else None
    if repeat_row is None or repeat_row.name not in {f.name for f in asked(form, draft.values)}:
        return None
    if draft.at != repeat_row.name:
        return _inside(form, draft, repeat_row, event, today, turn)
    if event.press:
        return _pressed(form, draft, event.press.split(":"), today)
    if event.attachments:
        return None
    if draft.item >= 0:
        return _on_item(form, draft, event.text, today, turn)
    return on_list(form, draft, event.text, today)


def _on_check_page(form: Form, draft: Draft, text: str) -> Step | None:
    """「删 张三」, 「改 张三」: an item that is named outright; None when nothing of the kind is said."""
    dropped = DROP.match(fold(text)) or DROP_TOO.match(fold(text))
    wanted = change_wish(text)
    named = dropped[1] if dropped else wanted[0] if wanted else ""
    rows = [one for one in asked(form, draft.values) if one.type == "repeat"]
    if not named or named.isdigit() or (wanted and meant(asked(form, draft.values), named)):
        return None
    found = [(row, number) for row in rows if (number := item_meant(draft, row, named)) is not None]
    if len(found) != 1:
        return None
    row, number = found[0]
    draft = replace(draft, phase="asking", at=row.name, item=-1, changing=True)
    return drop(form, draft, row, number) if dropped else look_at(form, draft, number)


# inside an item


def _inside(form: Form, draft: Draft, row: Field, event: Event, today: date, turn: Turn) -> Step | None:
    action = event.press.split(":")[3] if event.press.count(":") >= 3 else wish(event.text)
    if action in OUTER:
        return None
    begun = draft.item < len(items_of(draft, row))
    inner, view = item_view(form, draft, row, draft.item)
    if event.attachments and not any(one.type in KINDS for one in asked(inner, view.values)):
        return None
    wanted = None if action else change_wish(event.text)
    if wanted and not meant(asked(inner, view.values), wanted[0]) and meant(asked(form, draft.values), wanted[0]):
        return None
    first = draft.at == asked(inner, view.values)[0].name
    if action == "back" and first and not draft.changing:
        return _back_out(form, draft, row)
    if not begun and first and not event.press and not event.attachments:
        if bare(event.text) in NO_MORE - {"继续", "下一题", "对", "对的"}:
            return no_more(form, draft, row, today)
        if looks_like_list(event.text, columns(row)) and not _is_talk(form, draft, event.text):
            done = take_list(form, draft, row, event.text, today, sure=event.text.strip().count("\n") > 0)
            if done is not None:
                return done
    done = turn(inner, view, event, today)
    return _merged(form, draft, row, done, today)


def _is_talk(form: Form, draft: Draft, text: str) -> bool:
    """Whether it is a long answer or a question, and no list."""
    return "multiline" in at(form, draft).appearance or bool(SURE_QUESTION.search(fold(text)))


def _merged(form: Form, draft: Draft, row: Field, done: Step, today: date) -> Step | None:
    """What came of a turn inside the item, put back into the whole draft."""
    if done.outcome == "elsewhere":
        return Step(draft, (), "elsewhere")
    values = put_back(draft, row, draft.item, done.draft.values)
    after = replace(done.draft, values=values)
    if done.outcome != "item":
        return replace(done, draft=after)
    lead = done.replies[0].text
    word = counter(row)
    told = f"{lead}\n第 {draft.item + 1} {word}填好了。".strip()
    return go_on(form, replace(outside(form, after), item=-1, at=row.name), told)


def _back_out(form: Form, draft: Draft, row: Field) -> Step:
    """Before the first question of an item: the last one of the item before; before the first item what comes before the
    repeat."""
    draft = outside(form, draft)
    if draft.item == 0:
        return step_before(form, draft, row)
    if draft.item >= len(items_of(draft, row)):
        return stand_on_list(form, draft, row)
    return last_question(form, draft, row, draft.item - 1)


# one item's page


def _on_item(form: Form, draft: Draft, text: str, today: date, turn: Turn) -> Step | None:
    row = at(form, draft)
    inner, view = item_view(form, draft, row, draft.item)
    action, plain = wish(text), bare(text)
    if plain in ("删", "删除", "删掉", "去掉", "删掉这一位", "删掉这一项", "删掉它"):
        return drop(form, draft, row, draft.item)
    if action in OUTER and action not in ("check", "edit"):
        return None
    if action or plain in NO_MORE:
        return stand_on_list(form, draft, row)
    wanted = change_wish(text) or (fold(text), "")
    good, bad = extract(inner, view, text, today)
    if good or bad:
        return _merged(form, draft, row, several(inner, view, good, bad, today), today)
    one = meant(asked(inner, view.values), wanted[0])
    if one is None:
        return Step(draft, (), "elsewhere")
    moved = _part(form, draft, one)
    if not wanted[1]:
        return moved
    inner, view = item_view(form, moved.draft, row, draft.item)
    return _merged(form, moved.draft, row, turn(inner, view, Event(wanted[1]), today), today)


def _part(form: Form, draft: Draft, one: Field) -> Step:
    """One answer of the item once more."""
    draft = replace(draft, at=one.name, failures=0, rejected="", revision=draft.revision + 1)
    draft = replace(draft, fresh=one.type in ("file", "image"))
    return Step(draft, (pages.question(form, draft, f"改「{one.label}」。"),), "asked")


def _pressed(form: Form, draft: Draft, parts: list[str], today: date) -> Step | None:
    """A button of the list or of an item's page. The caller has seen to it that it is not stale."""
    row = at(form, draft)
    action, argument = parts[3], parts[4] if len(parts) > 4 else ""
    many = len(items_of(draft, row))
    if action == "add":
        return add(form, draft, row)
    if action in ("none", "done", "skip"):
        return no_more(form, draft, row, today)
    if action == "list":
        return stand_on_list(form, draft, row)
    if action == "back" and draft.item < 0:
        return last_question(form, draft, row, many - 1) if many else step_before(form, draft, row)
    if action == "item" and argument.isdigit() and int(argument) < many:
        return stand(form, draft, row)
    if action == "drop" and 0 <= draft.item < many:
        return drop(form, draft, row, draft.item)
    if action == "part" and argument.isdigit() and 0 <= draft.item < many:
        inner, view = item_view(form, draft, row, draft.item)
        fields = asked(inner, view.values)
        if 1 <= int(argument) <= len(fields):
            return _part(form, draft, fields[int(argument) - 1])
    return None
