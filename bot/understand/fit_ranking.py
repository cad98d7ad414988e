"""Fitting the ranking: conditional logit for the linear part, then hidden units on top of it.

Each short list is one observation: the right candidates against the others of the same list. The hidden units are fitted by
gradient descent (Adam, Kingma & Ba 2015) from several fixed starts, and their outputs averaged. Numpy only, the same
result every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bot.understand.match import ShortList
from bot.understand.ranking import FARTHEST, INPUTS, Ranking, inputs
from bot.understand.signals import SIGNALS

Narrow = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
START = dict.fromkeys(SIGNALS, 0.0) | {
    "classifier": 6.0,
    "phrasing": 2.0,
    "pairs": 1.0,
    "text": 1.0,
    "said": 1.0,
    "region": 1.0,
    "elsewhere": -1.0,
}
"""Where the fitting of the linear weights begins, and what they are drawn to."""
UNITS = 16
STARTS = 6
STEPS = 150
RATE = 0.01
SHRINK = 3e-3
"""Weight decay of the hidden units."""
SAME = 1e-3
"""Standard deviation below which an input is the same everywhere and says nothing."""


@dataclass(frozen=True)
class Example:
    """One fitting question with its short list."""

    gold: frozenset[str]
    """Sources that answer it; empty for a question that must not be answered."""
    short: ShortList
    right: Bools
    """Which candidates cite a gold source."""
    region: str = ""

    @property
    def refusing(self) -> Bools:
        """Which candidates say that it is unknown, or only talk."""
        return np.array(self.short.refusing, np.bool_)

    @property
    def wanted(self) -> Bools:
        """Which candidates ought to come first."""
        return self.right if self.gold else self.refusing


@dataclass(frozen=True)
class Lists:
    """Short lists one after the other."""

    signals: Narrow
    """candidates of all lists x SIGNALS."""
    inputs: Narrow
    """candidates of all lists x INPUTS."""
    wanted: Narrow
    """1 for a candidate that ought to come first, else 0."""
    starts: npt.NDArray[np.int64]
    """Where each list begins."""

    @classmethod
    def of(cls, data: Sequence[Example]) -> Lists:
        """The lists in which something is to be learnt: some candidates are wanted and some are not."""
        taught = [one for one in data if one.wanted.any() and not one.wanted.all()]
        shorts = [one.short for one in taught]
        seen = [inputs(short.signals, short.coverage, short.length, short.follows) for short in shorts]
        ends = np.cumsum([len(short.names) for short in shorts])
        return cls(
            np.concatenate([short.signals for short in shorts]).astype(np.float32),
            np.concatenate(seen).astype(np.float32),
            np.concatenate([one.wanted for one in taught]).astype(np.float32),
            np.concatenate([[0], ends[:-1]]),
        )

    def slope(self, scores: Narrow) -> Narrow:
        """Gradient of the mean log-probability of the wanted candidates by the scores, one a candidate."""
        sizes = np.diff(np.append(self.starts, len(scores)))
        share = np.exp(scores - np.repeat(np.maximum.reduceat(scores, self.starts), sizes))
        share /= np.repeat(np.add.reduceat(share, self.starts), sizes)
        mine = share * self.wanted
        mine /= np.repeat(np.maximum(np.add.reduceat(mine, self.starts), 1e-30), sizes)
        slope: Narrow = (mine - share) / np.float32(len(self.starts))
        return slope


def fit_ranking(data: Sequence[Example]) -> Ranking:
    """The ranking that makes the wanted candidates of these examples likeliest."""
    lists = Lists.of(data)
    linear = fit_linear(lists)
    mean, spread = lists.inputs.mean(axis=0), lists.inputs.std(axis=0)
    spread[spread < SAME] = 1
    whitened = ((lists.inputs - mean) / spread).clip(-FARTHEST, FARTHEST)
    fitted = [_fit_units(lists, whitened, lists.signals @ linear, start) for start in range(STARTS)]
    hidden, bias, out = (np.concatenate(parts, axis=-1).astype(np.float64) for parts in zip(*fitted, strict=True))
    wide = linear.astype(np.float64), mean.astype(np.float64), spread.astype(np.float64)
    return Ranking(*wide, hidden, bias, out / STARTS)


def fit_linear(lists: Lists, rounds: int = 600, rate: float = 0.5, ridge: float = 2e-3) -> Narrow:
    """Conditional logit: gradient ascent on the log-probability of the wanted candidates of each list."""
    start = np.array([START[name] for name in SIGNALS], np.float32)
    weights = start.copy()
    for _ in range(rounds):
        slope = lists.slope(lists.signals @ weights) @ lists.signals
        weights += np.float32(rate) * (slope - np.float32(ridge) * (weights - start))
    return weights


def _fit_units(lists: Lists, whitened: Narrow, base: Narrow, start: int) -> tuple[Narrow, Narrow, Narrow]:
    """(hidden, bias, out) of UNITS units fitted on top of the scores `base`."""
    chance = np.random.default_rng(start)
    weights: list[Narrow] = [
        chance.normal(0, 0.6 / np.sqrt(INPUTS), (INPUTS, UNITS)).astype(np.float32),
        np.zeros(UNITS, np.float32),
        chance.normal(0, 0.1, UNITS).astype(np.float32),
    ]
    first, second = [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights]
    shrink = np.float32(SHRINK)
    for step in range(1, STEPS + 1):
        hidden, bias, out = weights
        units = np.tanh(whitened @ hidden + bias)
        slope = lists.slope(base + units @ out)
        back = np.outer(slope, out) * (1 - units * units)
        slopes = [whitened.T @ back - shrink * hidden, back.sum(axis=0), slope @ units - shrink * out]
        for i, gradient in enumerate(slopes):
            first[i] = np.float32(0.9) * first[i] + np.float32(0.1) * gradient
            second[i] = np.float32(0.999) * second[i] + np.float32(0.001) * gradient**2
            speed = np.sqrt(second[i] / np.float32(1 - 0.999**step)) + np.float32(1e-8)
            weights[i] = weights[i] + np.float32(RATE / (1 - 0.9**step)) * first[i] / speed
    return weights[0], weights[1], weights[2]


def lighter(ranking: Ranking, refuses: float, dodges: float) -> Ranking:
    """The ranking with these amounts taken off the weights of the signals `refuses` and `dodges`."""
    linear = ranking.linear.copy()
    linear[SIGNALS.index("refuses")] -= refuses
    linear[SIGNALS.index("dodges")] -= dodges
    return replace(ranking, linear=linear)
