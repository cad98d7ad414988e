"""What is logged: readable for people or programs, and without what people wrote."""

from __future__ import annotations

import json
import logging
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.settings import BadSetting, read_settings
from bot.store.database import Database
from bot.watch.logs import JsonLines, PlainLines
from tests.emulator import BAD_GATEWAY, Emulator
from tests.end_to_end.telegram_service import WAIT, telegram_service
from tests.talk import Clock

NAME, PHONE = "测试员赵钱孙", "13800138000"


def record(error: BaseException | None = None) -> logging.LogRecord:
    """A record of somebody else's log."""
    info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("somebody", logging.ERROR, "x.py", 1, "第 %s 条", (7,), info)


def failure(tmp_path: Path) -> BaseException:
    """What SQLAlchemy raises: it quotes the values, and what SQLite said stands behind it."""
    database = Database(f"sqlite:///{tmp_path / 'x.db'}", Clock())
    with pytest.raises(DBAPIError) as caught, database.transaction() as connection:
        connection.execute(text("insert into nowhere values (:name)"), {"name": NAME})
    database.close()
    assert NAME in str(caught.value)
    assert isinstance(caught.value.__cause__, sqlite3.Error)
    return caught.value


@pytest.mark.parametrize("lines", [PlainLines(), JsonLines()])
def test_a_failure_is_told_without_its_text(lines: logging.Formatter, tmp_path: Path) -> None:
    """Kinds and places of the whole chain, and none of the values that the database quotes."""
    made = record(failure(tmp_path))
    made.exc_text = f"put together by somebody else, with {NAME}"
    said = lines.format(made)
    assert "OperationalError" in said
    assert "test_watch_logs.py" in said
    assert NAME not in said


def test_json_lines_are_one_object_each(tmp_path: Path) -> None:
    """at, level, where, said; failure only where there is one; always one line."""
    plain = json.loads(JsonLines().format(record()))
    assert {**plain, "at": ""} == {"at": "", "level": "ERROR", "where": "somebody", "said": "第 7 条"}
    broken = JsonLines().format(record(failure(tmp_path)))
    assert "\n" not in broken
    assert json.loads(broken)["failure"].startswith("OperationalError")


def test_an_unknown_kind_of_log_is_refused() -> None:
    """KEXIE_LOG takes text and json."""
    assert read_settings({"KEXIE_LOG": "json"}).log == "json"
    assert read_settings({}).log == "text"
    with pytest.raises(BadSetting, match="text"):
        read_settings({"KEXIE_LOG": "yaml"})


@pytest.mark.parametrize("kind", ["text", "json"])
def test_the_service_logs_no_person_and_no_token(
    kind: str, tmp_path: Path, small_content: Path, small_models: Path
) -> None:
    """Somebody types name and phone, files a form, an update cannot be read, Telegram fails, the database goes away
    while it runs: lines are logged, and none holds the name, the phone, the chat's id or the token."""
    with Emulator() as bot:
        service = telegram_service(tmp_path / "data", small_content, small_models, bot)
        service.environment["KEXIE_LOG"] = kind
        person = bot.person(NAME)
        with service:
            person.say("我要留言")
            person.until("想问什么", WAIT)
            bot.inject("sendMessage", BAD_GATEWAY)
            person.say(f"我是{NAME}，电话{PHONE}")
            person.until("您的单位", WAIT)
            bot.update({"message": {"chat": person.chat, "text": [NAME, PHONE], "date": "x", "from": person.user}})
            bot.inject("getUpdates", BAD_GATEWAY, times=2)
            subprocess.run([sys.executable, "-c", _BREAK, str(service.data / "kexie.db")], check=True)
            person.say(f"{NAME} {PHONE}")
            bot.wait_until(lambda: "cannot be" in service.said(), WAIT)
        said = service.said()
    logged = [line for line in said.splitlines() if "ERROR" in line or "WARNING" in line]
    assert logged, "this test needs lines to look at"
    if kind == "json":
        assert all(json.loads(line)["level"] for line in said.splitlines() if line.startswith("{"))
        assert any(line.startswith("{") for line in said.splitlines())
    for secret in (NAME, PHONE, bot.token, bot.token.partition(":")[2], str(person.id)):
        assert secret not in said


_BREAK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30)
connection.execute("alter table chats rename to chats_gone")
connection.execute("alter table inbox rename to inbox_gone")
"""
"""Takes tables away under the running service."""
