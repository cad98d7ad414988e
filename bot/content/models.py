"""What the knowledge, intents and replies files become: frozen objects, checked, ready to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.forms import Form
from bot.content.papers import Papers
from bot.content.tables import Comparisons, Rule

ASPECTS = (
    "定义",
    "性质",
    "宗旨",
    "任务",
    "职责",
    "作用",
    "特点",
    "步骤",
    "材料",
    "条件",
    "谁批",
    "谁管",
    "时限",
    "人数",
    "届期",
    "组成",
    "产生",
    "权利",
    "义务",
    "要求",
    "形式",
    "做法",
    "原则",
    "区别",
    "关系",
    "经费",
    "例子",
    "历史",
    "数据",
    "内容",
    "评分",
    "网址",
    "联系方式",
    "其他",
)
KINDS = ("answer", "open", "boundary")


@dataclass(frozen=True)
class Source:
    """One place that may be cited."""

    id: str
    place: str
    """Place inside the document: 第二章 第9问, 第十二条, 附件2 序号3, or the link of a resource."""
    heading: str
    document: Document
    expires: str = ""
    """Last day that the place itself sets (a deadline for applications), ISO, "" for none."""


@dataclass(frozen=True)
class Document:
    """A document that is cited."""

    id: str
    title: str
    short: str
    """Short title for citations: 手册, 通则, 温科协〔2017〕97号."""
    issuer: str
    number: str
    """文号, "" when it has none."""
    date: str
    """ISO date or year-month of issue."""
    status: str
    """`in force` or `past` (its deadline or period is over)."""
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One step of a procedure."""

    title: str
    who: str
    do: str
    papers: tuple[str, ...] = ()
    time_limit: str = ""
    outcome: str = ""
    sources: tuple[str, ...] = ()


def subject_of(topic: str) -> str:
    """First part of a topic: 成立 of 成立/审批制."""
    return topic.partition("/")[0]


@dataclass(frozen=True)
class Entry:
    """One thing that can be asked, with its answer."""

    id: str
    topic: str
    """Path such as 成立/审批制."""
    aspect: str
    title: str
    ask: tuple[str, ...]
    answer: str
    sources: tuple[str, ...]
    detail: str = ""
    more: str = ""
    ask_back: str = ""
    """The one question that decides how it goes on; the entries in `see` are its answers."""
    kind: str = "answer"
    region: str = ""
    """City the entry belongs to, "" for the whole nation."""
    see: tuple[str, ...] = ()
    form: str = ""
    effective: str = ""
    expires: str = ""
    note: str = ""
    steps: tuple[Step, ...] = ()
    """Steps when the entry is a procedure."""
    local: bool = False
    """From the local content folder (`kexie import`): matched by likeness, never taught to the classifier."""

    @property
    def subject(self) -> str:
        """First part of the topic."""
        return subject_of(self.topic)


@dataclass(frozen=True)
class Passage:
    """A piece of an imported document, as it stands there: no editor has checked it."""

    document: str
    """File name of the document."""
    place: str
    """「第二章 第十二条，第 7 页」, at least a page or the number of a paragraph."""
    text: str
    score: float = 0.0
    """Share of the question's words, weighted by rarity, that the passage has, 0 to 1."""


@dataclass(frozen=True)
class Overlay:
    """What one city says differently about a national entry."""

    entry: str
    answer: str
    sources: tuple[str, ...]
    detail: str = ""
    expires: str = ""
    steps: tuple[Step, ...] = ()
    """The city's own steps, when its papers give them: they are walked instead of the national ones."""


@dataclass(frozen=True)
class Region:
    """A city with rules of its own."""

    id: str
    name: str
    counties: tuple[str, ...]
    office: str
    overlays: Mapping[str, Overlay]
    """By id of the national entry."""


@dataclass(frozen=True)
class Words:
    """Words the understanding needs."""

    terms: tuple[str, ...] = ()
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    typos: Mapping[str, str] = field(default_factory=dict)
    places: tuple[str, ...] = ()
    """Provinces and cities without rules here: noticed, so that another city's rule is not passed off as theirs."""


@dataclass(frozen=True)
class Intent:
    """Something people want besides facts."""

    id: str
    ask: tuple[str, ...]
    exact: tuple[str, ...] = ()
    """Whole messages that mean this and nothing else (commands, button words)."""
    reply: str = ""
    """Key in replies for intents that only talk."""


@dataclass(frozen=True)
class Content:
    """All words of the assistant."""

    sources: Mapping[str, Source]
    entries: Mapping[str, Entry]
    regions: Mapping[str, Region]
    """By name (温州)."""
    words: Words
    intents: Mapping[str, Intent]
    replies: Mapping[str, str]
    forms: Mapping[str, Form]
    fingerprint: str
    """Hash over every content file; changes when any of them does."""
    comparisons: Comparisons = field(default_factory=Comparisons)
    """What can be compared, and how people ask for it."""
    rules: tuple[Rule, ...] = ()
    """Rules that can be applied to the figures in a question."""
    most_asked: tuple[str, ...] = ()
    """Ids of the entries that people ask for most: they should have the most phrasings."""
    papers: Papers = field(default_factory=Papers)
    """Word templates, and the papers that can be had by name."""

    def overlay(self, entry_id: str, region: str) -> Overlay | None:
        """What the city `region` ("" for none) says beside a national entry."""
        city = self.regions.get(region)
        return city.overlays.get(entry_id) if city else None

    def steps(self, entry: Entry, region: str) -> tuple[Step, ...]:
        """The steps that someone in `region` walks: the city's own where it has any, else the entry's."""
        overlay = self.overlay(entry.id, region)
        return overlay.steps if overlay and overlay.steps else entry.steps
