"""Words that are wishes and not answers, and how questions look."""

from __future__ import annotations

import re

from bot.filing.values import fold

WORDS = {
    "back": "上一步 返回 上一题 回上一步 退回上一步 /back",
    "skip": "跳过 略过 没有 不填 先跳过 下一题 以后补 以后再补 之后补 回头补 后面补 暂时没有 暂无 没有了 还没 还没有 还没开 还没定 还没选 还没办 /skip",
    "pause": "暂存 保存 先存着 待会再填 等会儿再填 明天再填 暂停 /pause",
    "cancel": "取消 不填了 不办了 作废 /cancel",
    "help": "帮助 怎么填 不会填 不懂 /help ?",
    "why": "为什么要填 为什么要填这个 为啥要填 填这个干什么 填这个干嘛",
    "check": "检查 检查页 看看填的 看一遍 预览 不改了",
    "left": "还差什么 还有几项 还差几项 还要填什么 填到哪",
    "done": "完成 好了 发完了 就这些 没了",
    "submit": "提交 交 交了 可以提交了 保存结果 存下来 保存这个结果",
    "edit": "修改 改 要改 我要改 改答案",
    "go": "继续 接着填 继续填 继续填表 恢复 填下一项",
    "end": "结束 不存 不存了 不保存 不用存 不用保存",
    "default": "默认 用默认 就用默认 就用它 就用这个 用它",
}
"""Action -> words that ask for it, when they are the whole message."""
_BY_WORD = {word: action for action, words in WORDS.items() for word in words.split()}
_LOOSE = (
    ("submit", re.compile(r"^(?:[好的行嗯那就这些样确认都对没问题可以我要,，、 ]*)提交(?:申请|材料|这份)?[吧了啦]?$")),
    (
        "skip",
        re.compile(
            r"^.{0,12}(?:先|能不能|可不可以|可以|能)跳过(?:去|它|这题|这一题|一下)?(?:行不行|可不可以|可以|行)?[吗吧么]?$"
        ),
    ),
    (
        "skip",
        re.compile(
            r"^(?:目前|现在|暂时|这个|这项)*(?:都|也)?(?:还|暂)?(?:没有?|未)(?:定|选|确定|想好|弄好|准备好|办好|写好)"
            r"(?:下来|出来|好)?[呢了]?$|^待定$"
        ),
    ),
    ("back", re.compile(r"^(?:我|刚才|刚刚|前面|上面|上一[题项个步]|那个)*(?:写|填|打|输|选|答|点)错了?$")),
    ("left", re.compile(r"^.{0,4}(?:还差|还缺|还剩|填到)(?:哪|什么|啥|几|多少).{0,10}$")),
)
"""Wishes that come in many wordings."""
_WANT = r"(?:我?要?想?把?|请?帮?我?把?)"
_MINE = r"(?:我们?的?|刚才|刚刚|前面|上面|那个)*"
_ITEM = r"(?:那?一?[项题个])?"
_SLIP = r"(?:写|填|打|输|选|报|弄|搞)"
CHANGES = (
    re.compile(rf"^{_WANT}第?\s*(\d{{1,2}})\s*(?:项|条|题|个)?(?:要|想)?(?:修?改|换)(?:一下|一改)?()$"),
    re.compile(rf"^{_WANT}[「\"“]?(.{{1,20}}?)[」\"”]?(?:修?改|更?换)(?:为|成)\s*(.+)$"),
    re.compile(
        rf"^{_MINE}[「\"“]?(.{{2,12}}?)[」\"”]?{_ITEM}"
        rf"(?:不对|有误|不是这个|{_SLIP}?错了?)(?:[,，;；。 ]\s*|(?=应))(?!(?:我|要|想|得|请|帮)*(?:修?改|怎么|重))"
        r"(?:应该?|应当|实际|其实|正确的?)?(?:是|为|改成)?\s*(\S.{0,60})$"
    ),
    re.compile(
        rf"^{_MINE}[「\"“]?(.{{2,20}}?)[」\"”]?{_ITEM}(?:不对|有误|{_SLIP}错了?|错了)()"
        r"(?:[,，]?(?:要|想|得)?改(?:一下|一改)?)?$"
    ),
    re.compile(
        r"^(?:我?想?要?修?改|更正|重填)(?:一下)?\s*[「\"“]?(.{1,20}?)[」\"”]?(?:\s*(?:为|成|:)\s*(.+)|\s+(\S*\d.*|[零一二两三四五六七八九十百千]\S*))?$"
    ),
)
"""改 3, 第 3 项改一下, 改「联系人」, 改邮箱为 a@b.cn, 把联系人改成某某, 改会员 50, 改会员 五十, 人数不对，是 35 人,
地址写错了: (what, new value)."""
NOT_SO = re.compile(
    r"^(?:不对|有误|更正(?:一下)?|(?:我|刚才)?(?:说|写|打|弄|搞|填|记)?错了?|不是(?:这样|这个)?的?(?=[,，。 ]|[^,，。 ]{1,15}[,，。 ]))"
    r"(?:[^,，。 ]{0,15}[,，。 ])?\s*(?:应该?|应当|其实|而)?是?(?P<right>.*)$",
    re.DOTALL,
)
"""不对，是前天; 不是45人，是50人: what is right, without saying of which question."""
DENIAL = re.compile(r"^(?:我们?|我们?公司|公司|目前|现在|暂时|还|也|都)*(?:没有?|无)(?:设|写|配)?(.{2,12}?)[的呢了]?$")
"""没有邮箱, 我们公司没设网站: what there is not."""
SURE_QUESTION = re.compile(r"[?？]\s*$|^(?:请问|问一下|想问|等等|等一下|先问|我问|顺便问)")
"""Certainly a question, whatever is being asked."""
MAYBE_QUESTION = re.compile(r"怎么|咋|什么|啥|多少|多久|多长时间|谁|哪|吗|呢$|能不能|要不要|可不可以|是不是|如何|为何")
"""A question when it cannot be read as an answer."""
QUESTION_WORD = re.compile(
    r"[向找归]谁|怎么|怎样|什么|多少|多久|多长时间|为啥|为何|哪些|哪个|吗$|呢$|能不能|要不要|可不可以|是不是|有没有"
)
"""Words that stand in no name and no address: in a line of text they make a question even without a question mark."""
GREETINGS = frozenset(["你好", "您好", "hi", "hello", "在吗", "在么", "谢谢", "早上好", "下午好", "哈喽"])
"""Politeness: neither a name nor an address."""
CONSENT = frozenset(
    ["好", "好的", "是", "是的", "对", "对的", "确认", "确定", "ok", "行", "可以", "没问题", "没错", "嗯"]
)
"""Consent that is no 「提交」 yet."""


def change_wish(text: str) -> tuple[str, str] | None:
    """(which answer, its new value or "") when the message asks to change one."""
    found = next((hit for pattern in CHANGES if (hit := pattern.match(fold(text)))), None)
    return (found[1], next((value for value in found.groups()[1:] if value), "")) if found else None


def wish(text: str) -> str | None:
    """The action that a whole message asks for (`submit`, `back`, …), or None."""
    plain = fold(text).strip(" 。.!！?？~")
    known = _BY_WORD.get(bare(text)) or _BY_WORD.get(bare(plain)) or _BY_WORD.get(fold(text))
    return known or next((action for action, pattern in _LOOSE if pattern.match(plain)), None)


def bare(text: str) -> str:
    return re.sub(r"[\s,，。.!！~]+", "", fold(text)).lower()
