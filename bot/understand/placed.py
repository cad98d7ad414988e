"""Phrasings with a city in them, made from those of the national entries.

People say where they are in the same breath: 「温州这边谁来批」. Of the phrasings as written, those with a city all belong to
that city's own entries, so that its name alone would draw every question there. So each national entry is also taught some
of its own phrasings with a city put in: more where that city has a rule on the matter, which then stands before the national
answer, and one where it has none (docs/decisions/0014-placed-phrasings.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count, cycle, islice

from bot.content.models import Content
from bot.understand.region import Places

RULED = 16
"""Phrasings of an entry for a city that has a rule of its own on it."""
OTHERS = 1
"""For a city that has none."""
SAID = (
    "{place}{ask}",
    "我们在{place}，{ask}",
    "{place}这边{ask}",
    "{ask}，{place}",
    "在{place}{ask}",
    "{place}的公司，{ask}",
)
COUNTY_EVERY = 4
"""In every so many phrasings a county is named instead of its city."""
SAME_EVERYWHERE = ("历史", "资源", "中国科协章程", "认识")
"""Subjects that nobody asks about for a city."""


def placed_phrasings(content: Content) -> Mapping[str, tuple[str, ...]]:
    """Id of a national entry that answers -> phrasings with a city in them. The same every time."""
    places = Places(content.regions, content.words.places)
    counter = count()
    names = {region.name: _names(region.name, region.counties) for region in content.regions.values()}
    found: dict[str, tuple[str, ...]] = {}
    for entry in content.entries.values():
        if entry.local or entry.region or entry.kind != "answer":
            continue
        asks = (entry.title, *entry.ask)
        made: list[str] = []
        for number, region in enumerate(content.regions.values()):
            most = RULED if entry.id in region.overlays else OTHERS * (entry.subject not in SAME_EVERYWHERE)
            apart = max(1, len(asks) // (most or 1))
            # Each city takes others, and each takes them from the whole list.
            chosen = (ask for ask in asks[number % apart :: apart] if not places.mentioned(ask))
            for ask in islice(chosen, most):
                made.append(said_in(next(names[region.name]), ask, next(counter)))
        if made:
            found[entry.id] = tuple(dict.fromkeys(made))
    return found


def said_in(place: str, ask: str, number: int) -> str:
    """A phrasing with a place put in, in one of the ways of SAID, in turn by `number`."""
    return SAID[number % len(SAID)].format(place=place, ask=ask)


def _names(city: str, counties: tuple[str, ...]) -> Iterator[str]:
    """The city, and now and then one of its counties, without end."""
    county = cycle(counties or (city,))
    return (next(county) if number % COUNTY_EVERY == COUNTY_EVERY - 1 else city for number in count())
