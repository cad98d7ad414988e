"""Facts in plain speech: 「昨天下午我们公司在报告厅办了讲座，五十来人参加」 -> date, place, kind, number of people.

`find` gives every piece of a text that may be a fact of one sort. Whoever asks takes it only when it is the only one:
nothing is guessed here, and what is taken is shown to the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz import fuzz

from bot.content.forms import Choice, Field
from bot.filing.values import NoSuchDay, day, fold, number


@dataclass(frozen=True)
class Hit:
    """One piece of the text."""

    start: int
    """Where it begins in the folded text."""
    end: int
    said: str
    """The piece as it was said."""
    answer: str
    """The piece as an answer that the field's type reads."""


Finder = Callable[[str, Field, date], list[Hit]]

_NUM = r"[\d一二两三四五六七八九十百千零〇]"
_DATES = re.compile(
    rf"(?:20\d{{2}}|\d{{2}}|[二〇零一三四五六七八九]{{4}})\s*年\s*{_NUM}{{1,3}}\s*月\s*{_NUM}{{1,3}}\s*[日号]?"
    r"|(?<!\d)20\d{2}([./-])\d{1,2}\1\d{1,2}(?!\d)"
    rf"|(?:大前年|前年|去年|今年|本年|明年)?的?{_NUM}{{1,2}}\s*月\s*{_NUM}{{1,3}}\s*[日号]?(?!\d|[个份])"
    rf"|(?:上上|下下|上|下|这|本|当)个?月的?\s*{_NUM}{{1,3}}\s*[日号]"
    r"|(?:上上|下下|上|下|这|本)?个?(?:周|星期|礼拜)[一二三四五六日天](?!天|个|[期度])"
    rf"|(?<![第\d]){_NUM}{{1,3}}\s*个?(?:天|周|星期|礼拜)之?以?前"
    r"|大前天|前天|昨天|昨日|昨儿|今天|今日|今儿|明天|后天|大后天"
    rf"|(?<![\d一-龥]){_NUM}{{1,3}}[日号](?!楼|线|厅|门|院|车|会|厂|馆|店|房|机|炉|井|库|文|令|[一-龥]?室)"
)
_PARTS = "凌晨|清晨|早上|早晨|上午|中午|下午|午后|傍晚|晚上|晚间|今晚|昨晚"
_TIMES = re.compile(
    rf"(?P<part>{_PARTS})?\s*(?:(?<!\d)(?P<h>\d{{1,2}})[:：](?P<m>[0-5]\d)(?!\d)"
    rf"|(?P<hour>{_NUM}{{1,3}})\s*[点时](?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{_NUM}{{1,3}})\s*分|(?P<bare>钟|整))?)"
)
_NO_TIME = re.compile(r"^(?:建议|要求|意见|体会|希望|思考|说明|经验|做法|启示|间|代|期|候|刻|常)")

_DONE = (
    "举办|举行|召开|开展|开办|承办|主办|组织|进行|参加|参观|调研|考察|交流|学习|启动|揭牌|签约|授牌|成立|开班|培训|"
    "宣讲|慰问|走访|办了?|开了?|做了?|搞了?|听了?|摆了?|设"
)
_PLACES = (
    re.compile(r"(?:活动)?(?:地点|地址|场地)\s*(?:设?在|选在|是|为|:)?\s*(?P<place>[^,;。!?\n]{2,30})"),
    re.compile(rf"(?:在|于)(?P<place>[^,;。!?\n]{{2,25}}?)(?:成功|顺利|隆重|联合|共同|正式|又|已经|已)?(?:{_DONE})"),
    re.compile(
        r"(?:来到|走进|前往|赴|到)(?P<place>[^,;。!?\n]{2,20}?)(?:参观|调研|考察|交流|学习|走访|慰问|宣讲|开展)"
    ),
)
_NO_PLACE = re.compile(
    r"(?:带领|支持|指导|领导|组织|帮助|关心|努力|配合|见证|号召|推动|牵头)(?:之?下)?$|期间$|方面$|基础上$|过程中$"
    r"|之际$|[时后前]$|背景下$|^(?:内|此|其|职|岗|线|这次|本次|近|全|认真|积极|踊跃|不断|继续|努力|即将|大家)"
)

