"""Fixtures over the small content, for tests that need the real thing but not all of the knowledge."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.settings import read_settings
from tests.small_content import write_small_content
from tests.talk import Desk


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A content root that trains in a second or two."""
    return write_small_content(tmp_path_factory.mktemp("small") / "content")


@pytest.fixture(scope="session")
def small_models(request: pytest.FixtureRequest) -> Path:
    """Models of the small content, kept between runs. Apart from the large one: a new model removes older ones."""
    return Path(request.config.cache.mkdir("kexie-small-models"))


@pytest.fixture(scope="session")
def small_app(small_content: Path, small_models: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The application over the small content."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(small_models)
    return App(read_settings({"KEXIE_DATA": str(data), "KEXIE_CONTENT": str(small_content)}))


@pytest.fixture
def small_desk(small_app: App, tmp_path: Path) -> Desk:
    """A fresh database and a standing clock, over the small content."""
    return Desk(small_app, tmp_path)
