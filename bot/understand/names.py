"""Whether a message is no more than the name of an organisation: that asks for nothing, so no form starts on it."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"[0-9A-Za-z\u3400-\u9fff()（）·\-]{0,38}"
    r"(?:公司|集团|企业|厂|店|园区?|高新区|开发区|孵化器|研究[院所]|学院|大学|学校|医院|银行|合作社|事务所|中心|科协|协会|学会|联合会)"
)
_WISH = re.compile(
    r"我|您|你|咱|想|要|请|帮|给|填|申请|申报|登记|注销|成立|建会|建立|组建|创建|办理|入会|加入|报名|自测|自评|筹备|换届|推荐|"
    r"^(?:办|建|搞|弄|设|做|交|报|开)|怎|吗|呢|吧|什么|哪|谁|多少|几|能不能|可以"
)
"""Words that no name needs: with one of them it may well be a wish (注销科协, 申报示范企业)."""

_FIRM = re.compile(r".{2,}(?:有限(?:责任)?公司|股份公司|集团公司|有限公司.{0,6}(?:分公司|厂|部))")
"""Names that firms are registered under. 「子公司」 and 「集团公司」 alone may be keywords of a question."""


def only_a_name(cleaned: str) -> bool:
    """Whether a cleaned message (`normalise.clean`) is the bare name of a company, a park, an association."""
    text = cleaned.strip(" ,.!?;:，。！？、~…")
    return bool(_NAME.fullmatch(text)) and not _WISH.search(text)


def is_a_firm(cleaned: str) -> bool:
    """Whether a cleaned message is the full name of a firm and nothing else."""
    return only_a_name(cleaned) and bool(_FIRM.fullmatch(cleaned.strip(" ,.!?;:，。！？、~…")))
