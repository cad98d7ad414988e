"""`kexie restore`: an archive into a new place."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.backup.archive import BadArchive
from bot.backup.restore import PlaceTaken, restore
from bot.clock import shown
from bot.commands.backup import told_of
from bot.settings import Settings, default_database


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("archive", metavar="备份", help="kexie backup 写的文件")
    parser.add_argument("--to", default="", metavar="文件夹", help="恢复到哪里，要是新的或空的；不写就是数据文件夹")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Restore and say how to go on."""
    path, folder = Path(given.archive), Path(given.to) if given.to else settings.data
    elsewhere = "" if settings.database_url == default_database(settings.data) else settings.database_url
    if not path.is_file():
        print(f"没有这个文件：{path}。备份一般在数据文件夹的 backups 里。", file=sys.stderr)
        return 2
    try:
        manifest = restore(path, folder, elsewhere)
    except (BadArchive, PlaceTaken) as error:
        print(f"{error}什么都没有改动。", file=sys.stderr)
        return 1
    print(f"恢复好了：{folder}{'，数据表在 KEXIE_DATABASE_URL 指的数据库里' if elsewhere else ''}")
    print(f"这份备份是 {shown(manifest.made_at)} 做的。那以后收到的不在里面。")
    print(told_of(manifest))
    print(f"用它启动：KEXIE_DATA={folder} kexie run")
    return 0
