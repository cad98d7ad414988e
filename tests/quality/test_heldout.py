"""How well the assistant answers questions that nobody wrote phrasings for: see README.md beside this file."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.evaluation import Score, judge_dialogue, judge_out_of_scope, judge_question
from bot.settings import read_settings
from bot.understand.fit import DIALOGUES_FILE, FITTING_FILE
from bot.understand.match import class_phrasings
from bot.understand.normalise import normalise

HERE = Path(__file__).parent
TODAY = date(2025, 6, 1)
"""A fixed day: answers name what has expired, so the day may not be the day of the run."""
IN_SCOPE = ("paraphrase", "fact", "region", "noisy", "compare", "terse")
OUT_OF_SCOPE = ("far", "near", "missing", "chitchat", "abuse", "injection")
CEILINGS = ("refused_in",)
"""Figures of floors.json that may not rise; all others may not fall."""
SHOWN_MISSES = 15
SHORT = 8
"""Characters of a turn that everybody words alike: 「要什么条件」 may well be a phrasing."""


def _read_rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


ROWS = _read_rows("heldout.jsonl") + _read_rows("heldout-2.jsonl")
APART = {"terse_top1": _read_rows("heldout-terse.jsonl"), "region_top1": _read_rows("heldout-region.jsonl")}
"""Figure -> the questions that it is measured on, apart from the rest."""
TALKS = {
    "turns_top1": _read_rows("dialogues.jsonl") + _read_rows("dialogues-2.jsonl"),
    "region_turns_top1": _read_rows("dialogues-region.jsonl"),
}
"""Figure -> its conversations."""
EVERY = [*ROWS, *(row for rows in APART.values() for row in rows)]
DIALOGUES = [row for rows in TALKS.values() for row in rows]
FLOORS: dict[str, float] = json.loads((HERE / "floors.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Measured:
    """The whole set, scored once."""

    figures: dict[str, float]
    """Figure of floors.json -> its mean over the lines that have it, 0 to 1."""
    misses: dict[str, list[str]]
    """Figure -> lines that lowered it, for people."""


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> App:
    """The app over the shipped content, with a model trained on that content and nothing else."""
    return App(read_settings({"KEXIE_DATA": str(tmp_path_factory.mktemp("heldout"))}))


@pytest.fixture(scope="session")
def measured(app: App) -> Measured:
    """Every line scored."""
    values: dict[str, list[float]] = defaultdict(list)
    misses: dict[str, list[str]] = defaultdict(list)
    for row in ROWS:
        judge, side = (judge_question, "in") if "gold" in row else (judge_out_of_scope, "out")
        score = judge(app.content, app.understander, row, TODAY)
        for name, value in _named(score, side).items():
            values[name].append(value)
            if value == (1.0 if name in CEILINGS else 0.0):
                misses[name].append(f"{row['id']} [{row['kind']}] {row['q']}: {'；'.join(score.misses)}")
    for name, rows in APART.items():
        for row in rows:
            score = judge_question(app.content, app.understander, row, TODAY)
            values[name].append(score.figures["top1"])
            if not score.figures["top1"]:
                misses[name].append(f"{row['id']} {row['q']}: {'；'.join(score.misses)}")
    for name, rows in TALKS.items():
        for row in rows:
            for score in judge_dialogue(app.content, app.understander, row, TODAY):
                values[name].append(score.figures["top1"])
                if not score.figures["top1"]:
                    misses[name].append(f"{row['id']} [{row['kind']}] {score.question}: {'；'.join(score.misses)}")
    return Measured({name: sum(found) / len(found) for name, found in values.items()}, dict(misses))


def _named(score: Score, side: str) -> dict[str, float]:
    """The figures of a score under the names of floors.json: `refused` means the opposite on the two sides."""
    renamed = {f"refused_{side}" if name == "refused" else name: value for name, value in score.figures.items()}
    return {name: value for name, value in renamed.items() if name in FLOORS}


@pytest.mark.parametrize("name", FLOORS)
def test_figure_keeps_its_floor(measured: Measured, name: str) -> None:
    """No figure is worse than floors.json says."""
    value, floor = measured.figures[name], FLOORS[name]
    kept = value <= floor if name in CEILINGS else value >= floor
    shown = "\n".join(measured.misses.get(name, [])[:SHOWN_MISSES])
    assert kept, f"{name} is {value:.3f}, floors.json asks for {floor:.3f}. Among the misses:\n{shown}"


def test_no_heldout_sentence_is_a_phrasing(app: App) -> None:
    """No sentence of the set stands in knowledge/, intents/ or forms/ as a phrasing or title, however it is spelt."""
    taught = {_bare(ask): name for name, asks in class_phrasings(app.content).items() for ask in asks}
    known = [f"{row['id']} {row['q']} -> {taught[_bare(row['q'])]}" for row in EVERY if _bare(row["q"]) in taught]
    turns = [(row["id"], turn["user"]) for row in DIALOGUES for turn in row["turns"] if len(turn["user"]) > SHORT]
    known += [f"{number} {said} -> {taught[_bare(said)]}" for number, said in turns if _bare(said) in taught]
    assert not known, "Take the phrasing out, or write another held-out question:\n" + "\n".join(known)


def test_no_heldout_sentence_is_fitted_on() -> None:
    """No sentence of the set is one that the ranking is fitted on, however it is spelt."""
    fitted = {_bare(json.loads(line)["q"]) for line in FITTING_FILE.read_text(encoding="utf-8").splitlines()}
    talks = [json.loads(line) for line in DIALOGUES_FILE.read_text(encoding="utf-8").splitlines()]
    fitted |= {_bare(turn["user"]) for talk in talks for turn in talk["turns"]}
    said = [row["q"] for row in EVERY] + [
        t["user"] for row in DIALOGUES for t in row["turns"] if len(t["user"]) > SHORT
    ]
    assert [text for text in said if _bare(text) in fitted] == []


def _bare(text: str) -> str:
    """Script, case, width, punctuation and fillers taken away; a sentence that is all filler stays itself."""
    return normalise(text).replace(" ", "") or text.strip()


def test_gold_is_a_place_that_may_be_cited(app: App) -> None:
    """Every gold id is a source the content knows."""
    turns = [turn["expect"] for row in DIALOGUES for turn in row["turns"]]
    unknown = {gold for row in [*EVERY, *turns] for gold in row.get("gold", []) if gold not in app.content.sources}
    assert not unknown


def test_region_of_a_line_is_a_city_the_content_knows(app: App) -> None:
    """Every region is the name by which the content knows the city."""
    unknown = {row["region"] for row in ROWS if row.get("region")} - set(app.content.regions)
    assert not unknown


@pytest.mark.parametrize("row", EVERY, ids=[row["id"] for row in EVERY])
def test_line_has_the_written_form(row: dict[str, Any]) -> None:
    """A line is either a question with gold and facts that compile, or a bare message to decline."""
    assert row["q"].strip() == row["q"] != ""
    if row["kind"] in OUT_OF_SCOPE:
        assert set(row) == {"id", "q", "kind", "note"}
        return
    assert row["kind"] in IN_SCOPE
    assert set(row) == {"id", "q", "kind", "region", "gold", "must", "note"}
    assert row["gold"]
    for pattern in row["must"]:
        re.compile(pattern)


def test_ids_and_questions_are_unique() -> None:
    """No line is counted twice."""
    assert len({row["id"] for row in EVERY}) == len({_bare(row["q"]) for row in EVERY}) == len(EVERY)
