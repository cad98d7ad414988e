"""knowledge/README.md: what a clerk copies passes the checker, is answered, and takes effect in a running service."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bot.app import App
from bot.content.editing import check_editing
from bot.content.facts import check_facts, without_text
from bot.content.loader import read
from bot.content.problems import Problem
from bot.settings import DEFAULT_CONTENT, Settings
from bot.understand.meaning import Context
from tests.small_app import small_app, small_content, small_models
from tests.talk import Desk

__all__ = ["small_app", "small_content", "small_models"]

README = (DEFAULT_CONTENT / "knowledge" / "README.md").read_text(encoding="utf-8")
EXAMPLES = ("topics/example.yaml", "procedures/example.yaml", "sources.yaml", "regions/yunshan.yaml")


def add_examples(root: Path) -> None:
    """Do what the README says: copy its four examples to where they belong."""
    blocks = re.findall(r"(?ms)^```yaml\n(.*?)^```", README)
    for name, text in zip(EXAMPLES, blocks, strict=True):
        with (root / "knowledge" / name).open("a", encoding="utf-8") as stream:
            stream.write("\n" + text)


@pytest.fixture
def root(small_content: Path, tmp_path: Path) -> Path:
    """A content folder with the examples in it."""
    shutil.copytree(small_content, tmp_path / "content")
    add_examples(tmp_path / "content")
    return tmp_path / "content"


def faults(root: Path) -> list[Problem]:
    """Faults that the checker finds in the examples, all checks that need no source texts."""
    content, problems = read(root)
    check_editing(content, problems)
    return problems.items


def test_the_examples_pass_the_checker(root: Path) -> None:
    """Entry, procedure, sources and city of the README are without a fault, as they stand."""
    assert faults(root) == []
    content, _ = read(root)
    assert content.entries["example-departments"].steps
    assert content.overlay("founding-steps-filing", "云山")
    assert content.entries["yunshan-members-day"].region == "云山"


def test_the_facts_of_the_examples_are_held_against_the_sources(root: Path, seeds: Path) -> None:
    """With the source texts at hand they pass too; the made-up city is named as one without a text."""
    content, problems = read(root)
    check_facts(content, seeds, problems)
    assert problems.items == []
    (line,) = without_text(content)
    assert "云科协示例办法" in line


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("aspect: 谁管", "aspact: 谁管", "ENTRY_001"),
        ("    - 年度评估 谁做\n", "", "ENTRY_021"),
        ("sources: [rules/39]", "sources: [rules/93]", "ENTRY_009"),
        ("      time_limit: 资料没写\n      sources: [rules/37]", "      sources: [rules/37]", "ENTRY_003"),
        ("    sources: [yunshan/2]\n    expires", "    sources: [yunshan/2]\n    effective", "ENTRY_022"),
    ],
)
def test_a_fault_in_an_example_would_be_seen(root: Path, old: str, new: str, code: str) -> None:
    """The tests above fail when an example goes wrong."""
    changed = 0
    for name in EXAMPLES:
        path = root / "knowledge" / name
        text = path.read_text(encoding="utf-8")
        changed += old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
    assert changed
    assert code in {fault.code for fault in faults(root)}


def test_the_examples_answer_questions(root: Path, small_app: App, tmp_path: Path) -> None:
    """Asked in words that are not among the phrasings, each example answers; the steps are walked, in the city by its
    own, and the city's entry warns when its day is over."""
    data = tmp_path / "data"
    app = App(Settings(**{**vars(small_app.settings), "content": root, "data": data}))
    ask = app.understander.understand
    assert ask("一年的工作最后由谁来评估").target == "example-yearly-review"
    assert ask("秘书处要设几个工作机构，怎么设").target == "example-departments"
    assert ask("云山会员日报名哪天截止呀").target == "yunshan-members-day"
    context = Context("云山", "备案", "成立/备案制", "步骤", "founding-steps-filing", 0)
    assert ask("最后一步是什么", context).step == 2
    talk = Desk(app, tmp_path).person()
    assert "看实际" in talk.say("秘书处怎么设工作机构")
    assert "第 2 步（共 2 步）：设机构" in talk.say("第二步呢")
    assert "云山的规定" in [talk.say("我在下云县"), talk.say("备案制怎么走")][1]
