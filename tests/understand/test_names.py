"""The bare name of an organisation asks for nothing: no form starts on it."""

from __future__ import annotations

import pytest

from bot.content.loader import load
from bot.settings import DEFAULT_CONTENT
from bot.understand.names import only_a_name
from bot.understand.normalise import clean
from tests.talk import Desk

NAMES = (
    "测试公司",
    "测试一号有限公司",
    "岳阳测试厂",
    "测试科协",
    "测试（温州）电气股份有限公司",
    "测试高新技术产业园区",
    "测试机械公司。",
    "测试孵化器",
)


@pytest.mark.parametrize("text", NAMES)
def test_a_name_is_known_as_one(text: str) -> None:
    """Nothing but the name, in the usual shapes."""
    assert only_a_name(clean(text))


@pytest.mark.parametrize(
    "text",
    ["我要登记联络站", "注销科协", "办园区科协", "我们公司", "成立企业科协", "公司能建科协吗", "申报示范企业", "你好"],
)
def test_a_wish_is_no_name(text: str) -> None:
    """A verb that no name needs, or a word for oneself: somebody wants something."""
    assert not only_a_name(clean(text))


def test_no_wish_for_a_form_reads_like_a_name() -> None:
    """Every phrasing that the forms teach starts them still."""
    forms = load(DEFAULT_CONTENT).forms.values()
    assert [text for form in forms for text in form.ask if only_a_name(clean(text))] == []


@pytest.mark.parametrize("text", NAMES)
def test_no_form_starts_on_a_name(small_desk: Desk, text: str) -> None:
    """However near it comes to 自测 in letters."""
    assert "开始填" not in small_desk.person().say(text)
