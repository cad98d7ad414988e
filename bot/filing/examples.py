"""An example of an answer that the question really takes: a year for a year, a few for 几名."""

from __future__ import annotations

import re
from datetime import date

from bot.content.forms import Field

_IN_HINT = re.compile(r"例如\s*[:：]?\s*(\d+(?:\.\d+)?)\s*(?:[。，,；;]|$)")
_BOUND = re.compile(r"\bthis\s*(<=|>=|<|>|==)\s*(\d+(?:\.\d+)?)(?![\d.])")
_A_YEAR = re.compile(r"哪一?年|年份|年度$")
USUAL, FEW = 50, 3
"""What is named where nothing speaks against it; and where 几 is asked."""


def example(field: Field, today: date) -> str:
    """A number that fits: the one in the hint, else one within the limits."""
    hinted = _IN_HINT.search(field.hint)
    if hinted:
        return hinted[1]
    least, most = _limits(field)
    is_year = _A_YEAR.search(field.label) or (least is not None and 1900 <= least <= 2200)
    wanted = [today.year - 1, today.year] if is_year else [FEW, USUAL] if "几" in field.label else [USUAL, FEW, 1]
    fitting = (n for n in wanted if (least is None or n >= least) and (most is None or n <= most))
    found = next(fitting, least if least is not None else most if most is not None else USUAL)
    if field.step:
        start = field.start or 0
        found = start + round((found - start) / field.step) * field.step
    return f"{found:.10g}"


def _limits(field: Field) -> tuple[float | None, float | None]:
    """Smallest and largest value by `start`, `end` and the plain numbers in `constraint`."""
    low = [] if field.start is None else [field.start]
    high = [] if field.end is None else [field.end]
    # What holds only under a condition (this == 1 if …) says nothing about every answer.
    for sign, written in () if re.search(r"\b(?:if|or|not)\b", field.constraint) else _BOUND.findall(field.constraint):
        value = float(written)
        low += [value + (sign == ">")] if sign in (">=", ">", "==") else []
        high += [value - (sign == "<")] if sign in ("<=", "<", "==") else []
    return max(low, default=None), min(high, default=None)
