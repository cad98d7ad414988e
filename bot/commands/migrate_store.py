"""`kexie migrate-store`: all tables into another database, SQLite to PostgreSQL and back."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import Settings, check_database
from bot.store.copying import Copied, NotEmpty, NotTheSame, copy_rows, counts, snapshot
from bot.store.database import Database


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command."""
    parser.add_argument("source", metavar="旧库", help="现在的数据库地址，例如 sqlite:///data/kexie.db")
    parser.add_argument(
        "target", metavar="新库", help="空的新数据库地址，例如 postgresql+psycopg://用户:密码@主机/库名"
    )


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Copy, compare, print the table."""
    for url in (given.source, given.target):
        try:
            make_url(check_database(url, "数据库地址"))
        except ArgumentError:
            print("数据库地址写得不对。例：sqlite:///data/kexie.db", file=sys.stderr)
            return 2
    if missing := _missing_file(given.source):
        print(f"没有这个数据库文件：{missing}。请检查旧库的地址。", file=sys.stderr)
        return 2
    if given.source == given.target:
        print("旧库和新库是同一个地址。请写一个空的新库。", file=sys.stderr)
        return 2
    with closing(Database(given.source)) as source, closing(Database(given.target)) as target:
        return _move(source, target)


def _move(source: Database, target: Database) -> int:
    try:
        with snapshot(source) as reading, target.transaction() as writing:
            copied = copy_rows(reading, writing)
    except NotEmpty as error:
        print(f"新库里已经有数据（表 {error}）。请写一个空的数据库。什么都没有改动。", file=sys.stderr)
        return 1
    except NotTheSame as error:
        print(f"表 {error} 搬过去以后和原来的不一样，没有采用，新库仍是空的。请再试一次。", file=sys.stderr)
        return 1
    _show(copied)
    with source.reading() as connection:
        now = counts(connection)
    if changed := [one.table for one in copied if now[one.table] != one.rows]:
        print(
            f"搬的时候旧库还在变（{'、'.join(changed)}），新库里缺了后来的。请先停止服务，再搬到另一个空的新库。",
            file=sys.stderr,
        )
        return 1
    print("全部搬完，行数和校验都对得上。把 KEXIE_DATABASE_URL 改成新库的地址，再启动。文件仍在数据文件夹里，不用动。")
    return 0


def _show(copied: list[Copied]) -> None:
    width = max(len(one.table) for one in copied)
    print(f"{'表':<{width - 1}}  {'行数':>6}  校验（两边相同）")
    for one in copied:
        print(f"{one.table:<{width}}  {one.rows:>8}  {one.checksum[:16]}")


def _missing_file(url: str) -> str:
    """The path of a SQLite file that does not exist: opening it would make an empty one. "" otherwise."""
    made = make_url(url)
    path = made.database or ""
    return path if made.get_backend_name() == "sqlite" and not Path(path).is_file() else ""
