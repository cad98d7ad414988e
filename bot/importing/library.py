"""The knowledge database: imported documents cut into passages, with a full-text index over their words.

SQLite's FTS5 cannot tell Chinese words apart; jieba cuts them before, with our domain words, and the index sees words
with spaces between them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.content.models import Passage
from bot.understand.features import Featuriser
from bot.understand.normalise import MAX_LENGTH

STRONG = 0.65
"""Least share of a question's words (by rarity) that a passage must have to be shown unasked. Of 80 questions about
other things none came above 0.6 against the whole handbook (docs/decisions/0005-import.md)."""
SHOWN = 2
"""Passages under an answer."""
AT_LEAST = 2
"""Words of some weight that it must share with the question."""
LOOKED_AT = 40
"""Passages that the full-text index hands over for the closer look."""
WAIT = 10.0
"""Seconds to wait for another process that is writing."""
_EMPTY = (
    "什么 怎么 怎样 如何 多少 几个 哪些 哪个 哪里 谁 吗 呢 吧 啊 的 了 是 在 有 和 与 及 或 要 能 可以 可 我 我们 你 你们 您 他 他们 "
    "这 那 这个 那个 这些 那些 一个 一下 请问 想 需要 应该 应当 为什么 不 没 没有 还 就 都 也 把 被 给 让 对 对于 关于 到 去 来 做 办 "
    "上 下 里 中 内 个 几 多 多久 是否 能否 会 会不会 是不是 有没有 能不能 要不要 行 不行 知道 告诉 问 说 讲 叫 由 从 向 以 为 按 等 之 其 "
    "现在 时候 情况 问题 东西 事 事情 具体 一般 规定 介绍 解释"
)
EMPTY_WORDS = frozenset(_EMPTY.split())
"""Words that say how something is asked, not what."""


class Library:
    """Passages by word. Every call opens the file anew, so that an import takes effect at once in a running service."""

    def __init__(self, path: Path, featuriser: Featuriser, rarity: Callable[[str], float]) -> None:
        """`rarity(word)`: how rare a word is in questions of our subject, about 1 (everywhere) to 11 (unheard of)."""
        self.path = path
        self.featuriser = featuriser
        self.rarity = rarity

    def replace(self, document: str, passages: Sequence[Passage]) -> int:
        """Store a document in place of what was stored under its name; how many passages gave way. All or nothing."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {"place": p.place, "text": p.text, "words": " ".join(self._words(f"{p.place} {p.text}"))} for p in passages
        ]
        with closing(sqlite3.connect(self.path, timeout=WAIT)) as connection:
            # Only an import needs it: a program that asks one question should not wait for it.
            import sqlite_utils

            database: Any = sqlite_utils.Database(connection)
            _make_tables(database)
            with database.atomic():
                connection.execute("DELETE FROM documents WHERE name = ?", [document])
                gone = connection.execute("DELETE FROM passages WHERE document = ?", [document]).rowcount
                database["documents"].insert(
                    {
                        "name": document,
                        "imported": datetime.now(UTC).isoformat(timespec="seconds"),
                        "passages": len(rows),
                    }
                )
                database["passages"].insert_all({"document": document, **row} for row in rows)
        return int(gone)

    def find(self, text: str, limit: int = SHOWN, strong: bool = True) -> list[Passage]:
        """The best passages for a question, best first. `strong`: only those that share nearly all it speaks of; else
        whatever has one of its words (`kexie search`). [] when nothing was imported yet."""
        asked = self._asked(text)
        if not asked or not self.path.exists():
            return []
        alike = {word: self._alike(word) for word in asked}
        query = " OR ".join(f'"{word}"' for words in alike.values() for word in sorted(words))
        try:
            with closing(
                sqlite3.connect(f"{self.path.resolve().as_uri()}?mode=ro", uri=True, timeout=WAIT)
            ) as connection:
                rows = connection.execute(
                    "SELECT p.document, p.place, p.text, p.words FROM passages_fts f JOIN passages p ON p.rowid = f.rowid "
                    "WHERE passages_fts MATCH ? ORDER BY bm25(passages_fts) LIMIT ?",
                    [query, LOOKED_AT],
                ).fetchall()
        except sqlite3.Error:  # nothing imported yet, or damaged: the answer goes out without passages
            return []
        found = [self._judged(row, alike) for row in rows]
        kept = [passage for passage, shared in found if not strong or (passage.score >= STRONG and shared >= AT_LEAST)]
        return sorted(kept, key=lambda passage: -passage.score)[:limit]

    def _judged(self, row: tuple[str, str, str, str], alike: dict[str, frozenset[str]]) -> tuple[Passage, int]:
        """A passage with its score, and how many of the question's telling words it has."""
        document, place, text, words = row
        has = set(words.split())
        weights = {word: self.rarity(word) for word in alike}
        shared = [word for word, others in alike.items() if others & has]
        score = sum(weights[word] for word in shared) / sum(weights.values())
        return Passage(document, place, text, score), len(shared)

    def _asked(self, text: str) -> tuple[str, ...]:
        """The words that say what a question is about."""
        normal = self.featuriser.normalise(text)
        return tuple(dict.fromkeys(word for word in self.featuriser.cut(normal) if word not in EMPTY_WORDS))

    def _alike(self, word: str) -> frozenset[str]:
        """The word and all that mean the same by knowledge/words.yaml."""
        concepts = self.featuriser.concepts
        concept = concepts.get(word)
        same = {other for other, meant in concepts.items() if concept and meant == concept}
        return frozenset({word, *same})

    def _words(self, text: str) -> list[str]:
        """Words for the index: long ones with the shorter ones inside, so that 科学技术协会 is found by 协会."""
        found: list[str] = []
        for start in range(0, len(text), MAX_LENGTH):
            found += self.featuriser.cut_finely(self.featuriser.normalise(text[start : start + MAX_LENGTH]))
        return found


def _make_tables(database: Any) -> None:
    """The tables, when they are not there yet. The index follows the table by triggers."""
    database["documents"].create({"name": str, "imported": str, "passages": int}, pk="name", if_not_exists=True)
    passages = database["passages"]
    if not passages.exists():
        passages.create({"document": str, "place": str, "text": str, "words": str}, if_not_exists=True)
        passages.create_index(["document"], if_not_exists=True)
    if not database["passages_fts"].exists():
        passages.enable_fts(["words"], tokenize="unicode61 remove_diacritics 0", create_triggers=True)
