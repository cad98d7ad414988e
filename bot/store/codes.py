"""Short codes that people read off a screen and type: made by chance, compared without caring how they are written."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters without 0, 1, I and O, which people mix up."""


def new_code(length: int) -> str:
    """A code of `length` characters, 5 bits each."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def plain(text: str) -> str:
    """A code as it was made, however it was typed: small or full-width letters, spaces, hyphens."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).upper() if c.isascii() and c.isalnum())


def hashed(text: str) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
