"""Fitting the decision model: `make model` (python -m bot.understand.fit).

Reads bot/understand/fitting.jsonl and fitting_dialogues.jsonl, questions and conversations written for this purpose by
people who saw neither the phrasings nor any test set, and writes bot/understand/decision.json:

1. the ranking of a short list (fit_ranking.py);
2. how much refusing counts: lowered until few enough of the questions in scope are refused;
3. the certainty that the first candidate is right: logistic regression on the evidence;
4. two thresholds on the certainty.

Steps 2 to 4 look at short lists ranked by a model that has not seen them (five-fold cross-validation): the ranking knows its
own lists too well. Everything is numpy and deterministic.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.content.models import Content
from bot.understand.decide import DECISION_FILE, EVIDENCE, Decision, evidence
from bot.understand.engine import Understander
from bot.understand.fit_ranking import Example, fit_ranking, lighter
from bot.understand.match import Candidate, Matcher
from bot.understand.placed import COUNTY_EVERY, said_in
from bot.understand.ranking import Ranking
from bot.understand.region import Places
from bot.understand.signals import Thread

FITTING_FILE = Path(__file__).with_name("fitting.jsonl")
DIALOGUES_FILE = Path(__file__).with_name("fitting_dialogues.jsonl")
PLACED_EVERY = 3
"""Of so many fitting questions one is fitted on a second time, with a city in it. With 1 to 6 the figures differ by chance only."""
FOLDS = 5
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
Bools = npt.NDArray[np.bool_]


def examples(content: Content, understander: Understander, rows: Sequence[dict[str, Any]]) -> list[Example]:
    """The fitting questions as the matcher sees them."""
    found = []
    for row in rows:
        gold = frozenset(row.get("gold") or ())
        found.append(_example(content, understander, row["q"], row.get("region") or "", Thread(), gold))
    return [example for example in found if example]


def in_a_city(content: Content, rows: Sequence[dict[str, Any]], places: Places) -> list[dict[str, Any]]:
    """Every so many of the fitting questions again with a city in them, as people say where they are. What answers it is
    the same, and the city's rule on it."""
    cities = list(content.regions.values())
    answers = [entry for entry in content.entries.values() if entry.kind == "answer" and not entry.region]
    found: list[dict[str, Any]] = []
    for row in rows[::PLACED_EVERY]:
        if not row.get("gold") or row.get("region") or places.mentioned(row["q"]):
            continue
        number = len(found)
        city = cities[number % len(cities)]
        of_a_county = city.counties and number % COUNTY_EVERY == 0
        place = city.counties[number % len(city.counties)] if of_a_county else city.name
        ruled = [entry.id for entry in answers if entry.sources[0] in row["gold"] and entry.id in city.overlays]
        gold = {*row["gold"], *(source for entry in ruled for source in city.overlays[entry].sources)}
        found.append({"q": said_in(place, row["q"], number), "gold": sorted(gold)})
    return found


def conversations(content: Content, understander: Understander, rows: Sequence[dict[str, Any]]) -> list[Example]:
    """The turns of the fitting dialogues that follow something. What was shown before is the entry that rightly answers
    the turn before, whatever the assistant would have said. A turn that says `missing` must not be answered; one without
    gold otherwise is small talk, after which what was shown before still stands."""
    found = []
    for row in rows:
        thread, region = Thread(), ""
        for turn in row["turns"]:
            region = understander.region_of(turn["user"]) or region
            gold = frozenset(turn["expect"]["gold"])
            if not gold and not turn["expect"].get("missing"):
                continue
            example = _example(content, understander, turn["user"], region, thread, gold)
            if example and thread.text:
                found.append(example)
            if example and gold:
                thread = _shown(content, understander, turn["user"], example)
    return found


def _shown(content: Content, understander: Understander, text: str, example: Example) -> Thread:
    shown = next((name for name, right in zip(example.short.names, example.right, strict=True) if right), "")
    if not shown:
        return Thread()
    entry = content.entries[shown]
    return Thread(understander.featuriser.normalise(text), entry.topic, entry.aspect, shown)


def _example(
    content: Content, understander: Understander, text: str, region: str, thread: Thread, gold: frozenset[str]
) -> Example | None:
    normal = understander.featuriser.normalise(text)
    if not normal:
        return None
    region = understander.region_of(text) or region
    short = understander.matcher.short_list(normal, region, thread)
    right = np.array([bool(gold & _sources(content, name, region)) for name in short.names], np.bool_)
    return Example(gold, short, right)


def _sources(content: Content, name: str, region: str) -> set[str]:
    entry = content.entries.get(name)
    if entry is None or entry.kind != "answer":
        return set()
    city = content.regions.get(region)
    overlay = city.overlays.get(name) if city else None
    return {*entry.sources, *(overlay.sources if overlay else ())}


