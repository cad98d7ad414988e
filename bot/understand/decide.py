"""From a ranked short list to a status: answer, choose, unknown, form or chat."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.understand.match import Candidate
from bot.understand.ranking import Ranking

DECISION_FILE = Path(__file__).with_name("decision.json")
"""Fitted by `make model` (bot/understand/fit.py) on left-out phrasings; never on the evaluation sample."""

FARTHEST = 5.0
"""Lead (logarithm) beyond which a candidate counts as so far ahead."""


@dataclass(frozen=True)
class Decision:
    """The fitted numbers."""

    ranking: Ranking
    sure: Mapping[str, float]
    """Logistic model of "the first candidate is right": a weight for each of EVIDENCE."""
    answer_at: float
    """Least probability for a plain answer."""
    choose_at: float
    """Least probability that one of the first three is right for asking back; below: unknown."""

    @classmethod
    def read(cls, path: Path = DECISION_FILE) -> Decision:
        """The numbers in `decision.json`."""
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(Ranking.from_data(data["ranking"]), data["sure"], data["answer_at"], data["choose_at"])


EVIDENCE = ("bias", "share", "margin", "rival", "classifier", "coverage", "length", "near", "text", "said")
"""What the certainty is judged by; see `evidence`."""


def evidence(ranked: Sequence[Candidate], coverage: float, length: int) -> dict[str, float]:
    """What the certainty is judged by. `coverage`: share of known character n-grams; `length`: characters.

    `margin`: lead over the second; `rival`: lead over the best one that would refuse, so that a question that another
    office or an open point claims with almost the same right is not answered as known; both as logarithms of the ratio of
    shares, at most FARTHEST. The rest are signals of the first candidate.
    """
    if not ranked:
        return dict.fromkeys(EVIDENCE, 0.0)
    first = ranked[0]
    others = list(ranked[1:])
    rivals = [c for c in others if c.refuses]
    return {
        "bias": 1.0,
        "share": first.score,
        "margin": _lead(first, others),
        "rival": _lead(first, rivals),
        "classifier": first.signals["classifier"],
        "coverage": coverage,
        "length": math.log1p(length) / 4,
        "near": first.signals["phrasing"],
        "text": first.signals["text"],
        "said": first.signals["said"],
    }


def _lead(first: Candidate, others: Sequence[Candidate]) -> float:
    best = max((c.score for c in others), default=0.0)
    return min(math.log(first.score / best), FARTHEST) if best > 0 else FARTHEST


def certainty(found: Mapping[str, float], sure: Mapping[str, float]) -> float:
    """Probability, 0 to 1, that the first candidate is what was meant."""
    return 1 / (1 + math.exp(-sum(sure[name] * found[name] for name in EVIDENCE)))
