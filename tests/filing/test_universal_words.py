"""上一步、跳过、暂存、取消、帮助、还差什么、检查: understood at every type of question, and in every form we have."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.field_loader import TYPES
from bot.content.form_loader import load_forms
from bot.content.forms import everything
from bot.content.problems import Problems
from tests.filing.filing_talk import ROOT, Talk, read_form, small

CHOICES = """
  kinds:
    - {name: a, label: 民营企业}
    - {name: b, label: 国有企业}
    - {name: c, label: 没有}
"""
ROWS = {
    "text": "{type: text, name: asked, label: 题目%s}",
    "integer": "{type: integer, name: asked, label: 题目%s}",
    "decimal": "{type: decimal, name: asked, label: 题目%s}",
    "date": "{type: date, name: asked, label: 题目%s}",
    "time": "{type: time, name: asked, label: 题目%s}",
    "select_one": "{type: select_one kinds, name: asked, label: 题目%s}",
    "select_multiple": "{type: select_multiple kinds, name: asked, label: 题目%s}",
    "rank": "{type: rank kinds, name: asked, label: 题目%s}",
    "range": "{type: range, name: asked, label: 题目, start: 1, end: 5%s}",
    "file": "{type: file, name: asked, label: 题目%s}",
    "image": "{type: image, name: asked, label: 题目%s}",
    "acknowledge": "{type: acknowledge, name: asked, label: 题目%s}",
    "repeat": "{type: repeat, name: asked, label: 题目, children: [{type: text, name: inner, label: 里面, required: yes}]%s}",
    "long text": "{type: text, name: asked, label: 题目, appearance: multiline%s}",
    "anything": "{type: text, name: asked, label: 题目, appearance: multiline anything%s}",
    "mobile": "{type: text, name: asked, label: 题目, format: cn_mobile%s}",
    "code": "{type: text, name: asked, label: 题目, format: uscc%s}",
}
"""Type -> a row of it; `%s` takes further keys."""
SHOWN_ONLY = {"note", "calculate", "group"}
"""Types at which nobody stands."""


def standing(kind: str, folder: Path, required: bool, inside: bool = False) -> Talk:
    """Somebody at the second question, which is of that type; `inside`: both are asked in an item of a list."""
    row = ROWS[kind] % (", required: yes" if required else "")
    rows = f"  - {{type: text, name: first, label: 甲, required: yes}}\n  - {row}\n"
    if inside:
        rows = "  - type: repeat\n    name: list\n    label: 名单\n    required: yes\n    children:\n" + "".join(
            f"    {line}\n" for line in rows.splitlines()
        )
    talk = Talk(read_form(small(f"{rows}  - {{type: text, name: last, label: 丙, required: yes}}\n", CHOICES), folder))
    talk.say("测试甲")
    assert "题目" in talk.last
    return talk


def test_every_type_is_tried() -> None:
    """A new type gets its row here."""
    assert set(TYPES) - SHOWN_ONLY <= set(ROWS)


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("required", [False, True])
@pytest.mark.parametrize("kind", list(ROWS))
def test_wishes(kind: str, required: bool, inside: bool, tmp_path: Path) -> None:
    """Each word does what it says and is never taken for the answer."""
    if kind == "repeat" and inside:
        pytest.skip("no list inside a list")
    talk = standing(kind, tmp_path, required, inside)
    before = talk.draft
    assert talk.say("帮助").count("题目") >= 1
    assert "暂存" in talk.last
    assert "还没填" in talk.say("还差什么")
    assert "题目" in talk.say("为什么要填")
    assert "请检查" in talk.say("检查")
    assert talk.draft.values == before.values
    talk.say("取消")
    assert talk.draft.confirming == "cancel"
    assert "题目" in talk.say("接着填")
    assert talk.draft.phase == "asking"
    assert talk.say("暂存").startswith("「小表」存好了")
    assert talk.draft.phase == "paused"
    assert "题目" in talk.say("继续")
    if kind != "repeat":
        assert "甲" in talk.say("上一步")
        assert "题目" in talk.say("继续")
        talk.say("跳过")
        assert talk.draft.values == before.values
        assert ("asked" in talk.draft.skipped) is not required or inside
        assert talk.step.outcome in ("asked", "invalid")
    talk.say("取消", "是")
    assert talk.draft.phase == "cancelled"


def test_a_choice_that_is_a_wish_takes_only_its_own_word(tmp_path: Path) -> None:
    """「没有」 is that choice, 「跳过」 beside it still passes the question over."""
    assert standing("select_one", tmp_path, required=False).say("没有").startswith("记下：没有")
    talk = standing("select_one", tmp_path, required=False)
    talk.say("跳过")
    assert talk.draft.skipped == ("asked",)


def test_no_choice_of_ours_takes_a_wish_away() -> None:
    """In our forms no label and no alias is one of the words with which people leave, go back or ask for help."""
    kept = {"上一步", "返回", "跳过", "暂存", "保存", "取消", "帮助", "检查", "提交", "修改", "继续"}
    taken = [
        (form.form_id, one.name, word)
        for form in load_forms(ROOT / "forms", {}, Problems()).values()
        for one in everything(form.survey)
        for choice in one.choices
        for word in (choice.label, *choice.aliases)
        if word in kept
    ]
    assert taken == []