_PEOPLE = "人次|号人|个人|个职工|个员工|个会员|人|名|位"
_MEASURES = {"场": "场次|场", "次": "次", "项": "项", "件": "件", "篇": "篇", "台": "台", "家": "家", "份": "份"}
_AMOUNT_OF_PEOPLE = re.compile(r"参加|参与|到场|出席|听讲|听了|聆听|与会|受益|受众|观众|到会|培训|报名|前来|观看|现场")
_TOTAL = re.compile(
    r"(?:一共|总共|共计|合计|共|约|近|将近|大概|大约|差不多|吸引了?|覆盖了?|惠及了?|组织了?|(?<![另还也])有)\s*$"
)
_NOT_COUNTED = re.compile(r"[第每前]\s*$")
_NUMBER = r"[\d一二两俩三四五六七八九十百千万零〇][\d,.一二两三四五六七八九十百千万零〇]*"

_COMPANY = (
    "股份有限公司|有限责任公司|有限公司|集团公司|集团|分公司|子公司|公司|科协|研究院|研究所|设计院|工作站|学会|协会|联合会|"
    "医院|学院|大学|中学|小学|银行|电厂|水厂|化工厂|机械厂|纺织厂|厂"
)
_UNITS = re.compile(
    r"(?:^|(?<=[\s,;。!?:、\n\x00]))"
    r"(?:我们是|我们|我是|我|这里是|由|来自|代表|单位是?|公司名称|企业名称|各位领导|大家好|汇报一下|报告一下|报一下|[:：])*"
    rf"(?P<unit>[一-龥A-Za-z0-9()（）·&]{{2,30}}?(?:{_COMPANY})(?:{_COMPANY}|企业科协)*)"
)
_NO_UNIT = re.compile(
    rf"^(?:我|我们|咱|咱们|本|该|贵|各|全|总|企业|单位|一家|几家|两家|市|区|县|省|全市)?(?:{_COMPANY})$"
)
_CUT_UNIT = re.compile(r".*(?:在|给|向|到|请|邀请|组织|联合|参加|举办|召开|对|把|被|去|和|与)")

_MOBILE = re.compile(
    r"(?<![\d-])(?:\+?86[\s-]?)?1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[\s-]?\d{7,8}(?!\d)"
)
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_MONEY = re.compile(rf"(?P<sum>{_NUMBER}(?:多|余|来)?[万亿]?)\s*(?:元|块钱|块|人民币)")
_DENIED = re.compile(r"(?:不是|没有|没|未|不|非|取消了?|除了)[^,;。!?\n]{0,3}$")


def find(text: str, one: Field, today: date) -> list[Hit]:
    """Every piece of the text that may be what `one.extract` names, each different answer once."""
    plain = fold(text)
    hits = FINDERS[one.extract](plain, one, today)
    return list({hit.answer: hit for hit in reversed(hits)}.values())[::-1]


def no_such_days(text: str, today: date) -> list[tuple[str, str]]:
    """(as it was said, why there is no such day) of every date in the text that the calendar does not have: 2月30号."""
    found = []
    for hit in _DATES.finditer(fold(text)):
        said = hit[0].lstrip("的").strip()
        try:
            day(said, today)
        except NoSuchDay as error:
            found.append((said, str(error)))
        except ValueError:
            continue
    return found


def _dates(plain: str, one: Field, today: date) -> list[Hit]:
    found = []
    for hit in _DATES.finditer(plain):
        try:
            found.append(_hit(hit, day(hit[0].lstrip("的"), today).isoformat()))
        except ValueError:
            continue
    return found


def _times(plain: str, one: Field, today: date) -> list[Hit]:
    found = []
    for hit in _TIMES.finditer(plain):
        clock = _clock(hit, plain)
        if clock:
            found.append(_hit(hit, clock))
    return found


def _clock(hit: re.Match[str], plain: str) -> str:
    """`15:30` of a match, "" when it is no time of day (三点建议, 一点)."""
    sure = hit["part"] or hit["h"] or hit["half"] or hit["quarter"] or hit["minute"] or hit["bare"]
    if not sure or _NO_TIME.match(plain[hit.end() :]):
        return ""
    try:
        hour = int(number(hit["h"] or hit["hour"])[0])
        minute = int(number(hit["m"] or hit["minute"] or "0")[0])
    except ValueError:
        return ""
    minute = 30 if hit["half"] else {"一": 15, "三": 45}[hit["quarter"]] if hit["quarter"] else minute
    if hit["part"] and hit["part"] in "下午午后傍晚晚上晚间今晚昨晚" and hour < 12:
        hour += 12
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else ""


def _places(plain: str, one: Field, today: date) -> list[Hit]:
    bare = _DATES.sub(lambda hit: "\0" * len(hit[0]), plain)
    for pattern in _PLACES:
        found = []
        for hit in pattern.finditer(bare):
            place = hit["place"].strip(" :里内的")
            if len(place) >= 2 and "\0" not in place and not _NO_PLACE.search(place) and not place.isdigit():
                found.append(Hit(hit.start("place"), hit.end("place"), hit["place"], place))
        if found:
            return found
    return []


