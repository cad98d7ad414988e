"""Text measured and broken into lines for a picture, without a font at hand."""

from __future__ import annotations


def clean(text: str) -> str:
    """The text in one line, without characters that a picture cannot hold or that turn its direction."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def width(text: str) -> float:
    """Width in ems: 1 for a Chinese character, about a half for others."""
    return sum(1.0 if ord(sign) > 0x2E7F else 0.62 if sign.isupper() or sign in "mwMW@%" else 0.54 for sign in text)


def wrapped(text: str, room: float, most: int = 3) -> list[str]:
    """Lines of at most `room` ems, `most` of them; what is left out is shown by 「…」."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text)):
        if line and width(line) + width(piece) > room:
            lines.append(line.rstrip())
            line = ""
        line += piece if line or piece != " " else ""
    lines += [line.rstrip()] if line.strip() else []
    if len(lines) > most:
        last = lines[most - 1]
        while last and width(last) > room - 1:
            last = last[:-1]
        lines = [*lines[: most - 1], f"{last}…"]
    return lines


def _pieces(text: str) -> list[str]:
    """What may stand at the end of a line: single Chinese characters, words of others, at most 20 characters long."""
    found: list[str] = []
    for sign in text:
        glued = found and sign != " " and found[-1] != " " and ord(sign) <= 0x2E7F and ord(found[-1][-1]) <= 0x2E7F
        closing = found and sign in "，。；：、！？）」』》…”’" and found[-1] != " "
        if (glued and len(found[-1]) < 20) or closing:
            found[-1] += sign
        else:
            found.append(sign)
    return found
