"""What a conversation remembers, and what one message means in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    text: str = ""
    """The last question that was understood, normalised."""
    topic: str = ""
    aspect: str = ""
    entry: str = ""
    step: int = 0
    """Step of a procedure that was shown last, from 1; 0 for none."""
    offered: tuple[str, ...] = ()
    """Entry ids offered last, in the order shown."""


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
    """City whose rules count: named in the message, else remembered."""
    region_named: bool = False
    settled: bool = False
    """Whether the person says that this city is where they are."""
    elsewhere: str = ""
    """A place named in the message that has no rules here."""
    step: int = 0
    """Step of the procedure that is asked for, 0 for the whole."""
    folded: bool = False
    """Whether the folded part of what was shown is asked for: 「更多」."""
    finding: Finding | None = None
    """Figures in the message to which the rule of `target` is to be applied."""
    comparison: Comparison | None = None
    """Things or places that are to be put side by side."""
    why: Mapping[str, Any] = field(default_factory=dict)
    """How it came about, for --explain."""
