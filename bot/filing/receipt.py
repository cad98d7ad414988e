"""Receipt numbers: short, readable, with a check character (ISO/IEC 7064, MOD 37-36)."""

from __future__ import annotations

import hashlib
import re

from stdnum.iso7064 import mod_37_36
from ulid import ULID

from bot.content.forms import Form
from bot.filing.values import fold

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters without 0, 1, I and O, which people mix up."""
_FORM = re.compile(r"(?<![A-Z0-9])([A-Z]{2})[-\s]?(\d{4})[-\s]?([2-9A-HJ-NP-Z]{7})[-\s]?([0-9A-Z])(?![A-Z0-9])")


def receipt_number(form: Form, draft_id: str) -> str:
    """`KX-2611-7F3K9QX-C`: letters of the form, year and month of the draft, 35 bits of its id, check character.

    The same draft always gets the same number.
    """
    bits = int.from_bytes(hashlib.sha256(draft_id.encode()).digest()[:5], "big") >> 5
    body = "".join(_LETTERS[bits >> (5 * i) & 31] for i in range(7))
    month = ULID.from_str(draft_id).datetime.strftime("%y%m")
    check = mod_37_36.calc_check_digit(f"{form.receipt}{month}{body}")
    return f"{form.receipt}-{month}-{body}-{check}"


def normalise(text: str) -> str | None:
    """The first receipt number in a text with a right check character, in its usual spelling; else None."""
    for found in _FORM.finditer(fold(text).upper()):
        if mod_37_36.is_valid("".join(found.groups())):
            return "-".join(found.groups())
    return None


def looks_like(text: str) -> bool:
    """Whether the text has the shape of a receipt number, right or mistyped."""
    return bool(_FORM.search(fold(text).upper()))
