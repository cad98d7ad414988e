"""The tables. Every row that belongs to a conversation carries its chat key, first in the indexes, so that the tables
can be distributed by chat (docs/decisions/0002-storage.md). Times are UTC, ISO 8601 text with microseconds: they read
well in any viewer and sort as they should on SQLite and PostgreSQL alike."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, MetaData, String, Table, Text, UniqueConstraint, text

metadata = MetaData()

INBOX_WAITING, OUTBOX_WAITING = text("state = 'new'"), text("state IN ('new', 'sending')")
"""A conversation of years has many rows that are done with; what is still to be done is found by indexes that hold
nothing else."""

inbox = Table(
    "inbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("channel", String(16), nullable=False, comment="terminal, web, telegram"),
    Column("update_id", String(80), nullable=False, comment="unique in its channel"),
    Column("chat", String(120), nullable=False, comment="<channel>:<id>"),
    Column("raw", Text, nullable=False, comment="the update as received, JSON"),
    Column("state", String(8), nullable=False, default="new", comment="new, done, dead, dropped"),
    Column("tries", Integer, nullable=False, default=0),
    Column("not_before", String(32), nullable=False, default="", server_default="", comment="not tried again before"),
    Column("error", String(200), nullable=False, default=""),
    Column("received_at", String(32), nullable=False),
    Column("done_at", String(32), nullable=False, default=""),
    UniqueConstraint("channel", "update_id", name="inbox_once"),
    Index("inbox_chat", "chat", "id"),
    Index("inbox_state", "state", "id"),
    Index("inbox_waiting", "chat", "id", sqlite_where=INBOX_WAITING, postgresql_where=INBOX_WAITING),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat", String(120), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("inbox_id", Integer, nullable=False, default=0, comment="message that this answers, 0 for a notice"),
    Column("reply", Text, nullable=False, comment="bot.messages.as_dict, JSON"),
    Column("state", String(8), nullable=False, default="new", comment="new, sending, sent, unknown, dead"),
    Column("tries", Integer, nullable=False, default=0),
    Column("not_before", String(32), nullable=False, default=""),
    Column("error", String(200), nullable=False, default=""),
    Column("created_at", String(32), nullable=False),
    Column("sent_at", String(32), nullable=False, default=""),
    Index("outbox_chat", "chat", "id"),
    Index("outbox_state", "channel", "state", "id"),
    Index("outbox_waiting", "chat", "id", sqlite_where=OUTBOX_WAITING, postgresql_where=OUTBOX_WAITING),
)

chats = Table(
    "chats",
    metadata,
    Column("chat", String(120), primary_key=True),
    Column("state", Text, nullable=False, comment="what the conversation remembers, JSON"),
    Column("blocked", Integer, nullable=False, default=0, comment="1: the person blocked us"),
    Column("updated_at", String(32), nullable=False),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", String(26), primary_key=True, comment="ULID"),
    Column("chat", String(120), nullable=False),
    Column("form_id", String(60), nullable=False),
    Column("form_version", String(20), nullable=False),
    Column("phase", String(12), nullable=False, comment="asking, checking, paused, submitted, cancelled"),
    Column("draft", Text, nullable=False, comment="bot.filing Draft, JSON"),
    Column("updated_at", String(32), nullable=False),
    Column("expires_at", String(32), nullable=False),
    Index("drafts_chat", "chat", "updated_at"),
)

submissions = Table(
    "submissions",
    metadata,
    Column("id", String(26), primary_key=True, comment="ULID; the draft's id: a draft is submitted once"),
    Column("receipt", String(24), nullable=False, unique=True),
    Column("chat", String(120), nullable=False),
    Column("form_id", String(60), nullable=False),
    Column("form_version", String(20), nullable=False),
    Column("answers", Text, nullable=False, comment="field name -> value, JSON"),
    Column("state", String(12), nullable=False, comment="received, has_issues, edited, approved, rejected"),
    Column("submitted_at", String(32), nullable=False),
    Column("updated_at", String(32), nullable=False),
    Index("submissions_chat", "chat", "submitted_at"),
    Index("submissions_form", "form_id", "submitted_at"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String(26), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("role", String(12), nullable=False, comment="reviewer, admin"),
    Column("region", String(30), nullable=False, default="", comment="city they see, empty for all"),
    Column("chat", String(120), nullable=False, default="", comment="where they are notified, empty until joined"),
    Column("code", String(64), nullable=False, comment="SHA-256 of the one-time joining code, empty once used"),
    Column("created_at", String(32), nullable=False),
    Index("staff_chat", "chat"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String(32), nullable=False),
    Column("who", String(80), nullable=False, comment="staff name, or command line"),
    Column("what", String(40), nullable=False, comment="export, read, join, ..."),
    Column("which", String(120), nullable=False, comment="form id, receipt number, ..."),
)

questions = Table(
    "questions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("text", String(200), nullable=False, comment="question without personal data (bot/masking.py)"),
    Column("status", String(10), nullable=False, comment="unknown, choose, wrong, rephrased"),
    Column("region", String(30), nullable=False, default=""),
    Column("near", String(80), nullable=False, default="", comment="entry that came nearest"),
    Column("asked_at", String(32), nullable=False),
    Column("chosen", String(80), nullable=False, server_default="", comment="entry that the person took afterwards"),
    Column(
        "done_at", String(32), nullable=False, server_default="", comment="when staff were done with it, empty: open"
    ),
    Index("questions_status", "status", "id"),
)

chores = Table(
    "chores",
    metadata,
    Column("name", String(40), primary_key=True, comment="piece of work that comes round by the clock"),
    Column("last_run", String(32), nullable=False, default="", comment="when a process took it up last"),
    Column("result", String(200), nullable=False, default="", comment="what the last run came to"),
)

about_tables = Table(
    "about_tables",
    metadata,
    Column("table_name", String(40), primary_key=True, comment="table that is explained"),
    Column("column_name", String(40), primary_key=True, comment="column that is explained, empty for the table itself"),
    Column("meaning", String(300), nullable=False, comment="what stands in it"),
)

reminders = Table(
    "reminders",
    metadata,
    Column("draft", String(26), primary_key=True, comment="id of the draft, which is that of its submission"),
    Column("kind", String(8), primary_key=True, comment="expiry: the draft ends; deadline: a date named in the form"),
    Column("due", String(32), nullable=False, comment="when to write; for expiry the end that was warned of"),
    Column("until", String(32), nullable=False, comment="too late from then on"),
    Column("sent_at", String(32), nullable=False, default="", comment="empty while it waits"),
    Index("reminders_due", "sent_at", "due"),
)

handovers = Table(
    "handovers",
    metadata,
    Column("code", String(64), primary_key=True, comment="SHA-256 of the one-time code"),
    Column("draft", String(26), nullable=False, unique=True),
    Column("chat", String(120), nullable=False, comment="who gives the draft away"),
    Column("expires_at", String(32), nullable=False),
)

guesses = Table(
    "guesses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat", String(120), nullable=False),
    Column("at", String(32), nullable=False, comment="when a wrong code was sent"),
    Index("guesses_chat", "chat", "at"),
)

places = Table(
    "places",
    metadata,
    Column("submission", String(26), primary_key=True),
    Column("form_id", String(60), nullable=False),
    Column("number", Integer, nullable=False, comment="1, 2, 3 …: in which order people came"),
    Column("state", String(10), nullable=False, comment="taken, waiting, withdrawn"),
    Column("code", String(8), nullable=True, unique=True, comment="check-in code, null without one"),
    Column("checked_in_at", String(32), nullable=False, default=""),
    Index("places_form", "form_id", "state", "number"),
)

series = Table(
    "series",
    metadata,
    Column("name", String(60), primary_key=True, comment="form id; the row is also the lock of the form"),
    Column("value", Integer, nullable=False),
)

voters = Table(
    "voters",
    metadata,
    Column("form_id", String(60), primary_key=True),
    Column("voter", String(64), primary_key=True, comment="SHA-256 of form and chat: who has had their turn"),
    sqlite_with_rowid=False,  # no row numbers: the order in which people voted is kept nowhere
)

ballots = Table(
    "ballots",
    metadata,
    Column("form_id", String(60), primary_key=True),
    Column("form_version", String(20), primary_key=True),
    Column("mark", String(64), primary_key=True, comment="SHA-256 of the paper"),
    Column("paper", Text, nullable=False, comment="field name -> value, JSON with sorted keys"),
    Column("votes", Integer, nullable=False, comment="how many were cast just like this"),
    sqlite_with_rowid=False,
)
"""Secret votes are counted, not listed: no row belongs to one person (docs/decisions/0010-secret-ballots.md)."""

blots = Table(
    "blots",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat", String(120), nullable=False),
    Column("since", String(32), nullable=False),
    Column("until", String(32), nullable=False, comment="what was said in between is to be forgotten"),
)

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))
