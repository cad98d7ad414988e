"""The tests of the store run on SQLite and on PostgreSQL."""

from tests.store.databases import clock, database, url

__all__ = ["clock", "database", "url"]
