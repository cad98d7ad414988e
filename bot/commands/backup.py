"""`kexie backup`: everything into one archive, while the service runs."""

from __future__ import annotations

import argparse
import hashlib
import sqlite3
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.backup.archive import BadArchive, Manifest
from bot.backup.make import NothingToSave, back_up, name_for, remove_old
from bot.clock import CHINA
from bot.settings import Settings


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument(
        "target", nargs="?", default="", metavar="位置", help="文件夹或文件名；不写就放在数据文件夹的 backups 里"
    )
    parser.add_argument("--keep", type=int, metavar="份数", help="那个文件夹里只留最近几份；不写就全留着")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Make it, say what is in it, remove old ones."""
    if given.keep is not None and given.keep < 1:
        print("--keep 要写 1 或更大的整数，例如 --keep 14。", file=sys.stderr)
        return 2
    target = _target(given.target, settings)
    try:
        manifest = back_up(settings.database_url, settings.data, target)
    except (NothingToSave, BadArchive, FileExistsError) as error:
        told = f"已经有这个文件：{target}。请换一个名字。" if isinstance(error, FileExistsError) else error
        print(told, file=sys.stderr)
        return 1
    except sqlite3.Error as error:
        print(f"备份没有做成（{error}），没有留下半份。请检查磁盘空间和文件夹的权限。", file=sys.stderr)
        return 1
    print(f"备份好了，已核对：{target}（{target.stat().st_size / 1e6:.1f} MB）")
    print(told_of(manifest))
    with target.open("rb") as file:
        print(f"SHA-256：{hashlib.file_digest(file, 'sha256').hexdigest()}")
    for path in remove_old(target.parent, given.keep) if given.keep else ():
        print(f"删掉旧的：{path.name}")
    return 0


def told_of(manifest: Manifest) -> str:
    """What is in an archive, in one line."""
    rows = "，".join(f"{table} {number} 行" for table, number in manifest.rows.items())
    return f"里面有：{rows}；文件 {manifest.files} 个。"


def _target(given: str, settings: Settings) -> Path:
    name = name_for(datetime.now(UTC).astimezone(CHINA))
    if not given:
        return settings.data / "backups" / name
    path = Path(given)
    return path / name if path.is_dir() or given.endswith("/") else path
