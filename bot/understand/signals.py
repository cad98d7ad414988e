"""What speaks for and against a candidate: a row of numbers for each class on the short list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt

from bot.content.models import Content, Entry, subject_of
from bot.understand.classifier import Classifier, Scores
from bot.understand.features import Featuriser
from bot.understand.nearest import Phrasings
from bot.understand.vocabulary import Floats

Share = tuple[tuple[str, ...], float]
"""A word and its synonyms, itself first; its share of the question."""
Wanted = tuple[tuple[str, ...], float, bytearray]
"""A share, and where these words were found (`_WordsInTexts`)."""
SIGNALS = (
    "classifier",
    "phrasing",
    "pairs",
    "text",
    "said",
    "region",
    "elsewhere",
    "refuses",
    "asks_aspect",
    "asks_topic",
    "asks_subject",
    "asks_kind",
    "before",
    "shown",
    "joined",
    "subject",
    "topic",
    "aspect",
    "see",
    "dodges",
)
"""What a candidate is judged by:
classifier  score of the trained classifier, about 0 to 1
phrasing    likeness of the nearest phrasing (rapidfuzz token-free ratio), 0 to 1
pairs       share of that phrasing's character pairs that the question has, weighted by rarity, 0 to 1: what the phrasing
            says and the question does not
text        share of the question's words that stand in title and answer, weighted by rarity, 0 to 1
said        the same share that title, answer or any phrasing has, in these words or a synonym, 0 to 1: a question about
            the 会徽 is hardly about something in whose phrasings and answer no 会徽 occurs
region      1 when the entry belongs to the person's city
elsewhere   1 when it belongs to a city that the person has not named
refuses     1 when it says that something is unknown or only talks: evens out how many phrasings each side was taught
asks_…      score of the group that it belongs to (its aspect, topic, subject; whether it answers, refuses or talks), about
            0 to 1: 「谁批」 is learnt over all topics together, 「工作站」 over all aspects
            In a conversation, 0 outside one:
before      like `said`, for the words of the question before, 0 to 1
shown       like `said`, for the words in the title of the entry shown before, 0 to 1
joined      score of the trained classifier for the question before and this one read as one
subject     1 when the first part of its topic is that of the conversation
topic       1 when its whole topic is
aspect      1 when it continues the aspect asked for before
see         1 when it or the entry shown before names the other under `see`
dodges      1 when it refuses and `subject` holds: what the sources leave open stands close to what they say
"""
GROUPS = ("aspect", "topic", "subject", "kind")
"""Sorts of groups, in the order of the signals `asks_…`."""


@dataclass(frozen=True)
class Thread:
    """What the conversation is about, as far as matching needs it."""

    text: str = ""
    """The question before, normalised; "" when this one stands alone."""
    topic: str = ""
    aspect: str = ""
    entry: str = ""
    """Id of the entry shown last."""


def entry_groups(entry: Entry) -> dict[str, str]:
    """Sort of group -> the group that an entry is taught with."""
    return {"aspect": entry.aspect, "topic": entry.topic, "subject": entry.subject, "kind": entry.kind}


class _Class:
    """What is known of one class. Its texts are put together when first needed."""

    def __init__(
        self,
        number: int,
        name: str,
        entry: Entry | None,
        phrasings: Phrasings,
        groups: Mapping[str, int],
    ) -> None:
        """`groups`: number of each group in the classifier's scores."""
        self.number = number
        self.entry = entry
        self.phrasings = phrasings
        self.region = entry.region if entry else ""
        self.refuses = entry.kind != "answer" if entry else name.startswith("intent:")
        mine = entry_groups(entry) if entry else {"kind": name.partition(":")[0]}
        self.groups_at = tuple([groups.get(f"{sort}:{mine.get(sort)}", len(groups)) for sort in GROUPS])
        """Numbers of its groups, for the signals `asks_…`; len(groups) where it is in none."""

    @cached_property
    def own(self) -> str:
        """What an entry says: title and answer. Words are looked for in it as it is written: to normalise it as questions
        are would make the first ones after a start take twice as long."""
        entry = self.entry
        return f"{entry.title} {entry.answer} {entry.detail}".lower() if entry else ""

    @cached_property
    def text(self) -> str:
        """All that it says and is asked by."""
        return "\n".join((*self.phrasings.texts, self.own)).replace(" ", "")


