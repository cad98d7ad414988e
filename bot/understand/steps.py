"""Which step of a procedure, or which of the things offered, a message names."""

from __future__ import annotations

import re

_ORDINAL = re.compile(r"^(?:那|就|选|要|看)*\s*第\s*([一二三四1-4])\s*个?(?:呢|吧)?[。!?？]*$")
_STEP = re.compile(r"第\s*([一二三四五六七八九十\d]{1,2})\s*步")
_NEXT_STEP = re.compile(
    r"^(?:那|然后|接着|再)*(?:下一步|然后|接着|之后|再然后|接下来)(?:呢|是什么|做什么|干什么|怎么做|干啥)?[?？。]*$"
)
_STEP_BEFORE = re.compile(
    r"^(?:那|回到|退回|返回|看)*(?:上一步|前一步|上一个步骤)(?:呢|是什么|做什么|干什么)?[?？。]*$"
)
_LAST_STEP = re.compile(r"^(?:那|看)*最后一步(?:呢|是什么|做什么|干什么|怎么做|干啥)?[?？。]*$")
_MORE = re.compile(
    r"^(?:那|再|请|看)*(?:更多|展开|说?(?:再)?(?:详细|具体|仔细)(?:点|些|一点|一些)?(?:说说?|讲讲?)?|全部|完整的?|还有别的吗|还有更多吗|还有吗|还有呢|还有什么)"
    r"(?:呢|吧|吗|内容)?[?？。!！]*$"
)
_NUMBERS = {c: i for i, c in enumerate("一二三四五六七八九十", 1)}


def offered_named(cleaned: str) -> int:
    """「第二个」: 2; 0 for any other message."""
    ordinal = _ORDINAL.match(cleaned)
    return _number(ordinal[1]) if ordinal else 0


def more_named(cleaned: str) -> bool:
    """「更多」, 「详细点」: what was folded away is wanted."""
    return bool(_MORE.match(cleaned))


def step_named(cleaned: str, shown: int, total: int) -> tuple[int, str]:
    """The step that a message names beside the one `shown` (0: all of them), and why; 0 and "" when it names none."""
    step = _STEP.search(cleaned)
    if step and len(cleaned) <= 12:
        return _number(step[1]), "step asked for"
    if _LAST_STEP.match(cleaned):
        return total, "last step"
    if _NEXT_STEP.match(cleaned):
        return shown + 1, "next step"
    if _STEP_BEFORE.match(cleaned) and shown:
        return max(shown - 1, 1), "step before"
    return 0, ""


def _number(text: str) -> int:
    return _NUMBERS.get(text) or (int(text) if text.isdigit() else 0)
