"""forms/*.yaml -> frozen `Form` objects, with every fault named."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields as dataclass_fields
from pathlib import Path

from bot.content.expressions import compile_expression
from bot.content.forms import Choice, Field, Form
from bot.content.problems import Problems, near
from bot.content.yaml_files import Node, nodes, read_yaml

TYPES = (
    "text",
    "integer",
    "decimal",
    "date",
    "time",
    "select_one",
    "select_multiple",
    "rank",
    "range",
    "file",
    "image",
    "note",
    "calculate",
    "acknowledge",
    "group",
)
FORMATS = ("uscc", "cn_mobile", "phone", "email")
FORM_KEYS = {*(f.name for f in dataclass_fields(Form)), "choices"}
FIELD_KEYS = {f.name for f in dataclass_fields(Field)} - {"choices", "repeat_count"}
EXPRESSIONS = ("relevant", "constraint", "calculation", "choice_filter")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def load_forms(folder: Path, source_ids: Collection[str], problems: Problems) -> dict[str, Form]:
    """All forms of the folder by form_id; faults are added to `problems`."""
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
    return found


def _form(node: Node, source_ids: Collection[str]) -> Form:
    node.allow(FORM_KEYS)
    lists = _choice_lists(node)
    survey = tuple(_field(item, lists, source_ids) for item in node.nodes("survey"))
    form = Form(
        form_id=node.text("form_id", True),
        version=node.text("version", True),
        title=node.text("title", True),
        purpose=node.text("purpose", True),
        retention=node.text("retention", True),
        survey=survey,
        intro=node.text("intro"),
        next_steps=node.text("next_steps"),
        sources=node.texts("sources"),
        access=node.text("access") or "anyone",
        expires_in=int(_number(node, "expires_in") or 30),
        dedupe=node.texts("dedupe"),
        opens=node.day("opens"),
        deadline=node.day("deadline"),
        documents=node.texts("documents"),
        ask=node.texts("ask", required=True),
        receipt=node.text("receipt") or "KX",
        submitter=node.texts("submitter"),
    )
    if not survey:
        node.problems.add(f"{node.place}.survey", "没有一个问题", "至少写一个问题", "FORM_003")
    _known_sources(node, form.sources, source_ids)
    _check_form(node, form)
    _check_names(node, form)
    _check_expressions(node, form)
    return form


def _check_form(node: Node, form: Form) -> None:
    if not re.fullmatch(r"[A-Z]{2}", form.receipt):
        node.problems.add(f"{node.place}.receipt", f"'{form.receipt}' 不能用", "写两个大写字母，例如 KX", "FORM_005")
    if form.form_id and not _NAME.fullmatch(form.form_id):
        remedy = "用小写英文、数字、下划线，以字母开头"
        node.problems.add(f"{node.place}.form_id", f"编号 '{form.form_id}' 不能用", remedy, "FORM_008")
    # Words of the vocabulary that nothing carries out yet: better a fault than a promise that is not kept.
    for key, used in (("documents", bool(form.documents)), ("access", form.access != "anyone")):
        if used:
            node.problems.add(f"{node.place}.{key}", f"程序还不支持 '{key}'", "先删掉这一行", "FORM_018")
    if form.opens and form.deadline and form.opens > form.deadline:
        fault = f"截止日期 {form.deadline} 早于开始日期 {form.opens}"
        node.problems.add(f"{node.place}.deadline", fault, "改对其中一个", "FORM_016")


def _choice_lists(node: Node) -> dict[str, tuple[Choice, ...]]:
    raw = node.data.get("choices") or {}
    if not isinstance(raw, dict):
        node.problems.add(
            f"{node.place}.choices", "要写成“清单名: 选项清单”", "照 forms/README.md 的例子写", "FORM_004"
        )
        return {}
    lists = {}
    for name, items in raw.items():
        choices = []
        for item in nodes(items, f"{node.place}.choices.{name}", node.problems, "FORM"):
            extra = {k: v for k, v in item.data.items() if k not in ("name", "label", "aliases") and isinstance(v, str)}
            choices.append(Choice(item.text("name", True), item.text("label", True), item.texts("aliases"), extra))
        names = [choice.name for choice in choices]
        for double in sorted({one for one in names if names.count(one) > 1}):
            fault = f"选项 '{double}' 用了不止一次"
            node.problems.add(f"{node.place}.choices.{name}", fault, "每个选项的 name 只用一次", "FORM_011")
        lists[name] = tuple(choices)
    return lists


def _field(node: Node, lists: dict[str, tuple[Choice, ...]], source_ids: Collection[str]) -> Field:
    node.allow(FIELD_KEYS)
    kind, _, list_name = node.text("type", True).partition(" ")
    if kind and kind not in TYPES:
        node.problems.add(
            f"{node.place}.type",
            f"没有 '{kind}' 这种类型{near(kind, TYPES)}",
            f"从这些里选：{'、'.join(TYPES)}",
            "FORM_002",
        )
    if kind in ("select_one", "select_multiple", "rank") and list_name not in lists:
        node.problems.add(
            f"{node.place}.type",
            f"没有 '{list_name}' 这个选项清单{near(list_name, lists)}",
            f"写成 {kind} 清单名，清单写在 choices 里",
            "FORM_007",
        )
    if node.text("format") and node.text("format") not in FORMATS:
        node.problems.add(
            f"{node.place}.format",
            f"没有 '{node.text('format')}' 这种格式{near(node.text('format'), FORMATS)}",
            f"从这些里选：{'、'.join(FORMATS)}",
            "FORM_002",
        )
    name = node.text("name", True)
    if name and not _NAME.fullmatch(name):
        node.problems.add(
            f"{node.place}.name", f"字段名 '{name}' 不能用", "用小写英文、数字、下划线，以字母开头", "FORM_008"
        )
    if kind not in ("calculate",) and not node.text("label"):
        node.problems.add(f"{node.place}.label", "缺少 'label'", "写出要问的话", "FORM_003")
    pattern = node.text("pattern")
    try:
        re.compile(pattern)
    except re.error as error:
        node.problems.add(f"{node.place}.pattern", f"正则表达式写法不对（{error}）", "改对或删掉", "FORM_009")
    _known_sources(node, node.texts("sources"), source_ids)
    _check_field(node, kind, lists.get(list_name, ()))
    return Field(
        type=kind,
        name=name,
        label=node.text("label"),
        hint=node.text("hint"),
        help=node.text("help"),
        sources=node.texts("sources"),
        default=node.text("default"),
        required=_yes(node, "required"),
        required_message=node.text("required_message"),
        constraint=node.text("constraint"),
        constraint_message=node.text("constraint_message"),
        relevant=node.text("relevant"),
        calculation=node.text("calculation"),
        choice_filter=node.text("choice_filter"),
        choices=lists.get(list_name, ()),
        read_only=_yes(node, "read_only"),
        appearance=node.text("appearance"),
        format=node.text("format"),
        pattern=pattern,
        accept=node.texts("accept"),
        max_size=int(_number(node, "max_size") or 10_000_000),
        max_files=int(_number(node, "max_files") or 1),
        start=_number(node, "start"),
        end=_number(node, "end"),
        step=_number(node, "step"),
        prefill=node.text("prefill"),
        compact_tag=node.text("compact_tag"),
        sensitive=_yes(node, "sensitive"),
        score=_number(node, "score"),
        children=tuple(_field(child, lists, source_ids) for child in node.nodes("children")),
    )


def _check_field(node: Node, kind: str, choices: tuple[Choice, ...]) -> None:
    """What a type needs, and what only some types may have."""
    needs = {"calculate": "calculation", "group": "children"}
    if kind in needs and not node.data.get(needs[kind]):
        node.problems.add(f"{node.place}.{needs[kind]}", f"{kind} 缺少 '{needs[kind]}'", "补上", "FORM_003")
    if kind != "group" and node.data.get("children"):
        node.problems.add(
            f"{node.place}.children", f"{kind} 里面不能再放问题", "只有 group 可以有 children", "FORM_014"
        )
    default = node.text("default")
    if choices and default and default not in {choice.name for choice in choices}:
        fault = f"默认值 '{default}' 不在选项里{near(default, [c.name for c in choices])}"
        node.problems.add(f"{node.place}.default", fault, "写选项的 name", "FORM_005")
    for ending in node.texts("accept"):
        if not re.fullmatch(r"\.[a-z0-9]{1,5}", ending):
            node.problems.add(f"{node.place}.accept", f"'{ending}' 不是后缀", "写成 .pdf 这样，小写", "FORM_005")
    if node.text("constraint_message") and not (node.text("constraint") or node.text("pattern")):
        fault = "有 constraint_message，没有 constraint 也没有 pattern"
        node.problems.add(f"{node.place}.constraint_message", fault, "补上算式，或删掉这句话", "FORM_014")


def _yes(node: Node, key: str) -> bool:
    value = node.text(key)
    if value not in ("", "yes", "no", "true", "false"):
        node.problems.add(f"{node.place}.{key}", f"'{value}' 不认识", "写 yes 或 no", "FORM_005")
    return value in ("yes", "true")


def _number(node: Node, key: str) -> float | None:
    value = node.text(key)
    if not value:
        return None
    try:
        return float(value.replace("_", ""))
    except ValueError:
        node.problems.add(f"{node.place}.{key}", f"'{value}' 不是数字", "写一个数字", "FORM_005")
        return None


def _known_sources(node: Node, named: Collection[str], source_ids: Collection[str]) -> None:
    for source in named:
        if source not in source_ids:
            node.problems.add(
                f"{node.place}.sources",
                f"没有 '{source}' 这个出处{near(source, source_ids)}",
                "改成 sources.yaml 里有的编号",
                "FORM_010",
            )


def _check_names(node: Node, form: Form) -> None:
    """Names are unique, and every expression reads only fields that exist."""
    everything = flat(form.survey)
    names = [field.name for field in everything]
    for name in {n for n in names if names.count(n) > 1}:
        node.problems.add(f"{node.place}.survey", f"字段名 '{name}' 用了不止一次", "每个字段名只用一次", "FORM_011")
    tags: dict[str, str] = {}
    for field in everything:
        for tag in filter(None, field.compact_tag.split("|")):
            other = tags.setdefault(tag, field.name)
            if other != field.name:
                place = f"{node.place}.survey[{field.name}].compact_tag"
                node.problems.add(place, f"'{tag}' 已经用在 '{other}' 上", "一个词只给一个字段", "FORM_017")
    for key in ("dedupe", "submitter"):
        for name in getattr(form, key):
            if name not in names:
                node.problems.add(
                    f"{node.place}.{key}", f"没有 '{name}' 这个字段{near(name, names)}", "改成存在的字段名", "FORM_013"
                )


def _check_expressions(node: Node, form: Form) -> None:
    """Every expression parses, reads only fields that exist, and can be worked out without a clock where need be."""
    everything = flat(form.survey)
    names = {field.name for field in everything}
    for field in everything:
        columns = {"name", *(column for choice in field.choices for column in choice.filters)}
        for key in filter(lambda key: getattr(field, key), EXPRESSIONS):
            place = f"{node.place}.survey[{field.name}].{key}"
            try:
                found = compile_expression(getattr(field, key), names | columns if key == "choice_filter" else names)
            except ValueError as error:
                node.problems.add(place, str(error), f"改对{_hint(str(error), names)}", "FORM_012")
                continue
            if key != "constraint" and ("today(" in found.text or "this" in found.names):
                remedy = "today() 和 this 只能写在 constraint 里"
                node.problems.add(place, f"{key} 里不能用 today() 或 this", remedy, "FORM_015")


def _hint(fault: str, names: Collection[str]) -> str:
    unknown = re.search(r"提到的 '([^']+)'", fault)
    return near(unknown[1], names) if unknown else ""


def flat(survey: tuple[Field, ...]) -> list[Field]:
    """All fields in order, groups followed by their children."""
    return [inner for field in survey for inner in (field, *flat(field.children))]
