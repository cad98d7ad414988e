"""`kexie ask --explain`: the cut, the channels' scores, the matched phrasing, the rule that decided."""

from __future__ import annotations

import re
from datetime import date

import pytest

from bot.app import App
from bot.explain import RULES, channels, explained, rule_in_words
from bot.questions import answer
from bot.understand.meaning import Context
from tests.commands.command_line import CommandLine


def explain(app: App, question: str, context: Context | None = None) -> str:
    found = answer(app.content, app.understander, question, "", date(2026, 11, 21), context)
    return explained(app.content, app.understander, found)


def test_an_answer_is_explained_in_full(kexie: CommandLine) -> None:
    """The command prints rule, certainty with its thresholds, cut, and for each candidate score, channels, phrasing."""
    said = kexie("ask", "--explain", "備案制要交哪些材料啊").out
    _, _, why = said.partition("—— 为什么这样答 ——")
    for part in (
        "结果：直接回答",
        "founding-papers-filing",
        "（word for word）",
        "起直接答",
        "看成：备案制要交哪些材料",
        "地区：没有",
    ):
        assert part in why
    assert re.search(r"切词：备案制?\S*( / \S+)+", why)
    assert re.search(r"分类器 -?\d\.\d\d（字 -?\d\.\d\d，拼音 -?\d\.\d\d，词 -?\d\.\d\d）", why)
    assert re.search(r"最近的问法：\S+材料", why)


@pytest.mark.parametrize(
    ("question", "context", "part"),
    [
        ("你好", None, "固定说法"),
        ("我是温州的", None, "记下地区"),
        ("第一个", Context(offered=("founding-conditions",)), "上次列出的"),
        ("？？", None, "没有"),
        ("第二步呢", Context(entry="founding-steps-filing"), "第几步"),
    ],
)
def test_what_a_rule_decided_is_explained_by_the_rule(
    small_app: App, question: str, context: Context | None, part: str
) -> None:
    """Where nothing was ranked, the rule is named and the cut is shown all the same."""
    said = explain(small_app, question, context)
    assert part in said
    assert "切词：" in said


def test_the_parts_of_the_channels_add_up(small_app: App) -> None:
    """What the channels add is the classifier's score of the candidate, as the answer was judged by."""
    question = "备案制要交哪些材料"
    meaning = small_app.understander.understand(question)
    parts = channels(small_app.understander, small_app.understander.featuriser.normalise(question))
    for candidate in meaning.candidates[:3]:
        assert sum(parts[candidate.id].values()) == pytest.approx(candidate.signals["classifier"], abs=0.01)


@pytest.mark.parametrize("rule", [*RULES, "reckoning: quorum", "comparing: 审批、备案"])
def test_every_rule_has_words(rule: str) -> None:
    """A rule reads in Chinese, with the program's own name beside it."""
    said = rule_in_words(rule)
    assert said.endswith(f"（{rule}）")
    assert re.search(r"[\u4e00-\u9fff]", said.removesuffix(f"（{rule}）"))


def test_no_rule_of_the_engine_is_without_words(small_app: App) -> None:
    """Every rule that the understanding can name is in the table."""
    import inspect

    from bot.understand import engine

    source = inspect.getsource(engine)
    named = set(re.findall(r'"rule": "([a-z\' ]+)"', source)) | set(re.findall(r'1\.0, "([a-z ]+)"\)', source))
    for line in source.splitlines():
        if " rule = " in line:
            named |= set(re.findall(r'"([a-z ]+)"', line))
    assert {"matched", "in conversation", "word for word"} <= named
    assert named - set(RULES) == set()
