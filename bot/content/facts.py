"""Holds every answer against the places it cites: numbers, dates, links, and sentences copied from a source.

A fact is anything that can be looked up: a number with its unit, a date, a share, a telephone number, an address.
四年 and 4年, 三分之二 and 2/3 are the same fact. Counts of an answer's own list (分五步) are not looked up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from bot.content.models import Content, Document, Source
from bot.content.problems import Problems
from bot.content.seeds import slice_seeds, title_page
from bot.content.templates import TAG, NotWord, words

REMEDY = "核对原文，或补上写着它的出处"
COPIED = 20  # Chinese characters: a longer run than this is copying (knowledge/README.md, rule 1)

# -- text -> facts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """One thing that can be looked up."""

    value: Fraction | str | tuple[int, int]
    """A number; a literal such as a link; (year, month) or (month, day)."""
    unit: str
    """Kind of thing: `年`, `人`, `share`, `link`, …; "" for a number whose unit may be worded otherwise."""
    shown: str
    """As it stands in the text, numerals in digits."""
    at: int
    """Place in the text, characters."""
    counted: bool = False
    """Whether it may be the answer's own count (五步, 三类)."""


_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100, "千": 1000}
_FULL = {i: i - 0xFEE0 for i in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF05)}
_UNITS = {unit: unit for unit in (*"人日周月年次届元岁章问条", "小时", "分钟", "个月")}
_UNITS |= {"名": "人", "位": "人", "天": "日", "学时": "小时"}
"""Written unit -> unit that has to agree with the source. Other units may be worded otherwise: 个/家, 项/件."""
_LOOSE = ("人", "次", "元", "条", "章", "届")
"""Units that a source may leave out or word otherwise (王某等5名, 3个章节)."""
_MEASURE = (
    "方面|部分|研究所|[个家项类种步点件样层级块处档关道环份句支段路招组张场期批部本所省市县门座篇款套站台轮队栏头端]"
)
_UNIT = f"个月|小时|学时|分钟|{_MEASURE}|[{''.join(u for u in _UNITS if len(u) == 1)}]"
_CHINESE = "[〇零一二三四五六七八九十百千两]+"
_TO = "[—–~～至到-]+"
_SPOKEN = re.compile(rf"(?<![数几])({_CHINESE})(?:({_TO})({_CHINESE}))?(?=[多余来几]?[万亿]?(?:{_UNIT}))")
_SERIES = re.compile(rf"第((?:{_CHINESE}|\d+)(?:[、和及]第?(?:{_CHINESE}|\d+))+)([条问章项])")
_SHARE = re.compile(rf"(百|{_CHINESE})分之({_CHINESE})")
_IDIOMS = re.compile("百家争鸣|百花齐放|十分|三天两头|千方百计|四面八方|一天到晚|千家万户|五花八门|七大姑|百年大计")

_LITERALS = (
    ("mail", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.A)),
    ("link", re.compile(r"(?:https?://|www\.)[\w./?=&%#:-]+|\b(?:[a-z\d-]+\.)+(?:cn|com|net|org)\b[\w./?=%#-]*", re.A)),
    ("number", re.compile(r"〔\d{4}〕\d+号")),
    ("phone", re.compile(r"(?<!\d)0\d{2,3}-\d{7,8}(?!\d)|(?<!\d)1[3-9]\d{9}(?!\d)")),
    ("book", re.compile(r"978[\d-]{10,14}")),
)
_DATE = re.compile(
    rf"(?:(\d{{4}})年(?:度|初|底|起|开始|的)?|(\d{{4}})(?=[-./]\d))?[-./]?(\d{{1,2}})(?:{_TO}(\d{{1,2}}))?(?:月|(?<=\d)[-./](?=\d))"
    rf"(?:份|底|初|末)?(?:(\d{{1,2}})(?:日|(?<=[-./]\d)|(?<=[-./]\d\d))(?:{_TO}(?:(\d{{1,2}})月)?(\d{{1,2}})日)?)?"
)
_AMOUNT = re.compile(
    rf"(第)?(\d[\d,]*(?:\.\d+)?)(?:({_TO})(\d[\d,]*(?:\.\d+)?))?[多余来]?([万亿千百]*)[多余来]?(%|/\d+|{_UNIT})?"
)
_EVERY = re.compile("每(半年|年|季度|个?月|周|天)")
_OFTEN = {"半年": (Fraction(1, 2), "年"), "季度": (Fraction(3), "个月"), "月": (Fraction(1), "个月")} | {
    word: (Fraction(1), unit) for word, unit in (("年", "年"), ("个月", "个月"), ("周", "周"), ("天", "日"))
}


