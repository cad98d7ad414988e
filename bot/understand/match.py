"""Which entries and intents a question is about: classifier first, then a closer look at the short list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bot.content.models import Content, Entry
from bot.understand.classifier import Classifier, Scores
from bot.understand.features import Featuriser
from bot.understand.placed import placed_phrasings
from bot.understand.ranking import Ranking, shares
from bot.understand.signals import SIGNALS, Signals, Thread, entry_groups
from bot.understand.vocabulary import Floats

SHORT_LIST = 12
"""Most classes on the short list, for a question that stands alone."""
ALWAYS = 5
WORTH_A_LOOK = 0.3
"""Beyond the first ALWAYS, a class is looked at only when its score reaches this share of the best one's: of 2,008 questions
the right one was left out once by that, and half of them have a list of five."""
WHOLE = 10
"""Characters from which on a question that was taught is whole by itself, also in a conversation."""


class Candidate(NamedTuple):
    """One class with its score and the reasons for it."""

    id: str
    """Entry id, `intent:<id>` or `form:<id>`."""
    score: float
    """Its share of the short list, 0 to 1; the list sums to 1."""
    signals: Mapping[str, float]
    phrasing: str
    """The nearest phrasing, normalised."""
    refuses: bool = False
    """Whether it says that something is unknown or only talks: `open`, `boundary`, an intent."""


class ShortList(NamedTuple):
    """The classes worth a closer look, not yet in order."""

    names: tuple[str, ...]
    signals: npt.NDArray[np.float64]
    """names x SIGNALS."""
    phrasings: tuple[str, ...]
    """The nearest phrasing of each."""
    refusing: tuple[bool, ...]
    coverage: float
    """Share of the question's character n-grams that any phrasing has, 0 to 1."""
    length: int
    """Characters of the question."""
    follows: bool
    """Whether something was said before."""
    rest: tuple[str, ...] = ()
    """The next best by the classifier, not looked at."""
    exact: str = ""
    """The class that was taught the question word for word; "" for none."""


def class_phrasings(content: Content) -> dict[str, tuple[str, ...]]:
    """Class id -> its phrasings as written, then those made from them with a city (placed.py). Titles count as phrasings.
    Local entries are no classes (nearby.py)."""
    found: dict[str, tuple[str, ...]] = {}
    placed = placed_phrasings(content)
    for entry in taught(content):
        found[entry.id] = tuple(dict.fromkeys((entry.title, *entry.ask, *placed.get(entry.id, ()))))
    for intent in content.intents.values():
        found[f"intent:{intent.id}"] = tuple(dict.fromkeys((*intent.exact, *intent.ask)))
    for form in content.forms.values():
        found[f"form:{form.form_id}"] = tuple(dict.fromkeys(form.ask))
    return {name: asks for name, asks in found.items() if asks}


def class_groups(content: Content) -> dict[str, tuple[str, ...]]:
    """Class id -> the groups that it is taught with: what it is about, which side of it, whether it answers."""
    found = {
        entry.id: tuple(f"{sort}:{group}" for sort, group in entry_groups(entry).items()) for entry in taught(content)
    }
    found |= {f"intent:{name}": ("kind:intent",) for name in content.intents}
    return found | {f"form:{name}": ("kind:form",) for name in content.forms}


def taught(content: Content) -> list[Entry]:
    """The entries that the classifier is trained on."""
    return [entry for entry in content.entries.values() if not entry.local]


