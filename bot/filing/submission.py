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
    """ISO 8601."""
