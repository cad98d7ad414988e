"""Source documents -> one text per source id, so that answers can be held against the very place they cite."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from bot.content.models import Source

Cut = dict[str, str]
NUMERALS = "一二三四五六七八九十百"
_ENDS = "。！？；：:;?"
_OPENER = re.compile(rf"[-•▶►⚙🔧*]|\d+$|\d+[\s、.]|第[{NUMERALS}]+[章条]|[{NUMERALS}]+、|[（(][{NUMERALS}]+[)）]|附件")
_WRAPPED = 20  # characters: a shorter line without a full stop is a heading or a table cell, not a wrapped sentence
_IMAGE_GAP = 3  # blank lines: the extraction leaves at least these where a picture stood


def slice_seeds(folder: Path, sources: Mapping[str, Source]) -> dict[str, str]:
    """Text of every place in `sources` whose document lies in `folder` (handbook.txt, zhenjiang-….txt, …).

    Keys are source ids, values plain text with one paragraph a line; lines wrapped by page or column breaks are
    joined. Raises OSError when a document cannot be read. A place that is not found has no key."""
    by_document: dict[str, list[Source]] = {}
    for source in sources.values():
        by_document.setdefault(source.document.id, []).append(source)
    found: Cut = {}
    for document, (file, cut) in _DOCUMENTS.items():
        if document in by_document:
            lines = _lines(folder / file)
            found |= {key: text for key, text in cut(lines, by_document[document]).items() if key in sources and text}
    return found


def title_page(folder: Path) -> str:
    """What the handbook prints before its preface: publisher, edition, price, ISBN. "" when there is no preface."""
    lines = _lines(folder / "handbook.txt")
    end = _find(lines, lambda line: line == "前言")
    return _join(lines[:end]) if end < len(lines) else ""


def _lines(path: Path) -> list[str]:
    return [line.strip(" \u00a0\u3000\f\r") for line in path.read_text(encoding="utf-8").split("\n")]


def _squeezed(text: str) -> str:
    """For comparing headings: no blanks, no question mark, no leading number."""
    return re.sub(rf"^(?:\d+|[{NUMERALS}](?=\s))|[\s？?]", "", text.strip())


def _join(lines: Sequence[str]) -> str:
    """Paragraphs of a stretch, one a line; a caption that stands inside a wrapped sentence comes after it."""
    paragraphs: list[str] = []
    captions: list[str] = []
    open_, gap = "", 0
    for line in lines:
        if not line.replace("\t", ""):
            gap += 1
            continue
        if open_ and gap >= _IMAGE_GAP and len(line) < 50 and line[-1] not in _ENDS:
            captions.append(line)
        elif open_ and not _OPENER.match(line):
            open_ += line
        else:
            paragraphs += [open_, *captions]
            captions, open_ = [], line
        if len(open_) < _WRAPPED or open_[-1] in _ENDS or "\t" in line or re.match(r"\d\d? \D", line):
            paragraphs += [open_, *captions]
            captions, open_ = [], ""
        gap = 0
    return "\n".join(part for part in (*paragraphs, open_, *captions) if part).strip()


def _between(lines: Sequence[str], starts: Sequence[tuple[str, int]], end: int) -> Cut:
    """Stretches that begin where `starts` says and run to the next start; the last one to `end`."""
    stops = [*(index for _, index in starts[1:]), end]
    return {key: _join(lines[begin:stop]) for (key, begin), stop in zip(starts, stops, strict=False)}


def _find(lines: Sequence[str], wanted: Callable[[str], object], begin: int = 0) -> int:
    """Index of the first line from `begin` on that is wanted; len(lines) when there is none."""
    return next((index for index in range(begin, len(lines)) if wanted(lines[index])), len(lines))


def _starting(prefix: str) -> Callable[[str], bool]:
    return lambda line: line.startswith(prefix)


def _like(heading: str) -> Callable[[str], bool]:
    """A line, or a cell of a table row, that reads as this heading."""
    wanted = _squeezed(heading)
    return lambda line: wanted in map(_squeezed, line.split("\t"))


# -- the handbook and its annexes ---------------------------------------------------------------------------------


def _handbook(lines: list[str], places: Sequence[Source]) -> Cut:
    """Questions: from the section or chapter heading before the question (else the question) to the next."""
    body = _find(lines, lambda line: line == "第一章")
    end = _find(lines, lambda line: line == "附录", body)
    sections = dict(_sections(lines[:body]))
    starts: list[tuple[str, int]] = []
    at = body
    for source in places:
        heading = _find(lines, _like(source.heading), at)
        if heading >= end:
            continue
        number = source.id.split("/")[1]
        opening = {sections.get(int(number), "")} - {""}
        before = range(at, heading)
        begins = [i for i in before if re.fullmatch(rf"第[{NUMERALS}]章", lines[i]) or _squeezed(lines[i]) in opening]
        starts.append((source.id, _back(lines, min([*begins, heading]), number)))
        at = heading + 1
    return _between(lines, starts, end)


def _sections(contents: Sequence[str]) -> Iterator[tuple[int, str]]:
    """(first question, section title) from the table of contents."""
    title = ""
    for line in contents:
        if section := re.match(rf"-?\s*[{NUMERALS}]、(.+?)[\s·.]*\d+$", line):
            title = _squeezed(section[1])
        elif title and (question := re.match(r"-?\s*(\d+)\. ", line)):
            yield int(question[1]), title
            title = ""


def _back(lines: Sequence[str], index: int, number: str) -> int:
    """Take in the lone section numeral or question number that stands above a heading."""
    above = next((i for i in range(index - 1, max(index - 6, -1), -1) if lines[i]), -1)
    return above if above >= 0 and lines[above] in (number, *NUMERALS) else index


def _articles(title: str, following: str) -> Callable[[list[str], Sequence[Source]], Cut]:
    """Articles of an annexed statute, each under its chapter heading; the note of adoption goes to first and last."""

    def cut(lines: list[str], places: Sequence[Source]) -> Cut:
        begin = _find(lines, lambda line: line == title, _find(lines, lambda line: line == "附录"))
        end = _find(lines, lambda line: line == following, begin)
        starts: list[tuple[str, int]] = []
        chapters: dict[str, str] = {}
        chapter, first = "", _find(lines, lambda line: re.match(rf"第[{NUMERALS}]+章", line), begin)
        kept = lines[:end]
        for index in range(first, end):
            if re.match(rf"第[{NUMERALS}]+章", lines[index]):
                chapter, kept[index] = re.sub(r"(?<=\S) (?=\S$)", "", lines[index]), ""
            elif re.match(rf"第[{NUMERALS}]+条", lines[index]) and len(starts) < len(places):
                key = places[len(starts)].id
                starts.append((key, index))
                chapters[key] = chapter
        found = {key: f"{chapters[key]}\n{text}" for key, text in _between(kept, starts, end).items()}
        if starts:
            adopted = _join(lines[begin + 1 : first])
            for key in {starts[0][0], starts[-1][0]}:
                found[key] = f"{adopted}\n{found[key]}".strip()
        return found

    return cut


def _resources(lines: list[str], places: Sequence[Source]) -> Cut:
    """Rows of the table of links, each with the groups it stands in."""
    at = _find(lines, lambda line: line == "部分重要材料和资源链接", _find(lines, lambda line: line == "附录"))
    groups: list[str] = []
    found: Cut = {}
    for source in places:
        row = _find(lines, _like(source.heading), at)
        if row == len(lines):
            continue
        cells = [cell for cell in lines[row].split("\t") if cell]
        place = [_squeezed(cell) for cell in cells].index(_squeezed(source.heading))
        if place:
            groups = [re.sub(r"\s", "", cell) for cell in cells[:place]]
        found[source.id] = " ".join([*groups, *cells[place:]])
        at = row + 1
    return found


def _chronicle(lines: list[str], places: Sequence[Source]) -> Cut:
    """Events in the order printed; a place is the date that its line begins with."""
    at = _find(lines, lambda line: line == "企业科协大事记", _find(lines, lambda line: line == "附录"))
    starts: list[tuple[str, int]] = []
    for source in places:
        at = _find(lines, _starting(f"{source.place} "), at + 1)
        starts.append((source.id, at))
    return _between(lines, starts, _find(lines, _starting("责任编辑"), at))


# -- the cities ---------------------------------------------------------------------------------------------------


def _zhenjiang(lines: list[str], places: Sequence[Source]) -> Cut:
    """The notice, annex 1 (form) and the rows of annex 2; a proof named once for several rows is given to each."""
    starts = [(f"zhenjiang/{n}", _find(lines, _starting(f"{head}、"))) for n, head in enumerate("一二三四", 1)]
    starts[0] = (starts[0][0], _find(lines, _starting("根据")))
    found = _between(lines, starts, _find(lines, lambda line: line == "附件："))
    annex1 = _find(lines, lambda line: re.fullmatch(r"附件\s*1：", line))
    annex2 = _find(lines, lambda line: re.fullmatch(r"附件\s*2：", line), annex1)
    found["zhenjiang/form"] = _join(lines[annex1:annex2])
    rows: list[tuple[str, int]] = []
    at = annex2
    for n in range(1, 18):
        at = _find(lines, re.compile(rf"{n}(?:\s|$)").match, at + 1)
        rows.append((f"zhenjiang/work-{n}", at))
    rows.append(("zhenjiang/note", _find(lines, lambda line: line == "说", at)))
    last = _find(lines, _starting("镇江市科学技术协会办公室"), at)
    found |= _between(lines, rows, last)
    for giver, proof, takers in ((1, "提供一张表", (2, 3)), (6, "请对应七个方面", range(7, 13))):
        text = found[f"zhenjiang/work-{giver}"]
        for taker in takers:
            found[f"zhenjiang/work-{taker}"] += "\n" + text[max(text.find(proof), 0) :]
    return found


def _wenzhou(lines: list[str], places: Sequence[Source]) -> Cut:
    """Numbered paragraphs （一）…（十三）, each with the section heading above it."""
    at = _find(lines, _starting("企业科协是企业科技工作者组成"))
    starts = [(places[0].id, at)]
    for source in places[1:]:
        item = _find(lines, _starting(source.place), at + 1)
        above = next((i for i in range(item - 1, at, -1) if lines[i]), at)
        starts.append((source.id, above if re.match(rf"[{NUMERALS}]、", lines[above]) else item))
        at = item
    return _between(lines, starts, _find(lines, _starting("抄"), at))


def _yueyang(lines: list[str], places: Sequence[Source]) -> Cut:
    """Paragraphs of the notice and the rows of its two annexes."""
    flat = [line.replace("(", "（").replace(")", "）") for line in lines]
    annexes = [i for i, line in enumerate(flat) if re.fullmatch(r"附件\s*\d", line)]
    starts = [("yueyang/1", _find(flat, _starting("企业是科技创新的主体")))]
    for head, parts in (("二", 4), ("三", 3)):
        at = _find(flat, _starting(f"{head}、"))
        for n, numeral in enumerate(NUMERALS[:parts], 1):
            item = _find(flat, _starting(f"（{numeral}）"), at)
            starts.append((f"yueyang/{'二三'.index(head) + 2}-{n}", at if n == 1 else item))
            at = item if n > 1 else at
    starts.append(("yueyang/4", _find(flat, _starting("四、"))))
    found = _between(lines, starts, _find(flat, _starting("附件1：")))
    for name, begin, end in zip(("service", "score"), annexes, [*annexes[1:], len(lines)], strict=False):
        rows = [line for line in lines[begin:end] if re.match(r"\d\t", line)]
        found |= {f"yueyang/{name}-{row[0]}": re.sub(r"<[^>]+>|\t", " ", row) for row in rows}
    return found


_DOCUMENTS: dict[str, tuple[str, Callable[[list[str], Sequence[Source]], Cut]]] = {
    "handbook": ("handbook.txt", _handbook),
    "charter": ("handbook.txt", _articles("中国科学技术协会章程", "企业科学技术协会组织通则")),
    "rules": ("handbook.txt", _articles("企业科学技术协会组织通则", "企业科学技术协会章程模板")),
    "template": ("handbook.txt", _articles("企业科学技术协会章程模板", "部分重要材料和资源链接")),
    "resources": ("handbook.txt", _resources),
    "chronicle": ("handbook.txt", _chronicle),
    "zhenjiang": ("zhenjiang-2021-53.txt", _zhenjiang),
    "wenzhou": ("wenzhou-2017-97.txt", _wenzhou),
    "yueyang": ("yueyang-2023-16.txt", _yueyang),
}
"""Document id -> file name and how its places are found."""
