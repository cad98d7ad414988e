"""Members, group members, and the end of an association."""

from __future__ import annotations

import json

from tests.forms.line_talk import Person, day


def test_somebody_joins_alone(person: Person) -> None:
    """Ten questions, a wrong number mended, phone masked on the check page, a later change, the receipt."""
    person.say("我要入会")
    person.fill([("登记谁", "本人"), ("单位全称", "测试有限公司"), ("哪个市", "岳阳"), ("您的姓名", "张测试")])
    person.fill([("部门职务", "研发部工程师"), ("哪一类", "技术"), ("职称", "跳过")])
    person.say("上一步")
    person.fill([("职称", "工程师"), ("专业", "机械设计"), ("学会", "跳过")])
    person.refused("1380013800", "11 位")
    person.fill([("您的手机", "13800138000"), ("邮箱", "跳过"), ("承认并遵守", "确认")])
    assert "138****8000" in person.last
    person.say("改 专业或擅长的方向", "电气")
    assert "电气" in person.last
    person.say("提交")
    assert "回执号：HY-" in person.last
    assert "谁来审：您所在企业的科协" in person.last


def test_the_office_registers_many_at_once(person: Person) -> None:
    """A pasted list with a heading; one taken out, one put right; the questions for a single person do not come."""
    person.say("批量登记会员")
    person.fill([("登记谁", "一批"), ("单位全称", "测试有限公司"), ("哪个市", "温州")])
    person.say(
        "姓名,部门职务,类别,职称\n张测试,研发部工程师,技术人员,高工\n李测试,车间技师,技能,高级技师\n王测试,管理部主任,管理,"
    )
    assert "收下 3 位" in person.last
    person.say("删 3", "改 1", "部门职务", "研发部主任")
    assert "研发部主任" in person.last
    person.say("暂存")
    person.say("继续")
    person.say("没有了")
    person.fill([("您的姓名", "赵测试"), ("您的手机", "13800138000"), ("自愿入会", "确认")])
    assert "这次登记（人）：2" in person.last
    assert "承认并遵守" not in person.last
    person.say("提交")
    assert "回执号：HY-" in person.last


def test_an_association_applies_for_group_membership(person: Person) -> None:
    """Only who wants to join the national association is asked about its weight in the trade."""
    person.say("团体会员申请")
    person.fill([("科协的全称", "测试公司科学技术协会"), ("单位全称", "测试公司"), ("哪个市", "镇江")])
    person.fill([("哪一级", "中国科协"), ("要加入的科协", "中国科学技术协会")])
    assert "规模和影响" in person.last
    person.say("改 要加入哪一级", "市科协")
    assert "哪天成立" in person.last
    person.refused(day(-30), "还没到")
    person.fill([("哪天成立", day(900)), ("批准或备案", "镇江市科学技术协会"), ("个人会员", "120")])
    person.fill([("主席", "张测试，副总经理"), ("做了哪些", "办了交流会"), ("联系人", "赵测试")])
    person.fill([("手机", "13800138000"), ("邮箱", "跳过"), ("批复或备案材料", "跳过"), ("声明", "确认")])
    person.say("改 要加入的科协全称", "镇江市科学技术协会", "提交")
    assert "回执号：TT-" in person.last


def test_an_association_is_dissolved_for_a_reason(person: Person) -> None:
    """Another reason has to be explained; a decision in the future is no decision; a pause is outlived."""
    person.say("我要注销")
    assert "开始填「企业科协注销申请」" in person.last
    person.fill([("单位全称", "测试公司"), ("科协的全称", "测试公司科学技术协会"), ("哪个市", "镇江")])
    person.fill([("批准成立的科协", "镇江市科学技术协会"), ("哪天成立", "跳过")])
    person.say("为什么要填")
    assert "组织通则 第十八条" in person.last
    person.fill([("为什么注销", "合并"), ("什么情况", "两家合并")])
    person.say("暂存", "继续")
    person.fill([("谁做的决定", "股东会")])
    person.refused(day(-2), "还没决定，请先「暂存」")
    person.fill([("哪天决定", day(20)), ("多少会员", "0"), ("经费、物品", "没有"), ("联系人", "赵测试")])
    person.fill([("手机", "13800138000"), ("决定注销的文件", "跳过"), ("批复或备案", "跳过"), ("声明", "确认")])
    assert "两家合并" in person.last
    person.say("改 为什么注销", "企业解散")
    assert "两家合并" not in person.last
    person.say("提交")
    assert "回执号：ZX-" in person.last
    assert json.dumps(person.labels, ensure_ascii=False) == "[]"
