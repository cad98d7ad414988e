"""Filling in forms, as conversations."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.forms import Form
from bot.content.problems import Problems
from bot.filing.engine import repeat
from tests.filing.filing_talk import ROOT, Talk, read_form, small

ANSWERS = (
    "测试甲科技有限公司",
    "91110000600037341L",
    "瑞安",
    "瑞安市",
    "企业路1号",
    "民营",
    "120",
    "60",
    "没有党组织",
    "上周五",
    "测试甲、测试乙",
    "上周六",
    "9",
    "测试甲，副总经理",
    "没有",
    "测试乙",
    "60",
    "测试乙",
    "+86 138 0013-8000",
    "跳过",
    "跳过",
    "跳过",
    "跳过",
    "同意",
)


@pytest.fixture(scope="module")
def filing() -> Form:
    """The form for 企业科协备案 with its real sources left unchecked."""
    return load_forms(ROOT / "forms", (), Problems())["founding_filing"]


@pytest.fixture
def checked(filing: Form) -> Talk:
    """A conversation that stands on the check page."""
    talk = Talk(filing)
    talk.say(*ANSWERS)
    assert talk.step.outcome == "checking", talk.last
    return talk


def test_purpose_and_retention_come_before_the_first_question(filing: Form) -> None:
    """What the answers are for and how long they are kept stands before question one."""
    talk = Talk(filing)
    assert talk.last.index(filing.purpose) < talk.last.index(filing.retention) < talk.last.index("（1/")


def test_a_filing_goes_from_the_first_question_to_one_submission(checked: Talk) -> None:
    """Answered by typing alone, the form is submitted once however often 提交 is said or pressed."""
    press = next(button.id for button in checked.buttons if button.label == "提交")
    checked.say("提交")
    assert checked.step.outcome == "submit"
    assert "还没交的材料" in checked.last
    checked.press_id(press)
    assert "已经提交" in checked.last
    checked.say("提交")
    assert checked.submits == 1
    answers = checked.draft.answers(checked.form)
    assert answers["region"] == "温州"
    assert answers["party"] == "no"
    assert answers["mobile"] == "13800138000"
    assert "party_agreed_on" not in answers


def test_the_check_page_lists_all_answers_and_masks_sensitive_ones(checked: Talk) -> None:
    """Every question stands there with its answer; the telephone number is hidden in the middle."""
    assert "测试甲科技有限公司" in checked.last
    assert "138****8000" in checked.last
    assert "13800138000" not in checked.last
    assert "（没填）" in checked.last


def test_a_change_returns_to_the_check_page(checked: Talk) -> None:
    """改 3, the bare number, the label and label with value all change one answer."""
    checked.say("改 3", "镇江")
    assert checked.step.outcome == "checking"
    checked.say("3", "岳阳")
    assert checked.step.outcome == "checking"
    checked.say("改「联系人姓名」", "测试丙")
    assert "测试丙" in checked.last
    checked.say("改邮箱为 ceshi@example.com")
    assert checked.draft.values["email"] == "ceshi@example.com"
    assert checked.step.outcome == "checking"


def test_a_change_asks_first_for_what_it_newly_needs(checked: Talk) -> None:
    """With a party organisation the day on which it agreed is asked before the check page comes back. The
    answer that is irrelevant now is kept in the draft and left out of the submission."""
    checked.say("改 企业有没有党组织", "有")
    assert checked.draft.at == "party_agreed_on"
    checked.say("上周四")
    assert checked.step.outcome == "checking"
    answers = checked.draft.answers(checked.form)
    assert "board_agreed_on" not in answers
    assert "board_agreed_on" in checked.draft.values


def test_answers_that_no_longer_fit_are_asked_again(checked: Talk) -> None:
    """With fewer employees the number of science workers is asked again; submitting is not possible before."""
    checked.say("改 员工总数", "30")
    assert "科技工作者人数" in checked.last
    checked.say("提交")
    assert checked.submits == 0
    checked.say("20", "25")
    assert checked.step.outcome == "checking"


def test_answering_dates_keeps_the_dates_answered_before(filing: Form) -> None:
    """A later answer does not push out an earlier date whose constraint names today()."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:12])
    assert talk.draft.values["board_agreed_on"] == "2026-11-13"
    assert talk.draft.values["congress_on"] == "2026-11-14"


