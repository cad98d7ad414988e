"""What every table and column means, kept in the database itself: SQLite has no comments, and whoever opens the file in
Datasette should not need this program to read it."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select

from bot.store.tables import about_tables, metadata

TABLES = {
    "about_tables": "This explanation: one row a table, one row a column.",
    "audit": "Who read, exported, decided or changed what, and when. Rows are only ever added.",
    "ballots": "Secret votes, counted: how often each filled-in paper was cast. No row belongs to one person.",
    "blots": "Chats whose words are struck out of inbox and outbox once they are delivered: what was said without a name.",
    "chats": "One row a conversation: what it remembers between two messages.",
    "chores": "Work by the clock (expiry, reminders, retention) and when it was done last; one process does it at a time.",
    "drafts": "Forms that are being filled in, saved at each answer.",
    "guesses": "Wrong codes for taking over a draft, to limit guessing.",
    "handovers": "One-time codes with which a draft is taken over in another chat.",
    "inbox": "Every message that came in, stored before it was acknowledged. A worker takes the first new one of a chat.",
    "outbox": "Every message that goes out. A sender takes the first new one of a chat.",
    "places": "Places of an event: who has one, who waits, who was let in.",
    "questions": "Questions that were not answered well, without personal data, for whoever writes the answers.",
    "reminders": "What people are reminded of, once: drafts that end, last days named by a form.",
    "schema_version": "Number of the last migration that this database has had. One row.",
    "series": "Numbers given out in order, one series a form.",
    "staff": "People who work here, and the chat in which each is notified.",
    "submissions": "Forms that were handed in. The answers stand as they were given, by field name.",
    "voters": "Who has voted, hashed; what they voted stands elsewhere and is connected with nothing here.",
}
"""Table -> what it holds."""
COLUMNS = {
    "at": "time, UTC, ISO 8601 with microseconds",
    "channel": "terminal, web, telegram",
    "chat": "conversation, <channel>:<id>; the key by which tables can be distributed",
    "code": "one-time code, hashed",
    "created_at": "when the row was written, UTC",
    "checked_in_at": "when the person was let in, UTC, empty until then",
    "done_at": "when it was handled, UTC, empty until then",
    "draft": "id of the draft",
    "error": "kind of the last failure, never what a person wrote",
    "expires_at": "when it is deleted if nobody touches it, UTC",
    "form_id": "stem of the form's file in forms/",
    "form_version": "version of the form that was filled in",
    "id": "number of the row, rising",
    "name": "name",
    "not_before": "not tried again before this time, UTC, empty for at once",
    "receipt": "receipt number with a check character at its end",
    "received_at": "when it came in, UTC",
    "region": "city",
    "sent_at": "when it was delivered, UTC, empty until then",
    "asked_at": "when it was asked, UTC",
    "since": "when the chat began to speak without a name, UTC",
    "submission": "id of the submission",
    "submitted_at": "when it was handed in, UTC",
    "tries": "attempts so far",
    "updated_at": "when the row was changed last, UTC",
    "value": "the last number given out",
    "version": "number",
}
"""Column -> what it holds wherever the table says nothing more exact."""


def meanings() -> list[dict[str, str]]:
    """Rows of `about_tables`: every table of the program, then each of its columns."""
    rows = []
    for table in metadata.sorted_tables:
        rows.append(_row(table.name, "", TABLES.get(table.name, table.comment or "")))
        rows += [_row(table.name, c.name, c.comment or COLUMNS.get(c.name, "")) for c in table.columns]
    return rows


def explain(connection: Connection) -> None:
    """Bring `about_tables` up to what this version of the program means; writes nothing when it says so already."""
    wanted = meanings()
    stored = connection.execute(select(about_tables)).mappings()
    if {tuple(row.values()) for row in stored} == {tuple(row.values()) for row in wanted}:
        return
    connection.execute(delete(about_tables))
    connection.execute(insert(about_tables), wanted)


def _row(table: str, column: str, meaning: str) -> dict[str, str]:
    return {"table_name": table, "column_name": column, "meaning": meaning}
