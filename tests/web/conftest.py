"""One browser for all tests of the web room, and services that share one small model."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.service import Service
from tests.small_content import write_small_content
from tests.web.person import Person

CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

NewPerson = Callable[..., Person]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Where it is absent these tests are skipped; .ci/run installs it."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield started
        started.close()


@pytest.fixture(scope="session")
def small_content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Content that trains in a second or two."""
    return write_small_content(tmp_path_factory.mktemp("small") / "content")


@pytest.fixture(scope="session")
def small_models(request: pytest.FixtureRequest) -> Path:
    """Models of the small content, kept between runs. Apart from the large one: a new model removes older ones."""
    return Path(request.config.cache.mkdir("kexie-small-models"))


@pytest.fixture(scope="module")
def service(small_content: Path, small_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service for a whole module; every person in it has a chat of their own."""
    with Service(tmp_path_factory.mktemp("service") / "data", small_content, small_models) as running:
        yield running


@pytest.fixture
def own_service(small_content: Path, small_models: Path, tmp_path: Path) -> Iterator[Service]:
    """A running service for one test that kills it or counts everything in it."""
    with Service(tmp_path / "data", small_content, small_models) as running:
        yield running


@pytest.fixture
def person(browser: Browser, service: Service) -> Iterator[NewPerson]:
    """Makes people with a browser of their own (their own cookies): `person()`, `person(java_script_enabled=False)`."""
    contexts = []

    def make(at: Service = service, **options: Any) -> Person:
        context = browser.new_context(**options)
        contexts.append(context)
        return Person(context.new_page(), at.url)

    yield make
    for context in contexts:
        context.close()