def test_several_answers_in_one_message_are_taken_and_shown_back(filing: Form) -> None:
    """Tags and unmistakable shapes carry answers to other questions."""
    talk = Talk(filing)
    talk.say("单位叫测试甲科技有限公司，信用代码 91110000600037341L，搞技术的五十人左右")
    assert talk.draft.values["unit_name"] == "测试甲科技有限公司"
    assert talk.draft.values["uscc"] == "91110000600037341L"
    assert talk.draft.values["science_workers"] == 50
    assert "约数" in talk.last
    talk.say("联系人测试乙 手机 138 0013 8000")
    assert talk.draft.values["contact"] == "测试乙"
    assert talk.draft.values["mobile"] == "13800138000"


def test_an_address_that_begins_with_a_tag_is_an_address(filing: Form) -> None:
    """企业路1号 does not overwrite the name of the 企业."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:5])
    assert talk.draft.values["address"] == "企业路1号"
    assert talk.draft.values["unit_name"] == "测试甲科技有限公司"


@pytest.mark.parametrize("text", ["要什么材料？", "请问备案要多久", "温州多少人才能建", "党组织不同意怎么办"])
def test_a_question_in_the_middle_changes_nothing(filing: Form, text: str) -> None:
    """A question is left to the knowledge base, and the form question can be repeated."""
    talk = Talk(filing)
    for position in (0, 2, 5):
        before = talk.draft
        talk.say(text)
        assert (talk.step.outcome, talk.step.replies, talk.draft) == ("elsewhere", (), before)
        assert "（" in repeat(talk.form, talk.draft).text
        talk.say(*ANSWERS[position : position + 3])


def test_the_third_failure_offers_help_and_a_person(filing: Form) -> None:
    """Each failure repeats the label; the third offers more; the wrong value is kept."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司")
    for attempt in ("911", "9111", "91111"):
        talk.say(attempt)
        assert talk.step.outcome == "invalid"
        assert "「统一社会信用代码」" in talk.last
        assert talk.draft.rejected == attempt
    assert "human" in [button.id for button in talk.buttons]


def test_the_check_digit_is_never_put_right_in_silence(filing: Form) -> None:
    """A code whose check digit does not fit is refused; one that begins with a letter is taken with a warning."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司", "91110000600037342L")
    assert "校验位" in talk.last
    assert "营业执照" in talk.last
    talk.say("N1110000600037341L")
    assert talk.draft.values["uscc"] == "N1110000600037341L"
    assert "再对照" in talk.last


def test_cancelling_asks_first(filing: Form) -> None:
    """取消 is done only after a yes; anything else goes on."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司", "取消")
    assert talk.draft.phase == "asking"
    talk.say("不")
    assert talk.draft.phase == "asking"
    talk.say("取消", "是")
    assert talk.step.outcome == "cancelled"


def test_pausing_keeps_the_place(filing: Form) -> None:
    """暂存 and going on later lead to the same question."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司", "暂存")
    assert talk.step.outcome == "paused"
    assert talk.draft.resumed().at == "uscc"
    assert talk.draft.resumed().phase == "asking"


def test_back_and_skip(filing: Form) -> None:
    """上一步 shows the answer given; 跳过 is refused for what is required."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司", "上一步")
    assert "测试甲科技有限公司" in talk.last
    talk.say("测试乙科技有限公司", "跳过")
    assert talk.draft.at == "uscc"
    assert "必填" in talk.last


def test_a_stale_button_gets_a_polite_reply(filing: Form) -> None:
    """A button of an earlier question changes nothing and shows the present question."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:2])
    old = next(button.id for button in talk.buttons if button.label == "温州")
    talk.press("镇江")
    before = talk.draft
    talk.press_id(old)
    assert talk.draft == before
    assert "前面一步" in talk.last
    assert "（4/" in talk.last


def test_files_arrive_one_by_one(filing: Form) -> None:
    """An album is collected until 完成, under whichever of its replies the button is pressed."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:20])
    talk.send("a.pdf")
    done = next(button.id for button in talk.buttons if "完成" in button.label)
    talk.send("b.pdf")
    talk.press_id(done)
    assert [file["name"] for file in talk.draft.values["charter_file"]] == ["a.pdf", "b.pdf"]
    assert talk.draft.at == "committee_file"


