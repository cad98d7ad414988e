"""A conversation as the page shows it: lines of both sides, made from inbox and outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.store import post

SHOWN = 60
"""Lines that are shown when the page is opened."""


@dataclass(frozen=True)
class Place:
    """How far a page has got."""

    last: int = 0
    """Id of the newest line of ours."""
    heard: str = ""
    """Time of the newest line of the person's own, as stored; another tab may have sent it."""

    @classmethod
    def read(cls, last: str, heard: str) -> Place:
        """The place as a page gives it; nonsense counts as the beginning."""
        return cls(int(last) if last.isdecimal() and len(last) < 16 else 0, heard[:40])


def history(connection: Connection, chat: str) -> tuple[list[dict[str, Any]], Place]:
    """The newest lines, oldest first, and the place after them."""
    lines = _lines(post.history(connection, chat, SHOWN))
    return lines, after(lines, Place())


def since(connection: Connection, chat: str, place: Place) -> list[dict[str, Any]]:
    """Lines that a page has not got yet, oldest first. A person's own line comes together with what it was answered."""
    fresh = post.of_chat(connection, chat, place.last)
    if not fresh:
        return []
    lines = _lines(post.history(connection, chat, SHOWN + 2 * len(fresh)))
    return [line for line in lines if (line["id"] > place.last if line["ours"] else line["at"] > place.heard)]


def after(lines: Iterable[dict[str, Any]], place: Place) -> Place:
    """The place after these lines."""
    lines = list(lines)
    last = max([place.last, *(line["id"] for line in lines if line["ours"])])
    heard = max([place.heard, *(line["at"] for line in lines if not line["ours"])])
    return Place(last, heard)


def _lines(said: list[post.Said]) -> list[dict[str, Any]]:
    labels = {b.id: b.label for s in said if s.outgoing for row in s.outgoing.reply.buttons for b in row}
    lines = []
    for one in sorted(said, key=_order):
        if one.outgoing:
            lines.append(_ours(one.outgoing))
        elif one.raw and (text := _spoken(one.raw, labels)):
            lines.append({"ours": False, "said": one.raw.get("id", ""), "at": one.at, "text": text})
    return lines


def _order(one: post.Said) -> tuple[str, int]:
    """By time; answers to one message have the same time and keep the order in which they were given."""
    return one.at, one.outgoing.id if one.outgoing else 0


def _ours(row: post.Outgoing) -> dict[str, Any]:
    return {
        "ours": True,
        "id": row.id,
        "text": row.reply.text,
        "more": row.reply.more,
        "buttons": [{"label": b.label, "id": b.id} for line in row.reply.buttons for b in line],
        "files": [{"name": f.name, "url": f"/files/{row.id}/{n}"} for n, f in enumerate(row.reply.files)],
    }


def _spoken(raw: dict[str, Any], labels: dict[str, str]) -> str:
    """What the person did, in words: text, names of files, the label of the button (looked up, never taken from the
    browser)."""
    names = "、".join(file["name"] for file in raw.get("files", ()))
    parts = [f"文件：{names}" if names else "", raw.get("text", ""), labels.get(raw.get("press", ""), "")]
    return "\n".join(part for part in parts if part)
