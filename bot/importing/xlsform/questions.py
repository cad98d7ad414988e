"""Rows of the survey sheet -> questions as they stand in a form file, with a finding for all that is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.content.field_loader import APPEARANCES, CHOOSING
from bot.importing.xlsform.choices import OTHER, columns_of
from bot.importing.xlsform.expressions import Scope, Target, translate, translate_constraint
from bot.importing.xlsform.found import Findings, short
from bot.importing.xlsform.rows import YES, Row
from bot.importing.xlsform.texts import plain_text
from bot.importing.xlsform.xpath import Untranslatable

AS_IS = (
    "format",
    "pattern",
    "max_size",
    "max_files",
    "start",
    "end",
    "step",
    "prefill",
    "sensitive",
    "extract",
    "score",
)
"""Our own keys of a question, which may stand in the survey sheet as columns."""
DONE_WITHOUT = {
    "relevant": "没有导入这个条件：这一题总会问，改成了可以跳过",
    "constraint": "没有导入这个检查和它的提示语",
    "choice_filter": "没有导入：总是给出全部选项",
    "repeat_count": "没有导入：填几项由填表人定",
    "calculation": "没有导入这一项",
}
"""Column -> what becomes of a question whose expression cannot be said in ours."""


@dataclass
class Work:
    """What the steps share."""

    findings: Findings
    lists: dict[str, list[dict[str, Any]]]
    targets: dict[str, Target] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    """Columns of the choices sheet -> our names for them."""

    def tell(self, row: Row, column: str, what: str, done: str) -> None:
        """Note a finding about a row of the survey."""
        self.findings.add("survey", row.line.number, row.line.heads.get(column, column), what, done)


def drop_dead_calculations(rows: list[Row], work: Work) -> None:
    """Take out calculations that cannot be said in ours, and those that hang on them, until all that is left works."""
    dead = True
    while dead:
        dead = False
        for row in _every(rows):
            text = row.line.cells.get("calculation", "")
            if row.type != "calculate" or not any(one.name == row.name for one in work.targets.values()):
                continue
            try:
                if not text:
                    raise Untranslatable("没有写算式")
                translate(text, _scope(row, "calculation", work))
            except Untranslatable as error:
                work.tell(row, "calculation", f"算式「{short(text)}」{error}", DONE_WITHOUT["calculation"])
                work.targets = {name: one for name, one in work.targets.items() if one.name != row.name}
                (row.up.children if row.up else rows).remove(row)
                dead = True
                break


def _every(rows: Sequence[Row]) -> list[Row]:
    return [inner for row in rows for inner in (row, *_every(row.children))]


def _scope(row: Row, key: str, work: Work) -> Scope:
    own = columns_of(work.lists.get(row.listed, ())) if key == "choice_filter" else set()
    columns = {theirs: ours for theirs, ours in work.columns.items() if ours in own}
    return Scope(work.targets, key, row.repeat.name if row.repeat else "", row.type, columns)


def fields(rows: Sequence[Row], work: Work) -> list[dict[str, Any]]:
    """The questions of these rows, groups and repeats with theirs inside."""
    found: list[dict[str, Any]] = []
    for row in rows:
        found += _block(row, work) if row.type in ("group", "repeat") else _question(row, work)
    return found


def _block(row: Row, work: Work) -> list[dict[str, Any]]:
    """A group or repeat; a group without a heading and a condition is only its questions."""
    children = fields(row.children, work)
    if not children:
        work.tell(row, "type", "这一组里没有能导入的题目", "没有导入")
        return []
    label = _text(row, "label", work)
    one: dict[str, Any] = {"type": row.type, "name": row.name, "label": label or row.name}
    _leave(row, ("required", "constraint", "default", "calculation", "choice_filter", "read_only"), work)
    failed = _expressions(row, one, ("relevant", "repeat_count") if row.type == "repeat" else ("relevant",), work)
    if "relevant" in failed:
        children = [{**child, "required": "no"} if child.get("required") else child for child in children]
    _appearance(row, one, work)
    if row.type == "group" and not label and "relevant" not in one:
        return children
    if not label:
        work.tell(row, "label", "没有写 label", f"先写成 {row.name}，请改成人看得懂的话")
    if row.type == "repeat":
        one |= {key: text for key in ("hint", "help") if (text := _text(row, key, work)) and text != label}
        one |= {key: row.line.cells[key] for key in ("start", "end") if key in row.line.cells}
        if row.line.cells.get("required", "").lower() in YES:
            one["required"] = "yes"
    return [{**one, "children": children}]


def _question(row: Row, work: Work) -> list[dict[str, Any]]:
    cells = row.line.cells
    if row.type in CHOOSING and not _choose(row, work):
        return []
    kind = f"{row.type} {row.listed}" if row.type in CHOOSING else row.type
    one: dict[str, Any] = {"type": kind, "name": row.name}
    label = _text(row, "label", work)
    if not label and row.type != "calculate":
        hint = _text(row, "hint", work)
        work.tell(row, "label", "没有写 label", f"先写成「{short(hint or row.name, 30)}」，请改成人看得懂的话")
        label = hint or row.name
    one |= {"label": label} if label else {}
    one |= {key: text for key in ("hint", "help") if (text := _text(row, key, work)) and text != label}
    one |= _required(row, work)
    failed = _expressions(row, one, ("relevant", "constraint", "choice_filter", "calculation"), work)
    if "relevant" in failed and one.get("required"):
        one["required"] = "no"
    if row.type != "calculate" and cells.get("calculation"):
        return _worked_out(row, one, work)
    _default(row, one, work)
    _appearance(row, one, work)
    _range(row, one, work)
    one |= {key: cells[key] for key in AS_IS if cells.get(key) and key not in one}
    one |= {"compact_tag": cells["compact_tag"]} if cells.get("compact_tag") else {}
    one |= {"accept": re.split(r"[,，、\s]+", cells["accept"].strip())} if cells.get("accept") else {}
    one = _read_only(row, one, work)
    return [one, *_added(row, one, work)]


def _text(row: Row, key: str, work: Work) -> str:
    text = row.line.cells.get(key, "")
    repeat = row.name if row.type == "repeat" else row.repeat.name if row.repeat else ""
    return plain_text(text, "survey", row.line, key, work.findings, work.targets, repeat) if text else ""


def _choose(row: Row, work: Work) -> bool:
    """Whether the list of a select is there; 「其他」 is added to it where it is wished for."""
    choices = work.lists.get(row.listed)
    if not choices:
        work.tell(row, "type", f"choices 表里没有清单 {short(row.listed, 30)}", "这一题没有导入")
        return False
    if row.other and OTHER["name"] not in {choice["name"] for choice in choices}:
        choices.append(dict(OTHER))
    return True


def _required(row: Row, work: Work) -> dict[str, str]:
    text = row.line.cells.get("required", "").lower()
    if not text or text in ("no", "false", "false()", "0", "否"):
        return {}
    if row.type in ("note", "calculate"):
        work.tell(row, "required", "这种题没有人来答，不能必填", "没有导入")
        return {}
    if text not in YES:
        work.tell(row, "required", f"必填不能写成算式（{short(text)}）", "改成了可以跳过")
        return {}
    found = {"required": "yes"}
    message = _text(row, "required_message", work)
    return {**found, "required_message": message} if message else found


def _expressions(row: Row, one: dict[str, Any], keys: Sequence[str], work: Work) -> set[str]:
    """Put the row's expressions into `one`; returns the keys of those that could not be said in ours."""
    failed = set()
    for key in keys:
        text = row.line.cells.get(key, "")
        if not text:
            continue
        scope = _scope(row, key, work)
        try:
            said, pattern = translate_constraint(text, scope) if key == "constraint" else (translate(text, scope), "")
        except Untranslatable as error:
            if not (key == "calculation" and row.type != "calculate"):
                work.tell(row, key, f"「{short(text)}」{error}", DONE_WITHOUT[key])
            failed.add(key)
            continue
        one |= {name: value for name, value in ((key, said), ("pattern", pattern)) if value}
        for remark in scope.remarks:
            work.tell(row, key, remark, "其余照旧")
    if "constraint" in one or "pattern" in one:
        message = _text(row, "constraint_message", work)
        one |= {"constraint_message": message} if message else {}
    elif row.line.cells.get("constraint_message") and "constraint" not in failed:
        if row.line.cells.get("pattern"):
            one["constraint_message"] = _text(row, "constraint_message", work)
        else:
            work.tell(row, "constraint_message", "有提示语，没有 constraint", "没有导入")
    return failed


