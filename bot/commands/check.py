"""`kexie check`: all content files, all faults at once."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.content.coverage import coverage, summary
from bot.content.editing import check_editing, few_phrasings
from bot.content.loader import read
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
