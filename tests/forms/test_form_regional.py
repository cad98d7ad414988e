"""镇江's declaration (its date has passed) and 岳阳's self-assessment."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forms.line_talk import Line, Person, day, sample

WORKS = ["领导机构", "分支机构", "办事机构", "会员", "管理制度", "学术交流", "技术攻关", "培训", "人才成长"]
WORKS += ["群众性技术创新", "科学普及", "科技工作者之家"]
FREE = ["工作平台", "外部资源", "任务牵引", "配套支撑", "机制运行"]
EVIDENCE = ["会员表", "制度名称", "学术交流的资料", "技术攻关的资料", "培训的资料", "人才成长的资料"]
EVIDENCE += ["群众性技术创新的资料", "科学普及的资料", "科技工作者之家的资料"]


def test_the_zhenjiang_declaration_is_filled_for_a_new_year(person: Person, tmp_path: Path) -> None:
    """It warns that its date has passed; all sections and seventeen items are asked; evidence is ticked in the paper."""
    person.say("填示范申报")
    assert "已在2021年11月20日截止" in person.last
    person.fill([("哪一年度", "2027"), ("申报企业", "测试公司")])
    person.refused("温州", "镇江市科协的评选")
    person.fill([("哪个市", "镇江"), ("哪个市、区", "润州区"), ("联系人姓名", "赵测试"), ("联系人的职务", "主任")])
    person.fill([("手机", "13800138000"), ("座机", "跳过"), ("电子信箱", "a@example.com")])
    person.fill([("科协的全称", "测试公司科学技术协会"), ("负责人姓名", "张测试"), ("领导职务", "副总经理")])
    person.fill([("哪天成立", day(2000)), ("独立办公", "是"), ("专职", "1"), ("兼职", "2"), ("经费", "8.5")])
    person.fill([("会员数", "120"), ("企业科协网", "有"), ("作用", "对接资源")])
    person.refused("企" * 501, "限 500 字")
    person.fill([("发展成果", "有专利十项。")])
    person.say("暂存", "继续")
    person.fill([(work, "做得挺好。") for work in WORKS])
    person.fill([*((free, "跳过") for free in FREE), ("学会合作", "没有"), ("下一步打算", "多办交流")])
    person.send(sample(tmp_path, "机构表.pdf"))
    person.say("完成")
    person.fill([*((evidence, "跳过") for evidence in EVIDENCE), ("声明", "确认")])
    assert "秘书处人数：3" in person.last
    text = person.paper("示范企业科协申报书")
    assert "2027年度镇江市示范企业科协" in text
    assert text.count("√") == 3
    assert "8.5万元" in text
    person.say("改 有没有和学会合作", "有", "测试市机械学会，办培训")
    assert "测试市机械学会" in person.last
    person.say("提交")
    assert "回执号：SF-" in person.last
    assert "2021 年那次的日期已经过了" in person.last


HEAD = ["测试公司科学技术协会", "测试公司", "2026"]


def assess(person: Person, *answers: str) -> None:
    """The whole self-assessment, ended without a report."""
    person.say("岳阳自评", *HEAD, *answers)


def test_points_are_added_capped_and_taken_off(person: Person) -> None:
    """8 + 3 + 3 is capped at 10, one thing undone costs 5; strong and weak sides and what is still to do are named."""
    assess(person, "1", "10", "1、2")
    person.refused("21", "20")
    person.say("13", "都还没做")
    person.refused("5", "只能打 0 分")
    person.say("0", "1、3", "12", "2", "4", "1、2、3", "8", "4", "3")
    person.fill([("国家级", "1"), ("省级", "好"), ("市级", "2"), ("哪些荣誉", "跳过"), ("没完成", "1")])
    person.fill([("哪几项", "总结没报"), ("怎么改", "按时报"), ("联系人", "跳过"), ("手机", "跳过")])
    assert "【自评 55 分】" in person.last
    assert "七项 50 分，加分 10 分，扣分 5 分" in person.last
    assert "不是岳阳市科协的考核结果" in person.last
    assert "【强项：学术交流 10 分】" in person.last
    assert "【还能提分：技术攻关 13 分】" in person.last
    assert "【弱项：培训 0 分】" in person.last
    assert "- 还没：办技术经理人培训" in person.last
    assert "- 做了：围绕技术难题办“揭榜挂帅”" in person.last
    assert "【加分到顶了】" in person.last
    assert "没完成的 1 项" in person.last
    report = person.paper("标准化建设自评报告")
    assert "不是岳阳市科协的考核结果" in report
    assert "按时报" in report
    person.press("改答案")
    person.say("改 几项市级荣誉", "0")
    assert "【自评 53 分】" in person.last
    assert "您还可以加 2 分" in person.last
    person.press("保存结果")
    assert "回执号：ZP-" in person.last


@pytest.mark.parametrize(
    ("honours", "undone", "bonus", "total"),
    [
        (("0", "0", "0"), "0", 0, 0),
        (("0", "0", "3"), "0", 9, 9),
        (("0", "2", "0"), "0", 10, 10),
        (("2", "0", "0"), "3", 10, -5),
    ],
)
def test_bonus_and_deduction_follow_the_notice(
    line: Line, honours: tuple[str, str, str], undone: str, bonus: int, total: int
) -> None:
    """8, 5 and 3 points an honour, 10 at most; 5 off for each thing undone; nothing done gives no points."""
    person = line.person()
    assess(person, *(["都还没做", "0"] * 7), *honours)
    if any(one != "0" for one in honours):
        person.fill([("哪些荣誉", "跳过")])
    person.fill([("没完成", undone)])
    if undone != "0":
        person.fill([("哪几项", "跳过")])
    person.fill([("怎么改", "跳过"), ("联系人", "跳过"), ("手机", "跳过")])
    assert f"【自评 {total} 分】" in person.last
    assert f"加分 {bonus} 分，扣分 {int(undone) * 5} 分" in person.last


def test_nothing_done_excludes_what_was_done(person: Person) -> None:
    """都还没做 together with something that was done is refused with the reason."""
    assess(person)
    person.refused("1、2", "就不能再选别的")
    person.say("1")
    assert "给自己打几分" in person.last