def facts_in(text: str, source: bool = False) -> list[Fact]:
    """Facts in the order of the text. With `source`, also readings that an answer may rely on: 一人, 年度 as 每年,
    and months that take their year from the sentence before."""
    text = _in_digits(text, ones=source)
    found: list[Fact] = []
    for unit, pattern in _LITERALS:
        for hit in pattern.finditer(text):
            found.append(Fact(_literal(hit[0]), unit, hit[0], hit.start()))
        text = pattern.sub(lambda hit: "\0" * len(hit[0]), text)
    found += _dates(text, source)
    text = _DATE.sub(lambda hit: "\0" * len(hit[0]) if _is_date(hit) else hit[0], text)
    for hit in _AMOUNT.finditer(text):
        found += _amounts(hit, source)
    for hit in _EVERY.finditer(text):
        value, unit = _OFTEN[hit[1]]
        found.append(Fact(value, unit, hit[0], hit.start()))
    if source and "年度" in text:
        found.append(Fact(Fraction(1), "年", "年度", text.index("年度")))
    return sorted(found, key=lambda fact: fact.at)


def _in_digits(text: str, ones: bool) -> str:
    """Chinese numerals before a unit, and shares, in digits; full-width signs and inner blanks made plain."""
    text = re.sub(r"(?<=[^\x00-\x7f])[ \t]+(?=\S)|(?<=\S)[ \t]+(?=[^\x00-\x7f])", "", text.translate(_FULL))
    text = _SERIES.sub(lambda h: "、".join(f"第{n}{h[2]}" for n in re.split("[、和及]第?", h[1])), text)
    text = _IDIOMS.sub("", text)
    text = _SHARE.sub(lambda h: f"{_value(h[2])}%" if h[1] == "百" else f"{_value(h[2])}/{_value(h[1])}", text)

    def spoken(hit: re.Match[str]) -> str:
        first, to, last = hit.groups()
        if first == "一" and not last and not (ones or text[hit.end()] == "年"):
            return "一"
        if not to and len(first) == 2 and all(c in _DIGITS for c in first):
            return f"{_DIGITS[first[0]]}—{_DIGITS[first[1]]}"
        return f"{_value(first)}{to or ''}{_value(last) if last else ''}"

    return _SPOKEN.sub(spoken, text)


def _value(numeral: str) -> int:
    """三十五 -> 35, 二〇二一 -> 2021."""
    if not any(c in _TENS for c in numeral):
        return int("".join(str(_DIGITS[c]) for c in numeral))
    total, digit = 0, 0
    for c in numeral:
        if c in _TENS:
            total, digit = total + (digit or 1) * _TENS[c], 0
        else:
            digit = _DIGITS[c]
    return total + digit


def _literal(text: str) -> str:
    return re.sub(r"^https?://|^www\.|[\s/.]+$|\s", "", text.lower())


def _is_date(hit: re.Match[str]) -> bool:
    return int(hit[3]) <= 12 and ("月" in hit[0] or bool(hit[2]))


def _dates(text: str, source: bool) -> Iterator[Fact]:
    """Years with months, months with days; a source's month without a year takes the year before it."""
    year = 0
    for hit in re.finditer(rf"{_DATE.pattern}|(?<!\d)(?:19|20)\d\d(?=年)", text):
        if hit[3] is None:
            year = int(hit[0])
            continue
        if not _is_date(hit):
            continue
        own = int(hit[1] or hit[2] or 0)
        year = own or year
        for month in filter(None, (hit[3], hit[4], hit[6])):
            if own:
                yield Fact(Fraction(own), "年", f"{own}年", hit.start())
            if own or (source and year):
                yield Fact((year, int(month)), "月", hit[0], hit.start())
            if source or not own:
                yield Fact(Fraction(int(month)), "月", hit[0], hit.start())
        for month, day in ((hit[3], hit[5]), (hit[6] or hit[3], hit[7])):
            if day:
                yield Fact((int(month), int(day)), "日", hit[0], hit.start())


