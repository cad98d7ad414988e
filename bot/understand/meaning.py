"""What a conversation remembers, and what one message means in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.understand.compare import Comparison
from bot.understand.match import Candidate
from bot.understand.rules import Finding

OUT_OF_SCOPE = "far"
"""Intent of messages that have nothing to do with our subject."""


@dataclass(frozen=True)
class Context:
    """What a conversation remembers. JSON-ready through `vars`."""

    region: str = ""
    """City where the person is, as they said themselves."""
    text: str = ""
    """The last question that was understood, normalised."""
    topic: str = ""
    aspect: str = ""
    entry: str = ""
    step: int = 0
    """Step of a procedure that was shown last, from 1; 0 for none."""
    offered: tuple[str, ...] = ()
    """Entry ids offered last, in the order shown."""
    asked_in: str = ""
    """City that the last question was about because a question named it; for follow-ups, not for another subject."""
    unfolded: bool = False
    """Whether the folded part of `entry` has been shown too."""
    aside: bool = False
    """Whether something else than `entry` was said last: other entries offered, or another office named."""

    @property
    def city(self) -> str:
        """City that the conversation is about: one named in a question, else the person's own."""
        return self.asked_in or self.region

    def moved_to(self, region: str) -> Context:
        """The same conversation with somebody who is in `region`, "" for a place without rules of its own."""
        return replace(self, region=region, asked_in="")


@dataclass(frozen=True)
class Understanding:
    """What one message means."""

    status: str
    """`answer`, `choose`, `unknown`, `form` or `chat`."""
    target: str = ""
    """Entry, intent or form id, without prefix; "" for `choose` and for an unknown that nothing touches."""
    kind: str = ""
    """`entry`, `intent` or `form`: what `target` names."""
    score: float = 0.0
    """Probability, 0 to 1, that the first candidate is right."""
    candidates: tuple[Candidate, ...] = ()
    region: str = ""
    """City whose rules count: named in the message, else the one asked about before, else the person's own."""
    region_named: bool = False
    settled: bool = False
    """Whether the person says that this city is where they are."""
    elsewhere: str = ""
    """A place named in the message that has no rules here."""
    step: int = 0
    """Step of the procedure that is asked for, 0 for the whole."""
    folded: bool = False
    """Whether more of what was shown is asked for: 「更多」, 「还有呢」."""
    finding: Finding | None = None
    """Figures in the message to which the rule of `target` is to be applied."""
    comparison: Comparison | None = None
    """Things or places that are to be put side by side."""
    why: Mapping[str, Any] = field(default_factory=dict)
    """How it came about, for --explain."""