def cross_validated(data: Sequence[Example]) -> list[Ranking]:
    """For each fold a ranking that has not seen its examples: example i is in fold i % FOLDS."""
    return [fit_ranking([one for i, one in enumerate(data) if i % FOLDS != fold]) for fold in range(FOLDS)]


def balance(data: Sequence[Example], rankings: Sequence[Ranking]) -> tuple[float, float]:
    """(refuses, dodges): what is to be taken off these weights so that at most MAX_REFUSED of the in-scope questions that
    stand alone, and of those that follow, are refused: likelihood alone would refuse more than people put up with."""

    def refused(follows: bool, refuses: float, dodges: float) -> bool:
        mine = [(i, one) for i, one in enumerate(data) if one.gold and one.short.follows == follows]
        models = [lighter(ranking, refuses, dodges) for ranking in rankings]
        count = sum(bool(one.refusing[np.argmax(_scores(models[i % FOLDS], one))]) for i, one in mine)
        return count > MAX_REFUSED * len(mine)

    refuses = dodges = 0.0
    step = 0.01 * rankings[0].linear[0]
    while refused(False, refuses, 0.0):
        refuses += step
    while refused(True, refuses, dodges):
        dodges += step
    return refuses, dodges


def _scores(ranking: Ranking, one: Example) -> Floats:
    short = one.short
    return ranking.scores(short.signals, short.coverage, short.length, short.follows)


def evidence_rows(
    matcher: Matcher, data: Sequence[Example], rankings: Sequence[Ranking]
) -> tuple[Floats, Floats, Bools]:
    """Evidence of each example, whether answering with its first candidate is right, and whether that candidate would
    answer at all (those that refuse need no certainty)."""
    rows, labels, answers = [], [], []
    for i, one in enumerate(data):
        matcher.ranking = rankings[i % FOLDS]
        ranked: list[Candidate] = matcher.rank(one.short)
        found = evidence(ranked, one.short.coverage, one.short.length)
        rows.append([found[name] for name in EVIDENCE])
        labels.append(float(one.right[one.short.names.index(ranked[0].id)]))
        answers.append(not ranked[0].refuses)
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
    placed = in_a_city(content, questions, understander.places)
    data = examples(content, understander, [*questions, *placed]) + conversations(content, understander, dialogues)
    inside = np.array([bool(one.gold) for one in data])
    folds = cross_validated(data)
    taken = balance(data, folds)
    rows, labels, answers = evidence_rows(understander.matcher, data, [lighter(one, *taken) for one in folds])
    sure = fit_certainty(rows[answers], labels[answers])
    certain = 1 / (1 + np.exp(-rows @ sure))
    answer_at, choose_at = thresholds(inside, certain, labels, answers)
    said = answers & (certain >= answer_at)
    told = (answers & (certain < choose_at)) | ~answers
    alone = np.array([not one.short.follows for one in data])
    return {
        "sure": {name: round(float(value), 4) for name, value in zip(EVIDENCE, sure, strict=True)},
        "answer_at": answer_at,
        "choose_at": choose_at,
        "fitted_on": {
            "questions": int((inside & alone).sum()),
            "out_of_scope": int((~inside & alone).sum()),
            "follow_ups": int((~alone).sum()),
            "answered_right": round(float((said & (labels == 1))[inside & alone].mean()), 3),
            "follow_ups_right": round(float((said & (labels == 1))[inside & ~alone].mean()), 3),
            "refused_inside": round(float(told[inside & alone].mean()), 3),
            "refused_outside": round(float(told[~inside & alone].mean()), 3),
        },
        "ranking": lighter(fit_ranking(data), *taken).as_data(),
    }


def main() -> None:
    """Fit and write decision.json."""
    from bot.app import App
    from bot.settings import read_settings
    from bot.understand.model import featuriser_for, load_or_make

    settings = read_settings()
    content = App(settings).content
    classifier = load_or_make(content, settings.models)
    neutral = Decision(Ranking.plain({"classifier": 1.0}), dict.fromkeys(EVIDENCE, 0.0), 0.5, 0.3)
    understander = Understander(content, classifier, featuriser_for(content), neutral)
    questions, dialogues = (
        [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        for file in (FITTING_FILE, DIALOGUES_FILE)
    )
    found = fit(content, understander, questions, dialogues)
    DECISION_FILE.write_text(_lines(found), encoding="utf-8")
    shown = {name: value for name, value in found.items() if name != "ranking"}
    print(json.dumps(shown | {"linear": found["ranking"]["linear"]}, ensure_ascii=False, indent=1))


def _lines(found: dict[str, Any]) -> str:
    """JSON with one value a line, long lists of numbers on one line each."""
    rows = [
        f" {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in found.items()
        if name != "ranking"
    ]
    parts = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in found["ranking"].items()]
    rows.append(' "ranking": {\n' + ",\n".join(parts) + "\n }")
    return "{\n" + ",\n".join(rows) + "\n}\n"


if __name__ == "__main__":
    main()
