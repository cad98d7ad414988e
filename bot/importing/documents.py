"""docx, pdf, md and txt -> blocks of text, each with what the file says about its place (heading, page)."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.importing.opening import BadFile, decode, plain, read_bytes

MAX_PAGES = 3_000
MAX_CHARACTERS = 5_000_000
"""Text that one document may have: some thirty thick books."""
Progress = Callable[[int, int], None]
"""Called with (done, total) while a file is read."""

_CJK = r"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef"
_BETWEEN_CJK = re.compile(rf"(?<=[{_CJK}])(?<![章节条编篇])[ \t]+(?=[{_CJK}])")  # not in 「第三条 预约」
_HASH = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_MARKS = re.compile(r"(\*\*|__|`+)(.+?)\1")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_HEADING_STYLE = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """One paragraph, heading or table row."""

    text: str
    level: int = 0
    """1-9 for a heading that the file marks as one, 0 for text."""
    page: int = 0
    """Page from 1, 0 where the format has none."""


def read_document(path: Path, progress: Progress) -> list[Block]:
    """Blocks of a document in reading order. Raises BadFile."""
    data = read_bytes(path)
    blocks: list[Block] = []
    total = 0
    for block in READERS[path.suffix.lower()](data, progress):
        text = plain(block.text).strip()
        total += len(text)
        if total > MAX_CHARACTERS:
            raise BadFile(f"文字超过 {MAX_CHARACTERS // 10_000} 万字。请拆成几份再导入")
        if text:
            blocks.append(Block(text, block.level, block.page))
    if not blocks:
        raise BadFile("里面没有文字。如果是扫描件，请先用识别软件转成文字再导入")
    return blocks


def _docx(data: bytes, progress: Progress) -> Iterator[Block]:
    import docx
    from docx.table import Table

    try:
        document = docx.Document(BytesIO(data))
        # By id and once: asking each paragraph for its style takes longer than everything else together.
        levels = {
            style.style_id: int(m[1]) for style in document.styles if (m := _HEADING_STYLE.match(style.name or ""))
        }
        items = list(document.iter_inner_content())
        for done, item in enumerate(items, 1):
            progress(done, len(items))
            if isinstance(item, Table):
                yield from (Block(line) for line in _table_lines(item))
            else:
                yield Block(item.text, levels.get(item._p.style or "", 0))
    except Exception as error:  # python-docx lets through what zip, XML and its own lookups raise
        raise BadFile(
            f"docx 文件已损坏，读不出来（{type(error).__name__}）。请在 Word 里打开、另存一份再导入"
        ) from None


def _table_lines(table: Any) -> Iterator[str]:
    for row in table.rows:
        cells = [" ".join(cell.text.split()) for cell in row.cells]
        yield " | ".join(dict.fromkeys(cell for cell in cells if cell))  # merged cells come once for each column


def _pdf(data: bytes, progress: Progress) -> Iterator[Block]:
    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings name bytes, not what to do
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not _opened(reader):
            raise BadFile("PDF 加了密码。请去掉密码、另存一份再导入")
        pages = len(reader.pages)
        if pages > MAX_PAGES:
            raise BadFile(f"PDF 有 {pages} 页，最多 {MAX_PAGES} 页。请拆成几份再导入")
        for number, page in enumerate(reader.pages, 1):
            yield from (Block(text, page=number) for text in _paragraphs(page.extract_text()))
            progress(number, pages)
    except BadFile:
        raise
    except Exception as error:  # pypdf raises whatever a damaged file leads it to, RecursionError included
        raise BadFile(f"PDF 已损坏，读不出来（{type(error).__name__}）。请用阅读器打开、另存一份再导入") from None


def _opened(reader: Any) -> bool:
    """Whether an encrypted PDF opens with the empty password, as those do that only forbid printing."""
    try:
        return bool(reader.decrypt(""))
    except Exception:  # the stronger ciphers need a library that we do not bring
        return False


def _md(data: bytes, progress: Progress) -> Iterator[Block]:
    fence = False
    kept: list[str] = []
    for line in [*plain(decode(data)).split("\n"), ""]:
        if line.lstrip().startswith(("```", "~~~")):
            fence = not fence
            continue
        heading = None if fence else _HASH.match(line)
        if heading or not line.strip() or _begins(line.strip()):
            yield Block(" ".join(kept))
            kept = []
        if heading:
            yield Block(_unmarked(heading[2]), len(heading[1]))
        elif line.strip():
            kept.append(_unmarked(line.strip()))
    progress(1, 1)


def _unmarked(line: str) -> str:
    return _MARKS.sub(r"\2", _LINK.sub(r"\1", line))


def _txt(data: bytes, progress: Progress) -> Iterator[Block]:
    yield from (Block(text) for text in _paragraphs(plain(decode(data))))
    progress(1, 1)


def _paragraphs(text: str) -> Iterator[str]:
    """Lines put together again where a line break only ends a line of print."""
    kept = ""
    for raw in text.split("\n"):
        line = _BETWEEN_CJK.sub("", raw.strip())
        if kept and (not line or _begins(line) or _ends(kept)):
            yield kept
            kept = ""
        kept += (" " if kept and kept[-1].isascii() and line[:1].isascii() else "") + line
    if kept:
        yield kept


_BEGINS = re.compile(
    r"第[〇零一二三四五六七八九十百\d]{1,6}[章节条编篇]|[一二三四五六七八九十]{1,3}[、.．]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,3}[、.．)）]|[-•●◆■·]|附件"
)


def _begins(line: str) -> bool:
    return bool(_BEGINS.match(line))


def _ends(kept: str) -> bool:
    """Whether a line of print ends its paragraph: a full stop, or so short that it never filled the line."""
    return kept[-1] in "。！？；：!?;:" or (len(kept) < 16 and kept[-1] not in "，、,")


READERS: dict[str, Callable[[bytes, Progress], Iterator[Block]]] = {
    ".docx": _docx,
    ".pdf": _pdf,
    ".md": _md,
    ".markdown": _md,
    ".txt": _txt,
}
"""File name ending -> reader."""
