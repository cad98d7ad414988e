"""JSON: the answers as they are stored, for other programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bot.content.forms import Form
from bot.filing.submission import Submission


def write_json(forms: Sequence[Form], submissions: Sequence[Submission], target: Path) -> None:
    """A list of submissions, oldest first, all answers whole."""
    target.write_text(
        json.dumps([asdict(s) for s in submissions], ensure_ascii=False, indent=2), encoding="utf-8", errors="replace"
    )
