"""From signals to an order: which of the short-listed classes is meant, and how strongly.

A linear score and a small layer of hidden units are added up. The weights of the linear part can be read; the hidden units
say when a signal counts: what was shown before counts for a message that names nothing itself, and hardly for a complete
question (docs/decisions/0012-ranking.md). Both are fitted by `make model` (bot/understand/fit_ranking.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.understand.signals import SIGNALS

Floats = npt.NDArray[np.float64]
AGAINST_BEST = (
    "classifier",
    "phrasing",
    "text",
    "said",
    "asks_aspect",
    "asks_topic",
    "asks_subject",
    "asks_kind",
    "joined",
)
"""Signals of which the hidden units also see how far they stay behind the best of the list."""
BEST_OF = ("phrasing", "asks_aspect", "asks_subject", "asks_kind")
"""Signals of which the hidden units see the best of the list."""
FARTHEST = 4.0
"""Standard deviations from the mean beyond which an input counts as that far."""
_AGAINST = np.array([SIGNALS.index(name) for name in AGAINST_BEST])
_BEST = [SIGNALS.index(name) for name in BEST_OF]
INPUTS = len(SIGNALS) + 5 + len(BEST_OF) + len(AGAINST_BEST)


_SEEN = np.array([*range(len(SIGNALS)), *[0] * (INPUTS - len(SIGNALS) - len(_AGAINST)), *_AGAINST])
"""For each input the signal that it is made of; those of the whole list are filled in afterwards."""
_WHOLE = slice(len(SIGNALS), -len(_AGAINST))


def inputs(signals: Floats, coverage: float, length: int, follows: bool) -> Floats:
    """What the hidden units see (classes x INPUTS) of signals (classes x SIGNALS), at least one class: each signal; of
    the whole list the best classifier score, its lead over the second, and what the question is like (length in
    characters, share of n-grams known, whether something was said before); the best of some signals, and the distance to
    it."""
    *_, second, first = (-1.0, *sorted(signals[:, 0].tolist()))
    best = signals.max(axis=0)
    bests = best.tolist()
    seen: Floats = signals.take(_SEEN, axis=1)
    seen[:, _WHOLE] = [first, first - second, math.log1p(length) / 4, coverage, follows, *[bests[i] for i in _BEST]]
    seen[:, -len(_AGAINST) :] -= best.take(_AGAINST)
    return seen


@dataclass(frozen=True)
class Ranking:
    """The fitted numbers."""

    linear: Floats
    """Weight of each signal."""
    mean: Floats
    spread: Floats
    """Mean and standard deviation of each input."""
    hidden: Floats
    """INPUTS x units."""
    bias: Floats
    out: Floats
    """One number a unit."""

    @classmethod
    def plain(cls, weights: Mapping[str, float]) -> Ranking:
        """Only the linear part; signals that are not named count nothing."""
        nothing = np.zeros(INPUTS)
        linear = np.array([weights.get(name, 0.0) for name in SIGNALS])
        return cls(linear, nothing, nothing + 1, np.zeros((INPUTS, 1)), np.zeros(1), np.zeros(1))

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Ranking:
        """What `as_data` made. Raises ValueError when it was fitted for other signals."""
        if list(data["linear"]) != list(SIGNALS) or len(data["mean"]) != INPUTS:
            raise ValueError("decision.json was fitted for other signals; run: make model")
        numbers = [np.array(data[name], np.float64) for name in ("mean", "spread", "hidden", "bias", "out")]
        return cls(np.array(list(data["linear"].values())), *numbers)

    def as_data(self) -> dict[str, Any]:
        """JSON-ready, rounded to four decimals."""

        def short(numbers: Floats) -> Any:
            return np.round(numbers, 4).tolist()

        linear = dict(zip(SIGNALS, short(self.linear), strict=True))
        return {"linear": linear} | {n: short(getattr(self, n)) for n in ("mean", "spread", "hidden", "bias", "out")}

    def scores(self, signals: Floats, coverage: float, length: int, follows: bool) -> Floats:
        """One score a class; only differences within the list mean something: e to the score is a class's weight."""
        if not len(signals):
            return np.zeros(0)
        seen = inputs(signals, coverage, length, follows)
        seen -= self.mean
        seen /= self.spread
        np.maximum(seen, -FARTHEST, out=seen)  # .clip takes three times as long
        np.minimum(seen, FARTHEST, out=seen)
        units = seen @ self.hidden
        units += self.bias
        return signals @ self.linear + np.tanh(units, out=units) @ self.out


def shares(scores: Sequence[float]) -> list[float]:
    """Each class's share of the list, 0 to 1; they sum to 1."""
    best = max(scores, default=0.0)
    weights = [math.exp(score - best) for score in scores]
    total = sum(weights)
    return [weight / total for weight in weights]
