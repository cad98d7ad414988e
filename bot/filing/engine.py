"""The engine: one event in, the next draft and its replies out. Pure: no clock, disk or network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from bot.content.forms import Field, Form, flat
from bot.filing import pages
from bot.filing.answering import accepted, constrain, go_on, repeat, several, take, take_files, toggled
from bot.filing.asking import at
from bot.filing.choosing import choose
from bot.filing.draft import Draft, Event, Step, has
from bot.filing.extract import extract
from bot.filing.fitting import fitted
from bot.filing.items import handle
from bot.filing.laying import KINDS, is_for_another, lay_in
from bot.filing.moves import ACTIONS, change, change_by_name, closed, confirm
from bot.filing.quick import corrected, take_message, take_pictures, whole
from bot.filing.scope import asked, has_value
from bot.filing.types import TYPES, Parsed, fits, parse
from bot.filing.values import fold, means_none
from bot.filing.words import CONSENT, DENIAL, GREETINGS, MAYBE_QUESTION, SURE_QUESTION, bare, change_wish, wish
from bot.messages import Reply

__all__ = ["Draft", "Event", "Step", "repeat", "start", "step", "wish"]


def start(
    form: Form,
    draft_id: str,
    today: date,
    profile: Mapping[str, str],
    earlier: Mapping[str, Any] | None = None,
    anonymous: bool = False,
) -> Step:
    """A new draft with the opening and its first question. `profile`: earlier answers by `prefill` key. `earlier`:
    answers of a submission that this one follows, by field name; they come before the profile."""
    draft = Draft(draft_id, form.form_id, form.version, anonymous=anonymous)
    reason = closed(form, today)
    if reason:
        return Step(replace(draft, phase="cancelled"), (Reply(reason),), "cancelled")
    values: dict[str, Any] = _still_fitting(form, draft, earlier or {}, today)
    taken = list(values)
    for one in asked(form, values):
        if one.name in values:
            continue
        given = profile.get(one.prefill, "") if one.prefill else one.default if form.quick else ""
        if given:
            try:
                values[one.name] = parse(one, given, today).value
                taken += [one.name] if one.prefill else []
            except ValueError:
                continue
    values |= _fixed(form, today)
    draft = replace(draft, values=values, taken=tuple(taken))
    return go_on(
        form, draft, "\n\n".join(part for part in (pages.opening(form), pages.taken_over(form, draft)) if part)
    )


def _fixed(form: Form, today: date) -> dict[str, Any]:
    """What is only shown: the ready-made answers of read-only rows."""
    found = {}
    for one in flat(form.survey):
        if one.read_only and one.default and one.type in TYPES:
            try:
                found[one.name] = parse(one, one.default, today).value
            except ValueError:
                continue
    return found


def _still_fitting(form: Form, draft: Draft, earlier: Mapping[str, Any], today: date) -> dict[str, Any]:
    """Those earlier answers that this form takes too: their choice is still there, their constraint holds."""
    values: dict[str, Any] = {}
    for one in flat(form.survey):
        if has_value(earlier.get(one.name)):
            trial = replace(draft, values={**values, one.name: earlier[one.name]})
            try:
                constrain(form, trial, one, earlier[one.name], today)
            except ValueError:
                continue
            if has(trial, one) or (one.type == "repeat" and fits(one, earlier[one.name])):
                values = dict(trial.values)
    return values


def step(form: Form, draft: Draft, event: Event, today: date) -> Step:
    """The next draft after one event; see `Step` for the outcomes."""
    if draft.phase == "submitted":
        return Step(
            draft, (Reply(f"「{form.title}」已经提交过了，不用再交。回执号在上面，发给我就能查进度。"),), "asked"
        )
    if draft.phase == "cancelled":
        return Step(
            draft, (Reply(f"这张表已经取消了。要重新填，请说「{form.ask[0] if form.ask else form.title}」。"),), "asked"
        )
    if draft.phase == "paused":
        draft = draft.resumed()
    draft = fitted(form, draft)
    if event.press and _stale(draft, event.press):
        told = Reply("这个按钮是前面一步的，已经不能用了。请看现在这一步：")
        return Step(draft, (told, repeat(form, draft)), "asked")
    inside = handle(form, draft, event, today, _turn)
    return inside if inside is not None else _turn(form, draft, event, today)


def _turn(form: Form, draft: Draft, event: Event, today: date) -> Step:
    """One event for the form, or for one item of a repeat as a form of its own."""
    if event.press:
        return _press(form, draft, event.press, today)
    if event.attachments and form.quick and not whole(form, draft):
        if not event.text.strip():
            return take_pictures(form, draft, event.attachments)
        draft, _ = lay_in(form, draft, event.attachments)
    elif event.attachments and form.quick:
        return take_message(form, draft, event, today)
    elif event.attachments:
        return _files(form, draft, event, today)
    action, word = wish(event.text), bare(event.text)
    if form.keep == "wished" and draft.phase == "checking" and word in ("保存", "存", "存着", "暂存", "留一份"):
        action = "submit"
    if draft.confirming:
        return confirm(form, draft, action, word)
    if action and _fits(form, draft, action, event.text):
        return ACTIONS[action](form, draft, today)
    if not action and draft.at and denies(at(form, draft), event.text):
        return ACTIONS["skip"](form, draft, today)
    wanted = change_wish(event.text)
    # A long message to staff may well speak of changing something; there it is the answer.
    if wanted and not (_anything(form, draft) and len(event.text) > 8):
        changed = change_by_name(form, draft, *wanted, today)
        if changed:
            return changed
    return corrected(form, draft, event.text, today) or _answer(form, draft, event.text, today)


def _files(form: Form, draft: Draft, event: Event, today: date) -> Step:
    """Files at the question for them; at any other they are kept for the question that takes them, and what was written
    with them is the answer."""
    one = at(form, draft) if draft.at else None
    asked_for = one is not None and one.type in KINDS
    if one and asked_for and not all(is_for_another(form, draft, one, file) for file in event.attachments):
        return take_files(form, draft, one, event)
    laid, told = lay_in(form, draft, event.attachments)
    lead = Reply("\n".join(told))
    if event.text.strip():
        done = _turn(form, laid, Event(event.text), today)
        if done.outcome != "elsewhere":
            return replace(done, replies=(lead, *done.replies))
    return Step(laid, (lead, repeat(form, laid)), "asked" if laid != draft else "invalid")


def _answer(form: Form, draft: Draft, text: str, today: date) -> Step:
    if not text.strip():
        return Step(draft, (repeat(form, draft),), "asked")
    if whole(form, draft):
        return take_message(form, draft, Event(text), today)
    if _anything(form, draft):
        return take(form, draft, at(form, draft), text, False, today)
    if SURE_QUESTION.search(fold(text)):
        return Step(draft, (), "elsewhere")
    asks = bool(MAYBE_QUESTION.search(fold(text)))
    good, bad = extract(form, draft, text, today, only_sure=asks)
    if good or bad:
        return several(form, draft, good, bad, today)
    if draft.phase == "checking":
        changed = change_by_name(form, draft, fold(text), "", today) if fold(text).isdigit() else None
        if bare(text) in CONSENT:
            if form.keep == "wished":
                return Step(draft, (pages.results_again(form, draft),), "asked")
            # Handing in takes its own word: a mere 好 may mean anything.
            return Step(draft, (pages.check_page(form, draft, "都对的话，请点「提交」，或回复「提交」。"),), "asked")
        return changed or Step(draft, (), "elsewhere")
    if bare(text) in TAKES_DEFAULT and _offers_default(form, draft, text):
        return ACTIONS["default"](form, draft, today)
    if at(form, draft).type == "text" and (bare(text) in GREETINGS or fold(text) in form.ask):
        return Step(draft, (), "elsewhere")
    return take(form, draft, at(form, draft), text, asks, today)


TAKES_DEFAULT = frozenset(["好", "好的", "ok", "行", "可以", "嗯"])


def _offers_default(form: Form, draft: Draft, text: str) -> bool:
    """Whether a word of consent means the ready-made answer, and is not itself the name of a choice."""
    one = at(form, draft)
    words = {word for choice in one.choices for word in (choice.label, *choice.aliases)}
    return bool(one.default) and not has(draft, one) and fold(text) not in words


def denies(one: Field, text: str) -> bool:
    """Whether 「没有邮箱」 says that there is nothing to answer at a question that may be passed over."""
    said = DENIAL.match(fold(text).strip(" 。.!！"))
    if not said or one.required or one.type in ("select_one", "select_multiple", "acknowledge", "repeat"):
        return False
    names = [fold(one.label), *filter(None, one.compact_tag.split("|"))]
    return any(said[1] in name or name in said[1] for name in names)


def _anything(form: Form, draft: Draft) -> bool:
    """Whether whatever is said now is the answer (`appearance: anything`)."""
    return bool(draft.at) and "anything" in at(form, draft).appearance.split()


def _is_choice(one: Field, text: str) -> bool:
    """Whether 「没有」 names a choice (否) and is no wish to skip."""
    try:
        choose(one.choices, text)
    except ValueError:
        return False
    return True


def _may_be_zero(one: Field) -> bool:
    """Whether 「没有」 is the number 0 there, and no wish to skip: the question has to be answered, and 0 is an answer."""
    return one.required and one.type in ("integer", "decimal") and not (one.start and one.start > 0)


def _stale(draft: Draft, press: str) -> bool:
    """Whether a button is not of this draft as it stands now."""
    parts = press.split(":")
    return len(parts) < 4 or parts[1] != draft.id[-10:] or parts[2] != str(draft.revision)


def _press(form: Form, draft: Draft, press: str, today: date) -> Step:
    parts = press.split(":")
    action, argument = parts[3], parts[4] if len(parts) > 4 else ""
    if draft.confirming:
        return confirm(form, draft, action, argument)
    if action == "pick" and draft.at and argument.isdigit():
        one = at(form, draft)
        if one.type == "acknowledge":
            return accepted(form, draft, one, Parsed("yes"), today)
        if int(argument) < len(one.choices) and one.type in ("select_multiple", "rank"):
            return toggled(form, draft, one, one.choices[int(argument)].name, today)
        if int(argument) < len(one.choices):
            return accepted(form, draft, one, Parsed(one.choices[int(argument)].name), today)
    if action == "value" and draft.at and at(form, draft).type == "range":
        return take(form, draft, at(form, draft), argument, False, today)
    if action == "change":
        fields = asked(form, draft.values)
        if argument.isdigit() and 1 <= int(argument) <= len(fields):
            return change(form, draft, fields[int(argument) - 1])
    if action in ACTIONS:
        return ACTIONS[action](form, draft, today)
    return Step(draft, (repeat(form, draft),), "asked")


def _fits(form: Form, draft: Draft, action: str, text: str) -> bool:
    """Whether a word is a wish here and not an answer; a choice with that label wins."""
    if action == "end" and form.keep != "wished":
        return False
    if action == "default":
        return bool(draft.at and at(form, draft).default)
    if not draft.at:
        return action != "done"
    one = at(form, draft)
    # Only this very word is then an answer: where 没有 is a choice, 跳过 is still a wish.
    if {bare(text), fold(text)} & {
        word.casefold() for choice in one.choices for word in (choice.label, *choice.aliases)
    }:
        return False
    if action == "skip" and one.type == "select_one" and _is_choice(one, text):
        return False
    if action == "skip" and means_none(text) and _may_be_zero(one):
        return False
    if action == "done":
        return one.type in ("file", "image", "select_multiple", "rank")
    return True
