"""One reply on its way to a channel: how much of it is there already, and whom to tell of more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def nobody(parts: int, whole: bool) -> None:
    """Tell nobody."""


@dataclass
class Trip:
    """Handed to a channel with the reply. A channel that sends a reply in parts, or that knows of its arrival before
    its `send` is through, says so here."""

    done: int = 0
    """Parts that have arrived, in this try or an earlier one, also before a crash."""
    note: Callable[[int, bool], None] = nobody
    """(parts, whether that is all of it); called from any thread."""

    whole: bool = False
    """Whether all of it is there."""

    def arrived(self, parts: int, whole: bool) -> None:
        """The first `parts` are there, and that is all of it, or not. May be said twice."""
        if parts > self.done or whole > self.whole:
            self.done, self.whole = parts, whole
            self.note(parts, whole)
