"""The command `kexie`: arguments only. What a command does stands in bot/commands/."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from bot import __version__

MODULES = {"import": "import_file", "migrate-store": "migrate_store"}
"""Command -> module in bot/commands where the two differ: a module cannot be called `import`, nor have a hyphen."""
COMMANDS: dict[str, tuple[str, str]] = {
    "run": ("启动全部服务：网页聊天、工作台，有令牌时还有 Telegram", "例：kexie run"),
    "chat": ("在终端里聊天", "例：kexie chat        程序之间对话：kexie chat --jsonl < 事件.jsonl"),
    "ask": (
        "问一个问题，马上看答案",
        "例：kexie ask 成立企业科协要哪些材料        批量：kexie ask --json < 问题.jsonl",
    ),
    "search": ("在词条和导入的资料里找一个词", "例：kexie search 会费"),
    "import": ("导入问答表（CSV、XLSX）或文档（docx、pdf、md、txt）", "例：kexie import 常见问题.xlsx 管理办法.docx"),
    "forms": (
        "列出、检查、查看、画出要填的表，导入 XLSForm",
        "例：kexie forms list        kexie forms show founding_filing        kexie forms import 问卷.xlsx",
    ),
    "check": ("检查所有内容文件，一次列出全部问题", "例：kexie check        核对事实：kexie check --seeds 资料文件夹"),
    "evaluate": ("用一批问题给答案质量打分，列出没答好的", "例：kexie evaluate 问题.jsonl 范围外.jsonl"),
    "export": ("把收到的材料导出成表格", "例：kexie export --form founding_filing --format xlsx"),
    "backup": (
        "把数据库和收到的文件备份成一个文件，服务不用停",
        "例：kexie backup        每天一份、留 14 份：kexie backup /backup/ --keep 14",
    ),
    "restore": ("把备份恢复到一个新的地方", "例：kexie restore data/backups/kexie-20261121-030000.tar --to data-new"),
    "migrate-store": (
        "把数据搬到另一个数据库（SQLite 搬到 PostgreSQL，或者反过来）",
        "例：kexie migrate-store sqlite:///data/kexie.db postgresql+psycopg://用户:密码@主机/库名",
    ),
    "inbox": ("看没处理好、没送到的消息，再试一次或删掉", "例：kexie inbox list        再试：kexie inbox retry in-12"),
    "staff": (
        "登记、查看、移除工作人员",
        "例：kexie staff add 张三        会给出登记码，让他在自己的聊天里发「登记 登记码」",
    ),
}
"""Command -> (what it does, example). Every command is a module in bot/commands with `arguments` and `run`."""


SAID = (
    (r"the following arguments are required: (.+)", r"还缺：\1"),
    (r"argument (.+?): invalid choice: (.+?) \(choose from (.+)\)", r"\1 没有 \2，可以写：\3"),
    (r"argument (.+?): invalid int value: (.+)", r"\1 是 \2，要写整数"),
    (r"argument (.+?): expected .+", r"\1 后面要写一个值"),
    (r"unrecognized arguments: (.+)", r"不认识：\1"),
    (r"ambiguous option: (.+) could match (.+)", r"\1 可能是：\2"),
)
"""What argparse says -> how we say it."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help in Chinese."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """Help and errors in Chinese; an error is one line that says what to do, exit status 2."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**{"formatter_class": _Help, **given, "add_help": False})
        self._positionals.title, self._optionals.title = "要写的", "选项"
        self.add_argument("-h", "--help", action="help", help="显示这段说明")

    def error(self, message: str) -> None:  # type: ignore[override]
        found = ((re.fullmatch(pattern, message), ours) for pattern, ours in SAID)
        told = next((hit.expand(ours) for hit, ours in found if hit), message).replace("', '", "、")
        told = re.sub(r"(：)'([^']*)'", r"\1\2", told)
        self.exit(2, f"命令写法不对（{told}）。用 {self.prog} --help 看写法。\n")


def parser(only: str = "") -> argparse.ArgumentParser:
    """The parser of all commands. `only`: the one command whose arguments are wanted; the modules of the others are
    then not imported, which is most of what a short command waits for."""
    top = _Parser(
        prog="kexie",
        description="科协通：回答、办理、汇总企业科协事务的助手。",
        epilog="设置写在环境变量里：KEXIE_DATA 数据文件夹，KEXIE_PORT 端口，KEXIE_TELEGRAM_TOKEN 令牌。详见 README.md。",
    )
    top.add_argument("--version", action="version", version=__version__, help="显示版本")
    commands = top.add_subparsers(dest="command", metavar="命令", title="命令", parser_class=_Parser)
    for name, (what, example) in COMMANDS.items():
        one = commands.add_parser(name, help=what, description=what, epilog=example)
        if only in ("", name):
            _module(name).arguments(one)
    return top


def _module(command: str) -> Any:
    return import_module(f"bot.commands.{MODULES.get(command, command)}")


WHERE = "磁盘空间、文件夹的权限，以及 KEXIE_DATA 和 KEXIE_DATABASE_URL"
"""What an operator looks at when storing fails."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 success, 1 a check failed, 2 bad usage."""
    arguments = sys.argv[1:] if arguments is None else arguments
    made = parser(_command(arguments))
    given, unknown = made.parse_known_args(arguments)
    if unknown:  # argparse would send people to the help of all commands, where the options of this one do not stand
        made.prog = " ".join(["kexie", given.command or "", getattr(given, "action", "")]).strip()
        made.error(f"unrecognized arguments: {' '.join(unknown)}")
    if not given.command:
        parser().print_help()
        return 2
    from bot.content.problems import ContentError
    from bot.settings import BadSetting, read_settings

    try:
        return int(_module(given.command).run(given, read_settings()))
    except BadSetting as error:
        print(error, file=sys.stderr)
        return 2
    except ContentError as error:
        print(
            f"内容文件有 {len(error.problems)} 处问题，先改好再启动（kexie check 也会列出）：\n{error}", file=sys.stderr
        )
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    except OSError as error:
        print(f"文件读写不了：{error.filename or ''}（{error.strerror or error}）。请检查{WHERE}。", file=sys.stderr)
        return 1
    except Exception as error:
        said = _of_database(error)
        if not said:
            raise
        print(said, file=sys.stderr)
        return 1


def _command(arguments: Sequence[str]) -> str:
    """The command that is asked for, "" when that takes the whole parser to find out."""
    return arguments[0] if arguments and arguments[0] in COMMANDS else ""


def _of_database(error: Exception) -> str:
    """What the database has to say, as one line for an operator; "" for any other error. What was never imported was
    not raised: `kexie ask` needs no database and should not wait for its 0.2 seconds."""
    if "sqlalchemy" not in sys.modules:
        return ""
    from sqlalchemy.exc import DBAPIError

    from bot.store.database import DatabaseFromTheFuture

    if isinstance(error, DBAPIError):
        return f"数据库用不了（{str(error.orig).splitlines()[0]}）。请检查{WHERE}。"
    return str(error) if isinstance(error, DatabaseFromTheFuture) else ""


if __name__ == "__main__":
    sys.exit(main())
