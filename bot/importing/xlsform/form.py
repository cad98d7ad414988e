"""A workbook as a form of ours: the data of a form file, and everything that could not be taken over as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.content.field_loader import NAME
from bot.content.form_checks import TO_DO
from bot.importing.opening import BadFile
from bot.importing.xlsform.book import Line, read_book
from bot.importing.xlsform.choices import read_choices, set_apart
from bot.importing.xlsform.found import Findings, short
from bot.importing.xlsform.questions import Work, drop_dead_calculations, fields
from bot.importing.xlsform.rows import read_rows

NEEDED = ("purpose", "retention", "audience", "reviewer")
"""What every form of ours says and XLSForm has no place for."""
HEAD: tuple[str, ...] = (
    "form_id",
    "version",
    "title",
    *NEEDED,
    "intro",
    "next_steps",
    "receipt",
    "access",
    "anonymous",
)
HEAD += ("keep", "opens", "deadline", "late", "state", "quick", "quota", "waiting", "check_in", "ballot", "follows")
HEAD += ("expires_in",)
LISTS = ("ask", "dedupe", "submitter")
"""Keys of a form that the settings sheet may hold as a column of its own; the lists separated by |."""


@dataclass(frozen=True)
class Imported:
    """What came of a workbook."""

    data: dict[str, Any]
    """The form file."""
    questions: int


def convert(path: Path, given: Mapping[str, str], findings: Findings) -> Imported:
    """The workbook as a form file. `given`: keys of the form that are said on the command line, over those of the
    workbook. What cannot be taken over is added to `findings`. Raises BadFile."""
    book = read_book(path, findings)
    rows, targets = read_rows(book.survey, findings)
    lists = read_choices(book.choices, findings)
    columns = set_apart(lists, {target.name for target in targets.values()})
    work = Work(findings, lists, targets, columns)
    drop_dead_calculations(rows, work)
    survey = fields(rows, work)
    questions = _asked(survey)
    if not questions:
        raise BadFile("没有一个问题能导入，原因见上面。请核对 survey 表的 type 列")
    head = _head(path, book.settings, given, work)
    used = {list_name for list_name in work.lists if list_name in _used(survey)}
    for unused in sorted(set(work.lists) - used):
        findings.add("choices", 0, "", f"选项清单 {short(unused, 30)} 没有题目用到", "没有导入")
    data = {**head, **({"choices": {name: work.lists[name] for name in work.lists if name in used}} if used else {})}
    return Imported({**data, "survey": survey}, questions)


def _asked(survey: Sequence[Mapping[str, Any]]) -> int:
    """How many questions somebody is asked."""
    own = sum(
        bool(one["type"] not in ("group", "note", "calculate") and one.get("read_only") != "yes") for one in survey
    )
    return own + sum(_asked(one.get("children", ())) for one in survey)


def _used(survey: Sequence[Mapping[str, Any]]) -> set[str]:
    inner = {name for one in survey for name in _used(one.get("children", ()))}
    return inner | {str(one["type"]).partition(" ")[2] for one in survey}


# the head of the form


def _head(path: Path, settings: Sequence[Line], given: Mapping[str, str], work: Work) -> dict[str, Any]:
    cells = dict(settings[0].cells) if settings else {}
    for line in settings[1:]:
        work.findings.add("settings", line.number, "", "settings 表只看第一行", "这一行没有导入")
    found = {**cells, "title": cells.get("form_title") or cells.get("title") or path.stem, **given}
    found["form_id"] = _form_id(found.get("form_id") or path.stem, settings, work)
    found.setdefault("version", "1")
    head: dict[str, Any] = {key: " ".join(found[key].split()) for key in HEAD if found.get(key)}
    for key in NEEDED:
        head.setdefault(key, TO_DO)
    head["ask"] = _words(found.get("ask", "")) or [f"我要填{head['title']}", f"填写{head['title']}", head["title"]]
    return head | {key: _words(found[key]) for key in LISTS[1:] if found.get(key)}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split("|") if word.strip()]


def _form_id(wanted: str, settings: Sequence[Line], work: Work) -> str:
    found = re.sub(r"[^a-z0-9]+", "_", wanted.lower()).strip("_")[:56]
    found = found if found and found[0].isalpha() else f"form_{found}".rstrip("_")
    if NAME.fullmatch(wanted):
        return wanted
    row = settings[0].number if settings else 0
    work.findings.add(
        "settings", row, "form_id", f"编号「{short(wanted, 30)}」只能用小写英文、数字、下划线", f"改成 {found}"
    )
    return found