_TIMES = {"百": 100, "千": 1000, "万": 10_000, "亿": 100_000_000}


def _amounts(hit: re.Match[str], source: bool) -> Iterator[Fact]:
    """The number, or both ends of a range. 1973 alone may be a year: a source's is taken for both."""
    nth, first, to, last, times, unit = hit.groups()
    factor = 1
    for c in times:
        factor *= _TIMES[c]
    unit, over = unit or "", 1
    if unit == "%" or unit.startswith("/"):
        over = 100 if unit == "%" else max(int(unit[1:]), 1)
    for text in (first, last) if to else (first,):
        value = Fraction(text.replace(",", "")) * factor / over
        kind = str(_UNITS.get(unit, "" if over == 1 else "share"))
        if source and not nth and not unit and 1900 <= value <= 2099:
            yield Fact(value, "年", hit[0], hit.start())
        counted = not times and bool(re.fullmatch(f"{_MEASURE}|[条名位章届次]", unit))
        yield Fact(value, f"第{kind}" if nth else kind, hit[0], hit.start(), counted)


# -- an answer against its sources --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Text:
    """One entry or overlay, ready to be checked."""

    place: str
    fields: Mapping[str, str]
    sources: tuple[str, ...]
    kind: str
    expires: str
    steps: int = 0
    beside: tuple[str, ...] = ()
    """Sources of the national answer that a city's overlay is shown with."""


def check_facts(content: Content, folder: Path, problems: Problems) -> None:
    """Add to `problems`: FACT_001 a fact that no cited place states, FACT_002 a copied run of 20 characters,
    FACT_003 an answer from a past document without its year. `folder` holds the source documents (see seeds)."""
    try:
        slices, printed = slice_seeds(folder, content.sources), title_page(folder)
    except OSError as error:
        fault = f"资料原文读不了（{type(error).__name__}）"
        problems.add(folder.name, fault, "检查资料文件夹里的文件是否齐全", "FACT_000")
        return
    library = _Library(content, slices, printed)
    for text in _texts(content):
        _check_stated(text, library, problems)
        _check_copied(text, library, problems)
        _check_past(text, content, problems)
    for text in _templates(content):
        _check_copied(text, library, problems)


def _templates(content: Content) -> Iterator[_Text]:
    """The Word templates, without their tags; one that cannot be read is a fault told elsewhere."""
    for name, data in content.papers.templates.items():
        try:
            printed = TAG.sub("", words(data))
        except NotWord:
            continue
        yield _Text(f"forms/templates/{name}", {"text": printed}, (), "answer", "")


def _texts(content: Content) -> Iterator[_Text]:
    for entry in content.entries.values():
        fields = {"answer": entry.answer, "detail": entry.detail, "more": entry.more}
        for n, step in enumerate(entry.steps, 1):
            parts = (step.title, step.do, step.time_limit, step.outcome, *(f"《{paper}》" for paper in step.papers))
            fields[f"steps[{n}]"] = "\n".join(part for part in parts if part)
        yield _Text(entry.id, fields, entry.sources, entry.kind, entry.expires, len(entry.steps))
    for region in content.regions.values():
        for overlay in region.overlays.values():
            national = content.entries.get(overlay.entry)
            beside = national.sources if national else ()
            fields = {"answer": overlay.answer, "detail": overlay.detail}
            place = f"{region.name}.overlays[{overlay.entry}]"
            yield _Text(place, fields, overlay.sources, "answer", overlay.expires, beside=beside)
    for paper in content.papers.listed.values():
        fields = {"what": paper.what, "next": paper.next}
        yield _Text(f"forms/templates/papers.yaml[{paper.template}]", fields, paper.sources, "answer", "")


