"""How the list of a repeat and one of its items read: 「会员：已有 2 位……再加一位，还是没有了？」."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing.asking import at, lacking, leading
from bot.filing.draft import Draft
from bot.filing.item_view import here, item_view, items_of
from bot.filing.press import press_id
from bot.filing.scope import ItemForm, asked, has_value, limits, visible, wanted
from bot.filing.types import TYPES, counter, masked
from bot.messages import Button, Reply

MAX_LINES = 40
"""Items that are shown one a line; of a longer list the beginning and the end."""


def columns(repeat: Field) -> list[Field]:
    """Questions of an item that can be written in a line of a pasted list."""
    silent = ("note", "calculate", "file", "image", "acknowledge", "group")
    return [one for one in flat(repeat.children) if one.type not in silent and not one.read_only]


def line(repeat: Field, item: Mapping[str, Any]) -> str:
    """One item in a line: its first answer, then the others."""
    rows = [one for one in flat(repeat.children) if one.name in item and one.type in TYPES]
    told = [masked(one, item[one.name]).replace("\n", " ") for one in rows if has_value(item[one.name])]
    text = "，".join(told)
    return (text if len(text) <= 60 else text[:59] + "…") or "（空）"


def place(form: ItemForm) -> str:
    """Where one stands: 「会员 第 2 位」."""
    return f"{form.repeat.label} 第 {form.number + 1} {counter(form.repeat)}"


def listing(form: Form, draft: Draft, lead: str = "") -> Reply:
    """The list of a repeat: what is there and what can be done."""
    fields = asked(form, draft.values)
    names = [f.name for f in fields]
    repeat = fields[names.index(draft.at)]
    items, word = items_of(draft, repeat), counter(repeat)
    shown = visible(form, draft.values)
    least, most = limits(form, repeat, shown)
    head = f"（{names.index(repeat.name) + 1}/{len(fields)}）{repeat.label}{'' if repeat.required else '（可跳过）'}"
    lines = [*leading(form, draft), head, *([repeat.hint] if repeat.hint else [])]
    lines += _numbered(repeat, items)
    lines.append(_how_many(repeat, len(items), least, most, wanted(form, repeat, shown)))
    unfinished = lacking(form, draft, repeat)
    if unfinished is not None:
        lines.append(f"第 {unfinished + 1} {word}还没填完。")
    if items:
        lines.append("要改回复「改 1」，要删回复「删 1」。")
    if len(items) < min(most, 3):
        lines.append(pasting(repeat))
    text = "\n".join(lines)
    rows = _listing_buttons(draft, word, len(items), least, most, unfinished)
    return Reply(f"{lead}\n\n{text}" if lead else text, buttons=rows)


def _numbered(repeat: Field, items: list[dict[str, Any]]) -> list[str]:
    told = [f"{number}. {line(repeat, item)}" for number, item in enumerate(items, 1)]
    if len(told) <= MAX_LINES:
        return told
    return [*told[: MAX_LINES - 5], f"…（中间 {len(told) - MAX_LINES} {counter(repeat)}没有列出）", *told[-5:]]


def _how_many(repeat: Field, many: int, least: int, most: int, fixed: int | None) -> str:
    word = counter(repeat)
    if many > most:
        return f"现在有 {many} {word}，最多 {most} {word}。请删掉 {many - most} {word}。"
    if fixed is not None and many < fixed:
        return f"一共要 {fixed} {word}，还差 {fixed - many} {word}。"
    if many == 0:
        return f"有「{repeat.label}」要填吗？"
    if many < least:
        return f"已有 {many} {word}，至少 {least} {word}，还差 {least - many} {word}。"
    if many == most:
        return f"一共 {many} {word}，都齐了。"
    return f"已有 {many} {word}。再加一{word}，还是没有了？"


def pasting(repeat: Field) -> str:
    """How a whole list is handed in."""
    names = "、".join(one.label for one in columns(repeat))
    order = f"，每行按 {names} 的顺序，用逗号隔开" if len(columns(repeat)) > 1 else ""
    return f"有现成名单，可以整段贴过来：一行一{counter(repeat)}{order}。"


def _listing_buttons(
    draft: Draft, word: str, many: int, least: int, most: int, unfinished: int | None
) -> tuple[tuple[Button, ...], ...]:
    first = []
    if unfinished is not None:
        first.append(Button(f"填完第 {unfinished + 1} {word}", press_id(draft, "item", str(unfinished))))
    if many < most:
        first.append(Button(f"再加一{word}" if many else f"加一{word}", press_id(draft, "add")))
    if (many >= least or many == 0) and many <= most and unfinished is None:
        first.append(Button("没有了" if many else "没有", press_id(draft, "none")))
    ways = [] if draft.changing else [Button("上一步", press_id(draft, "back"))]
    return (tuple(first), (*ways, Button("暂存", press_id(draft, "pause")), Button("帮助", press_id(draft, "help"))))


def item_page(form: Form, draft: Draft, lead: str = "") -> Reply:
    """One item with all its answers, to change one of them or to take the item out."""
    repeat = at(form, draft)
    inner, view = item_view(form, draft, repeat, draft.item)
    word = counter(repeat)
    fields = asked(inner, view.values)
    lines = [f"{place(inner)}："]
    for number, one in enumerate(fields, 1):
        value = view.values.get(one.name)
        lines.append(f"{number}. {one.label}：{masked(one, value) if has_value(value) else '（没填）'}")
    lines.append("要改哪一项？点一个，或回复编号。")
    buttons = [Button(f"{n}. {f.label}"[:20], press_id(draft, "part", str(n))) for n, f in enumerate(fields, 1)]
    rows = [tuple(buttons[i : i + 2]) for i in range(0, len(buttons), 2)]
    rows.append((Button(f"删掉这一{word}", press_id(draft, "drop")), Button("不改了", press_id(draft, "list"))))
    text = "\n".join(lines)
    return Reply(f"{lead}\n\n{text}" if lead else text, buttons=tuple(rows))


def is_listing(form: Form, draft: Draft) -> bool:
    """Whether the list of a repeat, or the page of one of its items, is what is shown now."""
    return bool(draft.at) and not isinstance(here(form, draft)[0], ItemForm) and at(form, draft).type == "repeat"
