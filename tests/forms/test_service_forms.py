"""The forms with which people report, contribute, apply and speak up, talked through `kexie chat --jsonl`.

Every name and number is invented.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.forms.line_talk import USCC, Line, Person, sample

UNIT = "测试一号有限公司"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A PDF."""
    return sample(tmp_path, "材料.pdf")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture."""
    return sample(tmp_path, "照片.png")


def handed_in(person: Person) -> str:
    """Hand in from the check page; what the receipt says. A second 「提交」 hands in nothing more."""
    told = person.say("提交")
    assert "回执号" in told
    number = person.receipt()
    assert "已提交" in person.say(number) or "已收到" in person.last
    return told


# quick_update


def test_one_sentence_and_a_photo_are_a_report(person: Person, photo: Path) -> None:
    """The picture's caption holds all: purpose first, one press, the check page, the receipt."""
    person.send(photo, f"昨天下午{UNIT}在瑞安的报告厅办了科普讲座，五十来人参加，电话13800138000")
    assert "要报成「工作快报」吗" in person.last
    assert "用途" in person.last
    person.press("报工作快报")
    for line in (
        f"单位：{UNIT}",
        "哪一类工作：科学普及",
        "参加人数：50",
        "在哪个市：温州",
        "照片：照片.png",
        "138****8000",
    ):
        assert line in person.last
    assert "归档" in handed_in(person)


def test_a_report_asks_only_for_what_is_missing(person: Person) -> None:
    """No unit was named, so it is asked; a day to come is not taken; the place is put right on the check page."""
    person.say("工作快报 昨天我们在车间搞了技能比武，30人参加")
    assert "（2/10）单位" in person.last
    assert "哪一类工作：技术攻关" in person.say(UNIT)
    person.say("改 哪天办的")
    assert "这一天还没到" in person.say("后天")
    assert "请检查" in person.say("前天")
    person.say("改 地点")
    assert "地点：二号车间" in person.say("二号车间")
    assert "还没交的材料" not in handed_in(person)


# contribution


def test_a_manuscript_is_pasted_or_sent_and_followed_by_its_receipt(person: Person, paper: Path) -> None:
    """Without the text the file is demanded; the day of the event is asked for news only; the receipt tells how far."""
    person.say("我要投稿", "基层动态", "技能比武见成效", "张三测试", UNIT, "瑞安")
    assert "事情是哪天的" in person.last
    assert "这一天还没到" in person.say("后天")
    person.say("昨天")
    assert "稿件文件" in person.say("跳过")
    assert "正文和文件总要有一样" in person.say("跳过")
    person.send(paper)
    person.say("完成")
    assert "还没收下" in person.say("跳过", "李四测试", "138")
    person.say("13800138000")
    person.say("跳过", "确认")
    assert "请检查" in person.last
    person.say("改 投到哪里")
    assert "事情是哪天的" not in person.say("典型案例")
    told = handed_in(person)
    assert "投稿管理" in told
    assert "还没交的材料" not in told


def test_a_pasted_text_needs_no_file_and_a_journal_piece_has_its_subject(person: Person) -> None:
    """《企业科协》 asks what the piece is about; the text itself may hold questions."""
    person.say("给《企业科协》投一篇", "刊物")
    assert "企业创新成功案例" in person.last
    person.say("人物", "车间里的工程师", "张三测试", UNIT, "岳阳")
    assert "配图" in person.say("他为什么能成？因为肯钻。")
    person.say("跳过", "李四测试", "13800138000", "跳过", "确认")
    assert "正文：他为什么能成" in person.last
    assert "中国科协企业创新服务中心" in handed_in(person)


# annual_report, chronicle_report


def test_an_enterprise_reports_its_year_with_several_numbers_in_one_message(person: Person) -> None:
    """Six counts in one line; money in 万元 as people say it; their sum is worked out; the summary may come later."""
    person.say("年度信息采集", "2025", "企业", UNIT, "瑞安", "200", "150", "有", "专职1人，兼职3人", "有", "5万元")
    person.say("学术交流 3，技术攻关 2，培训 5，人才 1，科普 4，座谈 2")
    person.say("跳过", "技术人员不好招，怎么办？", "跳过", "王五测试", "13800138000")
    assert "年度经费（万元）：5\n" in person.last
    assert "这一年活动合计（次）：16" in person.last
    assert "本地企业科协总数" not in person.last
    assert "年度总结和下一年计划" in handed_in(person)


