"""One spelling for what people type."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understand.normalise import MAX_LENGTH, chinese_number, clean, normalise

TYPOS = {"科鞋": "科协", "瑞按": "瑞安"}


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("企业科协怎么成立？", "企业科协怎么成立"),
        ("企業科協怎麼成立", "企业科协怎么成立"),
        ("ＫＥＸＩＥ　１２３", "kexie 123"),
        ("科鞋是啥", "科协是啥"),
        ("瑞按的科鞋", "瑞安的科协"),
        ("请问一下，企业科协要多少人", "企业科协要多少人"),
        ("您好，想问一下备案找谁", "备案找谁"),
        ("嗯嗯那个啥，会费咋收", "会费咋收"),
        ("第十条说什么", "第10条说什么"),
        ("手册第二十五问", "手册第25问"),
        ("第一百零三项", "第103项"),
        ("企\u200b业\u202e科协\ufeff", "企业科协"),
        ("成立...科协!!!", "成立 科协"),
        ("  多   空格\n\t换行 ", "多 空格 换行"),
        ("<script>alert(1)</script>", "script alert 1 script"),
        ("' or 1=1 --", "or 1 1"),
        ("😀🎉", ""),
        ("？？？", ""),
        ("", ""),
    ],
)
def test_one_spelling(typed: str, normal: str) -> None:
    """Width, script, punctuation, fillers, numerals of articles and known typing errors come out alike."""
    assert normalise(typed, TYPOS) == normal


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("零", 0),
        ("〇", 0),
        ("两", 2),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("九十九", 99),
        ("一百", 100),
        ("三百二十一", 321),
    ],
)
def test_chinese_numerals(numeral: str, number: int) -> None:
    """Numerals below a thousand have their value."""
    assert chinese_number(numeral) == number


def test_other_characters_are_no_numeral() -> None:
    """What is no numeral raises KeyError, as the docstring promises."""
    with pytest.raises(KeyError):
        chinese_number("甲")


def test_cleaning_keeps_punctuation() -> None:
    """`clean` folds width, case and script but leaves what a rule may want to see."""
    assert clean("那溫州呢？ＡＢＣ") == "那温州呢?abc"


def test_a_long_message_is_read_to_its_limit() -> None:
    """Of ten thousand characters the first MAX_LENGTH are looked at."""
    assert normalise("成立" + "长" * 10_000) == normalise("成立" + "长" * (MAX_LENGTH - 2))


@given(st.text(max_size=300))
def test_any_text_becomes_a_plain_one(text: str) -> None:
    """Whatever is typed: only digits, small letters, Chinese characters and single spaces are left, and doing it again
    changes nothing but fillers that came together."""
    normal = normalise(text)
    assert normal == normal.strip()
    assert "  " not in normal
    assert all(char == " " or char.isdigit() or "a" <= char <= "z" or "\u4e00" <= char <= "\u9fff" for char in normal)
