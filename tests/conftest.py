"""Fixtures that all tests share: the real content with its model made once, and desks to talk to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from bot.app import App
from bot.settings import DEFAULT_CONTENT, Settings, read_settings
from tests.talk import Desk

# How long one example takes says something about the machine, not about the program.
hypothesis_settings.register_profile("untimed", deadline=None)
hypothesis_settings.load_profile("untimed")

SHARED = DEFAULT_CONTENT.parent / "shared"


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    """Folder of trained models, kept between runs: training takes some 15 s and depends on the content only."""
    return Path(request.config.cache.mkdir("kexie-models"))


@pytest.fixture(scope="session")
def app(models: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The application over the real content."""
    data = tmp_path_factory.mktemp("data")
    (data / "models").symlink_to(models)
    settings: Settings = read_settings({"KEXIE_DATA": str(data)})
    return App(settings)


@pytest.fixture
def desk(app: App, tmp_path: Path) -> Desk:
    """A fresh database and a standing clock."""
    return Desk(app, tmp_path)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The source documents; tests that need them are skipped where they are absent."""
    folder = SHARED / "seeds"
    if not folder.is_dir():
        pytest.skip("../shared/seeds is not here")
    return folder
