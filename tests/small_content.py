"""A small content root for tests that need the whole service but not the whole knowledge: it trains in a second.

Everything in it is the real thing: all forms and intents, all sources, a handful of entries, one city.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from bot.settings import DEFAULT_CONTENT

ENTRIES = (
    "founding-what-first",
    "founding-system",
    "founding-papers-approval",
    "founding-papers-filing",
    "founding-conditions",
    "founding-approver",
    "founding-steps-filing",
    "founding-steps-approval",
)
"""Entries that are kept; what they point to and is not kept is left out."""
CITY = "wenzhou"


def write_small_content(target: Path) -> Path:
    """Write the content root under `target` and return it."""
    for folder in ("forms", "intents"):
        shutil.copytree(DEFAULT_CONTENT / folder, target / folder)
    for form in sorted((target / "forms").glob("*.yaml")):
        data = _read(form)
        if any(result.get("see") for result in data.get("results", ())):
            _write(form, {**data, "results": [_pruned(result) for result in data["results"]]})
    knowledge = target / "knowledge"
    for folder in ("topics", "procedures", "regions"):
        (knowledge / folder).mkdir(parents=True)
    for name in ("sources.yaml", "words.yaml"):
        shutil.copy(DEFAULT_CONTENT / "knowledge" / name, knowledge / name)
    kept = [_pruned(entry) for entry in _entries() if entry["id"] in ENTRIES]
    _write(knowledge / "topics" / "founding.yaml", kept)
    city = _read(DEFAULT_CONTENT / "knowledge" / "regions" / f"{CITY}.yaml")
    overlays = [overlay for overlay in city.get("overlays", ()) if overlay["entry"] in ENTRIES]
    _write(knowledge / "regions" / f"{CITY}.yaml", {**city, "overlays": overlays, "entries": []})
    return target


def _entries() -> list[dict[str, Any]]:
    folders = ("topics", "procedures")
    files = [file for folder in folders for file in sorted((DEFAULT_CONTENT / "knowledge" / folder).glob("*.yaml"))]
    return [entry for file in files if "founding" in file.name for entry in _read(file)]


def _pruned(entry: dict[str, Any]) -> dict[str, Any]:
    return {**entry, "see": [other for other in entry.get("see", ()) if other in ENTRIES]}


def _read(file: Path) -> Any:
    # Every scalar as text, the way the loader takes it: an unquoted date must not come back as something else.
    return yaml.load(file.read_text(encoding="utf-8"), yaml.BaseLoader)


def _write(file: Path, data: Any) -> None:
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