class _Library:
    """The sliced sources with their facts, each worked out once."""

    def __init__(self, content: Content, slices: Mapping[str, str], printed: str) -> None:
        self.content = content
        self.slices = slices
        self.facts = {key: self._stated(source) for key, source in content.sources.items()}
        self.documents = {d.id: d for d in (source.document for source in content.sources.values())}
        self.about = {key: _pairs(_about(document)) | self._sizes(key) for key, document in self.documents.items()}
        self.about["handbook"] = self.about.get("handbook", frozenset()) | _pairs(printed)
        names = {n for d in self.documents.values() for n in (d.title, d.issuer)}
        names |= {source.heading for source in content.sources.values()}
        long = sorted((re.escape(name) for name in names if len(name) >= 8), key=len, reverse=True)
        self.names = re.compile("|".join(long) or r"(?!)")
        self.runs = {run for text in slices.values() for run in _windows(_han(text))}

    def _stated(self, source: Source) -> frozenset[tuple[object, str]]:
        own = source.id.split("/")[1]  # 43 above its heading is no fact of question 43; 第43问 in its place is
        text = re.sub(rf"^{re.escape(own)}(?=\s)", "", self.slices.get(source.id, ""), count=1, flags=re.M)
        numbered = [_value(n) for n in re.findall(r"^(?:- )?([一二三四五六七八九十]+)、", text, re.M)]
        listed = {(Fraction(n), unit) for n in (*numbered, len(re.findall("^▶|^►", text, re.M))) for unit in ("", "第")}
        return _pairs(f"{source.place}\n{source.heading}\n{text}") | listed

    def _sizes(self, document: str) -> frozenset[tuple[object, str]]:
        """How many places a document has, how many chapters, and how many articles each chapter."""
        chapters = Counter(s.heading for s in self.content.sources.values() if s.document.id == document)
        sizes = (chapters.total(), len(chapters), *chapters.values())
        return frozenset((Fraction(size), unit) for size in sizes for unit in ("条", "章"))

    def stated(self, text: _Text) -> set[tuple[object, str]]:
        """Everything the cited places and their documents' titles state. Answers that say what the documents leave
        open speak of all documents."""
        known = [key for key in (*text.sources, *text.beside) if key in self.facts]
        cited = {self.content.sources[key].document.id for key in known}
        documents = cited if text.kind == "answer" else set(self.about)
        return set().union(*(self.facts[key] for key in known), *(self.about[key] for key in documents))

    def elsewhere(self, fact: Fact) -> str:
        """A hint naming places that do state it, when they are few."""
        places = [key for key, stated in self.facts.items() if _holds(fact, stated)]
        return f"（{'、'.join(places)} 里有）" if 0 < len(places) <= 3 else ""


def _about(document: Document) -> str:
    return "\n".join((document.title, document.short, document.number, document.date, document.note))


def _pairs(text: str) -> frozenset[tuple[object, str]]:
    return frozenset((fact.value, fact.unit) for fact in facts_in(text, source=True))


def _holds(fact: Fact, stated: Set[tuple[object, str]]) -> bool:
    """The same value with the same unit, or where one side leaves the unit open."""
    if fact.unit.startswith("第"):
        units: Iterable[str] = (fact.unit, "第", "")
    elif not fact.unit:
        units = ("", "第", *(_LOOSE if fact.counted else _UNITS.values()))
    else:
        units = (fact.unit, f"第{fact.unit}", *([""] if fact.unit in _LOOSE else []))
    return any((fact.value, unit) in stated for unit in units)


def _check_stated(text: _Text, library: _Library, problems: Problems) -> None:
    stated = library.stated(text)
    lists = _list_sizes(text)
    for field, raw in text.fields.items():
        plain = re.sub(r"^\d+\. ", "", raw, flags=re.M)
        free = "".join(s for s in re.findall(r"[^。\n]*[。\n]?", plain) if _NOT_QUOTED.search(s))
        unquoted = {fact.shown for fact in facts_in(free) if isinstance(fact.value, Fraction)}
        told: set[str] = set()
        for fact in facts_in(plain):
            if fact.shown in told | unquoted or _holds(fact, stated) or _own_count(fact, plain, lists):
                continue
            if text.kind != "answer" and fact.shown.strip("问") in PUBLIC:
                continue
            told.add(fact.shown)
            fault = f"「{fact.shown}」在所注的出处里找不到{library.elsewhere(fact)}"
            problems.add(f"{text.place}.{field}", fault, REMEDY, "FACT_001")


_NOT_QUOTED = re.compile("没有?(?:写|说|记|收|列|规定|提|定|给|印|公布|统计)|没有.{0,12}条目|假如|相减|相加|加起来")
"""Sentences whose numbers no source holds: what the documents leave out, made-up examples, the answer's own sums."""
PUBLIC = ("114", "12345", "12366", "12333", "12315", "https://www.cast.org.cn")
"""Public lines and the national 科协's own site, which answers of kind open and boundary may send people to."""