def _worked_out(row: Row, one: dict[str, Any], work: Work) -> list[dict[str, Any]]:
    """A question with a calculation: a sum when it is only shown, else the question without it."""
    if "calculation" in one and row.line.cells.get("read_only", "").lower() in YES:
        kept: dict[str, Any] = {key: one[key] for key in ("name", "label", "relevant", "calculation") if key in one}
        return [{"type": "calculate", **kept}]
    work.tell(row, "calculation", "算式只能放在 calculate 题里", "去掉了算式，请填表人自己填")
    one.pop("calculation", None)
    return [one]


def _default(row: Row, one: dict[str, Any], work: Work) -> None:
    text = row.line.cells.get("default", "")
    if not text:
        return
    names = {choice["name"] for choice in work.lists.get(row.listed, ())}
    if re.search(r"\$\{|\w\(", text):
        work.tell(row, "default", f"默认值不能是算式（{short(text)}）", "没有导入")
    elif row.type in CHOOSING and not set(text.split()) <= names:
        work.tell(row, "default", f"默认值「{short(text, 30)}」不在选项里", "没有导入")
    elif row.type in ("note", "calculate", "file", "image"):
        work.tell(row, "default", "这种题没有默认值", "没有导入")
    else:
        one["default"] = text


def _appearance(row: Row, one: dict[str, Any], work: Work) -> None:
    words = row.line.cells.get("appearance", "").split()
    kept = [word for word in words if word in APPEARANCES]
    lost = [word for word in words if word not in APPEARANCES]
    if lost:
        work.tell(row, "appearance", f"聊天里用不上这种样子（{short(' '.join(lost), 40)}）", "没有导入")
    if kept:
        one["appearance"] = " ".join(kept)


