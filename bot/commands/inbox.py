"""`kexie inbox`: messages that went wrong, in both directions."""

from __future__ import annotations

import argparse
import json
import sys

from bot.app import App
from bot.clock import shown
from bot.settings import Settings
from bot.store import letters, post
from bot.store.letters import Letter
from bot.store.records import Records

DIRECTION = {"in": "收到的，没处理好", "out": "发出的，没送到"}
STATES = {"dead": "已放弃", "unknown": "不知道送到没有"}
EMPTY = "没有出问题的消息。"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    actions = parser.add_subparsers(dest="action", metavar="动作", required=True)
    look = actions.add_parser("list", help="列出出了问题的消息，和还在排队的条数")
    look.add_argument("--show", action="store_true", help="连内容一起显示（可能有个人信息，会记入审计）")
    for name, what in (("retry", "再处理或再发一次"), ("drop", "删掉内容，不再处理")):
        action = actions.add_parser(name, help=what)
        action.add_argument("names", nargs="+", metavar="编号", help="例如 in-12 out-7；写 all 就是全部")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Do it and say what was done."""
    app = App(settings)
    with app.database.transaction() as connection:
        records = Records(connection, app.database.clock())
        found = letters.stuck(connection)
        if given.action == "list":
            _list(found, post.counts(connection), given.show)
            if given.show and found:
                records.note("command line", "inbox read", f"{len(found)} letters")
            return 0
        named = [letter.name for letter in found] if given.names == ["all"] else list(dict.fromkeys(given.names))
        done = (letters.retry if given.action == "retry" else letters.drop)(connection, named)
        for name in done:
            records.note("command line", f"inbox {given.action}", name)
    return _told(given.action, named, done)


def _list(found: list[Letter], counts: dict[str, int], show: bool) -> None:
    waiting = f"还在排队：收到的 {counts.get('inbox.new', 0)} 条，要发的 {counts.get('outbox.new', 0)} 条。"
    if not found:
        print(f"{EMPTY}{waiting}")
        return
    for letter in found:
        kind = DIRECTION[letter.name.partition("-")[0]]
        state, tries = STATES[letter.state], f"试了 {letter.tries} 次"
        print(f"{letter.name}  {shown(letter.at)}  {letter.channel}  {kind}，{state}，{tries}  {letter.error}")
        if show:
            print(f"    {letter.chat}  {_harmless(json.dumps(letter.content, ensure_ascii=False))}")
    print(f"\n共 {len(found)} 条。{waiting}")
    print("再试一次：kexie inbox retry 编号…    不要了：kexie inbox drop 编号…    看内容：kexie inbox list --show")


def _harmless(text: str) -> str:
    """Text that cannot move the cursor, colour the terminal or turn the direction of writing."""
    return "".join(char if char.isprintable() else "□" for char in text)


def _told(action: str, named: list[str], done: list[str]) -> int:
    missing = [name for name in named if name not in done]
    if done:
        what = {"retry": "已放回队列，服务会马上再试", "drop": "已删掉内容"}[action]
        print(f"{what}：{'、'.join(done)}")
    elif not named:
        print(EMPTY)
    if missing:
        print(f"没有这些编号：{'、'.join(missing)}。用 kexie inbox list 看有哪些。", file=sys.stderr)
        return 1
    return 0
