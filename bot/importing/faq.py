"""FAQ rows -> one file of entries in the local content folder, and what was wrong with the others."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.content.local import TOPICS
from bot.content.models import Content
from bot.content.yaml_files import write_yaml
from bot.importing.opening import BadFile
from bot.importing.sheets import FORMULA, Row, Sheet
from bot.understand.features import Featuriser
from bot.understand.region import Places

MAX_QUESTION = 200
MAX_ANSWER = 5_000
MAX_SOURCE = 300
MAX_PHRASINGS = 100
"""Other ways to ask that one row may have."""
FOLD_AFTER = 500
"""Characters of an answer that are shown at once; the rest goes behind 「更多」."""
EVERYWHERE = ("", "全国", "全省", "全部", "所有", "通用", "不限", "不限地区", "无", "-", "/")

ANYWHERE = "*"
PLACE = "地区："
"""Begins the note of an entry for one place: a city, or a county of the city that `region` names."""

_BETWEEN = re.compile(r"[\n;；|｜]+")
_BETWEEN_PLACES = re.compile(r"[\s、,，;；/|]+")
_NOT_NAME = re.compile(r"[^0-9A-Za-z_\u4e00-\u9fff-]+")


@dataclass(frozen=True)
class Fault:
    """A row, or a phrasing of it, that was not taken."""

    place: str
    reason: str

    def __str__(self) -> str:
        return f"{self.place}：{self.reason}"


@dataclass
class Draft:
    """A row that can become an entry; `ask` holds what no other entry is asked by."""

    row: Row
    where: str
    """Place the answer is for, as written (瑞安市); "" for everywhere."""
    data: dict[str, Any]
    ask: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """What came of a file."""

    file: Path
    entries: int
    phrasings: int
    replaced: int
    """Entries of an earlier import of this file that gave way."""
    bad: tuple[Fault, ...]
    """Rows that were left out."""
    skipped: tuple[Fault, ...]
    """Phrasings that were left out because another entry is asked by them."""


class FaqImport:
    """One import: knows what is asked already, and which file it is to write."""

    def __init__(self, content: Content, featuriser: Featuriser, local: Path, name: str) -> None:
        """`local`: the local content folder; `name`: file name of the sheet."""
        stem = _NOT_NAME.sub("-", Path(name).stem).strip("-")[:60] or "faq"
        self.name = name
        self.target = local / TOPICS / f"faq-{stem}.yaml"
        self.topic = f"导入问答/{stem}"
        self.mark = f"faq-{_digest(stem)}-"
        self.normalise = featuriser.normalise
        self.places = Places(content.regions, ())
        self.cities = tuple(content.regions)
        self.bad: list[Fault] = []
        self.skipped: list[Fault] = []
        self.owners: dict[tuple[str, str], str] = {}
        """(place, or ANYWHERE for shipped entries; normalised phrasing) -> title or row that has it."""
        self.replaced = 0
        for entry in content.entries.values():
            if entry.id.startswith(self.mark):
                self.replaced += 1
                continue
            where = (entry.note.removeprefix(PLACE) or entry.region) if entry.local else ANYWHERE
            for asked in (entry.title, *entry.ask) if not entry.local else entry.ask:
                self.owners[where, self.normalise(asked)] = f"词条「{entry.title}」"

    def run(self, sheet: Sheet, progress: Callable[[int, int], None]) -> Imported:
        """Write the file and tell what came of each row. With no good row nothing is written. Raises BadFile."""
        drafts: list[Draft] = []
        for done, row in enumerate(sheet.rows, 1):
            drafts += self._drafts(row)
            progress(done, len(sheet.rows))
        # All questions come before any other phrasing: a row is found by its own question first.
        for draft in drafts:
            question = draft.row.cells["问题"]
            self._claim(draft, [question])
            if draft.where and draft.where not in question:
                self._claim(draft, [draft.where + question])
        for draft in drafts:
            self._claim(draft, self._others(draft.row))
        entries = [{**draft.data, "ask": draft.ask} for draft in drafts if self._asked(draft)]
        if entries:
            try:
                write_yaml(self.target, entries, f"由 kexie import 从「{self.name}」写成；再导入同名文件，整份替换")
            except ValueError:
                raise BadFile("有些字符存不下来。请去掉特殊字符后再导入") from None
        asks = sum(len(draft.ask) for draft in drafts)
        return Imported(self.target, len(entries), asks, self.replaced, tuple(self.bad), tuple(self.skipped))

    def _drafts(self, row: Row) -> list[Draft]:
        """One draft for each place the row is for; [] when something is wrong with it."""
        question = " ".join(row.cells.get("问题", "").split())
        answer = row.cells.get("答案", "").strip()
        try:
            self._check(question, answer, row)
            places = self._regions(row.cells.get("地区", ""))
        except ValueError as error:
            self.bad.append(Fault(row.place, str(error)))
            return []
        row = Row(row.place, {**row.cells, "问题": question})
        return [self._draft(row, question, answer, named, region) for named, region in places]

    def _check(self, question: str, answer: str, row: Row) -> None:
        """Raises ValueError with the reason a row cannot be taken."""
        formula = next((column for column, text in row.cells.items() if FORMULA in text), "")
        source = row.cells.get("来源", "")
        for wrong, reason in (
            (formula, f"「{formula}」是公式。请改成文字（复制后“粘贴为值”）"),
            (not question, "缺问题。请写出别人会怎么问"),
            (not answer, f"问题「{question[:20]}」缺答案。请补上"),
            (
                len(question) > MAX_QUESTION,
                f"问题有 {len(question)} 个字，最多 {MAX_QUESTION} 个。请写短些，细节放进答案",
            ),
            (len(answer) > MAX_ANSWER, f"答案有 {len(answer)} 个字，最多 {MAX_ANSWER} 个。长文请存成文档再导入"),
            (len(source) > MAX_SOURCE, f"来源有 {len(source)} 个字，最多 {MAX_SOURCE} 个。写文件名和条款就行"),
            (not self.normalise(question), "问题里没有文字。请用一句话写出要问的事"),
        ):
            if wrong:
                raise ValueError(reason)

    def _regions(self, cell: str) -> list[tuple[str, str]]:
        """(place as written, city) for each place named; [("", "")] for everywhere. Raises ValueError."""
        found: dict[str, str] = {}
        for written in _BETWEEN_PLACES.split(cell.strip()):
            # Longest names come first, so that 浙江省温州市瑞安市 is 瑞安市.
            named = next((name for name in self.places.names if written.endswith(name)), written)
            city = self.places.names.get(named, "")
            if named not in EVERYWHERE and not city:
                known = "、".join(self.cities) or "（还没有）"
                raise ValueError(
                    f"地区「{named[:20]}」没有城市文件（现有：{known}）。请改成其中一个，或留空表示各地通用；"
                    "要加新城市，见 knowledge/README.md"
                )
            found.setdefault(city if named in (city, f"{city}市") or not city else named, city)
        return list(found.items())

    def _draft(self, row: Row, question: str, answer: str, named: str, region: str) -> Draft:
        # A county's answer is shown to its whole city: it has to say which county it speaks of.
        shown = answer if named == region else f"（{named}）{answer}"
        first, rest = _fold(shown)
        data = {
            "id": self.mark + _digest(f"{named}\0{self.normalise(question)}"),
            "topic": self.topic,
            "aspect": "其他",
            "title": f"{question}（{named}）" if named else question,
            "answer": first,
            **({"more": rest} if rest else {}),
            "cite": " ".join(row.cells.get("来源", "").split()) or row.place,
            **({"region": region, "note": PLACE + named} if region else {}),
        }
        return Draft(row, named, data)

    def _others(self, row: Row) -> list[str]:
        found = [" ".join(text.split()) for text in _BETWEEN.split(row.cells.get("相似问", ""))]
        found = [text for text in dict.fromkeys(found) if text]
        if len(found) > MAX_PHRASINGS:
            self.skipped.append(Fault(row.place, f"相似问有 {len(found)} 个，只取前 {MAX_PHRASINGS} 个"))
        return found[:MAX_PHRASINGS]

    def _claim(self, draft: Draft, phrasings: Iterable[str]) -> None:
        """Give the draft the phrasings that are free, and note the others."""
        for asked in phrasings:
            normal = self.normalise(asked)
            if not normal or len(asked) > MAX_QUESTION:
                self.skipped.append(Fault(draft.row.place, f"相似问「{asked[:20]}」没有文字或太长，没有用"))
                continue
            owner = self.owners.get((ANYWHERE, normal)) or self.owners.setdefault(
                (draft.where, normal), draft.row.place
            )
            if owner == draft.row.place:
                if asked not in draft.ask:
                    draft.ask.append(asked)
            else:
                self.skipped.append(Fault(draft.row.place, f"问法「{asked[:40]}」已经属于{owner}，没有用"))

    def _asked(self, draft: Draft) -> bool:
        """Whether a draft has any phrasing left; if not, its row counts as bad."""
        if not draft.ask:
            question = draft.row.cells["问题"][:40]
            self.bad.append(
                Fault(draft.row.place, f"问题「{question}」和它的相似问，别处都已经有了。请改原来那条，或换个问法")
            )
        return bool(draft.ask)


def _fold(answer: str) -> tuple[str, str]:
    """Answer and the part to fold, parted at the end of a line or sentence."""
    if len(answer) <= FOLD_AFTER:
        return answer, ""
    head = answer[:FOLD_AFTER]
    at = max(head.rfind("\n"), head.rfind("。"), head.rfind("；")) + 1
    at = at if at > FOLD_AFTER // 3 else FOLD_AFTER
    return answer[:at].strip(), answer[at:].strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:10]
