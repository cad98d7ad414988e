"""Fitting the decision model: `make model` (python -m bot.understand.fit).

Reads bot/understand/fitting.jsonl and fitting_dialogues.jsonl, questions and conversations written for this purpose by
people who saw neither the phrasings nor any test set, and writes bot/understand/decision.json:

1. weights of the signals in a candidate's score: conditional logit over the short lists (the right candidates against
   the others of the same list);
2. the certainty that the first candidate is right: logistic regression on the evidence;
3. two thresholds, on certainties from five-fold cross-validation.

Everything is numpy and deterministic.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.content.models import Content
from bot.understand.decide import DECISION_FILE, EVIDENCE, Decision, evidence
from bot.understand.engine import Understander
from bot.understand.match import SIGNALS, Candidate, Thread

FITTING_FILE = Path(__file__).with_name("fitting.jsonl")
FOLDS = 5
DIALOGUES_FILE = Path(__file__).with_name("fitting_dialogues.jsonl")
START = dict.fromkeys(SIGNALS, 0.0) | {
    "classifier": 6.0,
    "phrasing": 2.0,
    "pairs": 1.0,
    "text": 1.0,
    "said": 1.0,
    "region": 1.0,
    "elsewhere": -1.0,
}
"""Where the fitting of the weights begins, and what they are drawn to."""
MAX_REFUSED = 0.03
"""Share of in-scope questions that may be refused (issue 4)."""
WORTH = {
    ("right", "said"): 1.0,
    ("right", "asked"): 0.1,
    ("right", "refused"): -1.0,
    ("wrong", "said"): 0.0,
    ("wrong", "asked"): 0.2,
    ("wrong", "refused"): -0.5,
    ("outside", "said"): -0.5,
    ("outside", "asked"): 0.0,
    ("outside", "refused"): 0.5,
}
"""What each outcome is worth: right or wrong first candidate, or a question that must not be answered."""
ASK_BAND = 0.08
"""At least so much between the thresholds, so that near ties are asked back instead of guessed."""
LOWEST, HIGHEST = 0.10, 0.36
"""Bounds of the thresholds: below, anything far off would be answered; above, people are asked back at every turn."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One fitting question with its short list."""

    gold: frozenset[str]
    """Sources that answer it; empty for a question that must not be answered."""
    short: tuple[Candidate, ...]
    signals: Floats
    """candidates x SIGNALS."""
    right: npt.NDArray[np.bool_]
    """Which candidates cite a gold source."""
    refusing: npt.NDArray[np.bool_]
    """Which candidates say that it is unknown, or only talk."""
    coverage: float
    length: int
    follows: bool
    """Whether something was said before."""


def examples(content: Content, understander: Understander, rows: Sequence[dict[str, Any]]) -> list[Example]:
    """The fitting questions as the matcher sees them: each alone, and once more after something else was answered, so
    that a conversation is not taken to go on for ever."""
    entries = [entry for entry in content.entries.values() if entry.kind == "answer" and not entry.local]
    found = []
    for number, row in enumerate(rows):
        region, gold = row.get("region") or "", frozenset(row.get("gold") or ())
        other = entries[(number * LEAP) % len(entries)]
        normal = understander.featuriser.normalise(other.title)
        for thread in (Thread(), Thread(normal, other.topic, other.aspect, other.id)):
            found.append(_example(content, understander, row["q"], region, thread, gold))
    return [example for example in found if example]


LEAP = 7919
"""A large prime: goes through the entries in no particular order, the same each time."""


def conversations(content: Content, understander: Understander, rows: Sequence[dict[str, Any]]) -> list[Example]:
    """The follow-ups of the fitting dialogues. What was shown before is the entry that rightly answers the turn before,
    whatever the assistant would have said."""
    found = []
    for row in rows:
        thread, region = Thread(), ""
        for turn in row["turns"]:
            region = understander.region_of(turn["user"]) or region
            gold = frozenset(turn["expect"]["gold"])
            example = _example(content, understander, turn["user"], region, thread, gold) if gold else None
            if example is None:
                continue
            if thread.text:
                found.append(example)
            shown = next((c.id for c, right in zip(example.short, example.right, strict=True) if right), "")
            thread = Thread()
            if shown:
                entry = content.entries[shown]
                thread = Thread(understander.featuriser.normalise(turn["user"]), entry.topic, entry.aspect, shown)
    return found


