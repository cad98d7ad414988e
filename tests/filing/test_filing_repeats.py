"""Lists of people and things: one after another, pasted, changed, taken out, counted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn

from bot.content.forms import Form
from bot.export import EXPORTERS
from bot.export.csv_file import items_file
from bot.filing.copy import write_copy
from bot.filing.submission import Submission
from tests.export.test_export_files import read_csv
from tests.filing.filing_talk import ROOT, Talk, read_form, small

TEMPLATE = (ROOT / "forms" / "templates" / "receipt.docx").read_bytes()

MEMBERS = small(
    """
  - {type: text, name: unit_name, label: 单位, required: yes}
  - type: repeat
    name: members
    label: 会员
    required: yes
    start: 2
    end: 6
    children:
      - {type: text, name: member_name, label: 姓名, required: yes}
      - {type: integer, name: age, label: 年龄, start: 16, constraint: this < 100, constraint_message: 年龄太大了。}
      - {type: select_one yn, name: party, label: 党员吗, required: yes}
      - {type: date, name: joined, label: 入党日期, relevant: party == 'yes', required: yes}
      - {type: calculate, name: double, calculation: age * 2}
  - {type: calculate, name: total, label: 会员数, calculation: count(members)}
  - {type: calculate, name: ages, label: 年龄合计, calculation: "sum(members, 'age')"}
  - {type: calculate, name: doubles, label: 两倍, calculation: "sum(members, 'double')"}
  - {type: text, name: remark, label: '${unit_name}的 ${total} 位会员有什么要说'}
""",
    '  yn: [{name: "yes", label: 是}, {name: "no", label: 不是}]',
)
PASTED = "姓名 年龄 党员\n1. 孙七，44，是，2020年1月1日\n2. 周八 22 否\n\n3、吴九、33、不是\n"


@pytest.fixture
def members(tmp_path: Path) -> Form:
    return read_form(MEMBERS, tmp_path)


@pytest.fixture
def talk(members: Form) -> Talk:
    """Somebody who has come to the list."""
    found = Talk(members)
    found.say("测试甲")
    return found


@pytest.fixture
def filled(talk: Talk) -> Talk:
    """Two members are there; the list asks for more."""
    talk.say("张三", "30", "是", "上周五", "李四", "跳过", "不是")
    assert "再加一位，还是没有了" in talk.last
    return talk


def names(talk: Talk) -> list[str]:
    return [item["member_name"] for item in talk.draft.values.get("members", [])]


def test_items_are_asked_one_after_another(filled: Talk) -> None:
    """Each item's questions in turn, with relevance inside it; then whether there is one more."""
    assert filled.draft.values["members"] == [
        {"member_name": "张三", "age": 30, "party": "yes", "joined": "2026-11-13"},
        {"member_name": "李四", "party": "no"},
    ]
    filled.press("再加一位")
    assert "会员 第 3 位 （1/3）姓名" in filled.last
    filled.say("王五", "40", "不是", "没有了")
    assert "「会员」一共 3 位" in filled.last
    filled.say("跳过")
    assert filled.step.outcome == "checking"
    assert "2. 会员：3 位：张三、李四、王五" in filled.last
    assert "会员数：3" in filled.last
    filled.say("提交")
    assert filled.submits == 1
    answers = filled.draft.answers(filled.form)
    assert (answers["total"], answers["ages"], answers["doubles"]) == (3, 70, 140)


def test_fewer_than_the_fewest_cannot_be_handed_in(talk: Talk) -> None:
    """没有了 before the second member is answered with what is lacking; 提交 too."""
    talk.say("张三", "30", "不是", "没有了")
    assert "还差 1 位" in talk.last
    talk.say("提交")
    assert talk.submits == 0


def test_a_full_list_ends_by_itself(filled: Talk) -> None:
    """With the last one that fits nobody is asked whether there are more."""
    for name in ("王五", "赵六", "钱七", "孙八"):
        filled.say(*(["再加一位"] if "再加" in filled.last else []), name, "30", "不是")
    assert filled.draft.at == "remark"
    assert "一共 6 位" not in filled.draft.values


