"""XLSForm workbooks for the tests: written row by row as people write them, or from a form of ours."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path

import openpyxl

from bot.content.forms import Choice, Field, Form

SURVEY: tuple[str, ...] = (
    "type",
    "name",
    "label",
    "hint",
    "required",
    "relevant",
    "constraint",
    "constraint_message",
    "default",
)
SURVEY += ("calculation", "choice_filter", "repeat_count", "read_only", "appearance", "compact_tag", "parameters")
OURS = ("help", "format", "pattern", "accept", "prefill", "start", "end", "step", "max_files", "sensitive", "extract")
Rows = Sequence[Sequence[object]]


def workbook(path: Path, survey: Rows, choices: Rows = (), settings: Rows = (), **others: Rows) -> Path:
    """A workbook of these sheets, each with its header first."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "survey"
    for title, rows in {"survey": survey, "choices": choices, "settings": settings, **others}.items():
        if title != "survey":
            sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def write_xlsform(form: Form, path: Path) -> Path:
    """A form of ours as an XLSForm; keys that XLSForm does not know stand in columns of their own."""
    lists: list[tuple[Choice, ...]] = []
    rows: list[list[object]] = [[*SURVEY, *OURS]]
    for one in form.survey:
        _row(one, rows, lists)
    filters = sorted({key for choices in lists for choice in choices for key in choice.filters})
    listed: list[list[object]] = [["list_name", "name", "label", "aliases", *filters]]
    for number, choices in enumerate(lists):
        for c in choices:
            more = (c.filters.get(key) for key in filters)
            listed.append([f"list{number}", c.name, c.label, "|".join(c.aliases), *more])
    head = ("form_title", "form_id", "version", "purpose", "retention", "audience", "reviewer")
    about = (form.title, form.form_id, form.version, form.purpose, form.retention, form.audience, form.reviewer)
    return workbook(path, rows, listed, [head, about])


def _row(one: Field, rows: list[list[object]], lists: list[tuple[Choice, ...]]) -> None:
    kind = f"begin {one.type}" if one.children else one.type
    if one.choices:
        if one.choices not in lists:
            lists.append(one.choices)
        kind += f" list{lists.index(one.choices)}"
    cells: dict[str, object] = {key: getattr(one, key) for key in (*SURVEY, *OURS) if hasattr(one, key)}
    cells |= {"type": kind, "required": "yes" if one.required else "", "read_only": "yes" if one.read_only else ""}
    cells |= {"sensitive": "yes" if one.sensitive else "", "accept": " ".join(one.accept)}
    cells["max_files"] = one.max_files if one.max_files > 1 else ""
    numbers = [f"{key}={getattr(one, key):.15g}" for key in ("start", "end", "step") if getattr(one, key) is not None]
    if one.type == "range":
        cells |= {"start": "", "end": "", "step": "", "parameters": " ".join(numbers)}
    for key in ("relevant", "constraint", "calculation", "choice_filter", "repeat_count"):
        columns = {"name", *(key for c in one.choices for key in c.filters)} if key == "choice_filter" else set()
        cells[key] = xpath(getattr(one, key), columns) if getattr(one, key) else ""
    rows.append([cells.get(key) for key in (*SURVEY, *OURS)])
    if one.children:
        for child in one.children:
            _row(child, rows, lists)
        rows.append([f"end {one.type}"])


# our expressions as XPath

SIGNS = {ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
SUMS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "div", ast.Mod: "mod"}
FUNCTIONS = {"selected": "selected", "len": "string-length", "round": "round", "min": "min", "max": "max"}


def xpath(expression: str, columns: set[str]) -> str:
    """An expression of ours in XPath. `columns`: names that stand bare."""
    return _say(ast.parse(expression, mode="eval").body, columns)


def _say(node: ast.expr, columns: set[str]) -> str:
    if isinstance(node, ast.Name):
        return "." if node.id == "this" else node.id if node.id in columns else f"${{{node.id}}}"
    if isinstance(node, ast.Constant):
        return f"'{node.value}'" if isinstance(node.value, str) else str(node.value)
    if isinstance(node, ast.BoolOp):
        word = " or " if isinstance(node.op, ast.Or) else " and "
        return word.join(f"({_say(value, columns)})" for value in node.values)
    if isinstance(node, ast.UnaryOp):
        inner = _say(node.operand, columns)
        return f"not({inner})" if isinstance(node.op, ast.Not) else f"-({inner})"
    if isinstance(node, ast.Compare):
        return f"{_say(node.left, columns)} {SIGNS[type(node.ops[0])]} {_say(node.comparators[0], columns)}"
    if isinstance(node, ast.BinOp):
        return f"({_say(node.left, columns)}) {SUMS[type(node.op)]} ({_say(node.right, columns)})"
    if isinstance(node, ast.IfExp):
        return f"if({_say(node.test, columns)}, {_say(node.body, columns)}, {_say(node.orelse, columns)})"
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    if node.func.id == "sum":
        assert isinstance(node.args[1], ast.Constant)
        return f"sum(${{{node.args[1].value!s}}})"
    name = FUNCTIONS.get(node.func.id) or {"count": "count-selected", "today": "today"}[node.func.id]
    return f"{name}({', '.join(_say(one, columns) for one in node.args)})"
