"""How much of each document the entries cite."""

from __future__ import annotations

from collections import Counter

from bot.content.models import Content


def cited(content: Content) -> set[str]:
    """Source ids that at least one entry or overlay cites."""
    found = {source for entry in content.entries.values() for source in entry.sources}
    for region in content.regions.values():
        for overlay in region.overlays.values():
            found |= set(overlay.sources)
    return found


def coverage(content: Content) -> list[str]:
    """One line a document: how many of its places are cited, and which are not."""
    done = cited(content)
    total = Counter(source.document.short for source in content.sources.values())
    missing: dict[str, list[str]] = {}
    for source in content.sources.values():
        if source.id not in done:
            missing.setdefault(source.document.short, []).append(source.id)
    lines = []
    for short, number in total.items():
        gaps = missing.get(short, [])
        named = f"，还没有：{'、'.join(gaps[:8])}{' 等' if len(gaps) > 8 else ''}" if gaps else ""
        lines.append(f"- {short}：{number - len(gaps)}/{number}{named}")
    return lines


def summary(content: Content) -> str:
    """One line: how many entries, phrasings, forms, cities and covered places there are."""
    phrasings = sum(len(entry.ask) for entry in content.entries.values())
    return (
        f"词条 {len(content.entries)} 个，问法 {phrasings} 条，城市 {len(content.regions)} 个，表 {len(content.forms)} 张，"
        f"出处覆盖 {len(cited(content))}/{len(content.sources)}。"
    )