def test_a_local_association_reports_organisations_and_rests_in_between(person: Person) -> None:
    """More new ones than there are is not taken; 暂存 and 继续 lead back to the same question."""
    person.say("我要填年报", "2025年", "县科协", "测试县科协", "镇江", "30")
    assert "新建的不能比总数还多" in person.say("40")
    assert "存好了" in person.say("暂存")
    assert "其中当年新建" in person.say("继续")
    person.say("5", "2", "0", "学会部，2 人")
    assert "管企业科协工作的部门和人数" in person.say("上一步")
    person.say("继续", "走访企业 50 家", "跳过", "跳过", "跳过", "跳过", "王五测试", "13800138000")
    assert "科技工作者人数" not in person.last
    assert "科协信息采集" in handed_in(person)


def test_a_great_event_is_reported_with_its_evidence(person: Person, paper: Path) -> None:
    """Days are checked against each other; a prize asks by whom, and no longer when the kind is changed."""
    person.say("大事记上报", f"{UNIT}科协", "岳阳", "表彰")
    assert "这一天还没到" in person.say("明天")
    person.say("2026年6月17日")
    assert "最后一天要在第一天以后" in person.say("2026年6月1日")
    person.say("跳过", "公司科协获市级先进集体称号", "在科技馆开会颁奖。", "测试市科协，先进集体")
    person.send(paper)
    person.say("完成", "王五测试", "13800138000")
    assert "由谁表彰、什么称号：测试市科协，先进集体" in person.last
    person.say("改 哪一类大事")
    assert "由谁表彰" not in person.say("会议培训", "检查")
    assert "大事记" in handed_in(person)


def test_a_question_in_the_middle_is_answered_and_the_form_goes_on(person: Person) -> None:
    """What founding takes is told, with its source, and the question asked again."""
    person.say("大事记上报")
    person.say("成立企业科协向谁申请？")
    assert "出处" in person.last
    assert "（1/10）单位" in person.last


# project_application, technical_need, talent_recommendation


def test_a_project_reckons_its_money_and_its_days(person: Person, paper: Path) -> None:
    """The end comes after the beginning; what is asked for stays below the whole; what is left is worked out; the team
    is pasted as a list."""
    person.say("项目申报", "测试市科协2026年项目通知", "注塑工艺培训", "培训", UNIT)
    assert "校验位对不上" in person.say("91320000MA00000000")
    person.say(USCC, "镇江", "张三测试，经理，高工", "加一位")
    person.say("李四测试，工程师，讲课\n王五测试，技师，带徒弟")
    person.say("没有了")
    person.say("没有", "2027年1月1日")
    assert "完成的日子要在开始以后" in person.say("2026年12月31日")
    person.say("2027年12月31日", "一线缺培训", "办三期班", "跳过", "培训 3 期 120 人", "十万")
    assert "不能比总预算还多" in person.say("20万")
    person.say("6", "讲课费 6 万元，资料费 4 万元")
    person.send(paper)
    person.say("完成", "王五测试", "13800138000", "跳过", "确认")
    assert "总预算（万元）：10\n" in person.last
    assert "单位自筹（万元）：4" in person.last
    assert "李四测试" in person.last
    assert "评审" in handed_in(person)


def need(person: Person, way: str) -> str:
    """Fill in a technical need as far as how it is to be solved."""
    person.say("我要发榜", UNIT, "温州", "高温轴承寿命提高到 8000 小时", "核心技术", "汽车零部件")
    return person.say("现在 3000 小时", "提到 8000 小时", "跳过", way)


def test_a_need_for_the_list_has_to_be_published(person: Person) -> None:
    """揭榜挂帅 and secrecy do not go together; what counts as success is asked; the receipt says what 定榜 is."""
    need(person, "揭榜、专家")
    assert "张榜就得公开难题" in person.say("3")
    assert "怎样算揭榜成功" in person.say("2")
    person.say("连续跑 8000 小时不坏", "跳过", "五十万")
    assert "已经过去了" in person.say("2020年1月1日")
    person.say("跳过", "跳过", "王五测试", "13800138000", "跳过", "确认")
    assert "准备投入（万元）：50\n" in person.last
    told = handed_in(person)
    assert "定榜" in told
    assert "第30问" in told


