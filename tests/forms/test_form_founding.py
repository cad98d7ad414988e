"""Founding under approval in its two stages, and what the filing gives in papers."""

from __future__ import annotations

from pathlib import Path

from tests.forms.line_talk import USCC, Line, Person, day, sample

HEAD = [
    ("单位全称", "测试二号有限公司"),
    ("信用代码", USCC),
    ("哪个市", "温州"),
    ("县（市、区）", "瑞安市"),
    ("单位地址", "测试路2号"),
    ("企业类型", "民企"),
    ("员工总数", "八十人"),
]


def apply(person: Person) -> None:
    """The application up to the preparatory group, with a wrong answer and a question in the middle."""
    person.say("填成立申请")
    assert "谁来审：党组织关系所在地的科协" in person.last
    person.fill(HEAD)
    person.refused("90", "不能比员工总数还多")
    person.fill([("科技工作者人数", "36"), ("党组织", "有"), ("党组织的名称", "中共测试二号有限公司支部委员会")])
    assert "受理的科协全称" in person.last
    person.say("成立企业科协向谁申请")
    assert "党组织关系所在地" in person.last
    assert "受理的科协全称" in person.last
    person.fill([("受理的科协", "瑞安市科学技术协会"), ("企业简介", "做测试设备。"), ("为什么要成立", "攻关和交流。")])


def test_the_application_is_filled_from_the_first_word_to_the_receipt(person: Person, tmp_path: Path) -> None:
    """Wrong answers are mended, a pause is outlived, a group company needs its parent's consent, papers hold what was
    said, and the second stage takes over what the first knew."""
    apply(person)
    person.fill([("集团下面", "是"), ("上一级企业党组织", "中共测试集团委员会")])
    assert "上一级企业的党组织已经同意" in person.last
    person.say("上一步", "上一步")
    person.fill([("集团下面", "否")])
    person.refused(day(-30), "还没到")
    person.say("暂存")
    person.say("继续")
    person.fill([("哪天同意", day(40)), ("筹备组", "张测试、李测试"), ("几名委员", "9")])
    person.refused("9", "副主席人数要比委员总数少")
    person.fill([("副主席几名", "2"), ("常务委员会", "好")])
    person.say("张测试，主席，副总经理\n李测试，副主席，研发部主任\n王测试，委员，工程师")
    assert "收下 3 位" in person.last
    person.say("没有了")
    assert "哪天开成立大会" in person.last
    person.refused(day(10), "收到批复以后才开成立大会")
    person.fill([("哪天开成立大会", day(-60)), ("联系人", "赵测试"), ("手机", "138 0013 8000"), ("邮箱", "跳过")])
    person.send(sample(tmp_path, "申请报告.pdf"))
    person.say("完成")
    person.fill([("章程（草案）", "跳过"), ("同意成立的文件", "跳过"), ("声明", "确认")])
    assert "请检查「企业科协成立申请（审批制）」" in person.last
    assert "138****8000" in person.last
    report = person.paper("成立申请报告")
    assert "瑞安市科学技术协会" in report
    assert "测试二号有限公司" in report
    assert "＿＿" not in report
    assert "李测试" in person.paper("领导机构候选人建议名单")
    assert "王测试" not in person.paper("候选人简历表")
    person.say("改 为什么要成立科协", "请上级多支持。")
    assert "请上级多支持。" in person.paper("成立企业科协的请示")
    person.say("提交")
    assert "回执号：SQ-" in person.last
    assert "收到批复再开成立大会" in person.last
    assert "回执号" not in person.say("谢谢")

    person.say("成立大会开完了，报结果")
    assert "以前填过的先带上了" in person.last
    assert "测试二号有限公司" in person.last
    assert "批复是哪天下的" in person.last
    person.fill([("批复是哪天下的", day(20)), ("文号", "跳过")])
    person.refused(day(30), "成立大会要在收到批复以后")
    person.fill([("大会是哪天开的", day(5)), ("在哪里开的", "测试会议室"), ("哪种会", "全体"), ("应到", "36")])
    person.refused("40", "实到不能比应到多")
    person.say("35")
    assert "9 名委员，至少到 6 人" in person.last
    person.say("张测试，主席，副总经理，33\n李测试，副主席，研发部主任，36")
    assert "得票数不能比实到人数还多" in person.last
    person.say("改 2", "得票数", "34", "没有了")
    person.fill([("秘书长", "王测试，工程师"), ("科协的批复", "跳过"), ("通过的章程", "跳过")])
    person.fill([("委员会名单", "跳过"), ("声明", "确认")])
    assert "到会比例（%）：97" in person.last
    assert "应到36人，实到35人" in person.paper("选举结果报告")
    person.say("提交")
    assert "回执号：JG-" in person.last
    report = person.paper("选举结果报告")
    assert "瑞安市科学技术协会" in report
    assert "测试会议室" in report
    assert "李测试" in person.paper("委员会名单")


def test_without_a_party_organisation_the_board_agrees(person: Person) -> None:
    """The questions about the party do not come, those about the board do; the request goes to the board."""
    person.say("填成立申请")
    person.fill([*HEAD, ("科技工作者人数", "36"), ("党组织", "没有")])
    assert "由谁拍板" in person.last
    person.fill([("拍板", "董事会"), ("受理的科协", "瑞安市科学技术协会"), ("企业简介", "做设备"), ("为什么", "攻关")])
    person.fill([("集团下面", "否")])
    assert "决策层哪天同意" in person.last
    person.say("为什么要填")
    assert "组织通则 第十二条" in person.last
    person.say("给我一份请示")
    assert person.files
    assert "我们接着填表" in person.last


def test_the_filing_gives_its_papers_from_the_draft(line: Line) -> None:
    """The company profile is written before anything is submitted, with marked blanks for what is missing."""
    person = line.person()
    person.say("我要备案", "测试四号有限公司", USCC, "镇江", "丹徒区", "测试路4号", "国企", "300", "80")
    person.say("要企业简介")
    assert any("测试四号有限公司" in name for name in person.files)
    assert "空白" in person.last
    assert "党组织" in person.last
