"""`kexie run`: start everything."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bot.app import App, data_folder
from bot.settings import BadSetting, Settings
from bot.watch import logs

SHARE = 0.0005
"""Seconds after which a thread that computes lets the others go on; Python's own 5 ms delay the note that a message has
arrived. One probe of 300 messages each: 11.8 ms on average with 5 ms, 4.6 with this. In the soak no gain was told apart."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "--port",
        type=int,
        metavar="端口",
        help="网页的端口；不写就从 8080 起找空的。没有网页的进程写了它，就在那里供监控查看",
    )
    parser.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="角色",
        help="这个进程只做哪几样：receiver 接收 Telegram，worker 处理消息，sender 发送回复，web 网页；"
        "几样用逗号隔开；不写就是 all，全部都做",
    )


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped."""
    from bot.serve import ROLES, serve  # brings in the web server, which no other command needs

    asked = [name.strip() for part in given.role or ["all"] for name in part.split(",")]
    unknown = [name for name in asked if name not in (*ROLES, "all")]
    if unknown:
        raise BadSetting(f"--role 没有「{unknown[0]}」，可以写：{'、'.join(ROLES)}、all。几样用逗号隔开。")
    if given.port is not None and not 0 < given.port < 65536:
        raise BadSetting(f"--port 是 {given.port}，要写 1 到 65535 的整数，例如 --port 8090。")
    roles = tuple(role for role in ROLES if role in asked or "all" in asked)
    logs.begin(settings.log)
    if "sender" in roles:
        sys.setswitchinterval(SHARE)
    if given.port:
        settings = Settings(**{**vars(settings), "port": given.port})
    data_folder(settings)
    asyncio.run(serve(App(settings), roles, http=bool(given.port)))
    return 0