class Signals:
    """Reads the signals of a short list. Classes are named by their numbers in `classifier.classes`."""

    def __init__(self, content: Content, featuriser: Featuriser, classifier: Classifier) -> None:
        self.featuriser = featuriser
        self.classifier = classifier
        at = {name: i for i, name in enumerate(classifier.groups)}
        rarities = iter(classifier.rarities.tolist())
        self._classes = []
        for number, name in enumerate(classifier.classes):
            texts = classifier.texts[name]
            phrasings = Phrasings(texts, list(islice(rarities, len(texts))))
            self._classes.append(_Class(number, name, content.entries.get(name), phrasings, at))
        self._number = {name: i for i, name in enumerate(classifier.classes)}
        self._alike = _synonyms(featuriser.concepts)
        known = frozenset((*classifier.vocabulary.words, *self._alike))
        self._in_answers = _WordsInTexts(len(self._classes), known, lambda one: one.own)
        self._in_texts = _WordsInTexts(len(self._classes), known, lambda one: one.text)

    def prepare(self) -> None:
        """See `Understander.prepare`."""
        for one in self._classes:
            one.phrasings.prepare()

    def refuses(self, number: int) -> bool:
        """Whether a class says that something is unknown or only talks: `open`, `boundary`, an intent."""
        return self._classes[number].refuses

    def read(
        self, normal: str, short: Sequence[int], scores: Scores, region: str, thread: Thread
    ) -> tuple[npt.NDArray[np.float64], list[str]]:
        """(classes x SIGNALS, the nearest phrasing of each) for the classes on the short list. `scores`: what the
        classifier makes of the question."""
        spoken = self._shares(self.featuriser.cut(normal))
        pairs = list(self.classifier.vocabulary.pairs(normal).items())
        in_answers = self._in_answers.of([(alike[:1], share) for alike, share in spoken])
        in_texts = self._in_texts.of(spoken)
        said_before = self._before(normal, thread)
        classes = scores.classes.take(short).tolist()
        groups = [*scores.groups.tolist(), 0.0]  # the last is for classes that are in none
        rows, phrasings = [], []
        for number, score in zip(short, classes, strict=True):
            one = self._classes[number]
            phrasing, near, rarity = one.phrasings.nearest(normal)
            mine = one.region
            rows.append(
                (
                    score,
                    near,
                    sum([rare for pair, rare in pairs if pair in phrasing]) / rarity,
                    self._in_answers.share(in_answers, one),
                    self._in_texts.share(in_texts, one),
                    float(bool(mine) and mine == region),
                    float(bool(mine) and mine != region),
                    float(one.refuses),
                    *[groups[at] for at in one.groups_at],
                    *(said_before.of(one) if said_before else _NOTHING_BEFORE),
                )
            )
            phrasings.append(phrasing)
        # One array at the end: numpy takes long over each small step.
        return np.array(rows, np.float64).reshape(len(rows), len(SIGNALS)), phrasings

    def _before(self, normal: str, thread: Thread) -> _Before | None:
        if not thread.text:
            return None
        last = self._number.get(thread.entry)
        shown = None if last is None else self._classes[last].entry
        title = self.featuriser.normalise(shown.title) if shown else ""
        return _Before(
            thread,
            shown,
            self._in_texts.of(self._shares(self.featuriser.cut(thread.text))),
            self._in_texts.of(self._shares(self.featuriser.cut(title))),
            self.classifier.scores(self.featuriser.features(f"{thread.text} {normal}")).classes,
            self._in_texts,
        )

    def rarity(self, word: str, unheard_of: float = 9.0) -> float:
        """How rare a word is in what people ask: ln(phrasings / those with it) + 1; `unheard_of` for unknown ones."""
        return self.classifier.vocabulary.rarity(word, unheard_of)

    def _shares(self, words: Sequence[str]) -> list[Share]:
        """Each word with its synonyms, itself first, and its share of the question by rarity; the shares sum to 1."""
        rare = [self.rarity(word, 4.0) for word in words]
        total = sum(rare) or 1.0
        return [(self._alike.get(word, (word,)), rarity / total) for word, rarity in zip(words, rare, strict=True)]


_NOTHING_BEFORE = (0.0,) * (len(SIGNALS) - SIGNALS.index("before"))


@dataclass(frozen=True)
class _Before:
    """What was said and shown before, for the signals of a conversation."""

    thread: Thread
    last: Entry | None
    text: Sequence[Wanted]
    title: Sequence[Wanted]
    joined: Floats
    in_texts: _WordsInTexts

    def of(self, one: _Class) -> tuple[float, ...]:
        """The signals `before` to `dodges` of a class."""
        entry, last = one.entry, self.last
        share = self.in_texts.share
        said = share(self.text, one), share(self.title, one), float(self.joined[one.number])
        if entry is None or not self.thread.topic:
            return (*said, 0.0, 0.0, 0.0, 0.0, 0.0)
        subject = entry.subject == subject_of(self.thread.topic)
        return (
            *said,
            float(subject),
            float(entry.topic == self.thread.topic),
            float(entry.aspect == self.thread.aspect),
            float(last is not None and (entry.id in last.see or last.id in entry.see)),
            float(subject and entry.kind != "answer"),
        )


class _WordsInTexts:
    """Which words, or their synonyms, stand in the texts of which classes. A text is searched once for a word that is
    ours; of other words, of which there is no end, nothing is kept."""

    def __init__(self, classes: int, known: frozenset[str], text: Callable[[_Class], str]) -> None:
        self._classes = classes
        self._known = known
        self._text = text
        self._found: dict[str, bytearray] = {}
        """Word -> for each class 0 (not looked for yet), 1 (no) or 2 (yes)."""

    def of(self, shares: Sequence[Share]) -> list[Wanted]:
        """Words to be looked for in one text after the other."""
        wanted = []
        for alike, share in shares:
            places = self._found.get(alike[0])
            if places is None:
                places = bytearray(self._classes)
                if alike[0] in self._known:
                    self._found[alike[0]] = places
            wanted.append((alike, share, places))
        return wanted

    def share(self, wanted: Sequence[Wanted], one: _Class) -> float:
        """Share of the words that stand in the text of a class, in these words or a synonym."""
        number, total, text = one.number, 0.0, ""
        for alike, share, places in wanted:
            found = places[number]
            if not found:
                text = text or self._text(one)
                found = places[number] = 1 + any(map(text.__contains__, alike))
            if found > 1:
                total += share
        return total


def _synonyms(concepts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Word -> all words that stand for the same thing, itself first."""
    groups: dict[str, list[str]] = {}
    for word, concept in concepts.items():
        groups.setdefault(concept, []).append(word)
    return {word: (word, *(other for other in groups[concept] if other != word)) for word, concept in concepts.items()}
