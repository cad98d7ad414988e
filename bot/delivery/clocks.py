"""Noticing that the clock was set back: times noted before then lie too far in the future to wait for."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

NOTABLE = 30.0
"""Seconds; smaller corrections are waited out."""


class ClockWatch:
    """Compares the time of day with a clock that only goes forward."""

    def __init__(self, clock: Callable[[], datetime], steady: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._steady = steady
        self._ahead = self._look()

    def went_back(self) -> bool:
        """Whether the time of day was set back since the last look."""
        before, self._ahead = self._ahead, self._look()
        return self._ahead < before - NOTABLE

    def _look(self) -> float:
        return self._clock().timestamp() - self._steady()
