"""The time of day as our users mean it. Stored times are UTC; shown ones are China's, which has one zone and no summer
time."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")


def china_day(now: datetime) -> date:
    """The calendar day in China."""
    return now.astimezone(CHINA).date()


def shown(stamp: str, seconds: bool = False) -> str:
    """A stored ISO 8601 time as people read it: 2026-11-21 15:30; "" for no time."""
    if not stamp:
        return ""
    at = datetime.fromisoformat(stamp).astimezone(CHINA)
    return at.strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")
