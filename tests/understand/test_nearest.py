"""The phrasing of a class that is nearest to a question."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, process

from bot.content.loader import load
from bot.settings import DEFAULT_CONTENT
from bot.understand.match import class_phrasings
from bot.understand.model import featuriser_for
from bot.understand.nearest import MANY, SIFTED, Phrasings

WORDS = st.text("成立企业科协要哪些材料谁来批会费怎么交", min_size=1, max_size=12)


@given(WORDS, st.lists(WORDS, max_size=30))
def test_of_a_few_the_very_nearest_is_found(question: str, texts: list[str]) -> None:
    """Up to MANY phrasings are all compared; of none there is no nearest one."""
    found, likeness, place = Phrasings(texts, range(len(texts))).nearest(question)
    assert likeness == max((fuzz.ratio(question, text) / 100 for text in texts), default=0.0)
    assert not texts or texts[int(place)] == found


@given(WORDS)
def test_what_was_taught_is_found_among_many(question: str) -> None:
    """A class with more phrasings than are compared finds the very same text, wherever it stands."""
    others = [f"{chr(0x5000 + i)}{chr(0x6000 + i)}" for i in range(MANY + SIFTED)]
    for place in (0, SIFTED, len(others)):
        texts = [*others[:place], question, *others[place:]]
        assert Phrasings(texts, range(len(texts))).nearest(question) == (question, 1.0, place)


def test_an_empty_question_is_like_none() -> None:
    """No characters, no likeness, also where phrasings are sifted."""
    assert Phrasings([str(i) for i in range(MANY + 1)], [1.0] * (MANY + 1)).nearest("")[1] == 0.0


def test_nothing_near_is_missed_by_sifting() -> None:
    """Of the shipped classes with many phrasings: every question that is six tenths like one of them finds that one."""
    content = load(DEFAULT_CONTENT)
    normalise = featuriser_for(content).normalise
    texts = {name: [normalise(text) for text in those] for name, those in class_phrasings(content).items()}
    many = [those for those in texts.values() if len(those) > MANY]
    assert many, "no class is sifted any more: bot/understand/nearest.py can be simpler"
    asked = [text for those in texts.values() for text in those[3::29]]
    assert len(asked) > 1000
    for those in many:
        phrasings = Phrasings(those, [1.0] * len(those))
        for question in asked:
            best = process.extractOne(question, those, scorer=fuzz.ratio, score_cutoff=60)
            if best:
                assert phrasings.nearest(question)[1] == best[1] / 100, question
