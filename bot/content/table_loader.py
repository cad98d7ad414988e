"""knowledge/comparisons.yaml and knowledge/rules.yaml -> tables. Both files may be absent; every fault is noted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bot.content.problems import Problems, near
from bot.content.tables import Comparisons, Rule, Thing, Written
from bot.content.yaml_files import Node, nodes, read_yaml

COMPARISONS = "knowledge/comparisons.yaml"
RULES = "knowledge/rules.yaml"
_LISTS = (
    "links",
    "equals",
    "cues",
    "place_cues",
    "weak",
    "relations",
    "implied",
    "fillers",
    "nation",
    "covered",
    "overview",
)
_RULE_KEYS = [
    "id",
    "entry",
    "entries",
    "region",
    "when",
    "unless",
    "bare",
    "roles",
    "needs",
    "alone",
    "least",
    "shares",
]
_RULE_KEYS += ["wants", "limits", "dated", "says", "note"]


def load_comparisons(root: Path, entries: Collection[str], cities: Collection[str], problems: Problems) -> Comparisons:
    """The table of comparisons; an empty one without the file. `entries`: ids that exist, `cities`: names."""
    data = _read(root, COMPARISONS, problems)
    if not data:
        return Comparisons()
    node = Node(data, COMPARISONS, problems, "COMPARE")
    node.allow([*_LISTS, "default", "labels", "things", "written", "verdicts", "says"])
    things = {thing.name: thing for thing in (_thing(item) for item in node.nodes("things"))}
    written = tuple(_written(item, things) for item in node.nodes("written"))
    verdicts = {
        (city, entry): sentence.strip()
        for city, sentences in (node.data.get("verdicts") or {}).items()
        for entry, sentence in sentences.items()
    }
    named = [("things", e) for thing in things.values() for e in thing.aspects.values()]
    named += [("written", item.entry) for item in written]
    named += [("verdicts", entry) for _, entry in verdicts] + [("overview", e) for e in node.texts("overview")]
    _check(named, entries, node, "词条")
    _check([("verdicts", city) for city, _ in verdicts], cities, node, "城市")
    default = node.text("default")
    labels = _lists_of(node, "labels")
    _check([("covered", label) for label in node.texts("covered")], labels, node, "方面")
    _check([(thing.name, label) for thing in things.values() for label in thing.aspects], labels, node, "方面")
    _check([("default", default)] if default else [], things, node, "名目")
    lists = {key: node.texts(key) for key in _LISTS}
    return Comparisons(
        **lists,
        default=default,
        labels=labels,
        things=things,
        written=written,
        verdicts=verdicts,
        says=_sentences(node),
    )


def load_rules(root: Path, entries: Collection[str], cities: Collection[str], problems: Problems) -> tuple[Rule, ...]:
    """The rules that can be reckoned with, in the order in which they are tried; () without the file."""
    data = _read(root, RULES, problems)
    rules = tuple(_rule(node) for node in nodes(data or [], RULES, problems, "RULE"))
    place = Node({}, RULES, problems, "RULE")
    _check([(rule.id, entry) for rule in rules for entry in sorted(rule.carriers)], entries, place, "词条")
    named = [
        (rule.id, city)
        for rule in rules
        for city in (*rule.entries, *rule.limits, *([rule.region] if rule.region else []))
    ]
    _check(named, cities, place, "城市")
    return rules


def _read(root: Path, shown: str, problems: Problems) -> Any:
    path = root / shown
    return read_yaml(path, shown, problems) if path.is_file() else None


def _thing(node: Node) -> Thing:
    node.allow(("name", "group", "words", "aspects"))
    name = node.text("name", required=True)
    words = tuple(dict.fromkeys((name, *node.texts("words"))))
    aspects = node.data.get("aspects") or {}
    if not isinstance(aspects, dict) or not aspects:
        node.problems.add(f"{node.place}.aspects", "缺少方面", "写成“是什么: 词条编号”", "COMPARE_003")
        aspects = {}
    return Thing(name, words, node.text("group", required=True), dict(aspects))


def _written(node: Node, things: Mapping[str, Thing]) -> Written:
    node.allow(("entry", "things"))
    names = node.texts("things", required=True)
    _check([("things", name) for name in names], things, node, "名目")
    return Written(frozenset(names), node.text("entry", required=True))


def _rule(node: Node) -> Rule:
    node.allow(_RULE_KEYS)
    when = node.data.get("when") or []
    return Rule(
        id=node.text("id", required=True),
        entry=node.text("entry", required=True),
        entries=dict(node.data.get("entries") or {}),
        region=node.text("region"),
        when=tuple(tuple(group) for group in when if isinstance(group, list)),
        unless=node.texts("unless"),
        bare=_count(node, "bare"),
        roles=_lists_of(node, "roles"),
        needs=_lists_of(node, "needs"),
        alone=_lists_of(node, "alone"),
        least=_count(node, "least"),
        shares=node.text("shares") == "true",
        wants=_lists_of(node, "wants"),
        limits={city: int(number) for city, number in (node.data.get("limits") or {}).items() if str(number).isdigit()},
        dated=node.text("dated") == "true",
        says=_sentences(node),
    )


def _count(node: Node, key: str) -> int:
    value = node.text(key)
    if value and not value.isdigit():
        node.problems.add(f"{node.place}.{key}", f"'{value}' 不是数字", "写成阿拉伯数字", f"{node.code}_005")
    return int(value) if value.isdigit() else 0


def _lists_of(node: Node, key: str) -> dict[str, tuple[str, ...]]:
    data = node.data.get(key) or {}
    inner = Node(data, f"{node.place}.{key}", node.problems, node.code)
    return {name: inner.texts(name) for name in data}


def _sentences(node: Node) -> dict[str, str]:
    data = node.data.get("says") or {}
    inner = Node(data, f"{node.place}.says", node.problems, node.code)
    return {name: inner.text(name, required=True) for name in data}


def _check(named: list[tuple[str, str]], known: Collection[str], node: Node, kind: str) -> None:
    for where, name in named:
        if name not in known:
            node.problems.add(
                f"{node.place}.{where}", f"没有 '{name}' 这个{kind}{near(name, known)}", "改成有的", f"{node.code}_009"
            )
