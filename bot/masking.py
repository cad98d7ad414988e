"""Taking out of a text what tells who wrote it: numbers, addresses, names of people and of units.

It is used before a question is kept to be learned from. Nobody needs to know there who asked; how it was asked is what
counts, so a name is replaced by a word that keeps the sentence readable. Over all phrasings of the knowledge base, in
which nobody is named, it changes fewer than two in a thousand (tests/test_masking.py): a name missed is worse than a
word too many.
"""

from __future__ import annotations

import re

NUMBER, PERSON, UNIT = "□", "某人", "某单位"

_SIGN = "0-9A-Za-z０-９Ａ-Ｚａ-ｚ"
_MAIL = re.compile(r"[\w.+-]+\s*[@＠]\s*[\w-]+(?:[.．]\w[\w-]*)*")
_CODE = re.compile(rf"[{_SIGN}][{_SIGN} \-－—_.．/()（）]{{3,}}[{_SIGN}]")
"""Five characters and more of digits, letters and what people put between them: telephones, ID and credit codes."""
_YEARS = re.compile(r"(?:(?:19|20)\d\d[\s\-－—.．/()（）]*)+|[^\d]*(?:19|20)\d\d|\d{4}\.\d{1,2}", re.S)
_MIXED = re.compile(
    r"(?<![0-9A-Za-z])(?!(?:19|20)\d\d(?:s|nian|niandu)\b)(?!iso)(?=\S*[a-zａ-ｚ])(?=\S*[0-9０-９])\S{5,}", re.I
)
_SPOKEN_CODE = re.compile(r"[零〇一二三四五六七八九幺两]{7,}")
_DIGITS = re.compile(r"[0-9０-９]")

_SURNAMES = (
    "欧阳|上官|司马|诸葛|司徒|夏侯|皇甫|尉迟|慕容|令狐|"
    "[王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁沈姚卢姜崔钟谭陆汪范金石廖贾"
    "韦夏付邹孟熊秦邱侯尹薛闫段雷黎龙陶贺顾毛郝龚邵万钱严覃戴莫孔汤葛樊兰殷柳鲁俞章倪鲍史耿柯童项游翁祝盛卓纪詹屠缪]"
)
"""Common surnames, without those that begin an everyday word here: 高工, 常委, 任期, 方案, 江苏, 温州, 成员, 安全."""
_HAN = r"[\u4e00-\u9fff]"
_ENDS = r"(?=[想问要在是说来今我这那从有你您的跟和，,。.、；;！!？?：:（(\s0-9□]|电话|手机|联系|咨询|负责|$)"
_GIVEN = rf"(?:{_HAN}{_ENDS}|{_HAN}{{2}}|{_HAN})"
_NAME = rf"(?:{_SURNAMES})(?:·?{_GIVEN})"
_IS = r"\s*(?:是|为|叫做|叫|姓名|[:：])?\s*"
_CALLED = re.compile(
    rf"((?:我叫|本人叫|名叫|名字叫?|姓名|联系人|经办人|填报人|申请人|负责人|联络员|法人代表|法人){_IS}){_NAME}"
)
_I_AM = re.compile(
    rf"((?:我是|本人是|本人|这边是)\s*)(?:{_SURNAMES}){_HAN}{{1,2}}(?<!的)(?=[，,。.、；;！!？?\s（(]|$)"
)
_TITLED = re.compile(
    rf"(?<![关对由至属等位终工这各当])(?:{_SURNAMES}){_HAN}{{0,2}}?(?=先生|女士|小姐|老师|师傅|总监|总裁|总经理|董事长|经理|主任|厂长|科长|处长|院长|所长|教授|博士|院士)"
)

