"""An answer before it becomes a Reply."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """What is said, and where it stands."""

    text: str
    more: str
    """What waits behind 更多, "" for nothing."""
    sources: tuple[str, ...]
