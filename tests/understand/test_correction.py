"""Corrections: what somebody wanted to ask who was misunderstood or mistyped."""

from __future__ import annotations

import pytest

from bot.understand.correction import corrected

BEFORE = "委员会多久开一次会"


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("不是委员会 我问的是代表大会", "代表大会多久开一次会"),
        ("我说的是代表大会不是委员会", "代表大会多久开一次会"),
        ("说错了 我问的是秘书处怎么设", "秘书处怎么设"),
        ("口误 想问的是秘书长", "秘书长"),
        ("更正一下 我要问的是经费那条", "经费"),
        ("不是这个 是常务委员会", "常务委员会"),
        ("搞错了 是代表大会的", "代表大会"),
        ("我说的是温州的", "温州"),
        ("哦不是会员 是要注销科协", "要注销科协"),
    ],
)
def test_what_was_meant_is_found(said: str, meant: str) -> None:
    """The wrong word is replaced in the question before where it stands there; otherwise what was meant is asked."""
    assert corrected(said, BEFORE) == meant


@pytest.mark.parametrize(
    "said",
    [
        "",
        "是不是要备案",
        "不是党员能当主席吗",
        "委员会多久开一次会",
        "不是这个意思",
        "不是所有企业都要设吧",
        "谢谢",
        "是的",
        "联合体是不是法人",
    ],
)
def test_a_question_is_no_correction(said: str) -> None:
    """不是 inside a question, a bare no, or a question of its own correct nothing."""
    assert corrected(said, BEFORE) == ""
