"""`kexie chat`: a conversation in the terminal, or many over JSON lines."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bot.app import App
from bot.messages import Button, Reply
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--jsonl", action="store_true", help='从标准输入读事件，一行一个：{"chat": "c1", "text": "我要备案"}'
    )
    parser.add_argument("--chat", default="me", metavar="名字", help="对话的名字；同一个名字下次接着聊")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Talk until the input ends."""
    app = App(settings)
    app.understander  # noqa: B018 - trains before the first line is read, so that the first answer is quick
    return _lines(app) if given.jsonl else _talk(app, given.chat)


def _lines(app: App) -> int:
    bad = 0
    for number, line in enumerate(sys.stdin.buffer, 1):  # bytes: one line that is no UTF-8 must not end the others
        if not line.strip():
            continue
        try:
            event = json.loads(line.decode("utf-8-sig"))
            if not isinstance(event, dict):
                raise ValueError("每行要是一个 JSON 对象")
            replies = _say(app, event)
        except (ValueError, RecursionError) as error:
            print(f"第 {number} 行读不懂：{_fault(error)}", file=sys.stderr)
            bad += 1
            continue
        shown = {"chat": event.get("chat", "me"), "replies": [app.terminal.shown(reply) for reply in replies]}
        print(json.dumps(shown, ensure_ascii=False), flush=True)
    return 1 if bad else 0


def _fault(error: Exception) -> str:
    """What is wrong with a line, for whoever wrote it."""
    if isinstance(error, UnicodeError):
        return "不是 UTF-8，或里面有不完整的字符（半个 emoji），请改好再发"
    if isinstance(error, json.JSONDecodeError | RecursionError):
        return '要写成 {"chat": "c1", "text": "我要备案"}'
    return str(error)


def _say(app: App, event: dict[str, Any]) -> list[Reply]:
    update_id, chat, raw = app.terminal.raw(event)
    return app.converse(update_id, chat, raw)


def _talk(app: App, chat: str) -> int:
    print("科协通。直接打字提问；要按按钮就输入它的编号，例如 [1]；发文件写「文件 路径」；按 Ctrl-D 结束。\n")
    buttons: list[Button] = []
    for line in _typed():
        event: dict[str, Any] = {"chat": chat}
        if line.startswith("[") and line[1:-1].isdigit() and 0 < int(line[1:-1]) <= len(buttons):
            event["press"] = buttons[int(line[1:-1]) - 1].id
        elif line.startswith(("文件 ", "file ")):
            event["file"] = line.split(" ", 1)[1].strip()
        else:
            event["text"] = line
        replies = _say(app, event)
        buttons = [button for reply in replies for row in reply.buttons for button in row]
        for reply in replies:
            _show(app, reply)
        for number, button in enumerate(buttons, 1):
            print(f"  [{number}] {button.label}")
        print()
    return 0


def _typed() -> Any:
    while True:
        try:
            line = input("您：").strip()
        except EOFError:
            print()
            return
        if line:
            yield line


def _show(app: App, reply: Reply) -> None:
    shown = app.terminal.shown(reply)
    print(f"\n{shown['text']}\n")
    for file in shown["files"]:
        print(f"  文件：{file['name']}  {file['path']}")