def test_a_fixed_number_is_asked_for_without_further_ado(tmp_path: Path) -> None:
    """`repeat_count`: exactly as many; a change of the number asks for the rest or for taking some out."""
    survey = """
  - {type: integer, name: many, label: 几名委员, required: yes}
  - {type: repeat, name: seats, label: 委员, repeat_count: many, children: [{type: text, name: seat, label: 姓名, required: yes}]}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("2", "张三", "李四")
    assert talk.step.outcome == "checking"
    talk.say("改 1", "3")
    assert "委员 第 3 位" in talk.last
    talk.say("王五")
    assert talk.step.outcome == "checking"
    talk.say("改 1", "2")
    assert "请删掉 1 位" in talk.last
    talk.say("删 王五")
    talk.say("没有了")
    assert talk.step.outcome == "checking"
    talk.say("改 1", "0")
    assert talk.draft.answers(talk.form) == {"many": 0}
    assert len(talk.draft.values["seats"]) == 2


def test_a_pasted_list_is_taken_whole_and_shown(talk: Talk) -> None:
    """Heading, numbers before the lines and different separators do not matter; what is taken is listed for checking."""
    talk.say(PASTED)
    assert "收下 3 位，请核对" in talk.last
    assert "1. 孙七，44，是" in talk.last
    assert [item.get("age") for item in talk.draft.values["members"]] == [44, 22, 33]
    assert talk.draft.values["members"][0]["joined"] == "2020-01-01"
    talk.say("没有了")
    assert talk.draft.at == "remark"


def test_what_is_not_clear_in_a_pasted_list_is_named_and_asked(talk: Talk) -> None:
    """A wrong value is left out with its reason; what is lacking is asked before the list can end; the limit holds."""
    talk.say("孙七，44，是\n周八，222，不是\n，，\n吴九，33，不是，2020.1.1，多了，又多")
    assert "第 2 行「周八，222，不是」的「年龄」没收下：年龄太大了" in talk.last
    assert "第 4 行" in talk.last
    assert names(talk) == ["孙七", "周八"]
    assert "第 1 位还没填完" in talk.last
    talk.say("没有了")
    assert "会员 第 1 位" in talk.last
    assert talk.draft.at == "joined"
    talk.say("今天")
    talk.say("\n".join(f"某{n} 30 不是" for n in range(9)))
    assert len(talk.draft.values["members"]) == 6
    assert "最多 6 位" in talk.last


def test_a_heading_sets_the_order_of_its_columns(talk: Talk) -> None:
    """A sheet with the columns in another order is read by its heading."""
    talk.say("年龄\t姓名\t党员吗\n44\t孙七\t不是\n22\t周八\t不是")
    assert talk.draft.values["members"][1] == {"member_name": "周八", "age": 22, "party": "no"}


def test_an_item_can_be_changed_and_taken_out(filled: Talk) -> None:
    """By number or by name, from the list and from the check page; the others stay as they are."""
    filled.say("改 2")
    assert "1. 姓名：李四" in filled.last
    filled.press("年龄")
    filled.say("45")
    assert filled.draft.values["members"][1]["age"] == 45
    filled.say("改 张三", "年龄 31")
    assert filled.draft.values["members"][0]["age"] == 31
    filled.say("没有了", "跳过")
    assert filled.step.outcome == "checking"
    filled.say("改 会员", "王五")
    filled.say("50", "不是", "改 会员", "删 李四")
    assert "删掉了第 2 位：李四" in filled.last
    assert names(filled) == ["张三", "王五"]
    filled.say("没有了")
    assert filled.step.outcome == "checking"


def test_taking_out_too_many_opens_the_list_again(filled: Talk) -> None:
    """A list that is too short now cannot be handed in."""
    filled.say("没有了", "跳过", "改 会员", "删 1", "检查")
    assert "还差 1 项必填：会员" in filled.last
    filled.say("提交")
    assert filled.submits == 0
    assert "会员 第 2 位" in filled.last


def test_back_goes_through_the_items(filled: Talk) -> None:
    """上一步 leads from the list into the last item, through its questions, to the item before, and out."""
    seen = []
    for _ in range(8):
        filled.say("上一步")
        seen.append((filled.draft.at, filled.draft.item))
    assert seen[:3] == [("party", 1), ("age", 1), ("member_name", 1)]
    assert seen[3:7] == [("joined", 0), ("party", 0), ("age", 0), ("member_name", 0)]
    assert seen[7] == ("unit_name", -1)
    assert names(filled) == ["张三", "李四"]


def test_wrong_answers_pause_and_other_wishes_inside_an_item(talk: Talk) -> None:
    """Errors name the label; a pause keeps the place; another answer of the form can be changed from inside."""
    talk.say("张三", "120")
    assert "「年龄」还没收下：年龄太大了" in talk.last
    talk.say("暂存")
    assert talk.step.outcome == "paused"
    talk.say("30")
    assert talk.draft.values["members"] == [{"member_name": "张三", "age": 30}]
    talk.say("改 单位", "测试乙")
    assert talk.draft.values["unit_name"] == "测试乙"
    assert (talk.draft.at, talk.draft.item) == ("party", 0)
    talk.say("要什么材料？")
    assert talk.step.outcome == "elsewhere"
    talk.say("不是")
    assert "第 1 位填好了" in talk.last


def test_an_answer_outside_may_ask_for_more_inside(tmp_path: Path) -> None:
    """Relevance inside an item that hangs on the form asks again; what is not relevant is kept and not handed in."""
    survey = """
  - {type: select_one yn, name: paid, label: 收会费吗, required: yes}
  - {type: repeat, name: people, label: 人员, required: yes, children: [
      {type: text, name: who, label: 姓名, required: yes},
      {type: integer, name: fee, label: 会费, required: yes, relevant: paid == 'yes'}]}
