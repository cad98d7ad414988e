"""Phrasings with a city in them."""

from __future__ import annotations

from dataclasses import replace

from bot.app import App
from bot.content.loader import load
from bot.settings import DEFAULT_CONTENT
from bot.understand.match import class_phrasings
from bot.understand.placed import OTHERS, RULED, SAME_EVERYWHERE, placed_phrasings
from bot.understand.region import Places


def test_only_national_answers_are_placed(small_app: App) -> None:
    """Every made phrasing names a city of ours; entries of a city, open ones and those of other offices get none."""
    content = small_app.content
    places = Places(content.regions, content.words.places)
    made = placed_phrasings(content)
    assert made
    for name, texts in made.items():
        entry = content.entries[name]
        assert entry.kind == "answer"
        assert not entry.region
        assert all(places.mentioned(text) for text in texts)
        assert set(texts) <= set(class_phrasings(content)[name])


def test_a_city_with_a_rule_is_named_more_often(small_app: App) -> None:
    """Up to RULED phrasings where it has a rule of its own, OTHERS elsewhere, none for what is the same everywhere."""
    content = small_app.content
    city = next(region for region in content.regions.values() if region.overlays)
    ruled = next(name for name in city.overlays if content.entries[name].kind == "answer")
    entry = content.entries[ruled]
    asks = tuple(f"问法{number}" for number in range(40))

    def of_the_city(subject: str, overlays: bool) -> int:
        regions = {city.name: city if overlays else replace(city, overlays={})}
        one = replace(entry, ask=asks, topic=f"{subject}/别的")
        return len(placed_phrasings(replace(content, entries={ruled: one}, regions=regions)).get(ruled, ()))

    assert of_the_city("成立", True) == of_the_city(SAME_EVERYWHERE[0], True) == RULED
    assert of_the_city("成立", False) == OTHERS
    assert of_the_city(SAME_EVERYWHERE[0], False) == 0


def test_the_subjects_named_exist() -> None:
    """A subject that is renamed in knowledge/ has to be renamed here."""
    assert set(SAME_EVERYWHERE) <= {entry.subject for entry in load(DEFAULT_CONTENT).entries.values()}


def test_they_are_the_same_every_time(small_app: App) -> None:
    """The model is kept by what it is taught: no start may teach it anything else."""
    assert placed_phrasings(small_app.content) == placed_phrasings(small_app.content)
