"""Changed content files take effect in a running service; faulty ones do not, and say what is wrong."""

from __future__ import annotations

import logging
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.content.problems import ContentError, Problem
from bot.content.reload import Reloader, snapshot
from bot.settings import Settings
from bot.store import post
from tests.service import Service
from tests.small_app import small_app, small_content, small_models

__all__ = ["small_app", "small_content", "small_models"]

CANTEEN = """
- id: canteen
  topic: 食堂
  aspect: 其他
  title: 园区食堂几点开饭？
  ask: [食堂开饭时间, 几点能吃饭]
  answer: 中午十一点半开饭。
  cite: 后勤通知
"""


@pytest.fixture
def app(small_app: App, small_content: Path, tmp_path: Path) -> App:
    """An application over files of its own, that may be spoilt."""
    content, data = tmp_path / "content", tmp_path / "data"
    shutil.copytree(small_content, content)
    small_app.understander  # noqa: B018 - the model is there to be copied
    shutil.copytree(small_app.settings.models, data / "models")
    made = App(Settings(**{**vars(small_app.settings), "content": content, "data": data}))
    made.assistant  # noqa: B018 - as when the service starts
    return made


def reloader_of(app: App) -> Reloader:
    """As the service makes it."""
    return Reloader([app.settings.content, app.settings.local_content], app.renew)


def change(path: Path, old: str, new: str) -> None:
    """Edit a file as a clerk does."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write_local(app: App, text: str = CANTEEN) -> Path:
    """A file of the local content."""
    path = app.settings.local_content / "knowledge" / "topics" / "own.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_changed_sentence_is_said_at_once(app: App) -> None:
    """Once a changed file stands still, content, understanding and assistant are new, and the model is not trained."""
    reloader, before = reloader_of(app), app.assistant
    models = sorted(app.settings.models.iterdir())
    change(app.settings.content / "intents" / "replies.yaml", "您好，我是科协通。", "您好，这里是新的问候。")
    assert not reloader.look()  # may still be in the middle of being written
    assert reloader.look()
    assert app.assistant is not before
    assert "新的问候" in app.assistant.content.replies["greeting"]
    assert app.content is app.assistant.content is app.understander.content
    assert sorted(app.settings.models.iterdir()) == models
    assert not reloader.look()


def test_a_new_phrasing_is_understood(app: App) -> None:
    """A new phrasing trains a new model, and what it asks is answered."""
    reloader = reloader_of(app)
    path = app.settings.content / "knowledge" / "topics" / "founding.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("  ask:\n", "  ask:\n  - 蓝鲸计划怎么启动\n", 1), encoding="utf-8")
    reloader.look()
    assert reloader.look()
    assert app.understander.understand("蓝鲸计划怎么启动").status == "answer"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("- id: [", "YAML 读不懂"),
        (CANTEEN.replace("aspect: 其他", "aspact: 其他"), "aspact"),
        (CANTEEN.replace("cite: 后勤通知", "sources: [nothing/1]"), "没有 'nothing/1' 这个出处"),
        (CANTEEN + "  region: 火星\n", "没有 '火星' 这个城市"),
    ],
)
def test_a_faulty_change_leaves_the_old_content(
    app: App, text: str, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    """With a fault the old content serves on, one readable block in the log says what is wrong, and the mended file is
    taken in by itself."""
    reloader, before = reloader_of(app), app.assistant
    path = write_local(app, text)
    reloader.look()
    with caplog.at_level(logging.INFO):
        assert not reloader.look()
        assert not reloader.look()
    assert app.assistant is before
    assert len(caplog.records) == 1
    assert "继续用原来的内容" in caplog.text
    assert part in caplog.text
    path.write_text(CANTEEN, encoding="utf-8")
    reloader.look()
    assert reloader.look()
    assert app.understander.understand("食堂开饭时间").target == "canteen"


def test_many_faults_are_cut_short(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A thousand faults do not fill the log."""

    def renew() -> None:
        raise ContentError([Problem(f"a.yaml[{n}]", "坏了", "改好", "ENTRY_001") for n in range(1000)])

    reloader = Reloader([tmp_path], renew)
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "a.yaml").write_text("x", encoding="utf-8")
    reloader.look()
    reloader.look()
    assert "1000 处问题" in caplog.text
    assert "还有 970 处" in caplog.text


def test_an_error_in_making_it_is_survived(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever goes wrong while new content is made, the service goes on and tries again at the next change."""
    tries = []

    def renew() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise MemoryError

    reloader = Reloader([tmp_path], renew)
    file = tmp_path / "intents" / "a.yaml"
    file.parent.mkdir()
    for text in ("1", "12"):
        file.write_text(text, encoding="utf-8")
        reloader.look()
        reloader.look()
    assert len(tries) == 2
    assert "MemoryError" in caplog.text


def test_files_on_the_way_are_not_looked_at(tmp_path: Path) -> None:
    """Temporary files of editors and of `kexie import` are no change."""
    folder = tmp_path / "knowledge" / "topics"
    folder.mkdir(parents=True)
    before = snapshot([tmp_path])
    for name in (".faq.123.part", ".a.yaml.swp", "a.yaml~", "#a.yaml#"):
        (folder / name).write_text("x", encoding="utf-8")
    assert snapshot([tmp_path]) == before


@pytest.fixture
def service(app: App) -> Iterator[Service]:
    """The real service over these files."""
    with Service(app.settings.data, app.settings.content) as running:
        yield running


def ask(service: Service, question: str, number: int) -> str:
    """What the running service answers to a message put into its inbox."""
    database = service.database()
    try:
        post.receive(database, "terminal", f"r{number}", "terminal:r", {"chat": "r", "text": question})
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with database.reading() as connection:
                row = post.inbox_id(connection, "terminal", f"r{number}")
                answers = post.answers_to(connection, row) if row else []
            if answers:
                return "\n".join(found.reply.text for found in answers)
            time.sleep(0.2)
    finally:
        database.close()
    raise AssertionError(f"no answer:\n{service.said()[-2000:]}")


def test_a_running_service_takes_in_what_is_imported(service: Service, tmp_path: Path) -> None:
    """`kexie import` beside a running service: a few seconds later the service answers from it, without a restart; a
    faulty file after that changes nothing and is named in the log."""
    assert "十一点半" not in ask(service, "园区食堂几点开饭", 0)
    faq = tmp_path / "食堂.csv"
    faq.write_text("问题,答案\n园区食堂几点开饭,中午十一点半开饭。\n", encoding="utf-8")
    service.command("import", os.fspath(faq))
    _wait(service, "内容已更新：faq-食堂.yaml")
    assert "十一点半" in ask(service, "园区食堂几点开饭", 1)
    (service.data / "content" / "knowledge" / "topics" / "faq-坏.yaml").write_text("- id: [", encoding="utf-8")
    _wait(service, "继续用原来的内容")
    assert "十一点半" in ask(service, "园区食堂几点开饭", 2)


def _wait(service: Service, words: str) -> None:
    until = time.monotonic() + 60
    while words not in service.said():
        assert time.monotonic() < until, service.said()[-2000:]
        time.sleep(0.2)
