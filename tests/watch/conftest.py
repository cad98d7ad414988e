"""These tests need the whole service, but not all of the knowledge."""

from tests.small_app import small_app, small_content, small_desk, small_models
from tests.store.databases import clock, database, url

__all__ = ["clock", "database", "small_app", "small_content", "small_desk", "small_models", "url"]
