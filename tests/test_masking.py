"""Nothing that tells who asked is left in a question that is kept, and what tells nothing is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.loader import load
from bot.masking import masked
from bot.settings import DEFAULT_CONTENT

BEFORE = st.sampled_from(("", "请问，", "想成立科协 ", "麻烦问一下："))
AFTER = st.sampled_from(("", "，怎么备案", " 要哪些材料？", "。谢谢", "\n请回复"))
DIGITS = "0123456789"
NAMES = st.tuples(
    st.sampled_from(("王", "李", "张", "欧阳", "司马", "钱")), st.text("测试甲乙丙丁", min_size=1, max_size=2)
)


@given(BEFORE, st.text(DIGITS, min_size=7, max_size=18), st.sampled_from(("", " ", "-", "－")), AFTER)
def test_no_long_number_is_left(before: str, digits: str, between: str, after: str) -> None:
    """Telephones and ID numbers go, also cut into pieces, spelled wide or read out in Chinese."""
    if digits[:2] in ("19", "20"):
        digits = "7" + digits
    written = between.join(digits[i : i + 4] for i in range(0, len(digits), 4))
    wide = written.translate({ord(c): ord(c) + 0xFEE0 for c in DIGITS})
    spoken = digits.translate({ord(c): "零一二三四五六七八九"[int(c)] for c in DIGITS})
    for said in (written, wide, spoken):
        assert said not in masked(before + said + after)
    assert not any(c in masked(before + written + after) for c in DIGITS)


@given(BEFORE, st.from_regex(r"[a-z0-9._]{1,12}@[a-z0-9]{1,10}\.(com|cn|example)", fullmatch=True), AFTER)
def test_no_mail_address_is_left(before: str, address: str, after: str) -> None:
    """E-mail addresses go whole."""
    left = masked(f"{before}{address}{after}")
    assert "@" not in left
    assert address.partition("@")[0] not in left.replace(before, "").replace(after, "")


@given(BEFORE, st.sampled_from(("我叫", "联系人：", "联系人", "姓名:", "联系人是", "我是")), NAMES, AFTER)
def test_no_name_after_its_announcement_is_left(before: str, said: str, name: tuple[str, str], after: str) -> None:
    """What follows 我叫, 联系人, 姓名 and 我是 and begins with a surname goes."""
    whole = "".join(name)
    assert whole not in masked(f"{before}{said}{whole}{after or '，'}")


@given(
    BEFORE,
    st.sampled_from(("", "我们是", "我公司是", "帮")),
    st.text("测试明日星辰", min_size=2, max_size=6),
    st.sampled_from(("有限公司", "股份有限公司", "（测试）科技有限公司", "机械有限责任公司")),
    AFTER,
)
def test_no_company_name_is_left(before: str, said: str, name: str, kind: str, after: str) -> None:
    """A company's name goes, with what stands in brackets in its middle."""
    left = masked(f"{before}{said}{name}{kind}{after}")
    assert name + kind not in left
    assert "某单位" in left


@pytest.mark.parametrize(
    "said",
    [
        "我们是明日阀门厂，想备案",
        "单位名称：测试一号研究院",
        "我是明日集团的",
        "测试市明日阀门公司怎么建",
        "王经理让我问",
        "微信 abc_12345",
    ],
)
def test_units_titles_and_accounts_go(said: str) -> None:
    """Units of other kinds after 我们是 or a place, people by title, and account names."""
    left = masked(said)
    assert "明日" not in left
    assert not any(word in left for word in ("测试一号", "王经理", "abc"))


@given(st.text() | st.text("我叫王小明有限公司是测试市厂联系人主任经理1a@.- ，", max_size=40))
def test_masking_twice_is_masking_once(text: str) -> None:
    """What was masked stays as it is; any text can be masked."""
    once = masked(text)
    assert masked(once) == once


@pytest.mark.parametrize(
    "text",
    ["第13条怎么说", "2022年的通则", "2013-2014年度讲比", "有限公司能成立科协吗", "我们公司30人", "联系人怎么填"],
)
def test_what_tells_nothing_is_left_alone(text: str) -> None:
    """Years, articles, counts and kinds of companies are what a question is about."""
    assert masked(text) == text


def test_phrasings_stay_as_they_are() -> None:
    """Of all phrasings of the knowledge base, where nobody is named, fewer than two in a thousand are changed."""
    content = load(DEFAULT_CONTENT)
    asks = [ask for entry in content.entries.values() for ask in entry.ask]
    changed = [ask for ask in asks if masked(ask) != ask]
    assert len(changed) < len(asks) / 500
