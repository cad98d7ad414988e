"""Citations as people read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.content.models import Source


def citation(source_ids: Iterable[str], sources: Mapping[str, Source]) -> str:
    """「手册 第二章 第9问；组织通则 第十二条、第十三条」: places grouped by document, in the order given."""
    grouped: dict[str, list[str]] = {}
    for source_id in source_ids:
        source = sources[source_id]
        place = source.heading if source.place.startswith(("http", "www", "详见")) else source.place
        grouped.setdefault(source.document.short, []).append(place)
    return "；".join(f"{short} {'、'.join(dict.fromkeys(places))}" for short, places in grouped.items())
