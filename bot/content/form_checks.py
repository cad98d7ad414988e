"""What has to hang together in a form: names, expressions, `${name}`, keys that need or exclude one another, and what it
points to outside itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Mapping

from bot.content.expressions import compile_expression
from bot.content.forms import Field, Form, everything, flat
from bot.content.problems import Problems, near
from bot.content.yaml_files import Node

EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count")
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
"""`${name}` in a text that people read."""
TO_DO = "【待填】"
"""Stands where an imported form says nothing yet; no form goes out with it."""
NUMBERS = ("integer", "decimal", "range", "calculate")


def check_form(node: Node, form: Form) -> None:
    """Everything that one form file alone has to keep."""
    _check_keys(node, form)
    _check_names(node, form)
    _check_nesting(node, form.survey)
    _check_expressions(node, form)
    _check_placeholders(node, form)


# keys of the form


def _check_keys(node: Node, form: Form) -> None:
    """Keys that need or exclude one another."""
    dates = {field.name for field in flat(form.survey) if field.type == "date"}
    faults = (
        (
            "deadline",
            bool(form.opens and form.deadline and form.opens > form.deadline),
            f"截止日期 {form.deadline} 早于开始日期 {form.opens}",
            "改对其中一个",
            "FORM_016",
        ),
        ("waiting", form.waiting and not form.quota, "有 waiting，没有 quota", "写上名额，例如 quota: 50", "FORM_014"),
        ("late", form.late == "warn" and not form.deadline, "有 late，没有 deadline", "写上截止日期", "FORM_014"),
        (
            "ballot",
            bool(form.ballot) and form.access != "named",
            "投票要一人一票",
            "加一行 access: named",
            "FORM_014",
        ),
        (
            "anonymous",
            form.anonymous != "never" and form.ballot == "named",
            "记名投票不能匿名",
            "删掉 anonymous，或写 ballot: secret",
            "FORM_014",
        ),
        (
            "reminder.field",
            form.reminder is not None and form.reminder.field not in dates,
            f"没有 '{form.reminder.field if form.reminder else ''}' 这个日期字段"
            f"{near(form.reminder.field if form.reminder else '', dates)}",
            "写一个 type: date 的字段名",
            "FORM_013",
        ),
        (
            "reminder",
            form.reminder is not None and not (form.reminder.months or form.reminder.days),
            "没写多久以后",
            "写 months 或 days",
            "FORM_003",
        ),
    )
    for key, wrong, fault, remedy, code in faults:
        if wrong:
            node.problems.add(f"{node.place}.{key}", fault, remedy, code)
    for key in ("title", "purpose", "retention", "audience", "reviewer", "intro", "next_steps"):
        if TO_DO in getattr(form, key):
            node.problems.add(f"{node.place}.{key}", f"还是{TO_DO}，没有写", f"换成真正的内容，去掉{TO_DO}", "FORM_021")
    for one in everything(form.survey):
        if not form.quick and (one.extract or "whole" in one.appearance.split()):
            key = "extract" if one.extract else "appearance"
            place = f"{node.place}.survey[{one.name}].{key}"
            node.problems.add(place, "只有 quick: yes 的表才从一句话里取", "加一行 quick: yes，或删掉", "FORM_014")


# names


def _check_names(node: Node, form: Form) -> None:
    """Names are unique, but repeats that are not asked together may each have a `name`; tags are among questions asked
    side by side; what is listed exists."""
    rows = everything(form.survey)
    outer = [field.name for field in flat(form.survey)]
    always = [child.name for one in rows if one.type == "repeat" and not one.relevant for child in flat(one.children)]
    for own in ([], *([c.name for c in flat(one.children)] for one in rows if one.type == "repeat" and one.relevant)):
        names = [*outer, *always, *own]
        for name in sorted({n for n in names if n and names.count(n) > 1}):
            node.problems.add(f"{node.place}.survey", f"字段名 '{name}' 用了不止一次", "每个字段名只用一次", "FORM_011")
    for scope in (flat(form.survey), *(flat(one.children) for one in rows if one.type == "repeat")):
        _check_tags(node, scope)
    own = [field.name for field in flat(form.survey)]
    for key in ("dedupe", "submitter"):
        for name in getattr(form, key):
            if name not in own:
                fault = f"没有 '{name}' 这个字段{near(name, own)}"
                node.problems.add(f"{node.place}.{key}", fault, "改成存在的字段名", "FORM_013")


def _check_tags(node: Node, fields: list[Field]) -> None:
    tags: dict[str, str] = {}
    for field in fields:
        for tag in filter(None, field.compact_tag.split("|")):
            other = tags.setdefault(tag, field.name)
            if other != field.name:
                place = f"{node.place}.survey[{field.name}].compact_tag"
                node.problems.add(place, f"'{tag}' 已经用在 '{other}' 上", "一个词只给一个字段", "FORM_017")


def _check_nesting(node: Node, survey: tuple[Field, ...], inside: bool = False) -> None:
    for one in survey:
        if inside and one.type == "repeat":
            place = f"{node.place}.survey[{one.name}]"
            node.problems.add(place, "repeat 里面不能再放 repeat", "拆成两个 repeat", "FORM_014")
        _check_nesting(node, one.children, inside or one.type == "repeat")


# expressions


def _scopes(survey: tuple[Field, ...]) -> Iterator[tuple[Field, Collection[str]]]:
    """Every field with the names that its expressions may read: those of the form, inside a repeat its own too."""
    names = {field.name for field in flat(survey)}
    for field in flat(survey):
        yield field, names
        if field.type == "repeat":
            inner = names | {child.name for child in flat(field.children)}
            for child in flat(field.children):
                yield child, inner


def _check_expressions(node: Node, form: Form) -> None:
    """Every expression parses, reads only fields that exist, and can be worked out without a clock where need be."""
    for field, names in _scopes(form.survey):
        columns = {"name", *(column for choice in field.choices for column in choice.filters)}
        for key in filter(lambda key: getattr(field, key), EXPRESSIONS):
            known = {*names, *columns} if key == "choice_filter" else names
            _check_expression(node, f"survey[{field.name}].{key}", getattr(field, key), known, form)
    own = {field.name for field in flat(form.survey)}
    for result in form.results:
        _check_expression(node, f"results[{result.title}].relevant", result.relevant, own, form)
    for paper in form.documents:
        _check_expression(node, f"documents[{paper.label}].relevant", paper.relevant, own, form)


def _check_expression(node: Node, key: str, text: str, names: Collection[str], form: Form) -> None:
    if not text:
        return
    place = f"{node.place}.{key}"
    try:
        found = compile_expression(text, names)
    except ValueError as error:
        unknown = re.search(r"提到的 '([^']+)'", str(error))
        node.problems.add(place, str(error), f"改对{near(unknown[1], names) if unknown else ''}", "FORM_012")
        return
    if not key.endswith(".constraint") and ("today(" in found.text or "this" in found.names):
        node.problems.add(
            place,
            f"{key.rpartition('.')[2]} 里不能用 today() 或 this",
            "today() 和 this 只能写在 constraint 里",
            "FORM_015",
        )
    fault = _sum_fault(found.text, form)
    if fault:
        node.problems.add(place, fault, "写成 sum(重复组, '组里的数字字段')", "FORM_012")


def _sum_fault(text: str, form: Form) -> str:
    """Why a `sum(…)` of the expression cannot be worked out, or ""."""
    repeats = {one.name: one for one in everything(form.survey) if one.type == "repeat"}
    for call in ast.walk(ast.parse(text, mode="eval")):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "sum"):
            continue
        if len(call.args) != 2 or not isinstance(call.args[0], ast.Name) or not isinstance(call.args[1], ast.Constant):
            return "sum 要写两样：重复组和组里的字段"
        repeat = repeats.get(call.args[0].id)
        if repeat is None:
            return f"'{call.args[0].id}' 不是 repeat"
        numbers = [child.name for child in flat(repeat.children) if child.type in NUMBERS]
        child = str(call.args[1].value) if isinstance(call.args[1].value, str) else ""
        if child not in numbers:
            return f"'{repeat.name}' 里没有 '{child}' 这个数字字段{near(child, numbers)}"
    return ""


# ${name}


def _check_placeholders(node: Node, form: Form) -> None:
    """Every `${name}` names a field that can be read where it stands."""
    for field, names in _scopes(form.survey):
        for key in ("label", "hint"):
            _check_text(node, f"survey[{field.name}].{key}", getattr(field, key), names)
    own = {field.name for field in flat(form.survey)}
    _check_text(node, "next_steps", form.next_steps, own)
    for result in form.results:
        for text in (result.title, result.text):
            _check_text(node, f"results[{result.title}]", text, own)
    for paper in form.documents:
        for text in (paper.name, paper.hint):
            _check_text(node, f"documents[{paper.label}]", text, own)
    if form.reminder:
        _check_text(node, "reminder.text", form.reminder.text, {*own, "last_day"})


def _check_text(node: Node, key: str, text: str, names: Collection[str]) -> None:
    for name in PLACEHOLDER.findall(text):
        if name not in names:
            fault = f"'${{{name}}}' 里的 '{name}' 不是这里能用的字段{near(name, names)}"
            node.problems.add(f"{node.place}.{key}", fault, "改成存在的字段名", "FORM_019")


# what a form points to outside itself


def check_references(
    form: Form,
    forms: Mapping[str, Form],
    templates: Collection[str],
    entry_ids: Collection[str] | None,
    problems: Problems,
) -> None:
    """Forms, entries and templates that a form names exist. To be called when all forms are loaded."""
    place = f"forms: {form.form_id}"
    own = [paper.template for paper in form.documents]
    named: list[tuple[str, str, Collection[str], str]] = []
    named += [("follows", form.follows, forms, "这张表")] if form.follows else []
    named += [("documents", template, templates, "这个模板（forms/templates）") for template in own]
    for result in form.results:
        key = f"results[{result.title}]"
        named += [(f"{key}.form", result.form, forms, "这张表")] if result.form else []
        named += [(f"{key}.documents", one, own, "这份文书（本表的 documents）") for one in result.documents]
        named += [(f"{key}.see", one, entry_ids, "这个词条") for one in result.see if entry_ids is not None]
    for key, name, known, what in named:
        if name not in known:
            fault = f"没有 '{name}' {what}{near(name, known)}"
            problems.add(f"{place}.{key}", fault, "改成存在的，或补上它", "FORM_020")
