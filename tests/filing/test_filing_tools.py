"""Results, tools that keep nothing, names in texts, ready-made answers, and the finer ways of answering."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.forms import Choice, Field, Form
from bot.content.loader import read
from bot.content.problems import Problems
from bot.filing.types import parse, show
from tests.filing.filing_talk import ROOT, TODAY, Talk, read_form, small

YES_NO = '  yn: [{name: "yes", label: 有}, {name: "no", label: 没有}]'
TEST = small(
    """
  - {type: integer, name: workers, label: 科技工作者人数, required: yes, start: 0}
  - {type: select_one yn, name: party, label: 有党组织吗, required: yes}
  - {type: text, name: unit_name, label: 单位简称}
""",
    YES_NO,
).replace(
    "survey:\n",
    """keep: wished
results:
  - {title: 可以成立, text: '${unit_name}有 ${workers} 人，可以成立。', relevant: workers >= 30, sources: [rules/12], form: small}
  - {title: 人数不够, text: '只有 ${workers} 人。', relevant: workers < 30, sources: [rules/13]}
  - {title: 先问党组织, text: 先请党组织同意。, relevant: "party == 'yes'"}
survey:
""",
)


@pytest.fixture
def tool(tmp_path: Path) -> Talk:
    """Somebody who has answered all questions of the tool."""
    talk = Talk(read_form(TEST, tmp_path))
    talk.say("50", "有", "测试甲")
    return talk


def test_a_tool_says_first_that_it_keeps_nothing(tmp_path: Path) -> None:
    """No consent to storing is asked for."""
    talk = Talk(read_form(TEST, tmp_path))
    assert "不点「保存结果」就不留下" in talk.last
    assert "就表示同意" not in talk.last


def test_the_results_that_hold_come_after_the_last_question(tool: Talk) -> None:
    """In order, with answers filled in and sources named, and the ways that follow; no check page before."""
    assert tool.step.outcome == "checking"
    assert tool.last.index("【可以成立】\n测试甲有 50 人") < tool.last.index("【先问党组织】")
    assert "人数不够" not in tool.last
    assert "依据：rules/12" in tool.last
    assert [b.id for b in tool.buttons if "现在就填" in b.label] == ["form:start:small"]
    assert [b.label for b in tool.buttons][-3:] == ["保存结果", "改答案", "结束"]


@pytest.mark.parametrize("word", ["结束", "不保存", "不存"])
def test_a_tool_that_is_left_keeps_nothing(tool: Talk, word: str) -> None:
    """The outcome tells the service to delete the draft."""
    tool.say(word)
    assert (tool.step.outcome, tool.draft.phase, tool.submits) == ("ended", "cancelled", 0)


@pytest.mark.parametrize("word", ["保存", "保存结果", "提交", "存下来"])
def test_a_result_is_kept_when_it_is_wished(tool: Talk, word: str) -> None:
    """Then it is a submission like any other."""
    tool.say(word)
    assert tool.step.outcome == "submit"
    assert tool.draft.answers(tool.form) == {"workers": 50, "party": "yes", "unit_name": "测试甲"}


def test_other_answers_give_other_results(tool: Talk) -> None:
    """改答案 lists the answers; the new results follow at once."""
    tool.press("改答案")
    assert "1. 科技工作者人数：50" in tool.last
    tool.say("1", "20")
    assert "只有 20 人" in tool.last
    assert "可以成立" not in tool.last


def test_after_a_question_the_results_are_not_told_again(tool: Talk) -> None:
    """A word is enough."""
    tool.say("好")
    assert "还没有保存" in tool.last
    assert "【" not in tool.last


def test_names_in_texts_are_filled_in(tmp_path: Path) -> None:
    """Labels and hints show answers as people read them; an empty one is a blank; a sensitive one is masked; what a
    person wrote is not looked through again."""
    survey = """
  - {type: text, name: who, label: 姓名}
  - {type: text, name: phone, label: 手机, format: cn_mobile, sensitive: yes}
  - {type: select_one yn, name: party, label: '${who}的党组织', hint: '电话 ${phone}'}
  - {type: note, name: n, label: '${who}，党组织：${party}'}
  - {type: text, name: last, label: 还有什么}
