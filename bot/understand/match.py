"""Which entries and intents a question is about: classifier first, then a closer look at the short list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from bot.content.models import Content, Entry
from bot.understand.classifier import Classifier, Floats, Vocabulary
from bot.understand.features import Featuriser

SHORT_LIST = 12
Share = tuple[tuple[str, ...], float]
SIGNALS = (
    "classifier",
    "phrasing",
    "pairs",
    "text",
    "said",
    "region",
    "elsewhere",
    "refuses",
    "before",
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
text        share of the question's words that title and answer have, weighted by rarity, 0 to 1
said        the same share that title, answer or any phrasing has, in these words or a synonym, 0 to 1: a question about
            the 会徽 is hardly about something in whose phrasings and answer no 会徽 occurs
region      1 when the entry belongs to the person's city
elsewhere   1 when it belongs to a city that the person has not named
refuses     1 when it says that something is unknown or only talks: evens out how many phrasings each side was taught
            In a conversation, 0 outside one:
before      like `said`, for the words of the question before, 0 to 1
subject     1 when the first part of its topic is that of the conversation
topic       1 when its whole topic is
aspect      1 when it continues the aspect asked for before
see         1 when it or the entry shown before names the other under `see`
dodges      1 when it refuses and `subject` holds: what the sources leave open stands close to what they say
"""


@dataclass(frozen=True)
class Candidate:
    """One class with its score and the reasons for it."""

    id: str
    """Entry id, `intent:<id>` or `form:<id>`."""
    score: float
    signals: Mapping[str, float]
    phrasing: str
    """The nearest phrasing, normalised."""
    refuses: bool = False
    """Whether it says that something is unknown or only talks: `open`, `boundary`, an intent."""


@dataclass(frozen=True)
class Thread:
    """What the conversation is about, as far as matching needs it."""

    text: str = ""
    """The question before, normalised; "" when this one stands alone."""
    topic: str = ""
    aspect: str = ""
    entry: str = ""
    """Id of the entry shown last."""


