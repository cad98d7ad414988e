"""Parsed content kept between two starts: the same content, also after edits, damage and in a folder of no use."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.loader import load
from bot.content.problems import ContentError
from bot.content.remembered import Remembered
from tests.small_content import write_small_content


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_small_content(tmp_path / "content")


def test_content_from_the_cache_is_the_same(root: Path, tmp_path: Path) -> None:
    """Loading with no cache, with a new one and from a filled one gives equal content."""
    cache = tmp_path / "models" / "content.cache"
    plain = load(root)
    assert load(root, cache=cache) == plain
    written = cache.stat().st_mtime_ns
    assert load(root, cache=cache) == plain
    assert cache.stat().st_mtime_ns == written, "what was all there is not written again"


def test_an_edited_file_is_read_anew(root: Path, tmp_path: Path) -> None:
    """A changed answer is seen at once, and a fault in the file is found although the cache knew the file before."""
    cache = tmp_path / "content.cache"
    load(root, cache=cache)
    file = root / "intents" / "replies.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("greeting: 您好", "greeting: 早上好"), encoding="utf-8")
    assert load(root, cache=cache).replies["greeting"].startswith("早上好")
    file.write_text(text + "\n坏的: [", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ContentError, match="YAML_001"):
            load(root, cache=cache)


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe\x00", b"kexie-content-1\nabc\t{broken", b"another format\n"])
def test_a_damaged_cache_counts_as_none(root: Path, tmp_path: Path, damage: bytes) -> None:
    """Whatever stands in the cache file, the content is right and the cache is made anew."""
    cache = tmp_path / "content.cache"
    cache.write_bytes(damage)
    assert load(root, cache=cache) == load(root)
    assert len(cache.read_bytes()) > 1000


def test_a_cache_that_cannot_be_written_does_no_harm(root: Path, tmp_path: Path) -> None:
    """Where a file stands in the way of the folder, content is loaded without a cache."""
    (tmp_path / "file").write_text("no folder")
    assert load(root, cache=tmp_path / "file" / "content.cache") == load(root)


def test_data_that_is_no_json_is_parsed_each_time(tmp_path: Path) -> None:
    """A list that holds itself (a YAML alias) comes from the parser every time."""
    endless: list[object] = []
    endless.append(endless)
    for _ in range(2):
        kept = Remembered(tmp_path / "c")
        assert kept.data(b"&a [*a]", lambda: endless) is endless
        kept.save()


def test_half_a_character_survives_the_cache(tmp_path: Path) -> None:
    """A lone surrogate and line ends inside a text come back as they were."""
    said = {"a": "半\ud83d个\n\r\u2028行", "b": ["", None]}
    first = Remembered(tmp_path / "c")
    assert first.data(b"x", lambda: said) == said
    first.save()
    assert Remembered(tmp_path / "c").data(b"x", lambda: None) == said
