"""What was handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

STATES = {
    "received": "已收到",
    "has_issues": "退回补正",
    "edited": "已补正",
    "approved": "已通过",
    "rejected": "未通过",
}
"""ODK Central's review states as people read them (design: Forms)."""


PLACES = {"taken": "有名额", "waiting": "候补", "withdrawn": "已取消", "came": "已签到"}
"""States of a registration as people read them."""


@dataclass(frozen=True)
class Submission:
    """One submission as exporters and papers take it."""

    receipt: str
    form_id: str
    form_version: str
    values: Mapping[str, Any]
    """Field name -> JSON value."""
    state: str
    """ODK Central's review state: received, has_issues, edited, approved, rejected."""
    submitted_at: str
    """ISO 8601, "" for a secret vote."""
    place: str = ""
    """What a registration is worth, a key of PLACES; "" where places are not counted."""