def test_wrong_files_are_refused_with_the_reason(filing: Form) -> None:
    """A program named .pdf, a large, an empty and an unfetched file are not taken."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:20])
    talk.send("evil.pdf", media_type="application/x-msdownload")
    assert "内容不是 pdf" in talk.last
    talk.send("a.pdf", size=99_000_000)
    assert "MB" in talk.last
    talk.send("a.pdf", size=0)
    assert "空的" in talk.last
    talk.send("a.pdf", problem="文件没有下载到，请再发一次。")
    assert "再发一次" in talk.last
    assert "charter_file" not in talk.draft.values


def test_changing_files_keeps_the_old_ones_until_new_ones_come(filing: Form) -> None:
    """改 and then 不改了 loses nothing; the first new file replaces the old ones."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:20])
    talk.send("a.pdf")
    talk.say("完成", "跳过", "跳过", "同意", "改 企业科协章程和企业简介")
    talk.press("不改了")
    assert talk.draft.values["charter_file"][0]["name"] == "a.pdf"
    talk.say("改 企业科协章程和企业简介")
    talk.send("b.pdf", "c.pdf")
    assert [file["name"] for file in talk.draft.values["charter_file"]] == ["b.pdf", "c.pdf"]


def test_button_ids_are_short_ascii(checked: Talk) -> None:
    """Telegram allows 64 bytes."""
    checked.press("修改")
    assert len(checked.buttons) > 20
    assert all(button.id.isascii() and len(button.id) < 60 and len(button.label) <= 20 for button in checked.buttons)


def test_emoji_and_overlong_answers_are_refused_kindly(filing: Form) -> None:
    """A name needs a letter or a digit, and a text has an end."""
    talk = Talk(filing)
    talk.say("👍")
    assert "文字" in talk.last
    talk.say("长" * 2001)
    assert "太长" in talk.last
    assert talk.draft.at == "unit_name"


CHAIN = small(
    """
  - {type: select_one yn, name: a, label: 有车吗, required: yes}
  - {type: select_one yn, name: b, label: 开来吗, required: yes, relevant: a == 'yes'}
  - {type: text, name: c, label: 车牌号, required: yes, relevant: b == 'yes'}
  - {type: note, name: n, label: 下面请写人数。}
  - {type: integer, name: d, label: 人数, required: yes}
  - {type: calculate, name: e, label: 份数, calculation: d * 2}
""",
    '  yn: [{name: "yes", label: 有}, {name: "no", label: 没有}]',
)


def test_an_answer_behind_an_irrelevant_one_is_irrelevant_too(tmp_path: Path) -> None:
    """Relevance is passed on: without a car neither 开来吗 nor 车牌号 is submitted."""
    talk = Talk(read_form(CHAIN, tmp_path))
    talk.say("有", "有", "测A00000", "3", "改 1", "没有")
    assert talk.step.outcome == "checking"
    assert talk.draft.answers(talk.form) == {"a": "no", "d": 3, "e": 6}


def test_a_change_with_its_value_is_said_back(tmp_path: Path) -> None:
    """In the middle of the form 「改 … 五十五」 and 「把…改成…」 are taken, and the next question says so."""
    survey = """
  - {type: integer, name: a, label: 员工总数, required: yes}
  - {type: text, name: b, label: 联系手机, format: cn_mobile, sensitive: yes, required: yes}
  - {type: text, name: c, label: 地址, required: yes}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("50", "13800138000")
    assert "「员工总数」改成：55。" in talk.say("改 员工总数 五十五")
    assert "「联系手机」改成：138****8001。" in talk.say("把联系手机改成138 0013 8001")
    assert "（3/3）地址" in talk.last
    assert "还没收下" in talk.say("改 员工总数 一半")
    assert talk.draft.values["a"] == 55


def test_a_change_may_name_number_or_label_and_value_in_one_line(tmp_path: Path) -> None:
    """「改 2 不是」 and 「改 地址 测试路」 need no 为; a word that is only like a label is no change."""
    survey = """
  - {type: text, name: a, label: 地址, required: yes}
  - {type: select_one yn, name: b, label: 开来吗, required: yes}
