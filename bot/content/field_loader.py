"""Rows of a form's survey and its choice lists -> frozen `Field` and `Choice` objects, with every fault named."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import fields as dataclass_fields

from bot.content.forms import Choice, Field
from bot.content.problems import near
from bot.content.yaml_files import Node, nodes

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
    "repeat",
)
CHOOSING = ("select_one", "select_multiple", "rank")
FORMATS = ("uscc", "cn_mobile", "phone", "email")
APPEARANCES = ("multiline", "anything", "whole")
EXTRACTS = ("date", "time", "place", "count", "unit", "phone", "email", "amount", "kind")
FIELD_KEYS = {f.name for f in dataclass_fields(Field)} - {"choices"}
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
NAME_REMEDY = "用小写英文、数字、下划线，以字母开头"


def choice_lists(node: Node) -> dict[str, tuple[Choice, ...]]:
    """The form's `choices` by the name of the list."""
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


def load_field(node: Node, lists: dict[str, tuple[Choice, ...]], source_ids: Collection[str]) -> Field:
    """One row with its children."""
    node.allow(FIELD_KEYS)
    kind, _, list_name = node.text("type", True).partition(" ")
    _check_row(node, kind, list_name, lists)
    _check_type(node, kind, lists.get(list_name, ()))
    known_sources(node, node.texts("sources"), source_ids)
    return Field(
        type=kind,
        name=node.text("name", True),
        label=node.text("label"),
        hint=node.text("hint"),
        help=node.text("help"),
        sources=node.texts("sources"),
        default=node.text("default"),
        required=yes(node, "required"),
        required_message=node.text("required_message"),
        constraint=node.text("constraint"),
        constraint_message=node.text("constraint_message"),
        relevant=node.text("relevant"),
        calculation=node.text("calculation"),
        choice_filter=node.text("choice_filter"),
        choices=lists.get(list_name, ()),
        repeat_count=node.text("repeat_count"),
        read_only=yes(node, "read_only"),
        appearance=node.text("appearance"),
        format=word(node, "format", FORMATS),
        pattern=node.text("pattern"),
        accept=node.texts("accept"),
        max_size=int(number(node, "max_size") or 10_000_000),
        max_files=int(number(node, "max_files") or 1),
        start=number(node, "start"),
        end=number(node, "end"),
        step=number(node, "step"),
        prefill=node.text("prefill"),
        compact_tag=node.text("compact_tag"),
        sensitive=yes(node, "sensitive"),
        extract=word(node, "extract", EXTRACTS),
        score=number(node, "score"),
        children=tuple(load_field(child, lists, source_ids) for child in node.nodes("children")),
    )


def _check_row(node: Node, kind: str, list_name: str, lists: dict[str, tuple[Choice, ...]]) -> None:
    """What every row needs: a type that exists, a name, a label, words that are known."""
    if kind and kind not in TYPES:
        fault = f"没有 '{kind}' 这种类型{near(kind, TYPES)}"
        node.problems.add(f"{node.place}.type", fault, f"从这些里选：{'、'.join(TYPES)}", "FORM_002")
    if kind in CHOOSING and list_name not in lists:
        fault = f"没有 '{list_name}' 这个选项清单{near(list_name, lists)}"
        node.problems.add(f"{node.place}.type", fault, f"写成 {kind} 清单名，清单写在 choices 里", "FORM_007")
    name = node.text("name")
    if name and not NAME.fullmatch(name):
        node.problems.add(f"{node.place}.name", f"字段名 '{name}' 不能用", NAME_REMEDY, "FORM_008")
    if kind != "calculate" and not node.text("label"):
        node.problems.add(f"{node.place}.label", "缺少 'label'", "写出要问的话", "FORM_003")
    for shape in node.text("appearance").split():
        if shape not in APPEARANCES:
            fault = f"没有 '{shape}' 这种样子{near(shape, APPEARANCES)}"
            node.problems.add(f"{node.place}.appearance", fault, f"从这些里选：{'、'.join(APPEARANCES)}", "FORM_002")
    try:
        re.compile(node.text("pattern"))
    except re.error as error:
        node.problems.add(f"{node.place}.pattern", f"正则表达式写法不对（{error}）", "改对或删掉", "FORM_009")


