"""`kexie staff questions`: what was not answered well, to look at, to take away, and as a draft of phrasings."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path

from bot.app import App
from bot.clock import CHINA
from bot.desk import unanswered
from bot.desk.unanswered import STATES, STATUSES, Group
from bot.store.database import stamp
from bot.store.questions import Questions
from bot.store.records import Records

SHOWN = 50
"""Groups that are printed."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--status",
        default="",
        choices=tuple(STATUSES),
        help="只看一种：" + "；".join(f"{name} {said}" for name, said in STATUSES.items()),
    )
    parser.add_argument(
        "--state", default="open", choices=(*STATES, "all"), help="open 待处理（不写就是它）；done 已处理；all 全部"
    )
    parser.add_argument("--since", default="", metavar="日期", help="只看这一天起问的，例如 2026-11-01")
    parser.add_argument("--export", type=Path, metavar="文件.csv", help="写成 CSV，Excel 能直接打开")
    parser.add_argument("--yaml", action="store_true", help="打印问法草稿，看过、改过再抄进词条的 ask")
    parser.add_argument("--done", type=int, nargs="+", metavar="组号", help="把这几组标成已处理")


def run(given: argparse.Namespace, app: App) -> int:
    """Do it and say what was done."""
    since = _since(given.since)
    if since is None:
        print(f"--since 是 {given.since}，要写成 2026-11-01 这样的日期。", file=sys.stderr)
        return 2
    with app.database.transaction() as connection:
        queued = Questions(connection, app.database.clock()).all()
        Records(connection, app.database.clock()).note("command line", _act(given), given.status)
    if given.done:
        return _finish(app, unanswered.groups(queued), given.done)
    state = "" if given.state == "all" else given.state
    found = unanswered.groups(queued, given.status, since, state=state)
    if given.export:
        unanswered.write_csv(app.content, found, given.export)
        print(f"已写入 {given.export}：{len(found)} 组，{sum(len(group.questions) for group in found)} 问。")
    elif given.yaml:
        print(unanswered.draft(app.content, found), end="")
    else:
        _show(app, found)
    return 0


def _act(given: argparse.Namespace) -> str:
    return "questions done" if given.done else "questions export" if given.export else "questions read"


def _since(day: str) -> str | None:
    """The beginning of a day in China as it is stored; "" for no day, None for what is none."""
    if not day:
        return ""
    try:
        return stamp(datetime.combine(date.fromisoformat(day), time(), CHINA).astimezone(UTC))
    except ValueError:
        return None


def _finish(app: App, found: list[Group], keys: list[int]) -> int:
    wanted = {group.key: group for group in found}
    missing = [str(key) for key in keys if key not in wanted]
    if missing:
        print(f"没有这个组号：{'、'.join(missing)}。组号在 kexie staff questions 每组的开头。", file=sys.stderr)
        return 1
    rows = [one.id for key in dict.fromkeys(keys) for one in wanted[key].questions]
    with app.database.transaction() as connection:
        Questions(connection, app.database.clock()).finish(rows)
    print(f"已标成处理过：{len(set(keys))} 组，{len(rows)} 问。")
    return 0


def _show(app: App, found: list[Group]) -> None:
    if not found:
        print("没有这样的问题。")
        return
    for group in found[:SHOWN]:
        kinds = "，".join(f"{STATUSES.get(name, name)} {count}" for name, count in group.statuses.items())
        print(f"[{group.key}] {len(group.questions)} 问（{kinds}）  {STATES[group.state]}")
        for text in group.examples:
            print(f"    {_line(text)}")
        if group.near:
            print(f"  当时答的或最接近的：{unanswered.title(app.content, group.near)}（{group.near}）")
        if group.chosen:
            print(f"  后来选的：{unanswered.title(app.content, group.chosen)}（{group.chosen}，{group.chose} 次）")
    rest = f"，上面是前 {SHOWN} 组" if len(found) > SHOWN else ""
    print(f"\n共 {len(found)} 组，{sum(len(group.questions) for group in found)} 问{rest}。")
    print(
        "导出：kexie staff questions --export 问题.csv    问法草稿：kexie staff questions --yaml    处理完：kexie staff questions --done 组号"
    )


def _line(text: str) -> str:
    """Text without what would move the cursor of a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
