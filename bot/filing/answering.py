"""Taking answers: one, several in a message, choices pressed one by one, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.asking import find, next_field
from bot.filing.draft import Draft, Event, Step, has
from bot.filing.entering import is_full, stand
from bot.filing.fitting import fitted
from bot.filing.item_view import settled
from bot.filing.laying import stored
from bot.filing.scope import ItemForm, asked, evaluate, visible
from bot.filing.types import Parsed, check_file, parse, show
from bot.filing.values import fold
from bot.filing.words import QUESTION_WORD
from bot.messages import Button, Reply

HELP_AFTER = 3
"""Failures at one question after which help or a person is offered (design, Forms 3)."""


def take(form: Form, draft: Draft, one: Field, text: str, asks: bool, today: date) -> Step:
    try:
        parsed = parse(one, text, today)
        constrain(form, draft, one, parsed.value, today)
        if asks and one.type == "text" and "multiline" not in one.appearance and QUESTION_WORD.search(fold(text)):
            return Step(draft, (), "elsewhere")
    except ValueError as error:
        if asks and len(fold(text)) <= 60:
            return Step(draft, (), "elsewhere")
        return refused(form, draft, one, text, str(error))
    return accepted(form, draft, one, parsed, today)


def constrain(form: Form, draft: Draft, one: Field, value: Any, today: date) -> None:
    shown = visible(form, {**draft.values, one.name: value})
    if one.constraint and evaluate(form, one.constraint, shown, value, today) in (False, 0):
        raise ValueError(one.constraint_message or "这个答案不符合要求，请核对。")


def accepted(form: Form, draft: Draft, one: Field, parsed: Parsed, today: date) -> Step:
    values = {**draft.values, one.name: parsed.value}
    draft = replace(draft, values=values, skipped=tuple(n for n in draft.skipped if n != one.name))
    told = parsed.note or (
        f"记下：{show(one, parsed.value)}" if one.format or one.type.startswith("select") or one.type == "rank" else ""
    )
    broken = _dependent(form, draft, one.name, today)
    if broken:
        labels = "、".join(f.label for f in broken)
        told = f"{told}\n这样一来，「{labels}」就对不上了，请再填一次。".strip()
        draft = _opened(draft, {f.name: f for f in broken})
    return go_on(form, draft, told)


def _opened(draft: Draft, broken: Mapping[str, Field]) -> Draft:
    """The draft with these questions open again. A list is kept, to be put right."""
    gone = {name for name, one in broken.items() if one.type != "repeat"}
    values = {name: value for name, value in draft.values.items() if name not in gone}
    return replace(draft, values=values, ended=tuple(name for name in draft.ended if name not in broken))


def _dependent(form: Form, draft: Draft, changed: str, today: date) -> list[Field]:
    """Answers that read the changed one in their constraint, which fails now."""
    return [
        f
        for f in asked(form, draft.values)
        if f.name != changed
        and changed in f.constraint
        and has(draft, f)
        and evaluate(form, f.constraint, visible(form, draft.values), draft.values[f.name], today) in (False, 0)
    ]


def refused(form: Form, draft: Draft, one: Field, text: str, reason: str) -> Step:
    failures = draft.failures + 1
    draft = replace(draft, rejected=text[:500], failures=failures)
    rows: list[tuple[Button, ...]] = []
    told = f"「{one.label}」还没收下：{reason}"
    if failures >= HELP_AFTER:
        told += (
            f"\n试了几次都没成。可以看「帮助」{'、先「跳过」' if not one.required else '、先「暂存」'}，或请人帮忙。"
        )
        rows.append((Button("找人工", "human"),))
    reply = pages.question(form, draft, told)
    return Step(draft, (replace(reply, buttons=(*reply.buttons, *rows)),), "invalid")


def several(form: Form, draft: Draft, good: dict[str, Parsed], bad: dict[str, str], today: date) -> Step:
    values = dict(draft.values)
    lines = []
    for one in asked(form, draft.values):
        if one.name in good:
            try:
                constrain(form, replace(draft, values=values), one, good[one.name].value, today)
            except ValueError as error:
                bad[one.name] = str(error)
                continue
            values[one.name] = good[one.name].value
            note = f"（{good[one.name].note.rstrip('。')}）" if good[one.name].note else ""
            lines.append(f"- {one.label}：{show(one, good[one.name].value)}{note}")
    told = "记下了：\n" + "\n".join(lines) if lines else ""
    for name, reason in bad.items():
        told += f"\n没收下「{find(form, name).label}」：{reason}"
    draft = replace(draft, values=values, skipped=tuple(name for name in draft.skipped if name not in values))
    broken = {f.name: f for name in good for f in _dependent(form, draft, name, today)}
    if broken:
        told += f"\n这样一来，「{'、'.join(f.label for f in broken.values())}」就对不上了，请再填一次。"
        draft = _opened(draft, broken)
    after = go_on(form, draft, told.strip())
    return replace(after, outcome="invalid") if bad and not lines else after


def go_on(form: Form, draft: Draft, lead: str = "") -> Step:
    """Ask the next open question, or show the check page when none is left. In an item of a repeat the outcome is then
    `item`, and the one reply holds what is to be said before whatever follows."""
    draft = settled(form, draft)
    following = next_field(form, draft)
    while following is not None and following.type == "repeat" and is_full(form, draft, following):
        draft = replace(draft, ended=(*draft.ended, following.name))
        following = next_field(form, draft)
    draft = replace(draft, revision=draft.revision + 1, failures=0, rejected="", confirming="", fresh=False)
    if following is None and isinstance(form, ItemForm):
        return Step(draft, (Reply(lead),), "item")
    if following is None:
        draft = replace(draft, phase="checking", at="", item=-1, changing=False)
        return Step(draft, (pages.check_page(form, draft, lead),), "checking")
    if following.type == "repeat":
        return stand(form, replace(draft, changing=False), following, lead)
    if not isinstance(form, ItemForm):
        draft = replace(draft, item=-1)
    draft = replace(draft, phase="asking", at=following.name, changing=False)
    return Step(draft, (pages.question(form, draft, lead),), "asked")


def take_files(form: Form, draft: Draft, one: Field, event: Event) -> Step:
    """Files at the question that asks for them."""
    kept = [] if draft.fresh else list(draft.values.get(one.name) or [])
    told: list[str] = []
    for file in event.attachments:
        problem = check_file(one, file)
        if not problem and len(kept) >= one.max_files:
            problem = (
                f"「{one.label}」最多 {one.max_files} 个文件，「{file.name}」没有收。要换，请说「改 {one.label}」。"
            )
        if problem:
            told.append(problem)
        else:
            kept.append(stored(file))
            told.append(f"收到「{file.name}」。")
    draft = replace(draft, values={**draft.values, one.name: kept} if kept else draft.values)
    if len(kept) == one.max_files:
        return go_on(form, draft, "\n".join(told))
    # The revision stays: 「完成」 under any file of an album has to work.
    if kept:
        draft = replace(draft, fresh=False)
        told.append(f"还可以再发 {one.max_files - len(kept)} 个。发完请点「完成」。")
        return Step(draft, (pages.question(form, draft, "\n".join(told)),), "asked")
    return Step(draft, (pages.question(form, draft, "\n".join(told)),), "invalid")


def toggled(form: Form, draft: Draft, one: Field, name: str, today: date) -> Step:
    """One choice of several is put in or taken out; 「完成」 ends it. A ranking is complete with its last choice."""
    chosen = list(draft.values.get(one.name) or [])
    chosen = [other for other in chosen if other != name] if name in chosen else [*chosen, name]
    values = {**draft.values, one.name: chosen}
    draft = replace(draft, values=values, revision=draft.revision + 1)
    if one.type == "rank" and len(chosen) == len(one.choices):
        return accepted(form, draft, one, Parsed(chosen), today)
    return Step(draft, (pages.question(form, draft),), "asked")


def repeat(form: Form, draft: Draft, lead: str = "我们接着填表。") -> Reply:
    """The present question or the check page once more."""
    draft = fitted(form, draft)
    if form.keep == "wished" and draft.phase == "checking":
        return pages.results_again(form, draft)
    return (
        pages.check_page(form, draft, lead)
        if draft.phase == "checking" or not draft.at
        else pages.question(form, draft, lead)
    )
