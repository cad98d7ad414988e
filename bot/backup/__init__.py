"""Backups: everything that cannot be made again, in one archive that restores into SQLite and PostgreSQL alike."""
