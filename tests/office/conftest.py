"""The small content with forms of every kind beside the real ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import App
from bot.settings import read_settings
from tests.office.forms import write_forms
from tests.small_content import write_small_content
from tests.talk import Desk

REAL = ("quick_update", "suggestion", "event_registration", "survey", "vote")
"""Real forms that the invented ones stand for: the same words may not ask for two forms."""


@pytest.fixture(scope="session")
def office_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The application over the small content with all kinds of forms."""
    content = write_small_content(tmp_path_factory.mktemp("office") / "content")
    for taken in REAL:
        (content / "forms" / f"{taken}.yaml").unlink()
    write_forms(content / "forms")
    data = tmp_path_factory.mktemp("office-data")
    (data / "models").symlink_to(request.config.cache.mkdir("kexie-office-models"))
    return App(read_settings({"KEXIE_DATA": str(data), "KEXIE_CONTENT": str(content)}))


@pytest.fixture
def office(office_app: App, tmp_path: Path) -> Desk:
    """A fresh database and a standing clock."""
    return Desk(office_app, tmp_path)