"""
    talk = Talk(read_form(small(survey, '  yn: [{name: "yes", label: 收}, {name: "no", label: 不收}]'), tmp_path))
    talk.say("不收", "张三", "没有了", "改 1", "收")
    assert (talk.draft.at, talk.draft.item) == ("fee", 0)
    talk.say("50")
    assert talk.step.outcome == "checking"
    talk.say("改 1", "不收")
    assert talk.draft.values["people"] == [{"who": "张三", "fee": 50}]
    assert talk.draft.answers(talk.form)["people"] == [{"who": "张三"}]


def test_an_optional_list_can_be_passed_over_and_begun_later(tmp_path: Path) -> None:
    """没有 passes it over; from the check page it can still be begun."""
    survey = "  - {type: text, name: a, label: 单位}\n  - {type: repeat, name: p, label: 项目, children: "
    survey += "[{type: text, name: q, label: 名称, required: yes}]}\n"
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("测试甲")
    assert "有「项目」要填吗" in talk.last
    talk.say("没有")
    assert talk.step.outcome == "checking"
    talk.say("改 项目", "甲项目", "没有了")
    assert talk.step.outcome == "checking"
    assert talk.draft.answers(talk.form)["p"] == [{"q": "甲项目"}]


def test_constraints_over_the_list_are_kept(tmp_path: Path) -> None:
    """A constraint on the repeat is looked at when the list ends, one that counts it when it is answered."""
    survey = """
  - {type: repeat, name: p, label: 代表, required: yes, constraint: count(this) <= 2, constraint_message: 最多两位。,
     children: [{type: text, name: q, label: 姓名, required: yes}]}
  - {type: integer, name: come, label: 到会, constraint: this <= count(p), constraint_message: 比代表还多。}
