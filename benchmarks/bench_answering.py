"""Answer quality and speed beside ready-made methods, in one run over the same content and questions.

    python benchmarks/bench_answering.py [QUESTIONS.jsonl …]

Questions in the format of tests/quality/heldout.jsonl (the default). Every method ranks the entries; ours is the whole
understanding, the same code as the live chat. Ratios to ours are printed, because absolute times differ from machine
to machine.
"""

from __future__ import annotations

import json
import math
import re
import resource
import sqlite3
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process, utils

from bot.app import App
from bot.content.models import Content
from bot.settings import DEFAULT_CONTENT, read_settings
from bot.understand.engine import Understander
from bot.understand.meaning import Context

HELD_OUT = DEFAULT_CONTENT / "tests" / "quality" / "heldout.jsonl"
Ranker = Callable[[str, str], list[str]]
"""(question, region) -> entry ids, best first."""


@dataclass(frozen=True)
class Figures:
    """What one method came to."""

    name: str
    top1: float
    top3: float
    mrr: float
    p50: float
    """Milliseconds a question, median."""
    p99: float
    built: float
    """Seconds to make the index."""


def documents(content: Content) -> list[tuple[str, str]]:
    """(entry id, text): every phrasing, title and answer on its own."""
    found = []
    for entry in content.entries.values():
        found += [(entry.id, text) for text in (entry.title, *entry.ask, f"{entry.answer} {entry.detail}")]
    return found


def grams(text: str, low: int = 1, high: int = 3) -> list[str]:
    """Character n-grams."""
    text = re.sub(r"\W+", "", text.lower())
    return [text[i : i + n] for n in range(low, high + 1) for i in range(len(text) - n + 1)]


def tf_idf(rows: Sequence[tuple[str, str]], cut: Callable[[str], list[str]], bm25: bool) -> Ranker:
    """Character TF-IDF (cosine) or BM25 over the cut of each text; the best text of an entry counts."""
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    sizes, counts = [], []
    for _, text in rows:
        found = Counter(cut(text))
        counts.append(found)
        sizes.append(sum(found.values()) or 1)
    seen = Counter(term for found in counts for term in found)
    total, mean = len(rows), sum(sizes) / len(rows)
    idf = {term: math.log(1 + (total - n + 0.5) / (n + 0.5)) for term, n in seen.items()}
    for i, found in enumerate(counts):
        if bm25:
            for term, n in found.items():
                postings[term].append((i, idf[term] * n * 2.2 / (n + 1.2 * (0.25 + 0.75 * sizes[i] / mean))))
        else:
            weights = {term: (1 + math.log(n)) * idf[term] for term, n in found.items()}
            norm = math.sqrt(sum(w * w for w in weights.values())) or 1
            for term, weight in weights.items():
                postings[term].append((i, weight / norm * idf[term]))

    def rank(question: str, region: str) -> list[str]:
        scores: dict[int, float] = defaultdict(float)
        for term, n in Counter(cut(question)).items():
            for i, weight in postings.get(term, ()):
                scores[i] += weight * n
        best: dict[str, float] = {}
        for i, score in scores.items():
            best[rows[i][0]] = max(best.get(rows[i][0], 0.0), score)
        return sorted(best, key=lambda name: -best[name])[:10]

    return rank


