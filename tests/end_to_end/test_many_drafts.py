"""benchmarks/bench_forms.py in a short form: many people, one form, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.bench_forms import Person, run


def test_fifty_drafts_at_once_are_not_mixed_up(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Each submission, each Word receipt and each reply holds exactly the answers of its own person."""
    done = run(tmp_path / "bench", 50, Path(request.config.cache.mkdir("kexie-form-models")))
    assert done.mixed == []
    assert done.messages == 50 * len(list(Person(0).says()))
    assert len(done.steps) == done.messages
