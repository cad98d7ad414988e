"""The list of a repeat: one more, no more, changing and taking out items by number or name, a list or a name said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import constrain, go_on, refused
from bot.filing.asking import at, lacking, next_field
from bot.filing.draft import Draft, Step
from bot.filing.entering import stand, stand_on_list
from bot.filing.item_pages import line
from bot.filing.item_paste import take_list
from bot.filing.item_view import item_view, items_of, outside, put_back
from bot.filing.moves import meant
from bot.filing.scope import asked, limits, visible
from bot.filing.types import counter, masked, parse
from bot.filing.values import fold
from bot.filing.words import MAYBE_QUESTION, SURE_QUESTION, bare, change_wish, wish

MORE = re.compile(r"^(?:再|还要|继续|还有)?(?:添?加|增加|填|来|有)(?:上|入)?(?:一|下一|几)?[位个项家名条]?(?:吧|了)?$")
NO_MORE = frozenset(
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
DROP = re.compile(
    r"^(?:请|把|帮我)*(?:删除?|去掉|去除|移除|不要)(?:掉|了)?\s*[「\"“]?第?\s*(.{1,20}?)\s*[位个项家名条]?[」\"”]?$"
)
DROP_TOO = re.compile(
    r"^(?:请|把|帮我)*[「\"“]?第?\s*(.{1,20}?)\s*[位个项家名条]?[」\"”]?(?:删除?|去掉|去除|移除)(?:掉|了|吧)?$"
)


def on_list(form: Form, draft: Draft, text: str, today: date) -> Step | None:
    row = at(form, draft)
    plain = bare(text)
    if not plain:
        return None
    if plain in NO_MORE:
        return no_more(form, draft, row, today)
    if MORE.match(plain) or plain in ("再加", "加", "有", "还有"):
        return add(form, draft, row)
    action = wish(text)
    if action == "back" and not draft.changing:
        items = items_of(draft, row)
        return last_question(form, draft, row, len(items) - 1) if items else step_before(form, draft, row)
    if action in ("skip", "done", "go"):
        return no_more(form, draft, row, today)
    if action:
        return None
    dropped = DROP.match(fold(text)) or DROP_TOO.match(fold(text))
    if dropped:
        number = item_meant(draft, row, dropped[1])
        return drop(form, draft, row, number) if number is not None else _unknown_item(form, draft, row, dropped[1])
    wanted = change_wish(text)
    number = item_meant(draft, row, wanted[0]) if wanted else None
    if number is None and fold(text).isdigit():
        number = item_meant(draft, row, fold(text))
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
    done = take_list(form, draft, row, text, today, sure=several)
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


def no_more(form: Form, draft: Draft, row: Field, today: date) -> Step:
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


def item_meant(draft: Draft, row: Field, named: str) -> int | None:
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