def _list_sizes(text: _Text) -> set[int]:
    """How many items the lists of an answer have, each alone and all together, and the rows after a colon."""
    sizes = [text.steps]
    rows: list[int] = []
    for raw in text.fields.values():
        rows += [row.count("、") + 1 for row in re.findall("：([^：。；\n]+)", raw)]
        run = 0
        for line in raw.splitlines():
            if re.match(r"- |\d+\. ", line):
                run += 1
            else:
                sizes.append(run)
                run = 0
        sizes.append(run)
    return {*sizes, sum(sizes), *rows}


def _own_count(fact: Fact, text: str, lists: set[int]) -> bool:
    """Whether a number counts what the answer itself lists; 两样, 这两年 is grammar more than a count."""
    plain = _in_digits(text, ones=False)
    if "来" in fact.shown:
        return True  # 十来项 says that nobody counted
    if fact.unit == "年" and plain[fact.at - 1 : fact.at] in ("这", "那"):
        return True
    if not fact.counted or not isinstance(fact.value, Fraction):
        return False
    if fact.unit.startswith("第"):
        return fact.value <= max(lists)
    if fact.value in lists or (fact.value <= 2 and fact.unit in ("", "人")):
        return True
    begin = max(plain.rfind(stop, 0, fact.at) for stop in "。\n") + 1
    sentence = re.split("[。\n]", plain[begin:], maxsplit=1)[0]
    parts = [sentence, *re.split("[：；（）]", sentence), *re.split("[：；（），的]", sentence)]
    return any(len(re.split(signs, part)) == fact.value for part in parts for signs in _BETWEEN)


_BETWEEN = ("、", "；", "，", "”“", "[、，；和与及或]")


# -- copying ------------------------------------------------------------------------------------------------------

_QUOTED = re.compile(
    r"《[^》]*》|“[^”]{1,40}”|「[^」]{1,40}」|https?://\S+|习近平新时代中国特色社会主义思想|社会主义核心价值观|党的路线方针政策"
)
"""What is quoted or named word for word on purpose."""
# A clause that ends like the name of a body or a post is such a name; so is whatever ends in 有限公司.
_BODY = re.compile(
    r"(?:(?<=[、，。；：（）\n“”— ])|^)[^、，。；：（）\n“”]{2,30}?"
    r"(?:公司|集团|科协|学会|协会|联合会|大学|学院|研究院|研究所|中心|[部委局厅处]|基地|联合体|工作站|主席|书记|委员长)"
    r"(?=[、，。；：（）\n“”]|等|$)|[^、，。；：（）\n“”]{4,30}有限(?:责任)?公司(?:科学技术协会|科协)?"
)


def _han(text: str) -> str:
    return re.sub(r"[^\u4e00-\u9fff\0]", "", text)


def _windows(text: str) -> Iterator[str]:
    return (text[i : i + COPIED] for i in range(len(text) - COPIED + 1))


def _check_copied(text: _Text, library: _Library, problems: Problems) -> None:
    for field, raw in text.fields.items():
        free = raw
        for names in (_QUOTED, library.names, _BODY):
            free = names.sub("\0", free)
        free = _han(free)
        at = 0
        while at <= len(free) - COPIED:
            if free[at : at + COPIED] not in library.runs:
                at += 1
                continue
            end = at + COPIED
            while end < len(free) and free[end - COPIED + 1 : end + 1] in library.runs:
                end += 1
            fault = f"「{free[at:end]}」有 {end - at} 个字和资料原文一样"
            problems.add(f"{text.place}.{field}", fault, "换自己的话说", "FACT_002")
            at = end


def _check_past(text: _Text, content: Content, problems: Problems) -> None:
    if text.kind != "answer" or text.expires:
        return
    said = "".join(text.fields.values())
    documents = {content.sources[key].document for key in text.sources if key in content.sources}
    for document in sorted(documents, key=lambda one: one.id):
        if document.status == "past" and document.date[:4] not in said:
            fault = f"引用了已过期的{document.short}，却没说是哪一年的"
            problems.add(text.place, fault, f"写上 expires，或在答案里写明 {document.date[:4]} 年", "FACT_003")