"""
    talk = Talk(read_form(small(survey, '  yn: [{name: "yes", label: 是}, {name: "no", label: 不是}]'), tmp_path))
    talk.say("测试街", "是")
    assert "2. 开来吗：不是" in talk.say("改 2 不是")
    assert "1. 地址：测试路" in talk.say("改 地址 测试路")
    assert talk.draft.values == {"a": "测试路", "b": "no"}


def test_a_number_after_a_name_is_no_part_of_the_name(tmp_path: Path) -> None:
    """「联系人李四 138…」 in one breath: two answers."""
    survey = """
  - {type: text, name: a, label: 地址, required: yes}
  - {type: text, name: b, label: 联系人, required: yes}
  - {type: text, name: c, label: 联系手机, format: cn_mobile, required: yes}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("测试路，联系人李测试138 0013 8000")
    assert talk.draft.values == {"a": "测试路", "b": "李测试", "c": "13800138000"}


def test_none_is_zero_where_a_number_has_to_be_given(tmp_path: Path) -> None:
    """「没有」 answers how many and is shown back; where nothing needs to be said it passes over, and where at least one is
    wanted it is refused."""
    survey = """
  - {type: integer, name: a, label: 专职几人, required: yes}
  - {type: integer, name: b, label: 兼职几人}
  - {type: integer, name: c, label: 会员几人, required: yes, start: 1}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    assert "记成 0。" in talk.say("没有")
    assert "跳过「兼职几人」" in talk.say("没有")
    assert "「会员几人」还没收下" in talk.say("一个也没有")
    assert talk.draft.values == {"a": 0}


def test_notes_stand_before_the_question_that_follows(tmp_path: Path) -> None:
    """A note is read and not answered."""
    talk = Talk(read_form(CHAIN, tmp_path))
    talk.say("没有")
    assert talk.last.index("下面请写人数。") < talk.last.index("（2/2）人数")


CHOICES = small(
    """
  - {type: select_one city, name: city, label: 城市, required: yes}
  - {type: select_one area, name: area, label: 区县, required: yes, choice_filter: city == of}
  - {type: select_multiple topic, name: topics, label: 专题, required: yes, constraint: count(this) <= 2,
     constraint_message: 最多选两个。}
