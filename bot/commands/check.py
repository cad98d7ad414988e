"""`kexie check`: all content files, all faults at once."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from jinja2 import TemplateError
from lxml.etree import XMLSyntaxError

from bot.content.coverage import coverage, summary
from bot.content.editing import check_editing, few_phrasings
from bot.content.loader import read
from bot.content.models import Content
from bot.content.problems import Problems
from bot.filing.papers import render
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--seeds", metavar="文件夹", help="资料原文的文件夹：核对答案里的数字、日期、网址是否在所注出处里"
    )


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Print the faults, or a summary when there are none."""
    # The source texts know nothing of local entries: facts are checked for the shipped ones only.
    content, problems = read(settings.content, None if given.seeds else settings.local_content)
    reminders = few_phrasings(content)
    if given.seeds:
        folder = Path(given.seeds)
        if not folder.is_dir():
            print(f"没有这个文件夹：{folder}", file=sys.stderr)
            return 2
        from bot.content.facts import check_facts, without_text

        check_facts(content, folder, problems)
        reminders += without_text(content)
    check_editing(content, problems)
    write_papers(content, problems)
    for problem in problems.items:
        print(problem, file=sys.stderr)
    print(summary(content))
    for line in coverage(content):
        print(line)
    for line in reminders:
        print(line)
    if problems.items:
        print(f"共 {len(problems.items)} 处问题。", file=sys.stderr)
        return 1
    print("内容没有问题。")
    return 0


def write_papers(content: Content, problems: Problems) -> None:
    """Write every template once without an answer: what Word or the template language cannot stomach shows only then."""
    told = {problem.place for problem in problems.items}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in content.papers.templates.items():
            place = f"forms/templates/{name}"
            if place in told:
                continue
            try:
                render(data, {}, Path(folder) / name)
            except (TemplateError, XMLSyntaxError, ArithmeticError, LookupError, TypeError, ValueError) as error:
                fault = f"空着写不出来（{type(error).__name__}：{str(error)[:60]}）"
                problems.add(place, fault, "照 forms/templates/README.md 的写法改", "TEMPLATE_007")
