"""These tests need the whole way of a question, but not all of the knowledge."""

from tests.small_app import small_app, small_content, small_desk, small_models

__all__ = ["small_app", "small_content", "small_desk", "small_models"]
