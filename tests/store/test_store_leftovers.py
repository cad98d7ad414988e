"""Files that nothing speaks of any more are deleted; all others stay."""

from __future__ import annotations

import os
from pathlib import Path

from bot.messages import Attachment, Reply
from bot.store import inbox, post
from bot.store.database import Database
from bot.store.leftovers import delete_leftovers
from bot.store.records import Records

NAMES = (
    "web/草稿.pdf",
    "web/交了.pdf",
    "web/回复.pdf",
    "web/等着.pdf",
    "web/处理过.pdf",
    "web/没人要.pdf",
    "receipts/KX-1.docx",
)


def test_only_what_is_old_and_unmentioned_goes(database: Database, tmp_path: Path) -> None:
    """Files of drafts, submissions, replies, waiting messages and receipts stay, and so does what has just come."""
    files = tmp_path / "files"
    for name in (*NAMES, "web/刚来.pdf"):
        path = files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%PDF-1.7\n")
        if name in NAMES:
            os.utime(path, (1, 1))

    def named(path: str) -> list[dict[str, object]]:
        return [{"name": "x.pdf", "path": path, "size": 9}]

    post.receive(database, "web", "1", "web:a", {"files": named("web/等着.pdf")})
    post.receive(database, "web", "2", "web:a", {"files": named("web/处理过.pdf")})
    with database.transaction() as connection:
        records = Records(connection, database.clock())
        records.save_draft("web:a", {"id": "d", "form_id": "f", "form_version": "1", "phase": "asking",
                                     "values": {"paper": named("web/草稿.pdf")}}, 30)  # fmt: skip
        records.submit("s", "KX-1", "web:a", "f", "1", {"paper": named("web/交了.pdf")})
        post.post(
            connection, "web:a", [Reply("看", files=(Attachment("x.pdf", "web/回复.pdf", 9),))], 1, database.clock()
        )
        inbox.mark_done(connection, 2, database.clock())
        assert delete_leftovers(connection, files, 1000) == 2
    left = {path.relative_to(files).as_posix() for path in files.rglob("*") if path.is_file()}
    assert left == {*NAMES, "web/刚来.pdf"} - {"web/没人要.pdf", "web/处理过.pdf"}


def test_no_files_folder_is_no_trouble(database: Database, tmp_path: Path) -> None:
    """Before the first file has come there is nothing to delete."""
    with database.reading() as connection:
        assert delete_leftovers(connection, tmp_path / "none", 1e12) == 0