def _range(row: Row, one: dict[str, Any], work: Work) -> None:
    """`parameters`: those of a range are taken."""
    text = row.line.cells.get("parameters", "")
    if not text:
        return
    pairs = dict(re.findall(r"([\w-]+)\s*=\s*([^\s,;]+)", text))
    taken = {key: pairs.pop(key) for key in ("start", "end", "step") if row.type == "range" and key in pairs}
    for key, value in list(taken.items()):
        if not re.fullmatch(r"-?\d+(\.\d+)?", value):
            pairs[key] = taken.pop(key)
    one |= taken
    if pairs or not taken:
        lost = " ".join(f"{key}={value}" for key, value in pairs.items()) or text
        work.tell(row, "parameters", f"用不上这些设置（{short(lost, 40)}）", "没有导入")


def _read_only(row: Row, one: dict[str, Any], work: Work) -> dict[str, Any]:
    """A row that is only shown: with a ready-made answer as it is, else a note."""
    if row.line.cells.get("read_only", "").lower() not in YES or row.type in ("note", "calculate"):
        return one
    if "default" in one:
        return {**one, "read_only": "yes"}
    work.tell(row, "read_only", "只读、又没有默认值的题没有人来答", "改成一段说明")
    return {"type": "note", **{key: one[key] for key in ("name", "label", "hint", "relevant") if key in one}}


def _added(row: Row, one: Mapping[str, Any], work: Work) -> list[dict[str, Any]]:
    """The question that belongs to another: what 「其他」 is, and the time of a date with time."""
    head: dict[str, Any] = {key: one[key] for key in ("relevant", "required") if key in one}
    if row.with_time and one["type"] == "date":
        return [{"type": "time", "name": f"{row.name}_time"[:60], "label": f"{one['label']}：几点", **head}]
    if not row.other:
        return []
    work.tell(row, "type", "or_other 要人写明“其他”", f"加了一道文字题 {row.name}_other")
    test = f"selected({row.name}, 'other')"
    test = f"({head['relevant']}) and {test}" if "relevant" in head else test
    label = f"{one['label']}：其他是什么"
    return [{"type": "text", "name": f"{row.name}_other"[:60], "label": label, "relevant": test, "required": "yes"}]


def _leave(row: Row, keys: Sequence[str], work: Work) -> None:
    """Note what a group cannot have."""
    for key in keys:
        text = row.line.cells.get(key, "")
        if (
            text
            and text.lower() not in ("no", "false", "false()", "0")
            and not (key == "required" and row.type == "repeat" and text.lower() in YES)
        ):
            work.tell(
                row, key, f"{'重复组' if row.type == 'repeat' else '组'}不能有 {key}（{short(text, 40)}）", "没有导入"
            )