def class_phrasings(content: Content) -> dict[str, tuple[str, ...]]:
    """Class id -> its phrasings as written. Titles count as phrasings. Local entries are no classes (nearby.py)."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in taught(content):
        found[entry.id] = tuple(dict.fromkeys((entry.title, *entry.ask)))
    for intent in content.intents.values():
        found[f"intent:{intent.id}"] = tuple(dict.fromkeys((*intent.exact, *intent.ask)))
    for form in content.forms.values():
        found[f"form:{form.form_id}"] = tuple(dict.fromkeys(form.ask))
    return {name: asks for name, asks in found.items() if asks}


def taught(content: Content) -> list[Entry]:
    """The entries that the classifier is trained on."""
    return [entry for entry in content.entries.values() if not entry.local]


class Matcher:
    """Ranks classes for a question."""

    def __init__(
        self, content: Content, featuriser: Featuriser, classifier: Classifier, weights: Mapping[str, float]
    ) -> None:
        self.content = content
        self.featuriser = featuriser
        self.classifier = classifier
        self.weights = np.array([weights[name] for name in SIGNALS])
        self._words: dict[str, frozenset[str]] = {}
        self._texts: dict[str, str] = {}
        self._number = {name: i for i, name in enumerate(classifier.classes)}
        self._alike = _synonyms(featuriser.concepts)
        self._rare_pairs = _RarePairs(classifier.vocabulary)
        self._exact: dict[str, int] = {}
        for number, name in enumerate(classifier.classes):
            for text in classifier.texts[name]:
                self._exact[text] = number if self._exact.get(text, number) == number else -1
        owners = np.array([self._region_of(name) for name in classifier.classes])
        self._of_nobody: npt.NDArray[np.bool_] = owners == ""
        self._allowed_in: dict[str, npt.NDArray[np.bool_]] = {"": np.ones(len(owners), np.bool_)}
        self._allowed_in |= {city: self._of_nobody | (owners == city) for city in content.regions}

    @property
    def phrasings(self) -> Mapping[str, tuple[str, ...]]:
        """Class -> its normalised phrasings."""
        return self.classifier.texts

    def _region_of(self, name: str) -> str:
        entry = self.content.entries.get(name)
        return entry.region if entry else ""

    def rank(self, normal: str, region: str, named_region: bool, thread: Thread) -> list[Candidate]:
        """The short list, best first. `region` is the person's city or "", `named_region` whether this very message
        names it."""
        counts = self.featuriser.features(normal)
        base = self.classifier.scores(counts)
        exact = -1 if thread.text else self.word_for_word(normal)
        order = self._short_list(base, region, exact, thread)
        found = self.judge(normal, [(self.classifier.classes[i], float(base[i])) for i in order], region, thread)
        return sorted(found, key=lambda c: c.id != self.classifier.classes[exact]) if exact >= 0 else found

    def _short_list(self, base: Floats, region: str, exact: int, thread: Thread) -> list[int]:
        """Numbers of the classes worth a closer look: the best by the classifier and the one taught word for word; in a
        conversation also the best for this question and the one before together, what was shown and what it points to."""
        allowed = np.where(self._allowed(region), base, -1)
        if exact >= 0 and allowed[exact] > -1:
            allowed[exact] = np.inf
        order = list(np.argsort(-allowed)[:SHORT_LIST])
        if thread.text:
            both = allowed + 0.5 * self.classifier.scores(self.featuriser.features(thread.text))
            shown = self.content.entries.get(thread.entry)
            linked = [
                self._number[name] for name in (thread.entry, *(shown.see if shown else ())) if name in self._number
            ]
            order += [*np.argsort(-both)[:SHORT_LIST], *(i for i in linked if allowed[i] > -1)]
        return list(dict.fromkeys(map(int, order)))

    def word_for_word(self, normal: str) -> int:
        """Number of the class, and of no other, that was taught this very text; -1 for none. What people wrote down
        goes before what a model makes of it: 「联络员」 alone asks what that is."""
        return self._exact.get(normal, -1)

    def entries_near(self, normal: str, region: str) -> list[Candidate]:
        """The entries that come nearest, best first, however far they are: for those who want to see alternatives to
        small talk."""
        base = self.classifier.scores(self.featuriser.features(normal))
        entries = np.array([name in self.content.entries for name in self.classifier.classes])
        order = np.argsort(-np.where(self._allowed(region) & entries, base, -np.inf), kind="stable")[:SHORT_LIST]
        short = [(self.classifier.classes[i], float(base[i])) for i in order if entries[i]]
        return self.judge(normal, short, region, Thread())

    def _allowed(self, region: str) -> npt.NDArray[np.bool_]:
        """Which classes may be spoken of to somebody in `region`: other cities' own rules may not."""
        return self._allowed_in.get(region, self._of_nobody)

    def judge(
        self, normal: str, short: Sequence[tuple[str, float]], region: str, thread: Thread, skip: str = ""
    ) -> list[Candidate]:
        """Candidates of a short list of (class, classifier score), best first. `skip` is a phrasing to leave out: the
        question itself, when the weights are fitted."""
        words = self.featuriser.cut(normal)
        spoken = self._shares(words)
        before = self._shares(self.featuriser.cut(thread.text))
        last = self.content.entries.get(thread.entry)
        found = []
        for name, base in short:
            phrasing, near = self._nearest(normal, name, skip)
            entry = self.content.entries.get(name)
            mine = entry.region if entry else ""
            refuses = entry.kind != "answer" if entry else name.startswith("intent:")
            signals = (
                base,
                near,
                self._pairs(phrasing, normal),
                self._overlap(spoken, name),
                self._said(spoken, name),
                float(bool(mine) and mine == region),
                float(bool(mine) and mine != region),
                float(refuses),
                self._said(before, name),
                *_continues(entry, thread, last),
            )
            found.append((name, signals, phrasing, refuses))
        scores = (np.array([signals for _, signals, _, _ in found]) @ self.weights).tolist() if found else []
        judged = [
            Candidate(name, score, dict(zip(SIGNALS, signals, strict=True)), phrasing, refuses)
            for score, (name, signals, phrasing, refuses) in zip(scores, found, strict=True)
        ]
        return sorted(judged, key=lambda candidate: -candidate.score)

    def _nearest(self, normal: str, name: str, skip: str) -> tuple[str, float]:
        mine = self.classifier.texts.get(name, ())
        if skip in mine:
            mine = tuple(phrasing for phrasing in mine if phrasing != skip)
        found = process.extractOne(normal, mine, scorer=fuzz.ratio)
        return (found[0], found[1] / 100) if found else ("", 0.0)

    def _pairs(self, phrasing: str, normal: str) -> float:
        rare = self._rare_pairs
        pairs = dict.fromkeys(phrasing[at : at + 2] for at in range(len(phrasing) - 1))  # in order: sums stay the same
        return sum(rare[pair] for pair in pairs if pair in normal) / (sum(rare[pair] for pair in pairs) or 1.0)

    def rarity(self, word: str, unheard_of: float = 9.0) -> float:
        """How rare a word is in what people ask: ln(phrasings / those with it) + 1; `unheard_of` for unknown ones."""
        return self.classifier.vocabulary.rarity("w" + word, unheard_of)

    def _words_of(self, name: str) -> frozenset[str]:
        """Words of an entry's title and answer, cut when first needed."""
        if name not in self._words:
            entry = self.content.entries.get(name)
            text = f"{entry.title} {entry.answer} {entry.detail}" if entry else ""
            self._words[name] = frozenset(self.featuriser.cut(self.featuriser.normalise(text)))
        return self._words[name]

    def _text_of(self, name: str) -> str:
        """All that a class says and is asked by, put together when first needed."""
        if name not in self._texts:
            entry = self.content.entries.get(name)
            own = self.featuriser.normalise(f"{entry.answer} {entry.detail}") if entry else ""
            self._texts[name] = "\n".join((*self.phrasings.get(name, ()), own)).replace(" ", "")
        return self._texts[name]

    def _said(self, spoken: Sequence[Share], name: str) -> float:
        text = self._text_of(name)
        return sum(share for alike, share in spoken if any(word in text for word in alike))

    def _shares(self, words: Sequence[str]) -> list[Share]:
        """Each word with its synonyms, itself first, and its share of the question by rarity; the shares sum to 1."""
        rare = [self.rarity(word, 4.0) for word in words]
        total = sum(rare) or 1.0
        return [(self._alike.get(word, (word,)), rarity / total) for word, rarity in zip(words, rare, strict=True)]

    def _overlap(self, spoken: Sequence[Share], name: str) -> float:
        mine = self._words_of(name)
        return sum(share for alike, share in spoken if alike[0] in mine)


class _RarePairs(dict[str, float]):
    """Rarity of character pairs, looked up in the vocabulary once each. Only pairs of phrasings are asked for, so it
    does not grow with what people write."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __missing__(self, pair: str) -> float:
        found = self[pair] = self.vocabulary.rarity("c" + pair, 0.0)
        return found


def _synonyms(concepts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Word -> all words that stand for the same thing, itself first."""
    groups: dict[str, list[str]] = {}
    for word, concept in concepts.items():
        groups.setdefault(concept, []).append(word)
    return {word: (word, *(other for other in groups[concept] if other != word)) for word, concept in concepts.items()}


def _continues(entry: Entry | None, thread: Thread, last: Entry | None) -> tuple[float, float, float, float, float]:
    """The signals `subject`, `topic`, `aspect`, `see` and `dodges`."""
    if entry is None or not thread.topic:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    subject = entry.topic.split("/")[0] == thread.topic.split("/")[0]
    return (
        float(subject),
        float(entry.topic == thread.topic),
        float(entry.aspect == thread.aspect),
        float(last is not None and (entry.id in last.see or last.id in entry.see)),
        float(subject and entry.kind != "answer"),
    )
