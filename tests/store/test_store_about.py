"""The database explains itself to whoever opens it without this program."""

from __future__ import annotations

import sqlite_utils
from sqlalchemy import inspect

from bot.store.about import meanings
from bot.store.database import Database
from bot.store.tables import about_tables, metadata


def test_every_table_and_column_has_a_meaning() -> None:
    """No table and no column is without a sentence."""
    assert [row for row in meanings() if not row["meaning"]] == []
    named = {(row["table_name"], row["column_name"]) for row in meanings()}
    assert named >= {(table.name, column.name) for table in metadata.sorted_tables for column in table.columns}


def test_the_explanation_stands_in_the_database_and_follows_the_program(url: str) -> None:
    """A stale explanation is replaced when the database is opened; one that is right is not written again."""
    database = Database(url)
    with database.transaction() as connection:
        connection.execute(about_tables.delete().where(about_tables.c.table_name == "inbox"))
        connection.execute(about_tables.update().values(meaning="old"))
    database.close()
    database = Database(url)
    with database.reading() as connection:
        stored = {tuple(row) for row in connection.execute(about_tables.select())}
    assert stored == {tuple(row.values()) for row in meanings()}
    if not database.is_sqlite:  # PostgreSQL has comments of its own
        comments = {column["name"]: column["comment"] for column in inspect(database.engine).get_columns("inbox")}
        assert comments["chat"] == "<channel>:<id>"
    database.close()


def test_sqlite_utils_shows_what_a_column_means(tmp_path: object) -> None:
    """Opened with sqlite-utils, one query says what the inbox holds, in plain words, for every column that is there."""
    Database(f"sqlite:///{tmp_path}/kexie.db").close()
    opened = sqlite_utils.Database(f"{tmp_path}/kexie.db")
    told = {row["column_name"]: row["meaning"] for row in opened["about_tables"].rows_where("table_name = 'inbox'")}
    assert set(told) == {"", *(column.name for column in opened["inbox"].columns)}
    assert "before it was acknowledged" in told[""]
    assert told["state"] == "new, done, dead, dropped"
