"""Filling in a repeat: item after item, a pasted list, changing and taking out single items."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import constrain, go_on, refused, several
from bot.filing.draft import (
    Draft,
    Event,
    ItemForm,
    Step,
    asked,
    at,
    item_view,
    items_of,
    lacking,
    limits,
    next_field,
    outside,
    put_back,
    repeat_of,
    visible,
)
from bot.filing.entering import stand, stand_on_list
from bot.filing.extract import extract
from bot.filing.item_pages import columns, line
from bot.filing.moves import meant
from bot.filing.pasted import as_text, assigned, lines, looks_like_list
from bot.filing.types import counter, masked, parse
from bot.filing.values import fold
from bot.filing.words import MAYBE_QUESTION, SURE_QUESTION, bare, change_wish, wish

Turn = Callable[[Form, Draft, Event, date], Step]
OUTER = ("pause", "cancel", "check", "left", "submit", "edit")
"""Wishes that mean the whole form, wherever they are said."""
_MORE = re.compile(r"^(?:再|还要|继续|还有)?(?:添?加|增加|填|来|有)(?:上|入)?(?:一|下一|几)?[位个项家名条]?(?:吧|了)?$")
_NO_MORE = frozenset(
    [
        "没有了",
        "没了",
        "没有",
        "无",
        "不加了",
        "不用了",
        "就这些",
        "就这些了",
        "完了",
        "好了",
        "完成",
        "结束",
        "都齐了",
        "齐了",
        "没有更多",
        "没别的了",
        "没有别的了",
        "不加",
        "没",
        "对",
        "对的",
        "没问题",
        "可以了",
        "不改了",
        "就这样",
        "继续",
        "下一题",
        "跳过",
        "暂无",
        "够了",
    ]
)
_DROP = re.compile(
    r"^(?:请|把|帮我)*(?:删除?|去掉|去除|移除|不要)(?:掉|了)?\s*[「\"“]?第?\s*(.{1,20}?)\s*[位个项家名条]?[」\"”]?$"
)
_DROP_TOO = re.compile(
    r"^(?:请|把|帮我)*[「\"“]?第?\s*(.{1,20}?)\s*[位个项家名条]?[」\"”]?(?:删除?|去掉|去除|移除)(?:掉|了|吧)?$"
)
MAX_TOLD = 8
"""Faults of a pasted list that are named; the others are counted."""


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
    return _on_list(form, draft, event.text, today)


def _on_check_page(form: Form, draft: Draft, text: str) -> Step | None:
    """「删 张三」, 「改 张三」: an item that is named outright; None when nothing of the kind is said."""
    dropped = _DROP.match(fold(text)) or _DROP_TOO.match(fold(text))
    wanted = change_wish(text)
    named = dropped[1] if dropped else wanted[0] if wanted else ""
    rows = [one for one in asked(form, draft.values) if one.type == "repeat"]
    if not named or named.isdigit() or (wanted and meant(asked(form, draft.values), named)):
        return None
    found = [(row, number) for row in rows if (number := _meant(draft, row, named)) is not None]
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
    wanted = None if action else change_wish(event.text)
    if wanted and not meant(asked(inner, view.values), wanted[0]) and meant(asked(form, draft.values), wanted[0]):
        return None
    first = draft.at == asked(inner, view.values)[0].name
    if action == "back" and first and not draft.changing:
        return _back_out(form, draft, row)
    if not begun and first and not event.press and not event.attachments:
        if bare(event.text) in _NO_MORE - {"继续", "下一题", "对", "对的"}:
            return _no_more(form, draft, row, today)
        if looks_like_list(event.text, columns(row)) and not _is_talk(form, draft, event.text):
            done = _take_list(form, draft, row, event.text, today, sure=event.text.strip().count("\n") > 0)
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


def last_question(form: Form, draft: Draft, row: Field, number: int) -> Step:
    """The last question of an item once more."""
    inner, view = item_view(form, draft, row, number)
    name = asked(inner, view.values)[-1].name
    draft = replace(draft, at=name, item=number, phase="asking", revision=draft.revision + 1, failures=0)
    draft = replace(draft, skipped=tuple(one for one in draft.skipped if one != name))
    return Step(draft, (pages.question(form, draft, BACK_LEAD),), "asked")


BACK_LEAD = "回到上一项。要改就重新回答；不改就说「继续」。"


def step_before(form: Form, draft: Draft, row: Field) -> Step:
    """The question before the repeat; a repeat itself shows its list."""
    names = [f.name for f in asked(form, draft.values)]
    number = names.index(row.name)
    if number == 0:
        return Step(draft, (pages.question(form, draft, "这已经是第一项了。"),), "asked")
    target = names[number - 1]
    draft = replace(draft, at=target, item=-1, changing=False, failures=0, revision=draft.revision + 1)
    draft = replace(draft, skipped=tuple(name for name in draft.skipped if name != target))
    return Step(draft, (pages.question(form, draft, BACK_LEAD),), "asked")


# the list


def _on_list(form: Form, draft: Draft, text: str, today: date) -> Step | None:
    row = at(form, draft)
    plain = bare(text)
    if not plain:
        return None
    if plain in _NO_MORE:
        return _no_more(form, draft, row, today)
    if _MORE.match(plain) or plain in ("再加", "加", "有", "还有"):
        return add(form, draft, row)
    action = wish(text)
    if action == "back" and not draft.changing:
        items = items_of(draft, row)
        return last_question(form, draft, row, len(items) - 1) if items else step_before(form, draft, row)
    if action in ("skip", "done", "go"):
        return _no_more(form, draft, row, today)
    if action:
        return None
    dropped = _DROP.match(fold(text)) or _DROP_TOO.match(fold(text))
    if dropped:
        number = _meant(draft, row, dropped[1])
        return drop(form, draft, row, number) if number is not None else _unknown_item(form, draft, row, dropped[1])
    wanted = change_wish(text)
    number = _meant(draft, row, wanted[0]) if wanted else None
    if number is None and fold(text).isdigit():
        number = _meant(draft, row, fold(text))
    if number is not None:
        return look_at(form, draft, number)
    if wanted and not _anywhere(form, draft, row, wanted[0]):
        return _unknown_item(form, draft, row, wanted[0])
    if wanted:
        return None
    if SURE_QUESTION.search(fold(text)):
        return Step(draft, (), "elsewhere")
    return _said_on_list(form, draft, row, text, today)


def _anywhere(form: Form, draft: Draft, row: Field, named: str) -> bool:
    """Whether another question of the form is meant."""
    return meant([one for one in asked(form, draft.values) if one.name != row.name], named) is not None


def _said_on_list(form: Form, draft: Draft, row: Field, text: str, today: date) -> Step | None:
    """Anything else on the list: one or several items."""
    several = len([one for one in text.splitlines() if one.strip()]) > 1
    done = _take_list(form, draft, row, text, today, sure=several)
    if done is not None:
        return done
    if MAYBE_QUESTION.search(fold(text)):
        return Step(draft, (), "elsewhere")
    _, most = limits(form, row, visible(form, draft.values))
    if len(items_of(draft, row)) >= most:
        return stand_on_list(form, draft, row, f"最多 {most} {counter(row)}，没有再加。")
    return _begin_with(form, draft, row, text, today)


def _begin_with(form: Form, draft: Draft, row: Field, text: str, today: date) -> Step | None:
    """A name said on the list begins a new item with it."""
    number = len(items_of(draft, row))
    inner, view = item_view(form, draft, row, number)
    first = next_field(inner, view)
    if first is None or first.type != "text":
        return None
    try:
        value = parse(first, text, today).value
        constrain(inner, view, first, value, today)
    except ValueError as error:
        return Step(draft, (pages.question(form, draft, f"没收下「{text[:20]}」：{error}"),), "invalid")
    values = put_back(draft, row, number, {**view.values, first.name: value})
    ended = tuple(name for name in draft.ended if name != row.name)
    draft = outside(form, replace(draft, values=values, ended=ended, revision=draft.revision + 1))
    inner, view = item_view(form, draft, row, number)
    following = next_field(inner, view)
    told = f"加上「{masked(first, value)}」。"
    if following is None:
        return go_on(form, replace(draft, item=-1, at=row.name), told)
    draft = replace(draft, at=following.name, item=number, changing=False)
    return Step(draft, (pages.question(form, draft, told),), "asked")


def _no_more(form: Form, draft: Draft, row: Field, today: date) -> Step:
    """「没有了」: the list is complete, if it may be."""
    items, word = items_of(draft, row), counter(row)
    least, most = limits(form, row, visible(form, draft.values))
    draft = outside(form, replace(draft, item=-1, at=row.name))
    if not items:
        if row.required:
            told = row.required_message or f"「{row.label}」至少要有 {least} {word}。现在没有，可以先「暂存」。"
            return stand(form, draft, row, told)
        return go_on(form, replace(draft, skipped=(*draft.skipped, row.name)), f"没有「{row.label}」，跳过。")
    if len(items) < least:
        return stand_on_list(form, draft, row, f"「{row.label}」还差 {least - len(items)} {word}，先填齐。")
    if len(items) > most:
        return stand_on_list(form, draft, row, f"多了 {len(items) - most} {word}。")
    unfinished = lacking(form, draft, row)
    if unfinished is not None:
        return stand(form, draft, row, f"第 {unfinished + 1} {word}还差几项，先填完。")
    try:
        constrain(form, draft, row, items, today)
    except ValueError as error:
        return refused(form, draft, row, "", str(error))
    ended = tuple(dict.fromkeys((*draft.ended, row.name)))
    skipped = tuple(name for name in draft.skipped if name != row.name)
    return go_on(form, replace(draft, ended=ended, skipped=skipped), f"「{row.label}」一共 {len(items)} {word}。")


def add(form: Form, draft: Draft, row: Field) -> Step:
    """One more item."""
    number = len(items_of(draft, row))
    _, most = limits(form, row, visible(form, draft.values))
    if number >= most:
        return stand_on_list(form, draft, row, f"最多 {most} {counter(row)}，不能再加了。")
    draft = outside(form, draft)
    inner, view = item_view(form, draft, row, number)
    first = next_field(inner, view)
    if first is None:
        return stand_on_list(form, draft, row)
    draft = replace(draft, at=first.name, item=number, phase="asking", changing=False, revision=draft.revision + 1)
    draft = replace(draft, failures=0, rejected="", ended=tuple(name for name in draft.ended if name != row.name))
    return Step(draft, (pages.question(form, draft),), "asked")


def drop(form: Form, draft: Draft, row: Field, number: int) -> Step:
    """Take one item out, and say what it was."""
    items = items_of(draft, row)
    gone = line(row, items[number])
    values = {**draft.values, row.name: [*items[:number], *items[number + 1 :]]}
    if not values[row.name]:
        del values[row.name]
    draft = replace(draft, values=values, item=-1, at=row.name)
    return stand_on_list(form, draft, row, f"删掉了第 {number + 1} {counter(row)}：{gone}。")


def look_at(form: Form, draft: Draft, number: int) -> Step:
    """The page of one item."""
    draft = replace(draft, item=number, failures=0, rejected="", revision=draft.revision + 1)
    return Step(draft, (pages.question(form, draft),), "asked")


def _meant(draft: Draft, row: Field, named: str) -> int | None:
    """Which item a number or a name means; None when none or several."""
    items = items_of(draft, row)
    named = fold(named).strip(" 第位个项家名条")
    if named.isdigit():
        return int(named) - 1 if 1 <= int(named) <= len(items) else None
    if named in ("最后", "最后一", "末"):
        return len(items) - 1 if items else None
    hits = [number for number, item in enumerate(items) if named and named in item.values()]
    return hits[0] if len(hits) == 1 else None


def _unknown_item(form: Form, draft: Draft, row: Field, named: str) -> Step:
    told = f"「{row.label}」里没有「{named[:20]}」，或者不止一{counter(row)}叫这个。请用编号，例如：改 1、删 1。"
    return stand_on_list(form, draft, row, told)


# one item's page


def _on_item(form: Form, draft: Draft, text: str, today: date, turn: Turn) -> Step | None:
    row = at(form, draft)
    inner, view = item_view(form, draft, row, draft.item)
    action, plain = wish(text), bare(text)
    if plain in ("删", "删除", "删掉", "去掉", "删掉这一位", "删掉这一项", "删掉它"):
        return drop(form, draft, row, draft.item)
    if action in OUTER and action not in ("check", "edit"):
        return None
    if action or plain in _NO_MORE:
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
        return _no_more(form, draft, row, today)
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


# a pasted list


def _take_list(form: Form, draft: Draft, row: Field, text: str, today: date, sure: bool) -> Step | None:
    """Every line that is clear becomes an item; the others are named. `sure`: it is certainly a list. None when a single
    line is not clear: then it is something else."""
    found = lines(text, columns(row))
    if not found or (not sure and not looks_like_list(text, columns(row))):
        return None
    _, most = limits(form, row, visible(form, draft.values))
    items = items_of(draft, row)
    before = len(items)
    inner, view = item_view(form, draft, row, before)
    faults: list[str] = []
    for number, one in enumerate(found, 1):
        if len(items) >= most:
            faults.append(f"最多 {most} {counter(row)}，从「{one.said[:20]}」起没有收。")
            break
        item, fault = _read_line(inner, view, row, one.cells, today)
        items += [item] if item else []
        faults += [f"第 {number} 行「{one.said[:20]}」{fault}"] if fault else []
    taken = len(items) - before
    if not sure and (faults or not taken):
        return None
    told = [f"收下 {taken} {counter(row)}，请核对。" if taken else "这份名单一行也没看懂。"]
    told += faults[:MAX_TOLD] + ([f"还有 {len(faults) - MAX_TOLD} 行有问题。"] if len(faults) > MAX_TOLD else [])
    if not taken:
        return Step(draft, (pages.question(form, draft, "\n".join(told)),), "invalid")
    ended = tuple(name for name in draft.ended if name != row.name)
    after = replace(draft, values={**draft.values, row.name: items}, ended=ended, item=-1, at=row.name)
    return stand_on_list(form, after, row, "\n".join(told))


def _read_line(
    inner: ItemForm, empty: Draft, row: Field, cells: tuple[str, ...], today: date
) -> tuple[dict[str, Any], str]:
    """(the item or {}, why something of the line was not taken or ""). `empty`: the view of an item without answers."""
    rows = columns(row)
    if len(cells) > len(rows):
        return {}, f"有 {len(cells)} 格，最多 {len(rows)} 格，没有收。"
    item: dict[str, Any] = {}
    faults: list[str] = []
    for one in rows:
        view = replace(empty, values={**empty.values, **item})
        open_ones = {f.name: f for f in asked(inner, view.values)}
        said = assigned(cells, rows, list(open_ones)).get(one.name, "")
        if not said or one.name not in open_ones:
            continue
        try:
            value = parse(open_ones[one.name], as_text(said) if one.choices else said, today).value
            constrain(inner, view, open_ones[one.name], value, today)
        except ValueError as error:
            faults.append(f"的「{one.label}」没收下：{error}")
            if one is rows[0]:
                return {}, faults[0]
            continue
        item[one.name] = value
    return item, "；".join(faults) if item else "没看懂，没有收。"
