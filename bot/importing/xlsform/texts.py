"""Texts that people read: `${name}` under our names, no markup."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.importing.xlsform.book import Line
from bot.importing.xlsform.expressions import Target
from bot.importing.xlsform.found import Findings, short

_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
BLANK = "＿＿"


def plain_text(
    text: str,
    sheet: str,
    line: Line,
    column: str,
    findings: Findings,
    targets: Mapping[str, Target] | None = None,
    repeat: str = "",
) -> str:
    """The text without HTML, its `${name}` under our names. `targets`: the questions it may name, None for none;
    `repeat`: the repeat that it stands in."""
    head = line.heads.get(column, column)
    bare = _TAG.sub("", text)
    if bare != text:
        findings.add(sheet, line.number, head, "文字里有 HTML 标记，聊天里不用", "去掉了标记，留下文字")

    def told(hit: re.Match[str]) -> str:
        target = (targets or {}).get(hit[1])
        if target is not None and (not target.repeat or target.repeat == repeat) and target.type != "group":
            return f"${{{target.name}}}"
        findings.add(sheet, line.number, head, f"文字里的 ${{{short(hit[1], 30)}}} 在这里取不到", f"换成了{BLANK}")
        return BLANK

    return _REFERENCE.sub(told, bare)
