"""`kexie run`: start everything."""

from __future__ import annotations

import argparse
import asyncio

from bot.app import App, data_folder
from bot.settings import Settings
from bot.watch import logs


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("--port", type=int, default=0, metavar="端口", help="网页的端口；不写就从 8080 起找空的")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Serve until stopped."""
    from bot.serve import serve  # brings in the web server, which no other command needs

    logs.begin(settings.log)
    if given.port:
        settings = Settings(**{**vars(settings), "port": given.port})
    data_folder(settings)
    asyncio.run(serve(App(settings)))
    return 0
