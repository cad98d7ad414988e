"""Ranking: what the hidden units add to the linear score, and how they are fitted."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from bot.understand.fit_ranking import Example, Lists, fit_linear, fit_ranking, lighter
from bot.understand.match import ShortList
from bot.understand.ranking import INPUTS, Ranking, inputs, shares
from bot.understand.signals import SIGNALS

CLASSIFIER, SUBJECT, REFUSES = map(SIGNALS.index, ("classifier", "subject", "refuses"))


def short_list(rows: list[dict[str, float]], length: int = 10, follows: bool = True) -> ShortList:
    """A short list with these signals; what is not named is 0."""
    signals = np.zeros((len(rows), len(SIGNALS)))
    for row, told in zip(signals, rows, strict=True):
        for name, value in told.items():
            row[SIGNALS.index(name)] = value
    names = tuple(f"entry-{number}" for number in range(len(rows)))
    refusing = tuple(bool(row[REFUSES]) for row in signals)
    return ShortList(names, signals, ("",) * len(rows), refusing, 1.0, length, follows)


def first(ranking: Ranking, short: ShortList) -> int:
    """Number of the candidate that comes first."""
    return int(np.argmax(ranking.scores(short.signals, short.coverage, short.length, short.follows)))


def crossed(number: int) -> Example:
    """A list in which what was shown before is right for a message that names nothing itself, and wrong for one that
    does: no sum of weights can say that."""
    chance = np.random.default_rng(number)
    names_something = number % 2 == 0
    best = chance.uniform(0.4, 0.6) if names_something else chance.uniform(0.05, 0.15)
    own = {"classifier": best}
    shown = {"classifier": best - 0.02, "subject": 1.0}
    other = {"classifier": best / 3}
    return Example(
        frozenset({"x"}), short_list([own, shown, other]), np.array([names_something, not names_something, False])
    )


def test_hidden_units_say_when_a_signal_counts() -> None:
    """The fitted ranking tells the two kinds of messages apart on lists it has not seen; its linear part alone cannot."""
    ranking = fit_ranking([crossed(number) for number in range(200)])
    unseen = [crossed(number) for number in range(1000, 1100)]
    right = [bool(one.right[first(ranking, one.short)]) for one in unseen]
    assert sum(right) >= 95
    plain = replace(ranking, out=np.zeros_like(ranking.out))
    assert sum(bool(one.right[first(plain, one.short)]) for one in unseen) < sum(right)


def test_fitting_is_the_same_every_time() -> None:
    """Fitted again on the same lists, every number is the same."""
    data = [crossed(number) for number in range(40)]
    assert fit_ranking(data).as_data() == fit_ranking(data).as_data()


def test_lists_without_anything_to_learn_are_left_out() -> None:
    """A list with no wanted candidate, or with nothing else, says nothing."""
    short = short_list([{"classifier": 1.0}, {"classifier": 0.5}])
    nothing = Example(frozenset({"x"}), short, np.array([False, False]))
    everything = Example(frozenset({"x"}), short, np.array([True, True]))
    something = Example(frozenset({"x"}), short, np.array([True, False]))
    assert len(Lists.of([nothing, everything, something]).starts) == 1


def test_the_linear_weights_follow_the_right_candidates() -> None:
    """What the right candidates have more of gets a weight above its start, what they lack one below."""
    short = short_list([{"subject": 1.0}, {"refuses": 1.0}])
    weights = fit_linear(Lists.of([Example(frozenset({"x"}), short, np.array([True, False]))] * 5))
    assert weights[SUBJECT] > 0 > weights[REFUSES]


def test_a_ranking_is_read_as_it_was_written() -> None:
    """Through JSON and back the scores are the same to four decimals; numbers fitted for other signals are refused."""
    ranking = fit_ranking([crossed(number) for number in range(40)])
    data = json.loads(json.dumps(ranking.as_data()))
    short = crossed(7).short
    again = Ranking.from_data(data).scores(short.signals, 1.0, 10, True)
    assert np.allclose(again, ranking.scores(short.signals, 1.0, 10, True), atol=5e-3)
    data["linear"].pop("see")
    with pytest.raises(ValueError, match="make model"):
        Ranking.from_data(data)


def test_shares_sum_to_one() -> None:
    """Shares of a list are positive, sum to 1 and keep the order; an empty list has none."""
    found = shares([700.0, 699.0, -700.0])
    assert sum(found) == pytest.approx(1.0)
    assert sorted(found, reverse=True) == found
    assert shares([]) == []


def test_one_candidate_alone_can_be_ranked() -> None:
    """A list of one has all its inputs, and an empty list no scores."""
    short = short_list([{"classifier": 0.3}])
    assert inputs(short.signals, 1.0, 4, False).shape == (1, INPUTS)
    ranking = Ranking.plain({"classifier": 1.0})
    assert ranking.scores(short.signals, 1.0, 4, False) == pytest.approx([0.3])
    assert len(ranking.scores(np.zeros((0, len(SIGNALS))), 1.0, 4, False)) == 0


def test_refusing_can_be_made_lighter() -> None:
    """Taken off its weight, refusing counts less by just that; in a conversation about the same subject, `dodges` too."""
    ranking = Ranking.plain({"refuses": 1.0, "dodges": 0.5})
    found = lighter(ranking, 0.4, 0.2).linear
    assert found[SIGNALS.index("refuses")] == pytest.approx(0.6)
    assert found[SIGNALS.index("dodges")] == pytest.approx(0.3)
