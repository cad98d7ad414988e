"""Backups are tested on SQLite and on PostgreSQL."""

from tests.store.databases import url

__all__ = ["url"]