""",
    """  city: [{name: z, label: 镇江}, {name: w, label: 温州}]
  area: [{name: dt, label: 丹徒, of: z}, {name: ra, label: 瑞安, of: w}]
  topic: [{name: p, label: 科普}, {name: q, label: 培训}, {name: r, label: 攻关}]""",
)


def test_choices_are_filtered_by_an_earlier_answer(tmp_path: Path) -> None:
    """Only the districts of the chosen city are offered; a change of the city asks for the district again."""
    talk = Talk(read_form(CHOICES, tmp_path))
    talk.say("温州")
    assert "瑞安" in talk.last
    assert "丹徒" not in talk.last
    talk.say("瑞安", "1和2", "改 城市", "镇江")
    assert talk.draft.at == "area"
    talk.say("丹徒")
    assert talk.draft.answers(talk.form) == {"city": "z", "area": "dt", "topics": ["p", "q"]}


def test_several_choices_are_typed_or_pressed(tmp_path: Path) -> None:
    """1、2 和 3 at once, or one press each and 完成; constraints hold for both."""
    talk = Talk(read_form(CHOICES, tmp_path))
    talk.say("温州", "瑞安", "1、2 和 3")
    assert "最多选两个" in talk.last
    talk.press("科普")
    talk.press("攻关")
    talk.press("完成")
    assert talk.draft.values["topics"] == ["p", "r"]
    assert talk.step.outcome == "checking"


def test_a_draft_goes_on_after_the_form_was_changed(tmp_path: Path) -> None:
    """A question that is gone is not asked; answers are kept by name; the submission has the new version."""
    form = read_form(CHOICES, tmp_path)
    talk = Talk(form)
    talk.say("温州")
    assert talk.draft.at == "area"
    talk.form = replace(form, version="2", survey=tuple(f for f in form.survey if f.name != "area"))
    repeat(talk.form, talk.draft)
    talk.say("1")
    assert talk.step.outcome in ("checking", "asked")
    talk.say("提交")
    assert talk.draft.form_version == "2"
    assert talk.draft.values["city"] == "w"


def test_a_form_takes_nothing_outside_its_days(tmp_path: Path) -> None:
    """Before `opens` and after `deadline` the form says so; a draft begun in time cannot be submitted too late."""
    form = read_form(small("  - {type: text, name: a, label: 单位}\n"), tmp_path)
    for closed, named in (
        (replace(form, opens="2026-11-22"), "2026年11月22日"),
        (replace(form, deadline="2026-11-20"), "2026年11月20日"),
    ):
        talk = Talk(closed)
        assert talk.step.outcome == "cancelled"
        assert named in talk.last
    talk = Talk(replace(form, opens="2026-11-21", deadline="2026-11-21"))
    talk.say("测试甲")
    talk.form = replace(form, deadline="2026-11-20")
    talk.say("提交")
    assert talk.submits == 0
    assert "截止" in talk.last


def test_what_stands_before_the_first_tag_answers_the_present_question(filing: Form) -> None:
    """「公司名，信用代码 …」 gives both; a word of politeness is no name."""
    talk = Talk(filing)
    talk.say("测试甲科技有限公司，信用代码91110000600037341L")
    assert talk.draft.values["unit_name"] == "测试甲科技有限公司"
    assert talk.draft.at == "region"
    talk = Talk(filing)
    talk.say("对了，手机13800138000")
    assert "unit_name" not in talk.draft.values
    assert talk.draft.values["mobile"] == "13800138000"


@pytest.mark.parametrize(
    "text", ["我们公司叫测试甲有限公司", "单位：测试甲有限公司", "单位全称是测试甲有限公司", "测试甲有限公司"]
)
def test_the_announcing_words_are_no_part_of_the_answer(filing: Form, text: str) -> None:
    """However the name is introduced, only the name is kept."""
    talk = Talk(filing)
    talk.say(text)
    assert talk.draft.values["unit_name"] == "测试甲有限公司"


@pytest.mark.parametrize("text", ["你好", "我要备案", "谢谢！"])
def test_a_greeting_is_no_name(filing: Form, text: str) -> None:
    """Politeness and the wish that started the form are left to the rest of the assistant."""
    talk = Talk(filing)
    talk.say(text)
    assert talk.step.outcome == "elsewhere"


def test_how_many_chairs_is_not_who(filing: Form) -> None:
    """主席1人 answers no question for a name."""
    talk = Talk(filing)
    talk.say(*ANSWERS[:12], "主席1人，副主席2人，委员9人")
    assert talk.draft.values["committee_size"] == 9
    assert "chair" not in talk.draft.values


@pytest.mark.parametrize(
    ("text", "name"),
    [("改手机", "mobile"), ("第3项改一下", "region"), ("我要改单位名称", "unit_name"), ("修改 联系人姓名", "contact")],
)
def test_a_change_can_be_wished_in_many_words(checked: Talk, text: str, name: str) -> None:
    """By number, label or the words that announce the answer."""
    checked.say(text)
    assert checked.draft.at == name


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("手机改成13900139000", "mobile", "13900139000"),
        ("会员改成50", "members", 50),
        ("改会员 50", "members", 50),
        ("把联系人改成测试丙", "contact", "测试丙"),
        ("会员不对，是50人", "members", 50),
        ("刚才会员报错了，应该是50", "members", 50),
        ("手机错了,应该是13900139000", "mobile", "13900139000"),
    ],
)
def test_a_change_and_its_value_in_one_message(checked: Talk, text: str, name: str, value: object) -> None:
    """The check page comes back at once."""
    checked.say(text)
    assert checked.draft.values[name] == value
    assert checked.step.outcome == "checking"


@pytest.mark.parametrize(
    ("text", "example"),
    [("人数不对，是350人", "「改科技工作者人数为350人」"), ("人数错了", "「改 2」"), ("改人数", "「改 2」")],
)
def test_a_word_that_names_several_answers_is_asked_about(tmp_path: Path, text: str, example: str) -> None:
    """「人数」 may be that of the experts or of the members: nothing is changed until one is named, by a button, by its
    number or by its whole name."""
    survey = """
  - {type: text, name: unit, label: 单位名称, required: yes}
  - {type: integer, name: experts, label: 科技工作者人数, required: yes}
  - {type: integer, name: members, label: 会员人数, required: yes}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("测试有限公司", "80", "60")
    before = talk.draft.values
    asked = talk.say(text)
    assert "「人数」有 2 项：科技工作者人数、会员人数" in asked
    assert example in asked
    assert talk.draft.values == before
    talk.press("3. 会员人数")
    assert talk.draft.at == "members"
    talk.say("70", "改科技工作者人数为350人")
    assert talk.draft.values == {**before, "experts": 350, "members": 70}


