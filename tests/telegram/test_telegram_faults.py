"""The table of faults says the truth about the tests."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_every_named_test_exists_and_every_row_names_one() -> None:
    """docs/telegram-faults.md names only tests that are there, and no fault without one."""
    document = (ROOT / "docs" / "telegram-faults.md").read_text(encoding="utf-8")
    there = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"(?m)^def (test_\w+)\(", path.read_text(encoding="utf-8"))
    }
    named = set(re.findall(r"`(test_\w+)`", document))
    assert len(named) > 60
    assert named - there == set()
    rows = [line for line in document.splitlines() if line.startswith("| ") and not line.startswith("| fault |")]
    assert [row for row in rows if "`test_" not in row] == []
