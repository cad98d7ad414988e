"""`kexie inbox`: what went wrong, tried again or dropped, and nobody's words on the screen unasked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import update

from bot.messages import Reply
from bot.store import post
from bot.store.database import Database
from bot.store.records import Records
from bot.store.tables import inbox, outbox
from tests.commands.command_line import CommandLine

SECRET = "我的电话 138 0013 8000\x1b[31m\u202e"


@contextmanager
def opened(kexie: CommandLine) -> Iterator[Database]:
    database = Database(f"sqlite:///{kexie.data / 'kexie.db'}")
    yield database
    database.close()


def fill(kexie: CommandLine) -> None:
    """A dead message, a reply that was refused, one of unknown fate, and one message that waits."""
    with opened(kexie) as database:
        post.receive(database, "telegram", "1", "telegram:4711", {"text": SECRET})
        with database.transaction() as connection:
            connection.execute(update(inbox).values(state="dead", tries=5, error="ZeroDivisionError"))
            post.post(connection, "telegram:4711", [Reply(SECRET), Reply("二")], 1, database.clock())
            connection.execute(
                update(outbox).where(outbox.c.id == 1).values(state="dead", error="Refused: bad request")
            )
            connection.execute(update(outbox).where(outbox.c.id == 2).values(state="unknown", tries=1))
        post.receive(database, "web", "2", "web:a", {"chat": "web:a", "text": "等着"})


def audit(kexie: CommandLine) -> list[tuple[str, str]]:
    with opened(kexie) as database, database.reading() as connection:
        return [(row["what"], row["which"]) for row in Records(connection, database.clock()).audit_lines()]


def test_the_list_tells_what_is_wrong_and_nothing_personal(kexie: CommandLine) -> None:
    """Number, time, channel, direction, state and kind of error; no words, no chat, no audit line."""
    assert "没有出问题的消息" in kexie("inbox", "list").out
    fill(kexie)
    done = kexie("inbox", "list")
    assert done.status == 0
    assert [line.split()[0] for line in done.out.splitlines()[:3]] == ["in-1", "out-1", "out-2"]
    assert "收到的，没处理好，已放弃，试了 5 次  ZeroDivisionError" in done.out
    assert "不知道送到没有" in done.out
    assert "共 3 条。还在排队：收到的 1 条" in done.out
    assert "138" not in done.out
    assert "4711" not in done.out
    assert audit(kexie) == []


def test_looking_at_the_content_is_noted_and_harmless(kexie: CommandLine) -> None:
    """--show prints what was written, without what moves a terminal, and leaves a line in the audit log."""
    fill(kexie)
    done = kexie("inbox", "list", "--show")
    assert "我的电话 138 0013 8000" in done.out
    assert "\x1b" not in done.out
    assert "\u202e" not in done.out
    assert audit(kexie) == [("inbox read", "3 letters")]


def test_retry_puts_back_and_drop_deletes_and_both_are_noted(kexie: CommandLine) -> None:
    """Named ones or all; what is no such number is said with status 1, the others are done all the same."""
    fill(kexie)
    done = kexie("inbox", "retry", "in-1", "out-9", "in-2")
    assert (done.status, done.out) == (1, "已放回队列，服务会马上再试：in-1\n")
    assert "没有这些编号：out-9、in-2" in done.error
    done = kexie("inbox", "drop", "all")
    assert (done.status, done.out) == (0, "已删掉内容：out-1、out-2\n")
    assert audit(kexie) == [("inbox retry", "in-1"), ("inbox drop", "out-1"), ("inbox drop", "out-2")]
    with opened(kexie) as database, database.reading() as connection:
        assert post.counts(connection) == {"inbox.new": 2}
    assert kexie("inbox", "retry", "all").out == "没有出问题的消息。\n"


def test_usage(kexie: CommandLine) -> None:
    """No action, no number, an unknown role: one line that says what to write, status 2."""
    for words in (["inbox"], ["inbox", "retry"], ["inbox", "drop"], ["run", "--role", "mailer"]):
        done = kexie(*words)
        assert (done.status, done.out) == (2, "")
        assert len(done.error.splitlines()) == 1
    assert "receiver、worker、sender、web、all" in kexie("run", "--role", "web,mailer").error


def test_webhook_settings_that_cannot_work_are_refused(kexie: CommandLine) -> None:
    """Telegram takes https only, the address needs a path, the secret only certain characters."""
    for setting in (
        {"KEXIE_TELEGRAM_WEBHOOK": "http://example.org/telegram"},
        {"KEXIE_TELEGRAM_WEBHOOK": "https://example.org"},
        {"KEXIE_TELEGRAM_WEBHOOK": "example.org/telegram"},
        {"KEXIE_TELEGRAM_SECRET": "密码"},
    ):
        done = kexie("inbox", "list", **setting)
        assert done.status == 2
        assert next(iter(setting)) in done.error
