"""These tests fill the real forms through `kexie chat --jsonl`, over the small knowledge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forms.line_talk import Line, Person
from tests.small_app import small_content, small_models

__all__ = ["small_content", "small_models"]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, small_content: Path, small_models: Path) -> Iterator[Line]:
    """One process for all tests of a file."""
    process = Line(tmp_path_factory.mktemp("line") / "data", small_content, small_models)
    yield process
    process.close()


@pytest.fixture
def person(line: Line) -> Person:
    """Somebody new."""
    return line.person()
