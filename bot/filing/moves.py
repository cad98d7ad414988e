"""What a person may wish at any question: back, skip, pause, cancel, help, check, change, submit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import go_on, repeat, take
from bot.filing.asking import at, later, missing, next_field
from bot.filing.draft import Draft, Step, has
from bot.filing.entering import stand_on_list
from bot.filing.results import cited
from bot.filing.scope import ItemForm, asked
from bot.filing.types import masked
from bot.filing.values import fold, spoken
from bot.messages import Button, Reply


def _back(form: Form, draft: Draft, today: date) -> Step:
    fields = [f.name for f in asked(form, draft.values)]
    place = fields.index(draft.at) if draft.at in fields else len(fields)
    if draft.changing or place == 0:
        told = "这已经是第一项了。" if place == 0 else ""
        return _show(form, draft, told) if place == 0 else _check(form, draft, today)
    target = fields[place - 1]
    draft = replace(
        draft,
        at=target,
        item=draft.item if isinstance(form, ItemForm) else -1,
        phase="asking",
        skipped=tuple(name for name in draft.skipped if name != target),
        revision=draft.revision + 1,
        failures=0,
        changing=False,
    )
    return Step(draft, (pages.question(form, draft, "回到上一项。要改就重新回答；不改就说「继续」。"),), "asked")


def _skip(form: Form, draft: Draft, today: date) -> Step:
    if not draft.at:
        return _check(form, draft, today)
    one = at(form, draft)
    if has(draft, one):
        return go_on(form, draft)
    if one.required:
        return _show(
            form, draft, one.required_message or f"「{one.label}」是必填的，不能跳过。现在没有，可以先「暂存」。"
        )
    return go_on(form, replace(draft, skipped=(*draft.skipped, one.name)), f"跳过「{one.label}」。")


def _pause(form: Form, draft: Draft, today: date) -> Step:
    draft = replace(draft, phase="paused", revision=draft.revision + 1)
    told = f"「{form.title}」存好了，{form.expires_in} 天内说「继续」就能接着填。"
    return Step(draft, (Reply(told),), "paused")


def _cancel(form: Form, draft: Draft, today: date) -> Step:
    draft = replace(draft, confirming="cancel", revision=draft.revision + 1)
    row = (Button("取消这张表", pages.press_id(draft, "yes")), Button("接着填", pages.press_id(draft, "no")))
    return Step(
        draft,
        (Reply(f"要取消「{form.title}」吗？已填的会作废。只想歇一会儿，可以说「暂存」。", buttons=(row,)),),
        "asked",
    )


def confirm(form: Form, draft: Draft, action: str | None, word: str) -> Step:
    calm = replace(draft, confirming="", revision=draft.revision + 1)
    if action in ("yes", "cancel") or word in ("是", "是的", "确认", "对", "取消这张表", "确定"):
        return Step(
            replace(calm, phase="cancelled"), (Reply(f"已取消「{form.title}」。需要时随时重新填。"),), "cancelled"
        )
    if action == "pause":
        return _pause(form, calm, date.min)
    return Step(calm, (repeat(form, calm),), "asked")


def _help(form: Form, draft: Draft, today: date) -> Step:
    if not draft.at:
        return _show(form, draft, HELP_RESULTS if form.keep == "wished" else HELP_CHECK)
    one = at(form, draft)
    example = "".join(f"\n{part}" for part in (one.help, cited(form, one.sources)) if part)
    return _show(
        form,
        draft,
        f"「{one.label}」{'必填' if one.required else '可跳过'}。{example}\n"
        "可以说：上一步、跳过、暂存、取消、还差什么、找人工。",
    )


HELP_CHECK = "检查页：看一遍所有答案。对的就「提交」；要改就说「改 编号」；想歇一会儿说「暂存」。"
HELP_RESULTS = "这是按您填的内容得出的结果。要留一份就「保存结果」；要改就「改答案」；都不用就「结束」。"


def _why(form: Form, draft: Draft, today: date) -> Step:
    one = at(form, draft) if draft.at else None
    parts = [one.help if one and one.help else "", cited(form, one.sources) if one else ""]
    if not any(parts):
        parts = [f"这张表用来：{form.purpose}", cited(form, form.sources)]
    return _show(form, draft, "\n".join(part for part in parts if part))


def _left(form: Form, draft: Draft, today: date) -> Step:
    return _show(form, draft, pages.progress(form, draft))


def _check(form: Form, draft: Draft, today: date) -> Step:
    if not draft.at or next_field(form, draft) is None or draft.changing or not missing(form, draft):
        draft = replace(draft, phase="checking", at="", item=-1, changing=False, revision=draft.revision + 1)
        return Step(draft, (pages.check_page(form, draft),), "checking")
    return Step(draft, (pages.check_page(form, draft), pages.question(form, draft)), "asked")


def _done(form: Form, draft: Draft, today: date) -> Step:
    one = at(form, draft) if draft.at else None
    if one is not None and not has(draft, one):
        return _skip(form, draft, today)
    if one is not None and one.type in ("select_multiple", "rank"):
        return take(form, draft, one, "、".join(draft.values[one.name]), False, today)
    return go_on(form, draft)


def _edit(form: Form, draft: Draft, today: date) -> Step:
    return Step(draft, (pages.edit_page(form, draft),), "asked")


def _submit(form: Form, draft: Draft, today: date) -> Step:
    lacking = missing(form, draft)
    if lacking:
        labels = "、".join(f.label for f in lacking)
        return go_on(form, draft, f"还不能提交，差 {len(lacking)} 项必填：{labels}。我们先填完。")
    if draft.phase != "checking":
        return _check(form, replace(draft, changing=True), today)
    reason = closed(form, today)
    if reason:
        return _show(form, draft, reason)
    to_come = later(form, draft)
    notes = (Reply(f"还没交的材料：{'、'.join(f.label for f in to_come)}。需要补交的，会通知您。"),) if to_come else ()
    return Step(replace(draft, phase="submitted", revision=draft.revision + 1), notes, "submit")


def closed(form: Form, today: date) -> str:
    """Why the form takes nothing today (`opens`, `deadline`: first and last day), or ""."""
    if form.opens and today < date.fromisoformat(form.opens):
        return f"「{form.title}」从{spoken(form.opens)}开始填，请到那天再来。"
    if form.state == "closed":
        return f"「{form.title}」已经停用，现在不收了。有问题请说「找人工」。"
    if form.deadline and form.late != "warn" and today > date.fromisoformat(form.deadline):
        return f"「{form.title}」已在{spoken(form.deadline)}截止，现在不收了。有问题请说「找人工」。"
    return ""


def _end(form: Form, draft: Draft, today: date) -> Step:
    """A tool is left without keeping anything."""
    told = f"好的，没有保存「{form.title}」里填的内容。需要时随时再来。"
    return Step(replace(draft, phase="cancelled", revision=draft.revision + 1), (Reply(told),), "ended")


def _default(form: Form, draft: Draft, today: date) -> Step:
    """The ready-made answer of the present question."""
    one = at(form, draft) if draft.at else None
    if one is None or not one.default or has(draft, one):
        return go_on(form, draft)
    return take(form, draft, one, one.default, False, today)


def _go(form: Form, draft: Draft, today: date) -> Step:
    return _default(form, draft, today)


def _show(form: Form, draft: Draft, lead: str) -> Step:
    page = pages.question(form, draft, lead) if draft.at else pages.check_page(form, draft, lead)
    return Step(draft, (page,), "asked")


def change(form: Form, draft: Draft, one: Field) -> Step:
    changing = next_field(form, draft) is None or draft.phase == "checking"
    draft = replace(
        draft,
        phase="asking",
        at=one.name,
        changing=changing,
        item=draft.item if isinstance(form, ItemForm) else -1,
        fresh=one.type in ("file", "image"),
        revision=draft.revision + 1,
        failures=0,
        rejected="",
    )
    if one.type == "repeat":
        return stand_on_list(form, draft, one, f"改「{one.label}」。改好了说「没有了」。")
    return Step(draft, (pages.question(form, draft, f"改「{one.label}」。"),), "asked")


def change_by_name(form: Form, draft: Draft, named: str, value: str, today: date) -> Step | None:
    """「改 3」, 「改联系电话」, 「改邮箱为 a@b.cn」; where 「人数」 may be one of several, which one is asked. None when no
    question is meant."""
    fields = asked(form, draft.values)
    whole = next((f for f in fields if value and _cut(fold(f.label), named, value)), None)
    head, _, rest = named.partition(" ")
    if rest.strip() and not value and _exactly(fields, head):  # 改 4 培训, 改 地点 二号车间
        named, value = head, rest
    hits = [whole] if whole else named_by(fields, named)
    if len(hits) > 1:
        return Step(draft, (pages.which_page(form, draft, named, hits, value),), "asked")
    if not hits:
        return None
    one, value = hits[0], "" if whole else value
    moved = change(form, draft, one)
    if not value or one.type == "repeat":
        return moved
    return _said(one, take(form, moved.draft, one, value, False, today))


def _said(one: Field, taken: Step) -> Step:
    """The next question says what the answer was changed to; the check page shows it anyway."""
    if taken.outcome != "asked" or one.name not in taken.draft.values:
        return taken
    told = f"「{one.label}」改成：{masked(one, taken.draft.values[one.name])}。"
    first = taken.replies[0]
    return replace(taken, replies=(replace(first, text=f"{told}\n{first.text}"), *taken.replies[1:]))


def _exactly(fields: list[Field], named: str) -> bool:
    """Whether a word is a number, a label or a tag, and not merely like one."""
    return named.isdigit() or any(named in (fold(f.label), *f.compact_tag.split("|")) for f in fields)


def _cut(label: str, named: str, value: str) -> bool:
    """Whether a label that holds 成 or 为 (为什么要成立科协) was taken for a name and its new value."""
    joint = len(label) - len(named) - len(value)
    return label.startswith(named) and label.endswith(value) and 0 < joint <= 2


def meant(fields: list[Field], named: str) -> Field | None:
    """The question that a number, its label or its tag names; None when none or several are meant."""
    found = named_by(fields, named)
    return found[0] if len(found) == 1 else None


def named_by(fields: list[Field], named: str) -> list[Field]:
    """The questions that a number, a label or a tag may mean: 「人数」 may be one of several."""
    named = named.strip()
    if place := re.fullmatch(r"第\s*(\d{1,2})\s*[项题条个]?", named):  # 第6项改成国企
        named = place[1]
    if named.isdigit() and 1 <= int(named) <= len(fields):
        return [fields[int(named) - 1]]
    labels = [(f, fold(f.label)) for f in fields]  # what was said is folded too
    hits = [f for f, label in labels if named and named in (label, *f.compact_tag.split("|"))]
    hits = hits or [f for f, label in labels if len(named) >= 2 and (named in label or label in named)]
    return hits or _by_tag(fields, named)


def _by_tag(fields: list[Field], named: str) -> list[Field]:
    """单位名称 names the question tagged 单位: the longest tag inside the name decides."""
    tags = {tag: f for f in fields for tag in f.compact_tag.split("|") if len(tag) >= 2 and tag in named}
    return [tags[max(tags, key=len)]] if tags else []


ACTIONS: dict[str, Callable[[Form, Draft, date], Step]] = {
    "back": _back,
    "skip": _skip,
    "pause": _pause,
    "cancel": _cancel,
    "help": _help,
    "why": _why,
    "left": _left,
    "check": _check,
    "done": _done,
    "edit": _edit,
    "submit": _submit,
    "go": _go,
    "end": _end,
    "default": _default,
}
"""Wish -> what it does. Each takes (form, draft, today)."""