class Matcher:
    """Ranks classes for a question."""

    def __init__(self, content: Content, featuriser: Featuriser, classifier: Classifier, ranking: Ranking) -> None:
        self.content = content
        self.featuriser = featuriser
        self.classifier = classifier
        self.ranking = ranking
        self.signals = Signals(content, featuriser, classifier)
        self._number = {name: i for i, name in enumerate(classifier.classes)}
        self._exact: dict[str, int] = {}
        for number, name in enumerate(classifier.classes):
            for text in classifier.texts[name]:
                self._exact[text] = number if self._exact.get(text, number) == number else -1
        owners = np.array([self._region_of(name) for name in classifier.classes])
        self._of_nobody: npt.NDArray[np.bool_] = owners == ""
        self._allowed_in: dict[str, npt.NDArray[np.bool_]] = {"": np.ones(len(owners), np.bool_)}
        self._allowed_in |= {city: self._of_nobody | (owners == city) for city in content.regions}
        self._entries = np.array([name in content.entries for name in classifier.classes])

    @property
    def phrasings(self) -> Mapping[str, tuple[str, ...]]:
        """Class -> its normalised phrasings."""
        return self.classifier.texts

    def _region_of(self, name: str) -> str:
        entry = self.content.entries.get(name)
        return entry.region if entry else ""

    def short_list(self, normal: str, region: str, thread: Thread) -> ShortList:
        """The classes worth a closer look: the best by the classifier and the one taught word for word; in a conversation
        also the best for this question and the one before together, what was shown and what it points to."""
        scores = self.classifier.scores(self.featuriser.features(normal))
        allowed = np.where(self._allowed(region), scores.classes, -1)
        exact = self._taught_as(normal, thread)
        if exact >= 0 and allowed[exact] > -1:
            allowed[exact] = np.inf
        best = _best(allowed, SHORT_LIST)
        order = _worth(allowed, best)
        if thread.text:
            both = allowed + 0.5 * self.classifier.scores(self.featuriser.features(thread.text)).classes
            shown = self.content.entries.get(thread.entry)
            linked = [
                self._number[name] for name in (thread.entry, *(shown.see if shown else ())) if name in self._number
            ]
            order += [*_worth(both, _best(both, SHORT_LIST)), *(i for i in linked if allowed[i] > -1)]
            order = list(dict.fromkeys(order))
        rest = tuple([self.classifier.classes[i] for i in best if i not in order and allowed[i] > -1])
        return self._read(normal, order, scores, region, thread, rest)

    def _read(
        self,
        normal: str,
        order: Sequence[int],
        scores: Scores,
        region: str,
        thread: Thread,
        rest: tuple[str, ...] = (),
    ) -> ShortList:
        names = tuple([self.classifier.classes[i] for i in order])
        signals, phrasings = self.signals.read(normal, order, scores, region, thread)
        refusing = tuple(map(self.signals.refuses, order))
        exact = self._taught_as(normal, thread)
        taught = self.classifier.classes[exact] if exact >= 0 else ""
        length, follows = len(normal), bool(thread.text)
        return ShortList(names, signals, tuple(phrasings), refusing, scores.coverage, length, follows, rest, taught)

    def rank(self, short: ShortList) -> list[Candidate]:
        """The candidates of a short list, best first. What was taught in these very words goes before everything else."""
        scores = self.ranking.scores(short.signals, short.coverage, short.length, short.follows).tolist()
        rated, signals = shares(scores), short.signals.tolist()
        found = [
            Candidate(
                short.names[i],
                rated[i],
                dict(zip(SIGNALS, signals[i], strict=True)),
                short.phrasings[i],
                short.refusing[i],
            )
            for i in sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
        ]
        found += [Candidate(name, 0.0, _UNREAD, "", self.signals.refuses(self._number[name])) for name in short.rest]
        return sorted(found, key=lambda candidate: candidate.id != short.exact) if short.exact else found

    def _taught_as(self, normal: str, thread: Thread) -> int:
        """`word_for_word`, in a conversation only where the words say the same whatever was said before: a wish (「我要备案」),
        or a question that is long enough to be whole."""
        exact = self.word_for_word(normal)
        alone = not thread.text or len(normal) >= WHOLE
        return exact if exact >= 0 and (alone or self.classifier.classes[exact].startswith("form:")) else -1

    def word_for_word(self, normal: str) -> int:
        """Number of the class, and of no other, that was taught this very text; -1 for none. What people wrote down
        goes before what a model makes of it: 「联络员」 alone asks what that is."""
        return self._exact.get(normal, -1)

    def entries_near(self, normal: str, region: str) -> list[Candidate]:
        """The entries that come nearest, best first, however far they are: for those who want to see alternatives to
        small talk."""
        scores = self.classifier.scores(self.featuriser.features(normal))
        open_to = self._allowed(region) & self._entries
        order = [i for i in _best(np.where(open_to, scores.classes, np.float32(-np.inf)), SHORT_LIST) if open_to[i]]
        return self.rank(self._read(normal, order, scores, region, Thread()))

    def _allowed(self, region: str) -> npt.NDArray[np.bool_]:
        """Which classes may be spoken of to somebody in `region`: other cities' own rules may not."""
        return self._allowed_in.get(region, self._of_nobody)

    def rarity(self, word: str, unheard_of: float = 9.0) -> float:
        """How rare a word is in what people ask: ln(phrasings / those with it) + 1; `unheard_of` for unknown ones."""
        return self.signals.rarity(word, unheard_of)


_UNREAD: Mapping[str, float] = dict.fromkeys(SIGNALS, 0.0)
"""Of a class that was not looked at."""


def _best(scores: Floats, most: int) -> list[int]:
    """Numbers of the best classes, best first."""
    top = scores.argpartition(-most)[-most:] if most < len(scores) else np.arange(len(scores))
    found: list[int] = top[(-scores[top]).argsort(kind="stable")].tolist()
    return found


def _worth(scores: Floats, best: Sequence[int]) -> list[int]:
    """Those of the best that are worth a closer look."""
    rated = scores[best].tolist()
    # What was taught word for word is beyond measure: the next one is the measure then.
    least = next((WORTH_A_LOOK * score for score in rated if math.isfinite(score)), 0.0)
    return [i for place, (i, score) in enumerate(zip(best, rated, strict=True)) if place < ALWAYS or score >= least]
