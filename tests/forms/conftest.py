"""These tests fill the real forms through `kexie chat --jsonl`, over the small knowledge."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.forms.line_talk import Line, Person, open_content


@pytest.fixture(scope="session")
def forms_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All forms, open, and little knowledge."""
    return open_content(tmp_path_factory.mktemp("forms") / "content")


@pytest.fixture(scope="session")
def forms_models(request: pytest.FixtureRequest) -> Path:
    """Models of that content, kept between runs."""
    return Path(request.config.cache.mkdir("kexie-forms-models"))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, forms_content: Path, forms_models: Path) -> Iterator[Line]:
    """One process for all tests of a file."""
    process = Line(tmp_path_factory.mktemp("line") / "data", forms_content, forms_models)
    yield process
    process.close()


@pytest.fixture
def person(line: Line) -> Person:
    """Somebody new."""
    return line.person()
