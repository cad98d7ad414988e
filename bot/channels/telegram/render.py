"""Reply -> the Bot API messages that show it: escaped, split, folded, with buttons on the last one."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, replace

from bot.delivery.outcomes import Refused
from bot.messages import Attachment, Button, Reply

TEXT_LIMIT = 4096
"""UTF-16 units of one message. Telegram counts after reading the markup; we count the markup too, to be safe."""
CAPTION_LIMIT = 1024
"""UTF-16 units under a file."""
DATA_LIMIT = 64
"""UTF-8 bytes of a button's id."""
ROW_LIMIT = 8
"""Buttons side by side."""
FOLD = ("<blockquote expandable>", "</blockquote>")
CHOOSE = "请选择："
"""Shown when a reply has buttons and no words: Telegram takes no message without text."""

_BREAKS = tuple(re.compile(end) for end in (r"\n\s*\n", r"\n", r"[。！？!?；;]+[”」』）)]*", r"[，、,：:\s]"))
"""Where a text may be cut, best first."""
_COST = {"&": 5, "<": 4, ">": 4}
"""UTF-16 units of what stands for these characters in HTML."""


@dataclass(frozen=True)
class Part:
    """One call to the Bot API."""

    html: str
    """Text or caption with markup; everything from people or content is escaped."""
    plain: str
    """The same without markup, for the second try when Telegram cannot read the first."""
    buttons: tuple[tuple[Button, ...], ...] = ()
    file: Attachment | None = None


def units(text: str) -> int:
    """Length in UTF-16 units, as Telegram counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def escape(text: str) -> str:
    """Text in which Telegram's HTML sees no markup."""
    return html.escape(text, quote=False)


def clean(text: str) -> str:
    """Text that can be written as UTF-8: lone surrogates become U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def split(text: str, limit: int = TEXT_LIMIT) -> list[str]:
    """Pieces that joined are `text` again; each is at most `limit` UTF-16 units when escaped.

    Cut at the end of a paragraph, else of a line, a sentence, a clause, if one ends in the second half of what fits.
    `limit` is at least 5, the longest escape.
    """
    pieces = []
    while (fits := _fits(text, limit)) < len(text):
        cut = _cut(text, fits)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text] if text else pieces


def _fits(text: str, limit: int) -> int:
    """Number of characters from the start that fit."""
    used = 0
    for index, char in enumerate(text):
        used += _COST.get(char, 2 if char > "\uffff" else 1)
        if used > limit:
            return index
    return len(text)


def _cut(text: str, fits: int) -> int:
    """Where to end a piece of at most `fits` characters."""
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(text, fits // 2, fits)]
        if ends:
            return ends[-1]
    cut = fits
    # Not between a character and what is drawn onto it (accents, emoji joiners and variants).
    while cut > max(1, fits - 16) and (_joins(text[cut]) or text[cut - 1] == "\u200d"):
        cut -= 1
    return cut


def _joins(char: str) -> bool:
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or char == "\u200d" or "\U0001f3fb" <= char <= "\U0001f3ff"


def parts(reply: Reply) -> list[Part]:
    """The calls that show a reply, in order; none for an empty one. Raises Refused for a button that cannot be sent."""
    buttons = _rows(reply)
    shown = _text_parts(reply)
    if reply.files:
        caption = shown.pop() if len(shown) == 1 and units(shown[0].html) <= CAPTION_LIMIT else Part("", "")
        first = Part(caption.html, caption.plain, file=reply.files[0])
        shown += [first, *(Part("", "", file=file) for file in reply.files[1:])]
    if buttons and not shown:
        shown = [Part(CHOOSE, CHOOSE)]
    return [*shown[:-1], replace(shown[-1], buttons=buttons)] if shown else []


def _text_parts(reply: Reply) -> list[Part]:
    body = [Part(escape(piece), piece) for piece in split(clean(reply.text)) if piece.strip()]
    folded = [
        Part(f"{FOLD[0]}{escape(piece)}{FOLD[1]}", piece)
        for piece in split(clean(reply.more).strip(), TEXT_LIMIT - units("".join(FOLD)))
        if piece.strip()
    ]
    if body and folded:
        head, tail = body[-1], folded[0]
        joined = Part(f"{head.html.rstrip()}\n{tail.html}", f"{head.plain.rstrip()}\n\n{tail.plain}")
        if units(joined.html) <= TEXT_LIMIT and units(joined.plain) <= TEXT_LIMIT:
            return [*body[:-1], joined, *folded[1:]]
    return body + folded


def _rows(reply: Reply) -> tuple[tuple[Button, ...], ...]:
    for row in reply.buttons:
        for button in row:
            if not 1 <= len(clean(button.id).encode()) <= DATA_LIMIT or not button.label.strip():
                raise Refused(f"a button id has to be 1 to {DATA_LIMIT} bytes and its label not empty")
    return tuple(row[at : at + ROW_LIMIT] for row in reply.buttons for at in range(0, len(row), ROW_LIMIT))
