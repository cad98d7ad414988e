"""What the assistant could not answer, for staff: grouped by likeness, with what was nearest and what was meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.clock import shown
from bot.content.models import Content
from bot.content.yaml_files import as_yaml
from bot.export.csv_file import write_rows
from bot.likeness import grouped
from bot.store.questions import Queued

EXAMPLES = 5
STATUSES: Mapping[str, str] = {
    "unknown": "没有答案",
    "choose": "反问了",
    "wrong": "说没答对",
    "rephrased": "换了说法再问",
}
"""Status -> as staff read it."""
STATES: Mapping[str, str] = {"open": "待处理", "done": "已处理"}
HEADS = (
    "组",
    "状态",
    "问法",
    "怎么没答好",
    "地区",
    "最接近的词条",
    "词条标题",
    "本人后来选的词条",
    "选的标题",
    "问的时间",
)


@dataclass(frozen=True)
class Group:
    """Questions that are worded alike."""

    key: int
    """Number of the first of them; stays the same while it is kept."""
    upto: int
    """Number of the last of them: whoever marks the group as done has seen it up to here."""
    questions: tuple[Queued, ...]
    """Oldest first."""

    @property
    def open(self) -> int:
        """How many nobody has dealt with."""
        return sum(not one.done_at for one in self.questions)

    @property
    def state(self) -> str:
        """`open` while one of them is."""
        return "open" if self.open else "done"

    @property
    def examples(self) -> tuple[str, ...]:
        """The different wordings, the most frequent first."""
        return tuple(text for text, _ in Counter(one.text for one in self.questions).most_common(EXAMPLES))

    @property
    def statuses(self) -> dict[str, int]:
        """How often each status occurs."""
        return dict(Counter(one.status for one in self.questions).most_common())

    @property
    def near(self) -> str:
        """The entry that most often came nearest, "" for none."""
        return _most(one.near for one in self.questions)

    @property
    def chosen(self) -> str:
        """The entry that people most often took afterwards, "" when none did."""
        return _most(one.chosen for one in self.questions)

    @property
    def chose(self) -> int:
        """How many took that entry."""
        return sum(one.chosen == self.chosen for one in self.questions) if self.chosen else 0


def groups(
    questions: Sequence[Queued], status: str = "", since: str = "", region: str = "", state: str = ""
) -> list[Group]:
    """Groups of questions, the largest first. `status`, `since` (UTC, as stored) and `region` (of the member of staff;
    questions without a place are everybody's) leave out questions, `state` leaves out groups.

    All questions are grouped before any is left out: what is looked at never changes what belongs together.
    """
    leaders = grouped([one.text for one in questions])
    found: dict[int, list[Queued]] = {}
    for one, leader in zip(questions, leaders, strict=True):
        fits = (not status or one.status == status) and one.asked_at >= since
        if fits and (not region or one.region in ("", region)):
            found.setdefault(questions[leader].id, []).append(one)
    made = [Group(key, members[-1].id, tuple(members)) for key, members in found.items()]
    return sorted(
        (group for group in made if not state or group.state == state),
        key=lambda group: (-group.open, -len(group.questions), group.key),
    )


def members(questions: Sequence[Queued], key: int, upto: int, region: str = "") -> list[int]:
    """Numbers of the questions of a group as far as somebody saw it; [] when there is no such group any more."""
    seen = [one for one in questions if one.id <= upto]
    return next(([one.id for one in group.questions] for group in groups(seen, region=region) if group.key == key), [])


def shown_groups(
    content: Content, questions: Sequence[Queued], status: str, state: str, region: str
) -> list[dict[str, Any]]:
    """Groups as the staff page shows them."""
    return [
        {
            "key": group.key,
            "upto": group.upto,
            "count": len(group.questions),
            "open": group.open,
            "examples": group.examples,
            "statuses": "，".join(f"{STATUSES.get(name, name)} {count} 次" for name, count in group.statuses.items()),
            "regions": "、".join(dict.fromkeys(one.region for one in group.questions if one.region)),
            "near": title(content, group.near),
            "near_id": group.near,
            "chosen": title(content, group.chosen),
            "chosen_id": group.chosen,
            "chose": group.chose,
            "last": shown(group.questions[-1].asked_at),
        }
        for group in groups(questions, status, "", region, state)
    ]


def write_csv(content: Content, found: Iterable[Group], target: Path) -> None:
    """One row a question, group after group; every cell is text to a spreadsheet program."""
    rows = [
        [
            str(group.key),
            STATES["done" if one.done_at else "open"],
            one.text,
            STATUSES.get(one.status, one.status),
            one.region,
            one.near,
            title(content, one.near),
            one.chosen,
            title(content, one.chosen),
            shown(one.asked_at),
        ]
        for group in found
        for one in group.questions
    ]
    write_rows(HEADS, rows, target)


def draft(content: Content, found: Sequence[Group]) -> str:
    """YAML for an editor: under each entry the wordings that may become its `ask`. Nothing takes it in by itself."""
    by_entry: dict[str, list[Queued]] = {}
    for group in found:
        for one in group.questions:
            by_entry.setdefault(one.chosen or group.chosen or _guess(one), []).append(one)
    known = {text for entry in content.entries.values() for text in (entry.title, *entry.ask)}
    lines = ["# 草稿。请逐条看：真是问这一条的，抄进词条的 ask；不是的，删掉或另写词条。"]
    for name, mine in sorted(by_entry.items(), key=lambda item: (item[0] not in content.entries, item[0])):
        asks = list(dict.fromkeys(one.text for one in mine if one.text not in known))
        if not asks:
            continue
        chose = sum(one.chosen == name for one in mine)
        taken = f"其中 {chose} 次本人后来选了这一条" if chose else "没有人选过，只是最接近"
        lines.append(
            f"\n# {len(mine)} 次，{taken}。" if name else f"\n# {len(mine)} 次，不知道该归哪一条，可能要写新的。"
        )
        lines.append(as_yaml([{"id": name, "title": title(content, name), "ask": asks}]).rstrip())
    return "\n".join(lines) + "\n"


def _guess(one: Queued) -> str:
    """The entry that came nearest; "" where the person said that it is not the one."""
    return "" if one.status == "wrong" else one.near


def title(content: Content, name: str) -> str:
    """Title of an entry; of a form or an intent its id; "" for none."""
    entry = content.entries.get(name)
    return entry.title if entry else name


def _most(names: Iterable[str]) -> str:
    counted = Counter(name for name in names if name)
    return counted.most_common(1)[0][0] if counted else ""
