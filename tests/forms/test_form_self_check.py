"""The self-check: the situation goes in, a recommendation with its sources comes out, and nothing is kept unwished."""

from __future__ import annotations

import pytest

from tests.forms.line_talk import Line, Person

FORM = "建会自测"


def test_a_company_of_thirty_in_wenzhou_may_found_its_own(person: Person) -> None:
    """30 is enough for 温州; the recommendation names its place and leads on to the application."""
    person.say(FORM)
    assert "不点「保存结果」就不留下" in person.last
    person.fill([("哪一种", "一家企业"), ("哪个市", "瑞安"), ("多少科技人员", "30"), ("党组织", "有")])
    assert "企业党组织同意建科协吗" in person.last
    person.say("还没谈")
    assert "【可以建：科技人员够温州鼓励的人数】" in person.last
    assert "您有 30 名科技人员" in person.last
    assert "温科协〔2017〕97号 （八）" in person.last
    assert "【先让企业党组织同意】" in person.last
    assert "联络站" not in person.last
    person.press("现在就填「企业科协成立申请")
    assert "开始填「企业科协成立申请（审批制）」" in person.last


def test_fewer_people_get_the_other_ways_and_may_change_their_mind(person: Person) -> None:
    """29 in 温州: liaison station, park and joint association; after 改答案 with 45 people the advice changes."""
    person.say(FORM, "一家企业", "温州")
    person.refused("很多", "没有在「很多」里看到清楚的数字")
    person.fill([("多少科技人员", "29"), ("党组织", "没有"), ("同意建科协吗", "同意了")])
    person.fill([("在不在园区", "园区没有科协")])
    assert "有没有别的小企业愿意一起办" in person.last
    person.say("上一步")
    assert "在不在园区" in person.last
    person.fill([("在不在园区", "1"), ("一起办", "有")])
    assert "【先建联络站、指定联络员更合适】" in person.last
    assert "【加入园区科协】" in person.last
    assert "【和别的企业联合建】" in person.last
    assert "【可以建" not in person.last
    person.press("改答案")
    person.say("改 有多少科技人员", "45")
    assert "【可以建：科技人员够温州鼓励的人数】" in person.last
    assert "【加入园区科协】" not in person.last


@pytest.mark.parametrize(
    ("answers", "stated", "not_stated"),
    [
        (["一家企业", "镇江", "8", "有", "同意", "不在", "没有"], ["镇江走备案", "设一名联络员"], ["30 名"]),
        (["一家企业", "镇江", "80", "有", "不同意"], ["设一名联络员", "先让企业党组织同意"], ["镇江走备案"]),
        (["一家企业", "岳阳", "50", "没有", "同意"], ["全国没有人数门槛", "向所在地的科协申请", "岳阳"], ["备案】"]),
        (["一家企业", "其他", "5", "有", "同意", "不清楚", "没有"], ["人不多", "党组织关系所在地"], ["温州", "岳阳"]),
        (["子公司", "其他", "60", "有", "同意", "还没有", "有"], ["上一级企业的党组织同意", "建分会"], ["园区"]),
        (["园区", "温州", "有", "还没谈"], ["建园区科协", "温州的园区", "园区党工委"], ["联络员"]),
    ],
)
def test_every_region_and_kind_gets_its_own_advice(
    line: Line, answers: list[str], stated: list[str], not_stated: list[str]
) -> None:
    """The local rule where there is one, the national one elsewhere, and nothing that does not apply."""
    person = line.person()
    person.say(FORM, *answers)
    assert "保存结果" in person.labels, person.last
    for words in stated:
        assert words in person.last
    for words in not_stated:
        assert words not in person.last


def test_what_is_not_saved_is_gone(person: Person) -> None:
    """After 结束 there is neither a draft nor a receipt; the next self-check begins at its first question."""
    person.say(FORM, "一家企业", "镇江", "8", "有", "同意", "不在", "没有")
    person.press("结束")
    assert "没有保存" in person.last
    person.say("我的草稿")
    assert "建会条件自测" not in person.last
    person.say(FORM)
    assert "您是哪一种" in person.last


def test_a_wished_result_is_kept_with_a_receipt(person: Person) -> None:
    """保存结果 makes a submission whose number gives its state."""
    person.say(FORM, "一家企业", "岳阳", "50", "没有", "同意")
    person.press("保存结果")
    assert "回执号：ZT-" in person.last
    assert "全国没有人数门槛" in person.last
    receipt = person.last.split("回执号：")[1].split()[0]
    assert "建会条件自测" in person.say(receipt)
