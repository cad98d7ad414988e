"""forms/*.yaml -> frozen `Form` objects, with every fault named. Rows are read in field_loader, what hangs together is
checked in form_checks."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from pathlib import Path

from bot.content.field_loader import (
    FIELD_KEYS,
    FORMATS,
    NAME,
    NAME_REMEDY,
    TYPES,
    choice_lists,
    count,
    known_sources,
    load_field,
    word,
    yes,
)
from bot.content.form_checks import check_form, check_references
from bot.content.forms import Document, Form, Reminder, Result, everything, flat
from bot.content.models import Source
from bot.content.problems import Problems
from bot.content.yaml_files import Node, read_yaml

__all__ = ["FIELD_KEYS", "FORMATS", "FORM_KEYS", "TYPES", "flat", "load_forms"]

FORM_KEYS = {*(f.name for f in dataclass_fields(Form)), "choices"} - {"clauses", "titles"}
RESULT_KEYS = {f.name for f in dataclass_fields(Result)}
DOCUMENT_KEYS = {f.name for f in dataclass_fields(Document)}
REMINDER_KEYS = {f.name for f in dataclass_fields(Reminder)}
ACCESS = ("anyone", "staff", "named")
ANONYMOUS = ("never", "choice", "always")
KEEP = ("always", "wished")
LATE = ("refuse", "warn")
STATES = ("open", "closing", "closed")
BALLOTS = ("secret", "named")


def load_forms(
    folder: Path, source_ids: Collection[str], problems: Problems, entry_ids: Collection[str] | None = None
) -> dict[str, Form]:
    """All forms of the folder by form_id; faults are added to `problems`. `entry_ids`: entries that a result may point
    to; None leaves that unchecked."""
    found: dict[str, Form] = {}
    for path in sorted(folder.glob("*.yaml")):
        shown = f"forms/{path.name}"
        data = read_yaml(path, shown, problems)
        if not isinstance(data, dict):
            problems.add(shown, "一张表要写成“字段: 内容”", "照 forms/README.md 的例子写", "FORM_004")
            continue
        form = _form(Node(data, shown, problems, "FORM"), source_ids)
        if form.form_id in found:
            problems.add(shown, f"form_id '{form.form_id}' 重复", "换一个编号", "FORM_006")
        found[form.form_id] = form
    templates = {path.name for path in (folder / "templates").glob("*.docx")}
    for form in found.values():
        check_references(form, found, templates, entry_ids, problems)
    return {name: _titled(form, found, source_ids, entry_ids) for name, form in found.items()}


def _titled(form: Form, forms: Mapping[str, Form], sources: Collection[str], entries: Collection[str] | None) -> Form:
    """The form with the words for what it points to, as far as they were given with the ids."""
    named = {*form.sources, *(s for one in form.results for s in one.sources)}
    named |= {source for one in everything(form.survey) for source in one.sources}
    pointed = {entry for one in form.results for entry in one.see}
    clauses = {one: clause(sources[one]) for one in sorted(named) if isinstance(sources, Mapping) and one in sources}
    titles = {one: entries[one].title for one in sorted(pointed) if isinstance(entries, Mapping) and one in entries}
    titles |= {one.form: forms[one.form].title for one in form.results if one.form in forms}
    return replace(form, clauses=clauses, titles=titles)


def clause(source: Source) -> str:
    """「组织通则 第十二条」."""
    place = source.heading if source.place.startswith(("http", "www", "详见")) else source.place
    return f"{source.document.short} {place}"


def _form(node: Node, source_ids: Collection[str]) -> Form:
    node.allow(FORM_KEYS)
    lists = choice_lists(node)
    form = Form(
        form_id=node.text("form_id", True),
        version=node.text("version", True),
        title=node.text("title", True),
        purpose=node.text("purpose", True),
        retention=node.text("retention", True),
        survey=tuple(load_field(item, lists, source_ids) for item in node.nodes("survey")),
        intro=node.text("intro"),
        next_steps=node.text("next_steps"),
        sources=node.texts("sources"),
        audience=node.text("audience", True),
        reviewer=node.text("reviewer", True),
        access=word(node, "access", ACCESS, "anyone"),
        anonymous=word(node, "anonymous", ANONYMOUS, "never"),
        keep=word(node, "keep", KEEP, "always"),
        results=tuple(_result(item, source_ids) for item in node.nodes("results")),
        late=word(node, "late", LATE, "refuse"),
        state=word(node, "state", STATES, "open"),
        quick=yes(node, "quick"),
        quota=count(node, "quota"),
        waiting=yes(node, "waiting"),
        check_in=yes(node, "check_in"),
        ballot=word(node, "ballot", BALLOTS),
        follows=node.text("follows"),
        reminder=_reminder(node),
        expires_in=count(node, "expires_in") or (1 if node.text("keep") == "wished" else 30),
        dedupe=node.texts("dedupe"),
        opens=node.day("opens"),
        deadline=node.day("deadline"),
        documents=tuple(_document(item) for item in node.nodes("documents")),
        ask=node.texts("ask", required=True),
        receipt=node.text("receipt") or "KX",
        submitter=node.texts("submitter"),
    )
    _check_head(node, form, source_ids)
    check_form(node, form)
    return form


def _result(node: Node, source_ids: Collection[str]) -> Result:
    node.allow(RESULT_KEYS)
    known_sources(node, node.texts("sources"), source_ids)
    return Result(
        title=node.text("title", True),
        text=node.text("text", True),
        relevant=node.text("relevant"),
        sources=node.texts("sources"),
        see=node.texts("see"),
        form=node.text("form"),
        documents=node.texts("documents"),
    )


def _document(node: Node) -> Document:
    node.allow(DOCUMENT_KEYS)
    label = node.text("label", True)
    return Document(
        template=node.text("template", True),
        name=node.text("name") or label,
        label=label,
        relevant=node.text("relevant"),
        hint=node.text("hint"),
    )


def _reminder(form: Node) -> Reminder | None:
    data = form.data.get("reminder")
    if not data:
        return None
    place = f"{form.place}.reminder"
    if not isinstance(data, dict):
        form.problems.add(place, "要写成“字段: 内容”", "照 forms/README.md 写", "FORM_004")
        return None
    node = Node(data, place, form.problems, "FORM")
    node.allow(REMINDER_KEYS)
    return Reminder(
        field=node.text("field", True),
        text=node.text("text", True),
        months=count(node, "months"),
        days=count(node, "days"),
        before=count(node, "before", 7),
    )


def _check_head(node: Node, form: Form, source_ids: Collection[str]) -> None:
    known_sources(node, form.sources, source_ids)
    if not form.survey:
        node.problems.add(f"{node.place}.survey", "没有一个问题", "至少写一个问题", "FORM_003")
    if not re.fullmatch(r"[A-Z]{2}", form.receipt):
        node.problems.add(f"{node.place}.receipt", f"'{form.receipt}' 不能用", "写两个大写字母，例如 KX", "FORM_005")
    if form.form_id and not NAME.fullmatch(form.form_id):
        node.problems.add(f"{node.place}.form_id", f"编号 '{form.form_id}' 不能用", NAME_REMEDY, "FORM_008")
