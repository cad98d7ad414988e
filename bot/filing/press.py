"""Ids of form buttons."""

from __future__ import annotations

from bot.filing.draft import Draft


def press_id(draft: Draft, action: str, argument: str = "") -> str:
    """Id of a form button: bound to the draft and its revision, so that a stale one is noticed."""
    return f"f:{draft.id[-10:]}:{draft.revision}:{action}" + (f":{argument}" if argument else "")
