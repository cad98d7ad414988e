"""「给我一份代表大会议程模板」 -> which paper. Pure: whoever asks how a paper is written gets an answer, not the paper."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.content.papers import Paper
from bot.filing.values import fold

EVERYTHING = "papers"
"""The wish for the list of papers."""
LONGEST = 40
"""Characters of a message that can be such a wish: a longer one tells something."""

_VERB = "给我|发我|发给我|发|来|拿|下载|生成|打印|导出|起草|写|拟|出|做|弄|要|求|找|看看|准备"
_THING = "模板|模版|范本|范文|样本|样稿|样式|样表|空白表?|格式|文档|电子版|文件|word版?|docx|pdf版?"
_FILLER = (
    "请问|请|麻烦|劳驾|帮忙|帮我|帮|我们|我|咱们|咱|你们|你|您|想|需要|得|能不能|可不可以|能否|可以|能|有没有|没有|有|现成|参考|"
    "一下|直接|先|现在|这里|在?哪里|在?哪儿|在哪|哪有|长什么样|长啥样|给|党委|党组织|领导|企业科协|科协|企业|公司|单位|\\S{2,3}市|"
    "一|两|份儿?|个|些|张|套|下|的|用|吗|么|没|呢|吧|呀|啊|谢谢|您好|你好|好|再|也|把|出来|过来|参照|关于|召开|开会"
)
_ALL = "有哪些|哪些|有什么|什么|各种|所有|全部|材料|文书|文件|表格|申请|清单|列表|目录|都|可用|这里|你|您|提供|办事"


def _made_of(*words: str) -> re.Pattern[str]:
    """Matches a text that holds nothing but these words and marks between them."""
    alternatives = sorted("|".join(words).split("|"), key=len, reverse=True)
    # `*+` never goes back: whatever a message is made of, it costs no more than its length.
    return re.compile(rf"(?:{'|'.join(alternatives)}|[\s,，。.!！?？、~])*+", re.IGNORECASE)


_NAMED = _made_of(_VERB, _THING, _FILLER)
_LISTED = _made_of(_ALL, _VERB, _THING, _FILLER)
_WANT = re.compile(rf"{_VERB}|{_THING}|有没有|有现成", re.IGNORECASE)
_SAMPLE = re.compile("模板|模版|范本|范文|样本|样稿|空白材料")
_ASKS = re.compile(r"[?？]|[吗么没]|呢$|哪")
_MAY_ASK = re.compile("有|能|可以|可不可以|哪里?|哪儿")
"""「有章程模板吗」 wants one; 「要章程吗」 asks whether it is needed."""


def wished(text: str, papers: Mapping[str, Paper]) -> str:
    """Id of the paper that a message asks for, EVERYTHING for the list, "" when it wants neither."""
    plain = fold(text).strip()
    if not plain or len(plain) > LONGEST:
        return ""
    for name, paper in _names(papers):
        if name in plain:
            return paper if _wants(plain.replace(name, "", 1)) else ""
    return EVERYTHING if _SAMPLE.search(plain) and _LISTED.fullmatch(plain) else ""


def _names(papers: Mapping[str, Paper]) -> list[tuple[str, str]]:
    """(name, id), longest name first: 大会议程 before 议程."""
    found = [
        (fold(name), paper.id)
        for paper in papers.values()
        for name in (paper.label, re.sub("（.*?）", "", paper.label), *paper.names)
    ]
    return sorted(found, key=lambda pair: -len(pair[0]))


def _wants(rest: str) -> bool:
    """Whether what stands around the name only asks for it."""
    if not _NAMED.fullmatch(rest) or not _WANT.search(rest):
        return False
    return not _ASKS.search(rest) or bool(_MAY_ASK.search(rest))
