"""Which step of a procedure, or which of the things offered, a message names."""

from __future__ import annotations

import re

_ORDINAL = re.compile(r"^(?:那|就|选|要|看)*\s*第\s*([一二三四1-4])\s*个?(?:呢|吧)?[。!?？]*$")
_STEP = re.compile(r"第\s*([一二三四五六七八九十\d]{1,2})\s*步")
_NEXT_STEP = re.compile(
    r"^(?:那|然后|接着|再)*(?:下一步|然后|接着|之后|再然后|接下来)(?:呢|是什么|做什么|干什么|怎么做|干啥)?[?？。]*$"
)
_AND_THEN = re.compile(r"^(?:那|后面|下面)*还有(?:什么|啥)?(?:呢|吗|么|没有?)?[?？。]*$")
"""Asks for the next step of whoever is walking through them, and for more of an answer otherwise."""
_STEP_BEFORE = re.compile(
    r"^(?:那|回到|退回|返回|看)*(?:上一步|前一步|上一个步骤)(?:呢|是什么|做什么|干什么)?[?？。]*$"
)
_LAST_STEP = re.compile(r"^(?:那|看)*最后一步(?:呢|是什么|做什么|干什么|怎么做|干啥)?[?？。]*$")
_MORE = re.compile(
    r"^(?:那|再|请|看)*(?:"
    r"(?:更多|展开|说?(?:再)?(?:详细|具体|仔细)(?:点|些|一点|一些)?(?:说说?|讲讲?)?|全部|完整的?)(?:呢|吧|吗|内容)*|"
    r"还有(?:别的|其[他它]的?|更多|什么|啥|没有?)*(?:内容)?(?:呢|吗|么|了)*|"
    r"(?:就|只有|就只有)(?:这些|这么多|这一?点)(?:内容)?了?(?:吗|么|吧|啊)?|"
    r"没(?:有)?(?:别的|其[他它]的?|更多的?)?了?(?:吗|么|\s*[?？])"
    r")\s*[?？。!！~]*$"
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
    if shown and _AND_THEN.match(cleaned):
        return shown + 1, "next step"
    if _LAST_STEP.match(cleaned):
        return total, "last step"
    if _NEXT_STEP.match(cleaned):
        return shown + 1, "next step"
    if _STEP_BEFORE.match(cleaned) and shown:
        return max(shown - 1, 1), "step before"
    return 0, ""


def _number(text: str) -> int:
    return _NUMBERS.get(text) or (int(text) if text.isdigit() else 0)
