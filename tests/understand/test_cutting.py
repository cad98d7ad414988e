"""The lexicon that texts are cut with."""

from __future__ import annotations

import math
from pathlib import Path

import jieba
import pytest

from bot.understand.cutting import LEXICON, Lexicon, Tokenizer
from bot.understand.spelling import pinyin

MADE = Lexicon.made()
TEXTS = ("成立企业科协要哪些材料", "我们公司25个科技人员，能建吗？", "qiyekexie 章程", "龘靐齉", "", "会费 会费")


def test_it_is_read_as_it_was_saved(tmp_path: Path) -> None:
    """Kept at the first start and the same at the next; no half-written file is left."""
    assert Lexicon.kept(tmp_path / "models") == MADE
    assert Lexicon.kept(tmp_path / "models") == MADE == Lexicon.read(tmp_path / "models" / LEXICON)
    assert [file.name for file in (tmp_path / "models").iterdir()] == [LEXICON]


@pytest.mark.parametrize("damage", ["", "a b c", "a b\n1 2\nx\ny\nz", "a b\n1 x\nx\ny", "a b\n1\nx\ny"])
def test_a_damaged_file_is_made_anew(tmp_path: Path, damage: str) -> None:
    """Cut off, foreign or with a word too many: it is replaced."""
    (tmp_path / LEXICON).write_text(damage, encoding="utf-8")
    with pytest.raises(ValueError, match="damaged lexicon"):
        Lexicon.read(tmp_path / LEXICON)
    assert Lexicon.kept(tmp_path) == MADE == Lexicon.read(tmp_path / LEXICON)


def test_a_folder_that_is_none_does_no_harm(tmp_path: Path) -> None:
    """Where nothing can be kept it is made every time."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert Lexicon.kept(tmp_path / "file") == MADE


def test_the_logarithms_that_are_kept_change_no_cut() -> None:
    """The cuts are those of jieba itself with the same words."""
    ours, plain = Tokenizer(MADE), jieba.Tokenizer()
    plain.FREQ, plain.total, plain.initialized = dict(MADE.frequency), MADE.total, True
    for text in (*TEXTS, *TEXTS):
        assert list(ours.cut(text, HMM=False)) == list(plain.cut(text, HMM=False))
    assert ours._rate("的") == pytest.approx(math.log(MADE.frequency["的"] / MADE.total))


def test_characters_are_spelt_as_pypinyin_does() -> None:
    """What is kept is what would be read anew."""
    assert MADE.spelt["科"] == "ke"
    assert all(pinyin(char) == letters for char, letters in list(MADE.spelt.items())[::50])
    assert all(letters.isascii() and letters.isalpha() for letters in MADE.spelt.values() if letters)