def _counts(plain: str, one: Field, today: date) -> list[Hit]:
    measure = next((words for sign, words in _MEASURES.items() if sign in one.label), _PEOPLE)
    pattern = re.compile(
        rf"(?P<near>近|将近|接近|约|大约)?(?P<number>{_NUMBER}\s*(?:来|多|余|几)?)\s*(?:多|余)?(?:{measure})(?!民|家|才|员|工|大|物|称|单|字)"
    )
    found, sure = [], []
    for hit in pattern.finditer(plain):
        if _NOT_COUNTED.search(plain[: hit.start()]):
            continue
        try:
            value, about = number(hit[0])
        except ValueError:
            continue
        found.append(_hit(hit, f"{value:.10g}{'左右' if about or hit['near'] else ''}"))
        if _AMOUNT_OF_PEOPLE.match(plain[hit.end() : hit.end() + 8].lstrip("职工员会科技者群众学生市民同志代表的")):
            sure.append(found[-1])
    if measure != _PEOPLE or len(found) < 2:
        return found
    # 请来两位专家，五十来人参加: those who took part are meant, not whoever else was counted.
    sure = sure or [hit for hit in found if _TOTAL.search(plain[: hit.start])]
    return sure or found


def _units(plain: str, one: Field, today: date) -> list[Hit]:
    bare = _DATES.sub(lambda hit: "\0" * len(hit[0]), plain)
    bare = re.sub(_PARTS, lambda hit: "\0" * len(hit[0]), bare)
    found = []
    for hit in _UNITS.finditer(bare):
        name = hit["unit"]
        if len(name) >= 4 and not _NO_UNIT.match(name) and not _CUT_UNIT.match(name):
            found.append(Hit(hit.start("unit"), hit.end("unit"), name, name))
    return found


def _shaped(pattern: re.Pattern[str]) -> Finder:
    return lambda plain, one, today: [_hit(hit, hit[0]) for hit in pattern.finditer(plain)]


def _amounts(plain: str, one: Field, today: date) -> list[Hit]:
    found = []
    for hit in _MONEY.finditer(plain):
        try:
            value, about = number(hit["sum"])
        except ValueError:
            continue
        # A form that asks in 万元 gets 万元, whatever was said.
        value = value / 10_000 if "万元" in one.label + one.hint else value
        found.append(_hit(hit, f"{value:.10g}{'左右' if about else ''}"))
    return found


def _kinds(plain: str, one: Field, today: date) -> list[Hit]:
    found = [hit for choice in one.choices for hit in _choice(plain, choice)]
    if not found:
        return _alike(plain, one.choices)
    # 科普讲座 holds 讲座: the longer word says more.
    return [
        a for a in found if not any(b.start <= a.start and a.end <= b.end and len(b.said) > len(a.said) for b in found)
    ]


def _choice(plain: str, choice: Choice) -> list[Hit]:
    words = [fold(word) for word in (choice.label, *choice.aliases) if len(fold(word)) >= 2]
    return [
        Hit(hit.start(), hit.end(), hit[0], choice.label)
        for word in words
        for hit in re.finditer(re.escape(word) + r"(?!中心|基地|室|楼|馆)", plain, re.IGNORECASE)
        if not _DENIED.search(plain[: hit.start()])
    ]


def _alike(plain: str, choices: Sequence[Choice]) -> list[Hit]:
    """科普的讲座 is like 科普讲座; only words of four characters or more, and only one choice."""
    found = []
    for choice in choices:
        for word in (choice.label, *choice.aliases):
            near = fuzz.partial_ratio_alignment(fold(word), plain, score_cutoff=74) if len(fold(word)) >= 4 else None
            if near and not _DENIED.search(plain[: near.dest_start]):
                said = plain[near.dest_start : near.dest_end]
                found.append(Hit(near.dest_start, near.dest_end, said, choice.label))
    return found


def _hit(found: re.Match[str], answer: str) -> Hit:
    return Hit(found.start(), found.end(), found[0], answer)


FINDERS: dict[str, Finder] = {
    "date": _dates,
    "time": _times,
    "place": _places,
    "count": _counts,
    "unit": _units,
    "phone": _shaped(_MOBILE),
    "email": _shaped(_EMAIL),
    "amount": _amounts,
    "kind": _kinds,
}
"""What `extract` may name -> how it is found."""