def test_a_need_may_stay_among_staff(person: Person) -> None:
    """Without 揭榜挂帅 nothing is asked about it, and the receipt says how else help is found."""
    need(person, "专家上门")
    assert "准备投入" in person.say("不公开")
    person.say("跳过", "跳过", "跳过", "王五测试", "13800138000", "跳过", "确认")
    assert "怎样算揭榜成功" not in person.last
    told = handed_in(person)
    assert "先对接，不张榜" in told
    assert "定榜" not in told


def test_a_recommendation_names_where_its_prize_is_applied_for(person: Person) -> None:
    """A person is asked for post and age, a team for its people; the receipt follows the prize that was chosen last."""
    person.say("人才举荐", "还没想好", "个人", "自荐", "张三测试")
    assert "职务和职称" in person.last
    person.say("工程师", "28岁", UNIT, "岳阳", "热处理", "2024年改进工序，每年省电 20 万度", "还没有")
    person.say("跳过", "王五测试", "13800138000", "好")
    assert "今年多大：28" in person.last
    person.say("改 推荐的是")
    assert "带头人和主要完成人" in person.say("团队")
    person.say("张三测试、李四测试")
    assert "职务和职称" not in person.last
    person.say("改 想报哪一个")
    person.say("创新争先")
    told = handed_in(person)
    assert "【全国创新争先奖】" in told
    assert "https://rczx.cast.org.cn" in told
    assert "请科协帮着看" not in told


# suggestion


def test_a_suggestion_without_a_name_leaves_none(person: Person, line: Line, tmp_path: Path) -> None:
    """Nothing is asked that would tell who it was, and the export holds no chat; whoever has the number may ask."""
    person.say("我想匿名反映情况")
    person.press("不留名")
    person.say("通风不好，能不能装个风机？", "2", "跳过", "跳过", "不用")
    assert "联系手机" not in person.last
    assert "没有记名" in person.say("提交")
    number = person.receipt()
    assert "已收到" in line.person("somebody-else").say(number)
    target = tmp_path / "意见.json"
    line.command("export", "--form", "suggestion", "--format", "json", "--output", str(target))
    kept = target.read_text("utf-8")
    assert "通风不好" in kept
    assert person.chat not in kept


def test_a_suggestion_with_a_name_may_be_answered(person: Person) -> None:
    """Only who wishes an answer is asked for a phone number, and may change their mind."""
    person.say("提个意见", "留名", "多办讲座。能不能放在晚上？", "科协", "晚上办", "温州")
    assert "怎么称呼您" in person.say("要")
    person.say("王五测试")
    person.say("改 要不要回复您")
    assert "请检查" in person.say("不用")
    assert "回执号" in handed_in(person)


# what staff fill with content of their own


def register(person: Person, name: str) -> str:
    """Hand in a registration; what was answered."""
    person.say("我要报名参加活动", name, UNIT)
    assert "还没收下" in person.say("138")
    person.say("13800138000", "上午", "跳过")
    return person.say("提交")


def test_a_place_that_is_given_back_goes_to_the_next(line: Line) -> None:
    """One place: a code for the first, the waiting list for the second; the button gives it back."""
    first, second = line.person("place-1"), line.person("place-2")
    assert "签到码：" in register(first, "王五测试")
    assert "候补名单第 1 位" in register(second, "赵六测试")
    first.say("取消报名")
    assert "已取消" in first.press("取消 活动报名")
    assert "签到码：" in second.say("查进度")


def test_a_questionnaire_is_without_names_and_asks_what_applies(person: Person) -> None:
    """Whoever never came gives no marks; the order of wishes is typed or left out."""
    person.say("填问卷", "没参加过", "1、2")
    assert "打几分" not in person.last
    person.say("改 多久参加一次活动")
    person.say("一年三次以上")
    assert "打几分" in person.say("继续")
    person.say("5", "2、1、3、4", "12", "跳过")
    assert "早点知道消息、抽得出时间" in person.last
    assert "没有记名" in person.say("提交")


def test_everybody_has_one_vote_and_it_is_secret(person: Person) -> None:
    """No receipt, no second vote; until it is handed in one may change one's mind."""
    person.say("我要投票", "方案二")
    person.say("改 1")
    assert "方案一" in person.say("方案一")
    assert "选票不记名，没有回执" in person.say("提交")
    assert "已经投过了" in person.say("我要投票")