"""
    form = read_form(small(survey, YES_NO), tmp_path)
    talk = Talk(form)
    talk.say("${phone}", "13800138000")
    assert "${phone}的党组织" in talk.last
    assert "电话 138****8000" in talk.last
    talk.say("有")
    assert "${phone}，党组织：有" in talk.last
    talk = Talk(form)
    talk.say("跳过", "跳过")
    assert "＿＿的党组织" in talk.last
    talk.say("有", "跳过", "改 ＿＿的党组织", "没有")
    assert talk.draft.values["party"] == "no"


def test_a_ready_made_answer_is_offered_and_taken_with_a_word(tmp_path: Path) -> None:
    """好, 继续 and the button take it; another answer or 跳过 does not."""
    survey = "  - {type: integer, name: term, label: 每届几年, default: 5}\n"
    survey += "  - {type: select_one yn, name: standing, label: 设常委会吗, default: no}\n"
    form = read_form(small(survey, YES_NO), tmp_path)
    talk = Talk(form)
    assert "一般填「5」" in talk.last
    talk.say("好")
    talk.press("就用「没有」")
    assert talk.draft.values == {"term": 5, "standing": "no"}
    talk = Talk(form)
    talk.say("3年", "跳过")
    assert talk.draft.values == {"term": 3}
    talk = Talk(form)
    talk.say("继续", "有")
    assert talk.draft.values == {"term": 5, "standing": "yes"}


def test_read_only_rows_are_shown_and_handed_in(tmp_path: Path) -> None:
    """They are not asked and cannot be changed."""
    survey = "  - {type: text, name: year, label: 年度, read_only: yes, default: '2026'}\n"
    survey += "  - {type: text, name: unit, label: 单位}\n"
    talk = Talk(read_form(small(survey), tmp_path))
    assert "（1/1）单位" in talk.last
    talk.say("测试甲")
    assert "- 年度：2026" in talk.last
    assert talk.draft.answers(talk.form) == {"unit": "测试甲", "year": "2026"}


def test_why_is_answered_with_the_purpose_and_the_clause() -> None:
    """「为什么要填」 names the rule that demands the answer."""
    content, problems = read(ROOT)
    assert not problems.items
    talk = Talk(content.forms["founding_filing"])
    talk.say("为什么要填")
    assert "备案材料里的企业简介和章程都要用这个名称" in talk.last
    assert "依据：手册 " in talk.last
    assert all("/" not in clause for clause in content.forms["founding_filing"].clauses.values())


def test_the_opening_says_who_hands_in_and_who_reviews() -> None:
    """Both stand before the first question."""
    form = load_forms(ROOT / "forms", (), Problems())["founding_filing"]
    opening = Talk(form).last
    assert f"谁可以填：{form.audience}" in opening
    assert f"谁来审：{form.reviewer}" in opening


AREAS = (
    Choice("soft", "信息和软件", ("软件",)),
    Choice("bio", "生物医药"),
    Choice("new", "新材料、新能源"),
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("1、3 和 2", ["soft", "new", "bio"]),
        ("信息和软件", ["soft"]),
        ("新材料、新能源，生物医药", ["new", "bio"]),
        ("软件和生物医药", ["soft", "bio"]),
        ("2跟3", ["bio", "new"]),
        ("都要", ["soft", "bio", "new"]),
        ("全选", ["soft", "bio", "new"]),
    ],
)
def test_several_choices_are_read_as_people_write_them(text: str, names: list[str]) -> None:
    """Numbers, names, and names that hold a separator themselves."""
    assert parse(Field("select_multiple", "a", "领域", choices=AREAS), text, TODAY).value == names


@pytest.mark.parametrize("text", ["2 1 3", "213", "2、1、3", "2>1>3", "先2再1最后3", "生物医药 软件 新材料、新能源"])
def test_a_ranking_is_read_as_people_write_it(text: str) -> None:
    """Numbers with or without signs between them, or names in order."""
    assert parse(Field("rank", "a", "顺序", choices=AREAS), text, TODAY).value == ["bio", "soft", "new"]


@pytest.mark.parametrize("text", ["2 1", "2 1 4", "1 1 2", "随便"])
def test_a_ranking_that_is_not_whole_is_asked_again(text: str) -> None:
    """Every choice once."""
    with pytest.raises(ValueError, match=r"排|可选"):
        parse(Field("rank", "a", "顺序", choices=AREAS), text, TODAY)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("下午两点半", "14:30"),
        ("晚上八点", "20:00"),
        ("上午十点一刻", "10:15"),
        ("中午12点", "12:00"),
        ("9点三十", "09:30"),
        ("１４：３０", "14:30"),
        ("14时5分", "14:05"),
        ("中午一点", "13:00"),
    ],
)
def test_times_are_read_as_people_say_them(text: str, value: str) -> None:
    """Figures or words, with the part of the day."""
    assert parse(Field("time", "a", "时间"), text, date(2026, 11, 21)).value == value


def test_a_short_range_has_buttons(tmp_path: Path) -> None:
    """From 1 to 5: five buttons; typing works as well, out of the range does not."""
    talk = Talk(
        read_form(small("  - {type: range, name: a, label: 打几分, start: 1, end: 5, required: yes}\n"), tmp_path)
    )
    assert "从 1 到 5" in talk.last
    talk.say("6")
    assert talk.step.outcome == "invalid"
    talk.press("4")
    assert talk.draft.values == {"a": 4}


def test_none_can_be_a_choice_and_no_wish_to_skip(tmp_path: Path) -> None:
    """没有 to a question of yes or no is an answer, though 没有 passes over other questions."""
    choices = '  yn: [{name: "yes", label: 是}, {name: "no", label: 否}]'
    talk = Talk(
        read_form(small("  - {type: select_one yn, name: a, label: 建了党组织吗, required: yes}\n", choices), tmp_path)
    )
    talk.say("没有")
    assert talk.draft.values == {"a": "no"}


def test_a_value_of_another_type_is_set_aside_by_a_new_version(tmp_path: Path) -> None:
    """Should a type change after all, the old answer is kept under another key and the question asked anew."""
    talk = Talk(
        read_form(small("  - {type: text, name: a, label: 单位}\n  - {type: text, name: b, label: 时间}\n"), tmp_path)
    )
    talk.say("测试甲", "不知道")
    text = small("  - {type: text, name: a, label: 单位}\n  - {type: date, name: b, label: 时间, required: yes}\n")
    talk.form = read_form(text.replace('"1"', '"2"'), tmp_path)
    talk.say("检查")
    assert talk.draft.values == {"a": "测试甲", "b@earlier": "不知道"}
    assert talk.draft.answers(talk.form) == {"a": "测试甲"}
    talk.say("提交")
    assert talk.submits == 0
    assert "时间" in talk.last


def test_a_calculated_number_is_shown_without_a_needless_fraction() -> None:
    """3.0 is 3."""
    assert show(Field("calculate", "a", "合计"), 3.0) == "3"


def test_forms_are_frozen_with_the_words_for_what_they_point_to(tmp_path: Path) -> None:
    """`clauses` and `titles` are no keys of the file."""
    form: Form = read_form(TEST, tmp_path)
    assert form.titles == {"small": "小表"}
    assert form.expires_in == 1
