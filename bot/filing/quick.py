"""Quick forms: one message, with a photo perhaps, fills the form. What was understood is shown before it counts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.content.forms import Field, Form
from bot.filing import pages
from bot.filing.answering import constrain, go_on, refused
from bot.filing.asking import at, find, next_field
from bot.filing.draft import Draft, Event, Step, has
from bot.filing.extract import extract
from bot.filing.laying import lay_in
from bot.filing.scope import asked
from bot.filing.speech import find as find_in
from bot.filing.speech import no_such_days
from bot.filing.types import Parsed, parse, show
from bot.filing.values import fold
from bot.filing.words import NOT_SO, QUESTION_WORD, SURE_QUESTION
from bot.messages import Attachment, Reply

RECENT = 60
"""Days within which something has to have been done, to be taken for a report without being called one."""
_DID = re.compile(
    r"(?:办|举办|举行|召开|开展|组织|搞|开|做|参加|进行|请|到场|听)了|(?:办|开|搞|做)(?:完|好)|参加$|到会|到场|来听|顺利"
)
"""Words of what is done already."""
_WISHES = re.compile(r"需要|想要?|打算|准备|下一步|接下来|能否|可否|请问|该|怎|咋|啥|吗|呢|么|[?？]")
"""Words of somebody who asks or plans."""
LEAST = 8
"""Characters that a message needs to be taken for a whole report."""


def whole(form: Form, draft: Draft) -> Field | None:
    """The question that takes the entire message, if it is the one that is asked."""
    one = at(form, draft) if form.quick and draft.at else None
    return one if one and "whole" in one.appearance.split() else None


def tells_something(form: Form, text: str, today: date) -> bool:
    """Whether a message that asks for the form already holds a report: 「工作快报：昨天下午……」, not 「我要报工作快报」."""
    if len(fold(text)) < LEAST or fold(text) in form.ask:
        return False
    facts = (one for one in form.survey if one.extract and one.extract != "kind")
    return any(find_in(text, one, today) or _no_such_day(one, text, today) for one in facts)


def reads_like_a_report(form: Form, text: str, today: date) -> bool:
    """Whether a message reads like a report though nobody asked for one: a day of these weeks, something that was done,
    and two more facts (where, how many, by whom, what sort), and no question."""
    plain = fold(text)
    if len(plain) < LEAST or not _DID.search(plain) or _WISHES.search(plain) or QUESTION_WORD.search(plain):
        return False
    found = {one.extract: find_in(text, one, today) for one in form.survey if one.extract}
    days = {hit.answer for hit in found.pop("date", [])}
    # A slip in the date makes it no less a report: the person is told and asked.
    recent = any(0 <= (today - date.fromisoformat(day)).days <= RECENT for day in days) or (
        not days and no_such_days(text, today)
    )
    return bool(recent) and sum(1 for hits in found.values() if hits) >= 2


def take_message(form: Form, draft: Draft, event: Event, today: date) -> Step:
    """A whole message: its text is the report, everything that is clear in it becomes an answer, its files are kept."""
    one = whole(form, draft)
    assert one is not None
    text = headed(form, event.text) or event.text.strip()
    if not text:
        return take_pictures(form, draft, event.attachments)
    if not event.attachments and (SURE_QUESTION.search(fold(text)) or _asks(form, text, today)):
        return Step(draft, (), "elsewhere")
    try:
        said = parse(one, text, today)
        constrain(form, draft, one, said.value, today)
    except ValueError as error:
        return refused(form, draft, one, text, str(error))
    draft = replace(draft, values={**draft.values, one.name: said.value})
    good, unsure = mine(form, draft, text, today)
    draft = replace(draft, values=_with(draft, good), taken=tuple(name for name in draft.taken if name not in good))
    draft, told = lay_in(form, draft, event.attachments)
    heard = [_heard(find(form, name), parsed) for name, parsed in good.items()]
    if next_field(form, draft) is None:  # the check page shows it all
        heard = ["我是这样理解的，请看对不对。"]
    elif heard:
        heard = ["听懂了这些，不对就改：", *heard]
    return go_on(form, draft, "\n".join([*told, *(heard or ["记下了。"]), *unsure]))


def corrected(form: Form, draft: Draft, text: str, today: date) -> Step | None:
    """「不对，是前天」, 「不是45人，是50人」: the facts in it take the place of those that were heard. None when it corrects
    nothing; what is no fact is never taken for the answer to the question at hand."""
    said = NOT_SO.match(fold(text)) if form.quick and not whole(form, draft) else None
    heard = [one for one in asked(form, draft.values) if one.extract and has(draft, one)]
    if not said or not heard:
        return None
    good, unsure = _facts(form, draft, heard, said["right"], {}, today)
    told = [f"「{one.label}」改成：{show(one, good[one.name].value)}。" for one in heard if one.name in good]
    if not told and not unsure:
        unsure = [f"哪一项不对？带上名字说就行，例如「改 {heard[0].label}」，或者「{heard[0].label}不对，是……」。"]
    return go_on(form, replace(draft, values=_with(draft, good)), "\n".join([*told, *unsure]))


def headed(form: Form, text: str) -> str:
    """What follows 「工作快报：」, "" when the text does not begin with the form's name and a colon or the like. After a
    mere space it has to read like a report: 「工作快报 怎么报」 is a question."""
    for words in (form.title, *form.ask):
        found = re.match(rf"\s*{re.escape(words)}(\s*[:：,，。\n]\s*|\s+)", text)
        if found:
            rest = text[found.end() :].strip()
            only_a_space = found[1].isspace() and "\n" not in found[1]
            return "" if only_a_space and (len(rest) < LEAST or QUESTION_WORD.search(fold(rest))) else rest
    return ""


def take_pictures(form: Form, draft: Draft, files: Sequence[Attachment]) -> Step:
    """Files without words, at any question: they go to the first question that takes such files. The rest of an album
    comes this way."""
    at_first = draft.at
    draft, told = lay_in(form, draft, files)
    if not at_first or draft.phase == "checking":
        return Step(draft, (pages.check_page(form, draft, "\n".join(told)),), "asked")
    one = at(form, draft)
    if one.type in ("file", "image") and has(draft, one):
        return go_on(form, draft, "\n".join(told))
    return Step(draft, (pages.question(form, draft, "\n".join(told)),), "asked")


def mine(form: Form, draft: Draft, text: str, today: date) -> tuple[dict[str, Parsed], list[str]]:
    """(answers that are clear in the text, by field name; a sentence for each that is not). What was announced by name
    (人数 50) comes before what was found in plain speech."""
    open_ones = [f for f in asked(form, draft.values) if not has(draft, f) or f.name in draft.taken]
    named, _ = extract(form, draft, text, today)
    return _facts(form, draft, open_ones, text, named, today)


def _facts(
    form: Form, draft: Draft, fields: Sequence[Field], text: str, named: Mapping[str, Parsed], today: date
) -> tuple[dict[str, Parsed], list[str]]:
    """The same for the given questions. `named`: answers that were announced by name."""
    good: dict[str, Parsed] = {}
    unsure: list[str] = []
    for one in fields:
        if one.name in named and "whole" not in one.appearance.split():
            parsed: Parsed | None = named[one.name]
        elif one.extract:
            parsed, doubt = _found(one, text, today)
            unsure += [doubt] if doubt else []
        else:
            continue
        if parsed is None:
            continue
        try:
            constrain(form, replace(draft, values=_with(draft, good)), one, parsed.value, today)
            good[one.name] = parsed
        except ValueError as error:
            unsure.append(f"「{one.label}」听到的是{show(one, parsed.value)}，没有记：{error}")
    return good, unsure


def _found(one: Field, text: str, today: date) -> tuple[Parsed | None, str]:
    """(the one answer in the text or None, why none was taken when there are several)."""
    hits = find_in(text, one, today)
    answers = list(dict.fromkeys(hit.answer for hit in hits))
    if len(answers) > 1 and one.type == "select_multiple":
        answers = ["、".join(answers)]
    if len(answers) > 1:
        heard = "、".join(f"「{hit.said}」" for hit in hits[:4])
        return None, f"「{one.label}」听到了不止一个（{heard}），请说明是哪一个。"
    if not answers:
        return None, _no_such_day(one, text, today)
    try:
        return parse(one, answers[0], today), ""
    except ValueError as error:
        return None, f"「{one.label}」听到的是「{hits[0].said}」，没有记：{error}"


def doubtful_days(form: Form, text: str, today: date) -> list[str]:
    """Why a date in the text cannot be taken, for each question that asks for one."""
    dated = (one for one in form.survey if one.extract == "date" and not find_in(text, one, today))
    return [told for one in dated if (told := _no_such_day(one, text, today))]


def _no_such_day(one: Field, text: str, today: date) -> str:
    """Why the only date in the text cannot be taken; "" when there is none, or it can."""
    days = no_such_days(text, today) if one.extract == "date" else []
    return f"「{one.label}」听到的是「{days[0][0]}」，没有这一天：{days[0][1]}" if days else ""


def _with(draft: Draft, good: Mapping[str, Parsed]) -> dict[str, Any]:
    return {**draft.values, **{name: parsed.value for name, parsed in good.items()}}


def _heard(one: Field, parsed: Parsed) -> str:
    about = "（约数）" if "约数" in parsed.note else ""
    return f"- {one.label}：{show(one, parsed.value)}{about}"


def _asks(form: Form, text: str, today: date) -> bool:
    """「怎么填」 in the place of a report: a question word and no fact."""
    return bool(QUESTION_WORD.search(fold(text))) and not tells_something(form, text, today)


def more_files(before: Draft, after: Draft) -> Reply | None:
    """A short word for the rest of an album, instead of the whole page again for every picture; None when no file was
    added."""
    counts = {name: len(value) for name, value in after.values.items() if isinstance(value, list)}
    grown = [name for name, many in counts.items() if many > len(before.values.get(name) or [])]
    return Reply(f"又收到照片，现在一共 {counts[grown[0]]} 个文件。") if grown else None