@pytest.mark.parametrize("text", ["好", "确认", "ok", "是的"])
def test_a_mere_yes_does_not_submit(checked: Talk, text: str) -> None:
    """Handing in takes the word 提交; the check page says so."""
    checked.say(text)
    assert checked.submits == 0
    assert "回复「提交」" in checked.last


def test_a_message_to_staff_may_say_anything(tmp_path: Path) -> None:
    """Where everything is an answer, questions and talk of changing are kept word by word."""
    survey = """
  - {type: text, name: content, label: 想说什么, required: yes, appearance: multiline anything}
  - {type: text, name: phone, label: 手机, format: cn_mobile, compact_tag: 电话}
"""
    form = read_form(small(survey), tmp_path)
    for text in (
        "请问什么时候审核？",
        "请把我们登记的电话改成13900139000，谢谢",
        "单位：测试甲，电话 13800138000 打不通",
    ):
        talk = Talk(form)
        talk.say(text)
        assert talk.draft.values == {"content": text}


NOT_MANDATORY = """
  - {type: text, name: unit, label: 单位地址, required: yes, compact_tag: 地址}
  - {type: text, name: secretary, label: 秘书长姓名, required: yes}
  - {type: text, name: vice, label: 副主席姓名, compact_tag: 副主席}
  - {type: text, name: email, label: 邮箱, format: email}
  - {type: file, name: charter, label: 章程, accept: [.pdf, .docx, .doc, .jpg, .jpeg, .png]}
  - {type: text, name: last, label: 末项, required: yes}
"""


def test_there_is_none_passes_a_question_over(tmp_path: Path) -> None:
    """「没有副主席」, 「没有邮箱」, 「没有章程」 are no answers; at a question that must be answered it is said so."""
    talk = Talk(read_form(small(NOT_MANDATORY), tmp_path))
    talk.say("测试路1号")
    for said in ("暂时没定", "还没选出来", "待定"):
        assert "必填" in talk.say(said)
    talk.say("王测试", "没有副主席", "我们没有邮箱")
    assert "请发文件：PDF、Word、图片（jpg、png）" in talk.last
    talk.say("没有章程")
    assert talk.draft.at == "last"
    assert talk.draft.values == {"unit": "测试路1号", "secretary": "王测试"}


@pytest.mark.parametrize("said", ["地址写错了", "单位地址填错了，要改一下", "第1项改成测试路2号", "第 1 项写错了"])
def test_a_slip_is_put_right_in_ones_own_words(tmp_path: Path, said: str) -> None:
    """At any question, one for files too; what was said is not taken for the answer."""
    talk = Talk(read_form(small(NOT_MANDATORY), tmp_path))
    talk.say("测试路1号", "王测试", "跳过", "跳过", said)
    if "成" not in said:
        assert "改「单位地址」" in talk.last
        talk.say("测试路2号")
    assert talk.draft.values["unit"] == "测试路2号"
    assert talk.draft.at == "charter"


def test_written_wrongly_goes_back(tmp_path: Path) -> None:
    """「写错了」 alone means the answer before."""
    talk = Talk(read_form(small(NOT_MANDATORY), tmp_path))
    talk.say("测试路1号", "刚才填错了")
    assert talk.draft.at == "unit"


def test_help_after_three_failures_offers_each_way_once(tmp_path: Path) -> None:
    """A person is offered; no button stands there twice."""
    talk = Talk(read_form(small(NOT_MANDATORY), tmp_path))
    talk.say("测试路1号", "王测试", "跳过", "a", "b", "c")
    labels = [button.label for button in talk.buttons]
    assert "找人工" in labels
    assert len(labels) == len(set(labels))
