"""The charter is drafted within the rules; the congress is prepared and reported, with quorum and majority worked out."""

from __future__ import annotations

import pytest

from tests.forms.line_talk import Line, Person, day

CHARTER = [
    ("单位全称", "测试一号有限公司"),
    ("简称", "测试一号科协"),
    ("哪个市", "温州"),
    ("党组织", "没有"),
    ("拍板", "董事会"),
    ("省级科协", "浙江省科学技术协会"),
    ("自己的任务", "跳过"),
    ("会费", "先不收"),
    ("会籍", "保留"),
    ("保留几年", "3"),
    ("别的权利", "跳过"),
    ("别的义务", "跳过"),
    ("科技工作者", "150"),
]
PLAN = [
    ("单位全称", "测试三号有限公司"),
    ("哪个市", "镇江"),
    ("批准成立的科协", "镇江市科学技术协会"),
]


def test_the_charter_keeps_to_the_rules_whatever_is_tried(person: Person) -> None:
    """Term, kind of congress, quorum and majority outside the rules are refused with the reason; the paper holds the
    choices and has no blank."""
    person.say("一步步带我写章程")
    person.fill(CHARTER)
    person.refused("全体会员大会", "100 人或更多，要开会员代表大会")
    person.say("代表大会")
    for wrong in ("2", "6"):
        person.refused(wrong, "每三至五年")
    person.fill([("几年开一次", "5"), ("常务委员会", "好")])
    person.say("上一步", "不设")
    person.fill([("至少开几次", "2")])
    person.refused("半数", "三分之二以上委员到会")
    person.say("1")
    person.refused("三分之一", "二分之一以上赞成")
    person.fill([("多少票", "1"), ("工作委员会", "学术工作委员会"), ("办事机构", "好"), ("哪天通过", "跳过")])
    assert "【章程（草案）写好了】" in person.last
    assert "【温州的届期】" in person.last
    assert "【会费先不收，请再想一下】" in person.last
    text = person.paper("企业科协章程（草案）")
    assert "测试一号有限公司科学技术协会" in text
    assert "每五年" in text
    assert "保留三年" in text
    assert "设常务委员会" not in text
    assert "暂不收会费" in text
    assert "＿＿" not in text
    person.press("改答案")
    person.say("改 大会几年开一次", "四年")
    assert "【温州的届期】" not in person.last
    person.press("结束")
    assert "没有保存" in person.last


def test_a_small_company_may_meet_as_a_whole(person: Person) -> None:
    """Under 100 science workers the general assembly is allowed, with a standing committee if wished."""
    person.say("一步步带我写章程")
    person.fill([*CHARTER[:-1], ("科技工作者", "99"), ("最高权力机构", "全体会员大会"), ("几年开一次", "4")])
    person.fill([("常务委员会", "设"), ("至少开几次", "1"), ("多少人才能开会", "好"), ("多少票", "好")])
    person.fill([("工作委员会", "跳过"), ("办事机构", "办公室"), ("哪天通过", "跳过")])
    assert "【设了常务委员会，请核对人数】" in person.last
    text = person.paper("企业科协章程（草案）")
    assert "全体会员大会" in text
    assert "会员代表大会" not in text
    assert "常务委员会" in text
    person.press("保存结果")
    assert "回执号：ZC-" in person.last


def test_a_congress_is_prepared_and_then_reported_from_the_same_draft(person: Person) -> None:
    """Papers come from the plan; after the pause the result is filled in; quorum and majority are worked out and hold."""
    person.say("我要办换届")
    person.fill([("到哪一步", "筹备"), ("成立大会还是换届", "换届"), *PLAN])
    person.refused("1", "换届从第 2 次起")
    person.fill([("第几次", "2"), ("几年了", "6"), ("科技工作者", "150"), ("多少会员", "120")])
    person.refused("全体", "要开会员代表大会")
    person.fill([("哪种会", "代表大会")])
    person.refused("130", "不能比会员还多")
    person.fill([("代表有多少名", "60"), ("怎么产生", "跳过"), ("党组织", "没有"), ("拍板", "董事会")])
    person.fill([("谁来筹备", "王测试"), ("几名委员", "11"), ("副主席", "2"), ("常务委员会", "不设")])
    person.say("张测试，主席，副总经理\n李测试，副主席，研发部主任", "没有了")
    person.refused(day(3), "已经过了")
    person.fill([("打算哪天", day(-30)), ("在哪里开", "测试会议室"), ("做了什么", "办了交流会"), ("不足", "跳过")])
    person.fill([("下一步", "跳过"), ("经费", "跳过"), ("联系人", "赵测试"), ("手机", "13800138000"), ("声明", "确认")])
    assert "委员会开会至少要到（人）：8" in person.last
    assert "测试会议室" in person.paper("代表大会筹备方案")
    assert "张测试" in person.paper("选票")
    assert "测试三号有限公司" in person.paper("代表大会议程")
    assert "选举结果报告" not in person.labels
    person.say("暂存", "继续", "改 现在到哪一步", "开完了")
    person.refused(day(-1), "还没到")
    person.fill([("大会是哪天开的", day(10)), ("应到", "60")])
    person.refused("61", "实到不能比应到多")
    person.fill([("实到", "39"), ("选举办法", "三分之二")])
    assert "至少要 40 人到会，您写的实到是 39 人，不够" in person.last
    person.say("改 实到多少人", "45")
    assert "至少要 40 人，够了" in person.last
    person.refused("7", "三分之二以上委员到会")
    person.say("8")
    assert "决议至少要 4 票" in person.last
    person.refused("3", "二分之一以上")
    person.say("6", "张测试，主席，副总经理，44\n李测试，副主席，部长，46")
    assert "得票数不能比实到人数还多" in person.last
    person.say("改 2", "得票数", "43", "没有了")
    person.fill([("秘书长", "李测试，部长"), ("改了章程", "改了"), ("改了哪些", "第三条"), ("通过的章程", "跳过")])
    person.fill([("委员会名单", "跳过"), ("到会比例（%）：75", "检查")])
    assert "代表大会筹备方案" not in person.labels
    report = person.paper("选举结果报告")
    assert "应到60人，实到45人" in report
    assert "第三条" in report
    person.say("提交")
    assert "回执号：DH-" in person.last
    assert "【离上次大会超过五年】" in person.last
    assert "11 名委员，至少到 8 人才能开会" in person.last


@pytest.mark.parametrize(
    ("members", "quorum"), [("3", "2"), ("4", "3"), ("5", "4"), ("9", "6"), ("10", "7"), ("100", "67")]
)
def test_the_quorum_is_two_thirds_rounded_up(line: Line, members: str, quorum: str) -> None:
    """组织通则 30: at least two thirds of the members of the committee have to come."""
    person = line.person()
    person.say("换届结果报送")
    person.fill([("到哪一步", "开完了"), ("成立大会还是换届", "成立"), *PLAN, ("第几次", "1"), ("科技工作者", "50")])
    person.fill([("哪种会", "全体"), ("几名委员", members), ("在哪里", "跳过"), ("哪天开的", day(1))])
    person.fill([("应到", "50"), ("实到", "50"), ("选举办法", "没写")])
    assert f"一共 {members} 名委员，至少要到 {quorum} 人" in person.last
    person.refused(str(int(quorum) - 1), "三分之二以上")
    person.say(quorum)
    assert "主席得了多少票" in person.last