_LEGAL = r"(?:股份有限公司|有限责任公司|有限公司)"
_KINDS = rf"(?:{_LEGAL}|集团公司|公司|集团|工厂|厂|研究院|研究所|设计院|合作社|事务所|医院|学院|大学|中学|小学|银行|酒店|工作室)"
_BETWEEN = r"(?:\s*[（(][^（）()]{1,10}[）)]\s*)?"
_WORD = r"[\u4e00-\u9fffA-Za-zＡ-Ｚａ-ｚ0-9·&＆\-]"
_LEGAL_NAME = re.compile(rf"{_WORD}{{2,24}}?{_BETWEEN}{_WORD}{{0,16}}?{_LEGAL}")
_SAID_NAME = re.compile(
    r"((?:我们(?:公司|单位|企业|厂)?(?:是|叫)|我(?:公司|单位|厂)(?:是|叫)|我司(?:是|叫)|我是|单位(?:名称|全称)?(?:是|叫|[:：])|"
    rf"(?:公司|企业)(?:名称|全称|名字)?(?:是|叫|[:：])|名称(?:是|为|[:：])|来自)\s*)({_WORD}{{2,24}}?{_BETWEEN}{_KINDS})"
)
_NO_NAME = "的是在和与或不吗呢哪谁想要办没适协怎什么几多少可跟算还能该有了家"
"""Characters of sentences that names of units do without."""
_PLACED_NAME = re.compile(rf"(?:(?![{_NO_NAME}]){_HAN}){{2,3}}[省市县区](?:(?![{_NO_NAME}]){_WORD}){{2,14}}?{_KINDS}")
_LEAD = re.compile(
    r".*(?:我们公司|我们单位|我们企业|我们厂|我们|我公司|我单位|我司|咱们?|你们|他们|请问|来自|代表|名称|全称|单位|就是|叫做|关于|比如|例如|"
    r"成立|注册|建立|申请|属于|作为|我是|是|叫|在|的|和|与|或|从|给|到|帮|替|为)"
)
"""What stands before a name in the same breath, up to the last such word."""
_GENERIC = re.compile(
    r"(?:国有|国企|央企|民营|私营|外资|外商|合资|中外|独资|上市|小微|中小型?|微型|大型|大中型|科技型?|高新技术|高科技|一人|个人|家族|控股|"
    r"普通|一般|股份制?|有限责任|责任|有限|集团|母|子|分|总|我们|咱们|你们|本|该|这个?|那个?|某个?|某某|几个?|各个?|多个?|每个?|哪个?|什么|怎么|一家|"
    r"两家|三家|几家|多家|家|两个|三个|一个|个|同|全资|下属|所属|旗下|关联|异地|外地|本地|当地|同一|新|老|小|大|企业|公司|工厂|厂|单位|性质|类型|"
    r"能|可以|要|想|有|没有|没|不|都|也|还|就|才|再|又|算|办|建|开|搞|设|需要|必须|应该|或者|以及|还有|以及|如果|假如|要是|只有|对于|对|跟|同样|"
    r"可不可以|能不能|是不是|有没有|制造|化工|软件|互联网|生产|物业|建筑|贸易|投资|服务|咨询|管理|人力资源|劳务|派遣|农业|工业|商业|电子|机械|环保|医药|食品)*"
)


def masked(text: str) -> str:
    """`text` with numbers of five and more signs as □, names of people as 某人 and names of units as 某单位.

    Names are found by what stands around them (我叫…, 联系人：…, …有限公司), so that one in the middle of nowhere is
    not. What was masked once stays as it is.
    """
    text = _MAIL.sub(NUMBER, text)
    text = _CODE.sub(lambda hit: _code(hit[0]), text)
    text = _SPOKEN_CODE.sub(NUMBER, text)
    text = _SAID_NAME.sub(lambda hit: hit[1] + _unit(hit[2]), text)
    text = _LEGAL_NAME.sub(lambda hit: _unit(hit[0]), text)
    text = _PLACED_NAME.sub(lambda hit: _unit(hit[0]), text)
    text = _CALLED.sub(lambda hit: hit[1] + PERSON, text)
    text = _I_AM.sub(lambda hit: hit[1] + PERSON, text)
    return _TITLED.sub(PERSON, text)


def _code(found: str) -> str:
    """A run of digits and letters: □ for five digits and more, or for a word of both; years and plain words stay."""
    if _YEARS.fullmatch(found):
        return found
    return NUMBER if len(_DIGITS.findall(found)) >= 5 else _MIXED.sub(NUMBER, found)


def _unit(found: str) -> str:
    """A run of words that ends like a unit's name: the name in it masked, or the run as it is when it names none."""
    lead = _LEAD.match(found)
    name = found[lead.end() :] if lead else found
    kind = re.search(rf"{_KINDS}$", name)
    before = name[: kind.start()] if kind else name
    if len(before) < 2 or _GENERIC.fullmatch(before):
        return found
    return found[: len(found) - len(name)] + UNIT
