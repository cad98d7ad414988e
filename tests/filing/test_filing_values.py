"""Numbers, dates and choices as people write them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.content.forms import Choice, Field
from bot.filing.choosing import choose
from bot.filing.types import parse
from bot.filing.values import day, mobile, number

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("text", "value", "about"),
    [
        ("五十人左右", 50, True),
        ("三十来人", 30, True),
        ("五十来号人", 50, True),
        ("五十多人", 50, True),
        ("不到五十", 50, True),
        ("百十来人", 110, True),
        ("3千", 3000, False),
        ("3千5", 3500, False),
        ("1.2万", 12000, False),
        ("一万二", 12000, False),
        ("一百二", 120, False),
        ("一千零五", 1005, False),
        ("壹佰", 100, False),
        ("１２０", 120, False),
        ("1,200 人", 1200, False),
        ("我们一共200人", 200, False),
        ("零", 0, False),
        ("一年两次", 2, False),
        ("一年至少开3次", 3, False),
        ("没有", 0, False),
        ("还没有。", 0, False),
        ("一个也没有", 0, False),
        ("一家都没有", 0, False),
        ("没有一个", 0, False),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float, about: bool) -> None:
    """A number in words, digits or full width is one value; words like 左右 mark it as about."""
    assert number(text) == (value, about)


@pytest.mark.parametrize(
    "text",
    ["很多", "一半吧", "过半", "十几个", "几百", "50-60人", "五六十人", "男30女20", "1.2.3", "1e5", "一般般", "", "👍"],
)
def test_a_vague_or_double_number_is_refused(text: str) -> None:
    """What is not one clear number is asked again, never guessed."""
    with pytest.raises(ValueError, match="例如 50"):
        number(text)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("下周三", "2026-11-25"),
        ("上周五", "2026-11-13"),
        ("周日", "2026-11-22"),
        ("上个月28号", "2026-10-28"),
        ("上个月三十一号", "2026-10-31"),
        ("2026.3.5", "2026-03-05"),
        ("2026 3 5", "2026-03-05"),
        ("20260305", "2026-03-05"),
        ("26年3月5日", "2026-03-05"),
        ("三月五日", "2026-03-05"),
        ("二〇二六年三月五日", "2026-03-05"),
        ("十一月二十号", "2026-11-20"),
        ("去年12月3号", "2025-12-03"),
        ("前年3月5日", "2024-03-05"),
        ("３月５日", "2026-03-05"),
        ("3天后", "2026-11-24"),
        ("一周前", "2026-11-14"),
        ("大前天", "2026-11-18"),
        ("3月5日前", "2026-03-05"),
        ("2026年3月5日（周四）", "2026-03-05"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, iso: str) -> None:
    """A day counted from today, in Chinese or in figures is one date."""
    assert day(text, TODAY).isoformat() == iso


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("本月31号", "只有 30 天"),
        ("2026年2月30日", "只有 28 天"),
        ("2026/13/1", "没有 13 月"),
        ("农历三月初五", "公历"),
        ("2026年3月", "还缺是哪一天"),
        ("2026年3月5日和3月6日", "不止一个日期"),
        ("王五", "王五"),
        ("月底", "没看懂"),
        ("5", "没看懂"),
    ],
)
def test_a_date_that_does_not_exist_is_refused_with_its_reason(text: str, reason: str) -> None:
    """The reason is named and an example shown."""
    with pytest.raises(ValueError, match=reason):
        day(text, TODAY)


@pytest.mark.parametrize(
    "text", ["+86 138 0013-8000", "138 0013 8000", "１３８００１３８０００", "008613800138000", "手机13800138000"]
)
def test_mobile_numbers_lose_their_dress(text: str) -> None:
    """Spaces, hyphens, +86 and full width fall away."""
    assert mobile(text) == "13800138000"


KINDS = (
    Choice("state", "国有企业", ("国企",)),
    Choice("private", "民营企业", ("民企", "私企")),
    Choice("other", "其他"),
)
PARTY = (Choice("yes", "有", ("有党组织", "党支部")), Choice("no", "没有", ("没建",)))


@pytest.mark.parametrize(
    ("choices", "text", "name"),
    [
        (KINDS, "民营", "private"),
        (KINDS, "民营企业吧", "private"),
        (KINDS, "第二个", "private"),
        (KINDS, "２.", "private"),
        (KINDS, "民营企液", "private"),
        (PARTY, "没有党组织", "no"),
        (PARTY, "我们没有", "no"),
        (PARTY, "有党支部", "yes"),
        (PARTY, "对", "yes"),
        (PARTY, "暂无", "no"),
    ],
)
def test_a_choice_is_found_by_number_label_alias_or_likeness(choices: tuple[Choice, ...], text: str, name: str) -> None:
    """A choice may be named in many ways."""
    assert choose(choices, text).name == name


def test_a_party_branch_given_up_is_none_and_but_is_no_denial() -> None:
    """「党支部刚撤了」 names the branch and means that there is none; the 不 of 不过 denies nothing."""
    party = (Choice("yes", "有", ("党支部",)), Choice("no", "没有", ("没建", "撤了")))
    park = (Choice("without", "园区没有科协", ("没科协",)), Choice("no", "不在园区", ("不在",)))
    assert choose(party, "党支部刚撤了").name == "no"
    assert choose(park, "在经开区，不过园区好像没科协").name == "without"


@pytest.mark.parametrize("text", ["不是国企", "国企还是民企", "企业", "股份", "9", "0"])
def test_a_denial_or_a_doubtful_choice_is_never_guessed(text: str) -> None:
    """The choices are listed again instead."""
    with pytest.raises(ValueError, match="可选：1 国有企业"):
        choose(KINDS, text)


@pytest.mark.parametrize(
    ("said", "value"),
    [("5", 5), ("5万", 5), ("十万元", 10), ("50000元", 5), ("三千块钱，3千元", 0.3), ("约12.35万", 12.35)],
)
def test_money_asked_in_ten_thousands_is_kept_in_ten_thousands(said: str, value: float) -> None:
    """Whoever says 5万 to a question in 万元 means 5 and not 50000."""
    asked = Field("decimal", "cost", "年度经费（万元）")
    assert parse(asked, said, TODAY).value == value
    assert parse(Field("decimal", "cost", "年度经费（元）"), "5万", TODAY).value == 50000