NEEDS = {"calculate": "calculation", "group": "children", "repeat": "children"}
"""Type -> the key that it cannot do without."""
ONLY_IN = {"children": ("group", "repeat"), "repeat_count": ("repeat",), "choice_filter": CHOOSING}
"""Key -> the types that may have it."""


def _check_type(node: Node, kind: str, choices: tuple[Choice, ...]) -> None:
    """What a type needs, and what only some types may have."""
    key = NEEDS.get(kind)
    if key and not node.data.get(key):
        node.problems.add(f"{node.place}.{key}", f"{kind} 缺少 '{key}'", "补上", "FORM_003")
    for key, kinds in ONLY_IN.items():
        if kind not in kinds and node.data.get(key):
            fault = f"{kind} 不能有 '{key}'"
            node.problems.add(f"{node.place}.{key}", fault, f"只有 {'、'.join(kinds)} 可以有", "FORM_014")
    default = node.text("default")
    if choices and default and not set(default.split()) <= {choice.name for choice in choices}:
        fault = f"默认值 '{default}' 不在选项里{near(default, [c.name for c in choices])}"
        node.problems.add(f"{node.place}.default", fault, "写选项的 name，几个用空格隔开", "FORM_005")
    for ending in node.texts("accept"):
        if not re.fullmatch(r"\.[a-z0-9]{1,5}", ending):
            node.problems.add(f"{node.place}.accept", f"'{ending}' 不是后缀", "写成 .pdf 这样，小写", "FORM_005")
    if node.text("constraint_message") and not (node.text("constraint") or node.text("pattern")):
        fault = "有 constraint_message，没有 constraint 也没有 pattern"
        node.problems.add(f"{node.place}.constraint_message", fault, "补上算式，或删掉这句话", "FORM_014")
    start, end = number(node, "start"), number(node, "end")
    if start is not None and end is not None and start > end:
        node.problems.add(f"{node.place}.end", f"end {end:g} 比 start {start:g} 小", "改对其中一个", "FORM_016")


# small converters, used for the rows and for the form itself


def word(node: Node, key: str, known: Collection[str], default: str = "") -> str:
    """One word of a fixed list; `default` when absent or unknown (which is noted)."""
    value = node.text(key)
    if value and value not in known:
        fault = f"没有 '{value}' 这种写法{near(value, known)}"
        node.problems.add(f"{node.place}.{key}", fault, f"从这些里选：{'、'.join(known)}", "FORM_002")
        return default
    return value or default


def yes(node: Node, key: str) -> bool:
    """yes or no; no when absent."""
    value = node.text(key)
    if value not in ("", "yes", "no", "true", "false"):
        node.problems.add(f"{node.place}.{key}", f"'{value}' 不认识", "写 yes 或 no", "FORM_005")
    return value in ("yes", "true")


def number(node: Node, key: str) -> float | None:
    """A number; None when absent."""
    value = node.text(key)
    if not value:
        return None
    try:
        return float(value.replace("_", ""))
    except ValueError:
        node.problems.add(f"{node.place}.{key}", f"'{value}' 不是数字", "写一个数字", "FORM_005")
        return None


def count(node: Node, key: str, default: int = 0) -> int:
    """A whole number that is not negative."""
    value = number(node, key)
    if value is None:
        return default
    if value < 0 or value != int(value):
        node.problems.add(f"{node.place}.{key}", f"'{node.text(key)}' 不是个数", "写 0、1、2 这样的整数", "FORM_005")
        return default
    return int(value)


def known_sources(node: Node, named: Collection[str], source_ids: Collection[str]) -> None:
    """Note every source id that sources.yaml does not have."""
    for source in named:
        if source not in source_ids:
            fault = f"没有 '{source}' 这个出处{near(source, source_ids)}"
            node.problems.add(f"{node.place}.sources", fault, "改成 sources.yaml 里有的编号", "FORM_010")
