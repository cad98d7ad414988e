"""Blocks of a document -> passages of a readable size, each with its place: 章, 节, 条, heading, page or paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.content.models import Passage
from bot.importing.documents import Block

LONGEST = 400
"""Characters of a passage: what one reads at a glance on a phone."""
ENOUGH = 120
"""Characters from which a passage takes in no further short paragraph of the same place."""
HEADING = 40
"""Characters that a line which is only a heading may have."""

_NUMBER = r"第\s*[〇零一二三四五六七八九十百千\d]{1,7}\s*"
_RANKS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(rf"^{_NUMBER}[编篇]"), 1),
    (re.compile(rf"^{_NUMBER}章"), 2),
    (re.compile(rf"^{_NUMBER}节"), 3),
    (re.compile(r"^[一二三四五六七八九十]{1,3}、"), 4),
    (re.compile(r"^\d{1,3}\s*[、.．]?\s*[^\d\s、.．].*[？?]$"), 5),  # numbered questions, as handbooks have them
)
_ARTICLE = re.compile(rf"^({_NUMBER}条)(?!件)")
_ENDS_SENTENCE = "。！；：，,;"
_CUT = re.compile(r"(?<=[。！？；\n])")


@dataclass
class _Place:
    """Where the reader is: the headings above, the article, the page."""

    headings: dict[int, str] = field(default_factory=dict)
    article: str = ""

    def enter(self, level: int, text: str) -> None:
        self.headings = {rank: kept for rank, kept in self.headings.items() if rank < level} | {level: text}
        self.article = ""

    def path(self) -> tuple[str, ...]:
        kept = tuple(self.headings[rank] for rank in sorted(self.headings))[-2:]
        return (*kept, self.article) if self.article else kept


@dataclass
class _Piece:
    path: tuple[str, ...]
    first_page: int
    last_page: int
    number: int
    """Number of its first paragraph in the document, from 1."""
    text: str


def cut_up(document: str, blocks: Sequence[Block]) -> list[Passage]:
    """Passages of a document named `document`, in order."""
    found = []
    for piece in _merge(_pieces(blocks)):
        for text in _split(piece.text):
            found.append(Passage(document, _shown(piece), text))
    return found


def _pieces(blocks: Iterable[Block]) -> Iterator[_Piece]:
    place = _Place()
    bare: tuple[int, Block] | None = None  # a heading that nothing has followed yet
    for number, block in enumerate([*blocks, Block("", level=1)], 1):
        level = _rank(block)
        if level:
            if bare and level <= bare[0]:  # it was no heading but a line of a list, and is kept as text
                yield _Piece(place.path()[:-1], bare[1].page, bare[1].page, number - 1, bare[1].text)
            place.enter(level, " ".join(block.text.split())[:HEADING])
            bare = (level, block)
            continue
        bare = None
        article = _ARTICLE.match(block.text)
        if article:
            place.article = re.sub(r"\s", "", article[1])
        yield _Piece(place.path(), block.page, block.page, number, block.text)


def _rank(block: Block) -> int:
    """Rank of a heading, 0 for text. Marked headings first; else a short numbered line that ends no sentence."""
    if block.level:
        return block.level
    text = block.text
    if len(text) > HEADING or text[-1] in _ENDS_SENTENCE:
        return 0
    return next((rank for pattern, rank in _RANKS if pattern.match(text)), 0)


def _merge(pieces: Iterable[_Piece]) -> Iterator[_Piece]:
    """Short paragraphs of the same place become one passage."""
    held: _Piece | None = None
    for piece in pieces:
        joins = (
            held and held.path == piece.path and len(held.text) < ENOUGH and len(held.text) + len(piece.text) < LONGEST
        )
        if held and joins:
            held.text += "\n" + piece.text
            held.last_page = piece.last_page
            continue
        if held:
            yield held
        held = piece
    if held:
        yield held


def _split(text: str) -> Iterator[str]:
    """Parts of at most LONGEST characters, cut after sentences where there are any."""
    kept = ""
    for sentence in _CUT.split(text):
        while len(sentence) > LONGEST:
            if kept:
                yield kept.strip()
                kept = ""
            yield sentence[:LONGEST].strip()
            sentence = sentence[LONGEST:]
        if kept and len(kept) + len(sentence) > LONGEST:
            yield kept.strip()
            kept = ""
        kept += sentence
    if kept.strip():
        yield kept.strip()


def _shown(piece: _Piece) -> str:
    """The place as people read it: headings and article, then the page; the paragraph's number when there is neither."""
    parts = [" ".join(piece.path)] if piece.path else []
    if piece.first_page:
        pages = (
            f"{piece.first_page}" if piece.first_page == piece.last_page else f"{piece.first_page}–{piece.last_page}"
        )
        parts.append(f"第 {pages} 页")
    return "，".join(parts) or f"第 {piece.number} 段"