def _example(
    content: Content, understander: Understander, text: str, region: str, thread: Thread, gold: frozenset[str]
) -> Example | None:
    normal = understander.featuriser.normalise(text)
    if not normal:
        return None
    region = understander.region_of(text) or region
    short = tuple(understander.matcher.rank(normal, region, bool(region), thread))
    return Example(
        gold,
        short,
        np.array([[c.signals[name] for name in SIGNALS] for c in short]),
        np.array([bool(gold & _sources(content, c.id, region)) for c in short]),
        np.array([_refuses(content, c.id) for c in short]),
        understander.matcher.classifier.vocabulary.coverage(understander.featuriser.features(normal)),
        len(normal),
        bool(thread.text),
    )


def _sources(content: Content, name: str, region: str) -> set[str]:
    entry = content.entries.get(name)
    if entry is None or entry.kind != "answer":
        return set()
    city = content.regions.get(region)
    overlay = city.overlays.get(name) if city else None
    return {*entry.sources, *(overlay.sources if overlay else ())}


def _refuses(content: Content, name: str) -> bool:
    entry = content.entries.get(name)
    return entry is None or entry.kind != "answer"


def fit_weights(data: Sequence[Example], rounds: int = 600, rate: float = 0.5, ridge: float = 2e-3) -> Floats:
    """Conditional logit: gradient ascent on the log-probability of the right candidates of each list."""
    start = np.array([START[name] for name in SIGNALS])
    weights = start.copy()
    taught = [(e.signals, e.right if e.gold else e.refusing) for e in data]
    taught = [(signals, right) for signals, right in taught if right.any() and not right.all()]
    # All lists side by side, the short ones filled up with candidates that nothing can choose.
    shape = len(taught), max(len(right) for _, right in taught)
    signals, right, real = np.zeros((*shape, len(SIGNALS))), np.zeros(shape), np.zeros(shape, np.bool_)
    for row, (its_signals, its_right) in enumerate(taught):
        size = len(its_right)
        signals[row, :size], right[row, :size], real[row, :size] = its_signals, its_right, True
    for _ in range(rounds):
        score = np.where(real, signals @ weights, -np.inf)
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        mine = share * right
        mine /= mine.sum(axis=1, keepdims=True)
        slope = np.einsum("ij,ijk->k", mine - share, signals)
        weights += rate * (slope / len(taught) - ridge * (weights - start))
    return weights


def balanced(data: Sequence[Example], weights: Floats) -> Floats:
    """The weights with `refuses` lowered until at most MAX_REFUSED of the in-scope questions that stand alone are
    refused: likelihood alone would refuse more of them than people put up with."""
    weights = weights.copy()
    inside = [e for e in data if e.gold and not e.follows]
    step = 0.01 * weights[0]
    while sum(bool(e.refusing[ranked(e, weights)[0][0]]) for e in inside) > MAX_REFUSED * len(inside):
        weights[SIGNALS.index("refuses")] -= step
    return weights


def ranked(example: Example, weights: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """(order, scores in that order) of the short list under these weights."""
    scores = example.signals @ weights
    order = np.argsort(-scores)
    return order, scores[order]


def evidence_rows(data: Sequence[Example], weights: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Evidence of each example, whether answering with its first candidate is right, and whether that candidate would
    answer at all (those that refuse need no certainty)."""
    rows, labels, answers = [], [], []
    for example in data:
        order, scores = ranked(example, weights)
        short = [replace(example.short[i], score=float(s)) for i, s in zip(order, scores, strict=True)]
        found = evidence(short, example.coverage, example.length)
        rows.append([found[name] for name in EVIDENCE])
        labels.append(float(example.right[order[0]]))
        answers.append(not example.refusing[order[0]])
    return np.array(rows), np.array(labels), np.array(answers)


def fit_certainty(rows: Floats, labels: Floats, ridge: float = 0.3) -> Floats:
    """Logistic regression by Newton's method; the bias is not shrunk."""
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], ridge)
    penalty[EVIDENCE.index("bias")] = 1e-6
    for _ in range(30):
        p = 1 / (1 + np.exp(-rows @ weights))
        hessian = rows.T @ (rows * (p * (1 - p))[:, None]) + np.diag(penalty)
        weights += np.linalg.solve(hessian, rows.T @ (labels - p) - penalty * weights)
    return weights


