"""The other kinds of organisation: park, joint association, workstation and liaison officer."""

from __future__ import annotations

from tests.forms.line_talk import USCC, Person, day

CONTACT = [("联系人", "赵测试"), ("手机", "13800138000"), ("邮箱", "跳过")]


def test_a_park_applies_with_its_working_committee(person: Person) -> None:
    """Wrong numbers are mended, the party question hides what does not apply, the list of candidates may wait."""
    person.say("我要申请园区科协")
    person.fill([("园区全称", "测试高新技术产业园"), ("管理机构", "测试高新区管委会"), ("哪一类", "高新区")])
    person.fill([("哪一级", "省里"), ("哪个市", "镇江"), ("县（市、区）", "润州区"), ("地址", "测试大道5号")])
    person.fill([("多少家企业", "120"), ("科技工作者", "一千五左右")])
    person.refused("200", "不能比企业总数还多")
    person.fill([("建了科协", "8"), ("党工委", "没有")])
    assert "园区由谁拍板" in person.last
    person.say("上一步")
    person.fill([("党工委", "有"), ("党工委（党组织）的名称", "中共测试高新区工作委员会")])
    person.refused(day(-3), "还没到")
    person.say("暂存", "继续")
    person.fill([("哪天同意", day(30)), ("受理的科协", "镇江市科学技术协会"), ("打算做什么", "服务园区企业")])
    person.fill([("筹备组", "张测试"), ("几名委员", "15"), ("副主席", "3"), ("常务委员会", "设"), ("候选人", "没有")])
    person.fill([("哪天开成立大会", "跳过"), *CONTACT])
    person.fill([("章程（草案）", "跳过"), ("筹备方案", "跳过"), ("同意成立的文件", "跳过"), ("声明", "确认")])
    assert "没有的" in person.paper("领导机构候选人建议名单") or "测试高新技术产业园" in person.last
    person.say("改 副主席", "4")
    assert "18. 其中副主席几名：4" in person.last
    person.say("提交")
    assert "回执号：YQ-" in person.last
    assert "谁来审：园区党工委所在地的科协" in person.last


def test_several_companies_apply_together(person: Person) -> None:
    """At least two companies; a pasted list is taken whole; people are added up; one can be taken out again."""
    person.say("联合科协申请")
    person.fill([("打算叫什么", "测试物联网联合科协"), ("牵头企业", "测试甲有限公司"), ("哪个市", "温州")])
    person.fill([("县（市、区）", "瑞安市"), ("怎么连在一起", "同行"), ("参加的企业", "测试甲有限公司，12，张测试")])
    person.say("没有了")
    assert "还差 1 家" in person.last
    person.say("企业全称,科技人员数,联系人\n测试乙有限公司,8,李测试\n测试丙有限公司,5,王测试")
    assert "收下 2 家" in person.last
    person.say("删 3", "没有了")
    person.fill([("日常工作怎么分", "放在一家"), ("放在哪一家", "测试甲有限公司"), ("打算做什么", "一起办培训")])
    person.fill([("受理的科协", "瑞安市科学技术协会"), ("筹备组", "张测试、李测试"), *CONTACT])
    person.fill([("同意参加的文件", "跳过"), ("章程", "跳过"), ("声明", "确认")])
    assert "企业一共（家）：2" in person.last
    assert "科技人员一共（人）：20" in person.last
    person.say("改 日常工作怎么分", "轮流")
    assert "放在哪一家" not in person.last
    person.say("提交")
    assert "回执号：LH-" in person.last


def test_a_workstation_and_then_its_liaison_officer_are_registered(person: Person) -> None:
    """Tasks are chosen several at once; the second form takes over what the first knew; a change of person names whom
    the new one follows."""
    person.say("登记联络站")
    assert "开始填「企业科协工作站登记」" in person.last
    person.fill([("单位全称", "测试丁有限公司")])
    person.refused("91321100MA1XK3L26X", "校验")
    person.fill([("信用代码", USCC), ("哪个市", "温州"), ("县（市、区）", "瑞安市"), ("地址", "测试路1号")])
    person.fill([("企业类型", "民营"), ("员工总数", "60"), ("科技工作者", "12"), ("谁同意", "总经理办公会")])
    person.fill([("站长", "张测试，技术总监"), ("联络员", "李测试，工程师"), ("几个人", "跳过")])
    person.say("为什么要填")
    assert "手册 第五章 第50问" in person.last
    person.fill([("做哪些事", "1、2和5"), *CONTACT, ("声明", "我确认"), ("打算做哪些事：与上级科协联系", "提交")])
    assert "回执号：GZ-" in person.last
    person.say("联络员登记")
    assert "以前填过的先带上了" in person.last
    assert "测试丁有限公司" in person.last
    person.fill([("登记哪一种", "联络站"), ("新设还是换人", "换人"), ("接替谁", "李测试")])
    person.say("改 联络员姓名", "王测试")
    person.fill([("部门和职务", "技术部主管"), ("邮箱", "跳过"), ("让科协帮什么", "评职称"), ("声明", "确认")])
    assert "接替谁：李测试" in person.last
    assert "联络员姓名：王测试" in person.last
    person.say("改 新设还是换人", "新设")
    assert "接替谁" not in person.last
    person.say("提交")
    assert "回执号：LL-" in person.last
