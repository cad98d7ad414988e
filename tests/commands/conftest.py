"""These tests need the whole assistant, but not all of the knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.command_line import CommandLine
from tests.small_app import small_app, small_content, small_desk, small_models

__all__ = ["small_app", "small_content", "small_desk", "small_models"]


@pytest.fixture
def kexie(tmp_path: Path, small_content: Path, small_models: Path) -> CommandLine:
    """`kexie` on an empty data folder and the small content."""
    return CommandLine(tmp_path / "data", small_content, small_models)
