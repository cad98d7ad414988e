"""`kexie forms`: the forms for those who write them: list, check, show, import from XLSForm, draw."""

from __future__ import annotations

import argparse
import sys
from datetime import date

from bot.commands import forms_diagram, forms_import
from bot.commands.check import write_papers
from bot.content.forms import Form
from bot.content.loader import read
from bot.content.models import Content
from bot.content.problems import Problem, near
from bot.settings import Settings
from bot.viewing.page import STATES, page, questions


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    actions.add_parser("list", help="列出所有的表")
    actions.add_parser("check", help="只检查表，一次列出全部问题")
    show = actions.add_parser("show", help="看一张表：每一题、条件、选项、用途、谁来审、有哪些材料")
    show.add_argument("form", metavar="表", help="表的编号或标题")
    forms_import.arguments(actions.add_parser("import", help="把 XLSForm 工作簿（.xlsx）变成一张表"))
    forms_diagram.arguments(actions.add_parser("diagram", help="把一张表的问题画成图"))


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Do it. Faulty content stands in nobody's way here: it is what one wants to look at."""
    if given.action == "import":
        return forms_import.run(given, settings)
    content, problems = read(settings.content)
    if given.action == "list":
        return _list(content)
    if given.action == "check":
        write_papers(content, problems)
        return _check(content, problems.items)
    form = content.forms.get(given.form) or next((f for f in content.forms.values() if f.title == given.form), None)
    if form is None:
        known = "、".join(f"{one.form_id}（{one.title}）" for one in content.forms.values()) or "一张也没有"
        hint = near(given.form, [*content.forms, *(one.title for one in content.forms.values())])
        print(f"没有叫 '{given.form}' 的表{hint}现有的表：{known}".replace("的表现有", "的表。现有"), file=sys.stderr)
        return 2
    if given.action == "diagram":
        return forms_diagram.run(given, form)
    print(page(form, {paper.template: paper.label for paper in content.papers.listed.values()}))
    return 0


def _list(content: Content) -> int:
    rows = [("编号", "标题", "版本", "问题", "状态", "谁可以填"), *(_line(form) for form in content.forms.values())]
    widths = [max(_width(row[n]) for row in rows) for n in range(5)]
    for row in rows:
        print("  ".join([cell + " " * (widths[n] - _width(cell)) for n, cell in enumerate(row[:5])] + [row[5]]))
    if len(rows) == 1:
        print("还没有表。表放在 forms/ 文件夹，写法见 forms/README.md。")
    return 0


def _line(form: Form) -> tuple[str, ...]:
    state = STATES.get(form.state, form.state)
    audience = " ".join(form.audience.split())
    return form.form_id, form.title, form.version, str(len(questions(form))), state + _span(form), audience


def _span(form: Form) -> str:
    """First and last day, and whether they are still to come or over."""
    today = date.today().isoformat()
    told = f"，{form.opens} 开始填" if form.opens > today else ""
    if form.deadline and form.deadline < today:
        after = "还能填，会提醒已过期" if form.late == "warn" else "不再收"
        return f"{told}，已在 {form.deadline} 截止（{after}）"
    return told + (f"，{form.deadline} 截止" if form.deadline else "")


def _width(text: str) -> int:
    """Columns that a terminal gives to the text: two to a Chinese character."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _check(content: Content, problems: list[Problem]) -> int:
    found = [problem for problem in problems if problem.place.startswith("forms")]
    for problem in found:
        print(problem, file=sys.stderr)
    if found:
        print(f"共 {len(found)} 处问题。", file=sys.stderr)
        return 1
    print(f"{len(content.forms)} 张表没有问题。")
    return 0
