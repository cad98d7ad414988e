"""What the answers come to: the results of a form whose expression is true."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.content.forms import Form, Result
from bot.filing.draft import Draft
from bot.filing.press import press_id
from bot.filing.scope import evaluate, visible
from bot.filing.wording import worded
from bot.messages import Button, Reply

MAX_BUTTONS = 8
"""Entries and forms offered under a result."""


def concluded(form: Form, values: Mapping[str, Any]) -> list[Result]:
    """The results that hold, in order, with `${name}` filled in."""
    shown = visible(form, values)
    return [
        replace(one, title=worded(form, one.title, shown), text=worded(form, one.text, shown))
        for one in form.results
        if not one.relevant or evaluate(form, one.relevant, shown)
    ]


def told(form: Form, values: Mapping[str, Any]) -> str:
    """The results as people read them, each with its sources; "" when none holds."""
    parts = []
    for one in concluded(form, values):
        clauses = cited(form, one.sources)
        parts.append("\n".join(part for part in (f"【{one.title}】", one.text, clauses) if part))
    return "\n\n".join(parts)


def cited(form: Form, sources: tuple[str, ...]) -> str:
    """「依据：组织通则 第十二条」, or "" when there is no source."""
    places = "；".join(dict.fromkeys(form.clauses.get(source, source) for source in sources))
    return f"依据：{places}。" if places else ""


def ways(form: Form, values: Mapping[str, Any]) -> tuple[tuple[Button, ...], ...]:
    """Buttons to the entries and forms that the results point to, one a row."""
    found: dict[str, str] = {}
    for one in concluded(form, values):
        found |= {f"form:start:{one.form}": f"现在就填「{form.titles.get(one.form, one.form)}」"} if one.form else {}
        found |= {f"e:{entry}": form.titles.get(entry, entry) for entry in one.see}
    return tuple((Button(_short(label), press),) for press, label in list(found.items())[:MAX_BUTTONS])


def papers(form: Form, values: Mapping[str, Any], key: str) -> tuple[tuple[Button, ...], ...]:
    """Buttons to the papers that the results name. `key`: `d:` and the end of the draft's id."""
    named = {template for one in concluded(form, values) for template in one.documents}
    return tuple(
        (Button(_short(one.label), f"p:{one.template.rpartition('.')[0]}:{key}"),)
        for one in form.documents
        if one.template in named
    )


def _short(label: str) -> str:
    return label if len(label) <= 20 else label[:19] + "…"


def results_again(form: Form, draft: Draft) -> Reply:
    """A word instead of the whole page, after something else was talked about."""
    return Reply(f"「{form.title}」的结果在上面，还没有保存。", buttons=(_end_row(draft),))


def _end_row(draft: Draft) -> tuple[Button, ...]:
    return (
        Button("保存结果", press_id(draft, "submit")),
        Button("改答案", press_id(draft, "edit")),
        Button("结束", press_id(draft, "end")),
    )


def results_page(form: Form, draft: Draft, lead: str = "") -> Reply:
    """What a tool shows after its last question: results, and whether they should be kept."""
    text = told(form, draft.values) or "按您填的内容，没有可以给的结论。要核对，请点「改答案」。"
    text += "\n\n以上没有保存。要留一份、以后查得到，请点「保存结果」。"
    rows = (*ways(form, draft.values), *papers(form, draft.values, f"d:{draft.id[-10:]}"), _end_row(draft))
    return Reply(f"{lead}\n\n{text}" if lead else text, buttons=rows)