def full_text(rows: Sequence[tuple[str, str]], cut: Callable[[str], list[str]]) -> Ranker:
    """SQLite FTS5 over jieba-cut text, ranked by its own BM25."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table texts using fts5(id unindexed, words)")
    database.executemany("insert into texts values (?, ?)", ((name, " ".join(cut(text))) for name, text in rows))

    def rank(question: str, region: str) -> list[str]:
        words = " OR ".join('"' + word.replace('"', "") + '"' for word in cut(question) if word.strip('" '))
        if not words:
            return []
        query = "select id from texts where texts match ? order by rank limit 60"
        return list(dict.fromkeys(row[0] for row in database.execute(query, (words,))))[:10]

    return rank


def fuzzy(rows: Sequence[tuple[str, str]]) -> Ranker:
    """rapidfuzz alone: the nearest phrasings by ratio."""
    texts = [utils.default_process(text) for _, text in rows]

    def rank(question: str, region: str) -> list[str]:
        hits = process.extract(utils.default_process(question), texts, scorer=fuzz.ratio, limit=40)
        return list(dict.fromkeys(rows[i][0] for _, _, i in hits))[:10]

    return rank


def ours(understander: Understander) -> Ranker:
    """The whole understanding."""

    def rank(question: str, region: str) -> list[str]:
        meaning = understander.understand(question, Context(region=region))
        ranked = [c.id for c in meaning.candidates if c.id in understander.content.entries]
        return list(dict.fromkeys([meaning.target, *ranked])) if meaning.kind == "entry" else ranked

    return rank


def measure(name: str, build: Callable[[], Ranker], rows: Sequence[dict[str, Any]], content: Content) -> Figures:
    """Quality over in-scope questions and time over all."""
    started = time.perf_counter()
    rank = build()
    built = time.perf_counter() - started
    times, ranks = [], []
    for row in rows:
        region = row.get("region") or ""
        began = time.perf_counter()
        found = rank(row["q"], region)
        times.append((time.perf_counter() - began) * 1000)
        if row.get("gold"):
            gold = set(row["gold"])
            ranks.append(next((n for n, i in enumerate(found, 1) if gold & sources(content, i, region)), 0))
    times.sort()
    return Figures(
        name,
        sum(r == 1 for r in ranks) / len(ranks),
        sum(0 < r <= 3 for r in ranks) / len(ranks),
        sum(1 / r for r in ranks if r) / len(ranks),
        times[len(times) // 2],
        times[int(len(times) * 0.99)],
        built,
    )


def sources(content: Content, name: str, region: str) -> set[str]:
    """Places an entry cites for someone in the region."""
    if name not in content.entries:
        return set()
    city = content.regions.get(region)
    overlay = city.overlays.get(name) if city else None
    return {*content.entries[name].sources, *(overlay.sources if overlay else ())}


def main() -> None:
    """Print the table."""
    files = [Path(name) for name in sys.argv[1:]] or [HELD_OUT]
    rows = [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]
    app = App(read_settings())
    content = app.content
    started = time.perf_counter()
    understander = app.understander
    ready = time.perf_counter() - started
    texts = documents(content)
    cut = understander.featuriser.cut
    normalise = understander.featuriser.normalise
    methods: list[tuple[str, Callable[[], Ranker]]] = [
        ("科协通（整个理解）", lambda: ours(understander)),
        ("jieba + BM25", lambda: tf_idf(texts, lambda t: cut(normalise(t)), bm25=True)),
        ("字符 TF-IDF", lambda: tf_idf(texts, grams, bm25=False)),
        ("SQLite FTS5 + jieba", lambda: full_text(texts, lambda t: cut(normalise(t)))),
        ("rapidfuzz", lambda: fuzzy(texts)),
    ]
    inside = sum(bool(row.get("gold")) for row in rows)
    print(f"问题 {len(rows)} 条（有答案的 {inside} 条），词条 {len(content.entries)} 个，文本 {len(texts)} 条")
    print(
        f"我们的模型读入 {ready:.2f} 秒；本进程最多用 {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB\n"
    )
    found = [measure(name, build, rows, content) for name, build in methods]
    print(f"{'方法':<22}{'第一':>7}{'前三':>7}{'MRR':>7}{'中位ms':>9}{'p99 ms':>9}{'建索引s':>9}{'中位时间比':>11}")
    for f in found:
        ratio = f.p50 / found[0].p50
        print(
            f"{f.name:<22}{f.top1:>9.3f}{f.top3:>9.3f}{f.mrr:>8.3f}{f.p50:>10.2f}{f.p99:>10.2f}{f.built:>10.2f}{ratio:>11.2f}"
        )


if __name__ == "__main__":
    main()