def cross_validated(data: Sequence[Example]) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """(certainty, label, whether it would answer) of every example, each judged by a model that has not seen it."""
    certain, labels, answers = np.zeros(len(data)), np.zeros(len(data)), np.zeros(len(data), np.bool_)
    for fold in range(FOLDS):
        test = [i for i in range(len(data)) if i % FOLDS == fold]
        train = [data[i] for i in range(len(data)) if i % FOLDS != fold]
        weights = balanced(train, fit_weights(train))
        rows, label, answer = evidence_rows(train, weights)
        sure = fit_certainty(rows[answer], label[answer])
        rows, label, answer = evidence_rows([data[i] for i in test], weights)
        certain[test], labels[test], answers[test] = 1 / (1 + np.exp(-rows @ sure)), label, answer
    return certain, labels, answers


def thresholds(
    inside: npt.NDArray[np.bool_], certain: Floats, labels: Floats, answers: npt.NDArray[np.bool_]
) -> tuple[float, float]:
    """(answer_at, choose_at): the pair with the best balance over the cross-validated examples that would answer."""
    grid = np.round(np.arange(LOWEST, HIGHEST + 0.005, 0.01), 2)
    best, chosen = -1e9, (0.5, 0.3)
    for choose_at in grid:
        for answer_at in grid[grid >= choose_at + ASK_BAND - 1e-9]:
            said = answers & (certain >= answer_at)
            asked = answers & (certain >= choose_at) & (certain < answer_at)
            refused = answers & (certain < choose_at)
            gain = 0.0
            for (group, outcome), worth in WORTH.items():
                mine = {"said": said, "asked": asked, "refused": refused}[outcome]
                who = {"right": inside & (labels == 1), "wrong": inside & (labels == 0), "outside": ~inside}[group]
                gain += worth * float((mine & who).sum())
            if gain > best:
                best, chosen = gain, (float(answer_at), float(choose_at))
    return chosen


def fit(
    content: Content,
    understander: Understander,
    questions: Sequence[dict[str, Any]],
    dialogues: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    """The contents of decision.json."""
    data = examples(content, understander, questions)
    # A turn of a conversation is rarer here than in life: it counts twice.
    data += 2 * conversations(content, understander, dialogues)
    inside = np.array([bool(e.gold) for e in data])
    certain, labels, answers = cross_validated(data)
    answer_at, choose_at = thresholds(inside, certain, labels, answers)
    weights = balanced(data, fit_weights(data))
    rows, label, answer = evidence_rows(data, weights)
    sure = fit_certainty(rows[answer], label[answer])
    scale = weights[0]  # scores stay readable: about 1 for a sure hit
    found = dict(zip(EVIDENCE, sure, strict=True))
    for name in ("top", "margin", "rival"):
        found[name] *= scale
    said = answers & (certain >= answer_at)
    told = (answers & (certain < choose_at)) | ~answers
    return {
        "weights": {name: round(float(w / scale), 4) for name, w in zip(SIGNALS, weights, strict=True)},
        "sure": {name: round(float(value), 4) for name, value in found.items()},
        "answer_at": answer_at,
        "choose_at": choose_at,
        "fitted_on": {
            "questions": int(inside.sum()),
            "out_of_scope": int((~inside).sum()),
            "answered_right": round(float((said & (labels == 1))[inside].mean()), 3),
            "refused_inside": round(float(told[inside].mean()), 3),
            "refused_outside": round(float(told[~inside].mean()), 3),
        },
    }


def main() -> None:
    """Fit and write decision.json."""
    from bot.app import App
    from bot.settings import read_settings
    from bot.understand.model import featuriser_for, load_or_make

    settings = read_settings()
    content = App(settings).content
    classifier = load_or_make(content, settings.models)
    neutral = Decision(dict.fromkeys(SIGNALS, 0.0) | {"classifier": 1.0}, dict.fromkeys(EVIDENCE, 0.0), 0.5, 0.3)
    understander = Understander(content, classifier, featuriser_for(content), neutral)
    questions, dialogues = (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        for file in (FITTING_FILE, DIALOGUES_FILE)
    )
    found = fit(content, understander, questions, dialogues)
    DECISION_FILE.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
