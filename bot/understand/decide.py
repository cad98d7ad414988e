"""From a ranked short list to a status: answer, choose, unknown, form or chat."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understand.match import Candidate

DECISION_FILE = Path(__file__).with_name("decision.json")
"""Fitted by `make model` (bot/understand/fit.py) on left-out phrasings; never on the evaluation sample."""


@dataclass(frozen=True)
class Decision:
    """The fitted numbers."""

    weights: Mapping[str, float]
    """Weight of each signal in a candidate's score."""
    sure: Mapping[str, float]
    """Logistic model of "the first candidate is right": bias, top, margin, coverage, length."""
    answer_at: float
    """Least probability for a plain answer."""
    choose_at: float
    """Least probability that one of the first three is right for asking back; below: unknown."""

    @classmethod
    def read(cls, path: Path = DECISION_FILE) -> Decision:
        """The numbers in `decision.json`."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(data["weights"], data["sure"], data["answer_at"], data["choose_at"])


EVIDENCE = ("bias", "top", "margin", "rival", "coverage", "length", "near", "text")
"""What the certainty is judged by; see `evidence`."""


def evidence(ranked: Sequence[Candidate], coverage: float, length: int) -> dict[str, float]:
    """What the certainty is judged by. `coverage`: share of known character n-grams; `length`: characters.

    `margin`: lead over the second; `rival`: lead over the best one that would refuse, so that a question that another
    office or an open point claims with almost the same right is not answered as known.
    """
    if not ranked:
        return dict.fromkeys(EVIDENCE, 0.0)
    first = ranked[0]
    second = ranked[1].score if len(ranked) > 1 else 0.0
    rival = max((c.score for c in ranked if c.refuses), default=0.0)
    return {
        "bias": 1.0,
        "top": first.score,
        "margin": first.score - second,
        "rival": first.score - rival,
        "coverage": coverage,
        "length": math.log1p(length) / 4,
        "near": first.signals["phrasing"],
        "text": first.signals["text"],
    }


def certainty(found: Mapping[str, float], sure: Mapping[str, float]) -> float:
    """Probability, 0 to 1, that the first candidate is what was meant."""
    return 1 / (1 + math.exp(-sum(sure[name] * found[name] for name in EVIDENCE)))