"""
    talk = Talk(read_form(small(survey), tmp_path))
    talk.say("甲一\n乙二\n丙三", "没有了")
    assert "最多两位" in talk.last
    talk.say("删 3", "没有了", "3")
    assert "比代表还多" in talk.last
    talk.say("2")
    assert talk.step.outcome == "checking"


def test_a_new_version_keeps_the_items(filled: Talk) -> None:
    """A child that is gone is not asked; a new required one is asked for each item; nothing is lost."""
    repeat = filled.form.survey[1]
    children = tuple(one for one in repeat.children if one.name not in ("age", "double"))
    extra = replace(children[0], name="title", label="职务")
    survey = (filled.form.survey[0], replace(repeat, children=(*children, extra)), filled.form.survey[2])
    filled.form = replace(filled.form, version="2", survey=survey)
    filled.say("没有了")
    assert (filled.draft.at, filled.draft.item) == ("title", 0)
    filled.say("经理", "主任", "没有了")
    assert filled.step.outcome == "checking"
    assert filled.draft.values["members"][0]["age"] == 30
    assert "age" not in filled.draft.answers(filled.form)["members"][0]
    filled.say("提交")
    assert filled.submits == 1


def submission(talk: Talk) -> Submission:
    answers = talk.draft.answers(talk.form)
    return Submission("KX-2611-TEST", "small", "1", answers, "received", "2026-11-21T08:00:00+00:00")


def test_every_export_has_a_table_for_the_items(filled: Talk, tmp_path: Path) -> None:
    """A sheet or a file more, one row an item, with the receipt number and the place in the list; text and no formula."""
    filled.say("再加一位", "=1+1", "20", "不是", "没有了", "跳过")
    found = [submission(filled)]
    for kind, write in EXPORTERS.items():
        write([filled.form], found, tmp_path / f"out.{kind}")
    labels, columns, *rows = read_csv(items_file(tmp_path / "out.csv", "members"))
    assert labels[:4] == ["回执号", "序号", "姓名", "年龄"]
    assert columns == ["receipt", "number", "member_name", "age", "party", "joined", "double"]
    assert rows[0] == ["KX-2611-TEST", "1", "张三", "30", "是", "2026-11-13", "60"]
    assert rows[2][2] == "'=1+1"
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx")["会员"]
    assert [cell.value for cell in sheet[5]][:3] == ["KX-2611-TEST", "3", "=1+1"]
    assert sheet["C5"].data_type == "s"


def test_the_columns_of_items_stay_over_versions(filled: Talk, tmp_path: Path) -> None:
    """A child that a later version drops keeps its column, at the same place for any choice of rows."""
    filled.say("没有了", "跳过")
    repeat = filled.form.survey[1]
    later = replace(repeat, children=repeat.children[:1])
    versions = [filled.form, replace(filled.form, version="2", survey=(filled.form.survey[0], later))]
    for name, found in (("a", [submission(filled)]), ("b", [])):
        EXPORTERS["csv"](versions, found, tmp_path / f"{name}.csv")
    first, second = (read_csv(items_file(tmp_path / f"{name}.csv", "members"))[1] for name in "ab")
    assert first == second
    assert {"age", "party", "joined"} <= set(first)


def test_the_copy_shows_the_items_in_a_table(filled: Talk, tmp_path: Path) -> None:
    """Under the answers stands a table of the members."""
    filled.say("没有了", "跳过")
    write_copy(TEMPLATE, filled.form, submission(filled), tmp_path / "copy.docx")
    head, members = docx.Document(str(tmp_path / "copy.docx")).tables
    assert "2 位，见后面的表" in [row.cells[1].text for row in head.rows]
    assert [cell.text for cell in members.rows[0].cells] == ["序号", "姓名", "年龄", "党员吗", "入党日期"]
    assert [cell.text for cell in members.rows[2].cells] == ["2", "李四", "", "不是", ""]


def test_the_table_of_items_is_set_to_be_read(filled: Talk, tmp_path: Path) -> None:
    """What nobody answered takes no column; the table is as wide as the one before; its name stays on its page, its
    heading is repeated, and no row is cut."""
    filled.say("没有了", "跳过")
    bare = [{"member_name": "张三"}, {"member_name": "李四"}]
    written = replace(submission(filled), values={**submission(filled).values, "members": bare})
    write_copy(TEMPLATE, filled.form, written, tmp_path / "copy.docx")
    document = docx.Document(str(tmp_path / "copy.docx"))
    head, members = document.tables
    assert [cell.text for cell in members.rows[0].cells] == ["序号", "姓名"]
    widths = [sum(int(g.get(qn("w:w"))) for g in t._tbl.tblGrid.iter(qn("w:gridCol"))) for t in (head, members)]
    assert widths[0] == pytest.approx(widths[1], abs=5)
    name = next(one for one in document.paragraphs if one.text == "会员（2 位）")
    assert name.paragraph_format.keep_with_next
    assert members.rows[0]._tr.find(f".//{qn('w:tblHeader')}") is not None
    assert all(row._tr.find(f".//{qn('w:cantSplit')}") is not None for row in members.rows)


def test_a_list_of_two_hundred_is_read_in_one_message(tmp_path: Path) -> None:
    """A long pasted list is taken, shown in short, and goes through the draft."""
    form = read_form(MEMBERS.replace("end: 6", "end: 300"), tmp_path)
    talk = Talk(form)
    talk.say("测试甲", "\n".join(f"{n}. 会员{n}，{20 + n % 40}，不是" for n in range(1, 201)))
    assert "收下 200 位" in talk.last
    assert len(talk.last) < 4000
    talk.say("没有了", "跳过", "提交")
    assert talk.submits == 1
    assert len(talk.draft.answers(form)["members"]) == 200
