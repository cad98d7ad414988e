"""A data folder with something of everything in it, and a look at what a database holds."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from bot.messages import Reply
from bot.store import post
from bot.store.copying import Copied, checksum, our_tables
from bot.store.database import Database
from bot.store.questions import Questions
from bot.store.records import Records

RECEIPT = "KX-TEST-1"


def furnish(url: str, data: Path, answers: int = 30) -> None:
    """Thirty messages, answers, a draft, a submission with a file, staff, questions; a file that nothing names any more."""
    for name, text in (("files/a/章程.pdf", "%PDF"), ("files/a/leftover.pdf", "x"), ("files/receipts/r.docx", "PK")):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(text, encoding="utf-8")
    (data / "content").mkdir()
    (data / "content" / "本地.yaml").write_text("[]\n", encoding="utf-8")
    (data / "web.key").write_bytes(b"k" * 32)
    with closing(Database(url)) as database:
        for number in range(30):
            post.receive(database, "terminal", str(number), f"terminal:{number % 7}", {"text": f"测试{number}😀"})
        with database.transaction() as connection:
            records = Records(connection, database.clock())
            post.post(connection, "terminal:1", [Reply("好")] * answers, 1, database.clock())
            draft = {"id": "D1", "form_id": "f", "form_version": "1", "phase": "asking"}
            records.save_draft("terminal:1", draft, 30)
            records.save_chat_state("terminal:1", {"draft": "D1"})
            records.submit("S1", RECEIPT, "terminal:1", "f", "1", {"paper": [{"path": "a/章程.pdf"}]})
            records.add_staff("测试员", "admin", "")
            Questions(connection, database.clock()).queue("停车位归谁管", "unknown", "", "")


def contents(url: str) -> list[Copied]:
    """Rows and checksum of each table, without the audit log, where a backup is noted."""
    with closing(Database(url)) as database, database.reading() as connection:
        found = [(t.name, [tuple(row) for row in connection.execute(t.select())]) for t in our_tables()]
    return [Copied(name, *checksum(rows)) for name, rows in found if name != "audit"]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with what is in it."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
