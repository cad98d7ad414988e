"""`${name}` in a text of the form: the answer as people read it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.content.form_checks import PLACEHOLDER
from bot.content.forms import Form, everything
from bot.filing.types import TYPES, masked

BLANK = "＿＿"
"""Stands for an answer that is not there."""


def worded(form: Form, text: str, shown: Mapping[str, Any]) -> str:
    """The text with every `${name}` replaced by that answer, a sensitive one masked. `shown`: answers and calculations
    as `visible` gives them. What a person wrote is put in once and never looked through for `${`."""
    if "${" not in text:
        return text
    known = {one.name: one for one in everything(form.survey)}

    def told(name: str) -> str:
        value, one = shown.get(name), known.get(name)
        if value in (None, "", []):
            return BLANK
        return masked(one, value) if one is not None and one.type in TYPES else number_or_text(value)

    return PLACEHOLDER.sub(lambda hit: told(hit[1]), text)


def number_or_text(value: Any) -> str:
    """A value of unknown type: 3 for 3.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)
