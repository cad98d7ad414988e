"""Facts are picked out of plain speech, and nothing is guessed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.forms import Choice, Field
from bot.filing.speech import FINDERS, find
from bot.filing.values import fold
from tests.filing.filing_talk import TODAY

KINDS = (
    Choice("lecture", "科普讲座", ("讲座", "报告会")),
    Choice("contest", "技能竞赛", ("比赛", "竞赛", "比武")),
    Choice("visit", "参观交流", ("参观", "考察")),
)


def heard(sort: str, text: str, label: str = "测试") -> list[str]:
    """The answers of one sort in a text."""
    field = Field("select_one" if sort == "kind" else "text", "x", label, extract=sort, choices=KINDS)
    return [hit.answer for hit in find(text, field, TODAY)]


@pytest.mark.parametrize(
    ("sort", "text", "answers"),
    [
        ("date", "昨天下午我们公司办了讲座", ["2026-11-20"]),
        ("date", "上周五在礼堂开会", ["2026-11-13"]),
        ("date", "3月5日举办", ["2026-03-05"]),
        ("date", "三月五号举办", ["2026-03-05"]),
        ("date", "二〇二六年三月五日", ["2026-03-05"]),
        ("date", "2026.3.5 开会", ["2026-03-05"]),
        ("date", "三天前搞的", ["2026-11-18"]),
        ("date", "上个月15号", ["2026-10-15"]),
        ("date", "11月3日和11月5日两场", ["2026-11-03", "2026-11-05"]),
        ("date", "测试一号有限公司在15号楼开会，花了3.5万元", []),
        ("date", "2月30日举办", []),
        ("time", "昨天下午3点半开始", ["15:30"]),
        ("time", "晚上七点一刻", ["19:15"]),
        ("time", "14:00在五楼", ["14:00"]),
        ("time", "十点钟开始", ["10:00"]),
        ("time", "提了三点建议，有一点收获，下午两点要求很明确", []),
        ("place", "昨天在公司报告厅里举办讲座", ["公司报告厅"]),
        ("place", "地点：测试大厦五楼", ["测试大厦五楼"]),
        ("place", "到测试研究院参观学习", ["测试研究院"]),
        ("place", "在大家的支持下，我们举办讲座", []),
        ("place", "在昨天举办", []),
        ("place", "大家都在认真学习", []),
        ("count", "五十来人参加", ["50左右"]),
        ("count", "30余名职工", ["30左右"]),
        ("count", "三十来号人参加", ["30左右"]),
        ("count", "近百人参加了活动", ["100左右"]),
        ("count", "一百二十人", ["120"]),
        ("count", "请来两位专家讲课，五十人参加", ["50"]),
        ("count", "1,200人次", ["1200"]),
        ("count", "十几个人", []),
        ("count", "第3名是测试二队，20家企业到场", []),
        ("unit", "由测试甲公司组织", ["测试甲公司"]),
        ("unit", "昨天，测试集团有限公司开展活动", ["测试集团有限公司"]),
        ("unit", "我们测试一号有限公司科协办了讲座", ["测试一号有限公司科协"]),
        ("unit", "我们公司、咱厂、本公司办了讲座", []),
        ("phone", "电话138 0013 8000或者010-12345678", ["138 0013 8000", "010-12345678"]),
        ("phone", "信用代码91321100MA1XK3L26L", []),
        ("email", "发到test@example.com吧", ["test@example.com"]),
        ("amount", "花了1.2万元", ["12000"]),
        ("amount", "花了三千五百块钱", ["3500"]),
        ("amount", "3元/人，一共600元", ["3", "600"]),
        ("kind", "办了一场科普讲座", ["科普讲座"]),
        ("kind", "搞了个比武", ["技能竞赛"]),
        ("kind", "没有办讲座，搞了比赛", ["技能竞赛"]),
        ("kind", "举办科普的讲座", ["科普讲座"]),
        ("kind", "开了个会", []),
    ],
)
def test_a_fact_is_found_as_people_say_it(sort: str, text: str, answers: list[str]) -> None:
    """Each sort of fact, said as people say it, and what only looks like one."""
    assert heard(sort, text) == answers


def test_a_question_in_ten_thousands_gets_ten_thousands() -> None:
    """A question whose label says 万元 is answered in 万元, whatever was said."""
    assert heard("amount", "投入350000元", "投入（万元）") == ["35"]
    assert heard("amount", "投入35万元", "投入（万元）") == ["35"]


def test_a_question_about_times_counts_times() -> None:
    """The label says what is counted."""
    assert heard("count", "今年办了12场讲座，600人参加", "场次") == ["12"]


DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
AROUND = st.sampled_from(("", "我们", "，大家都来了", "测试", "。\n", "（）", "：", " "))


@given(
    day=DAYS, before=AROUND, after=AROUND, way=st.sampled_from(("{y}年{m}月{d}日", "{y}-{m}-{d}", "{y}年{m}月{d}号"))
)
def test_a_full_date_is_found_in_any_surroundings(day: date, before: str, after: str, way: str) -> None:
    """Year, month and day in any usual spelling give exactly that day."""
    said = way.format(y=day.year, m=day.month, d=day.day)
    assert heard("date", f"{before}{said}{after}") == [day.isoformat()]


@given(days=st.integers(1, 60))
def test_days_ago(days: int) -> None:
    """「12天前」 counts back from today."""
    assert heard("date", f"我们{days}天前办的") == [(TODAY - timedelta(days=days)).isoformat()]


@given(number=st.integers(1, 99999), after=st.sampled_from(("人参加", "名职工到场", "位会员", "个人")))
def test_a_number_of_people_is_found(number: int, after: str) -> None:
    """Any count of people, in digits, gives that number."""
    assert heard("count", f"昨天办讲座，{number}{after}。") == [str(number)]


@given(yuan=st.integers(1, 10**8), unit=st.sampled_from(("元", "块钱")))
def test_an_amount_is_found(yuan: int, unit: str) -> None:
    """Any whole amount gives that number of yuan."""
    assert heard("amount", f"一共花了{yuan}{unit}。") == [str(yuan)]


@given(hour=st.integers(0, 23), minute=st.integers(0, 59))
def test_a_clock_time_is_found(hour: int, minute: int) -> None:
    """Hours and minutes with a colon give that time."""
    assert heard("time", f"昨天{hour}:{minute:02d}开始") == [f"{hour:02d}:{minute:02d}"]


SPEECH = st.text(
    st.sampled_from("在昨天上周五3月5日1二十百人名位点半元万公司厂办了讲座参加，。：0.- \n￥😀\0"), max_size=60
)


@given(text=st.one_of(st.text(max_size=60), SPEECH), sort=st.sampled_from(sorted(FINDERS)))
def test_whatever_is_said_is_heard_without_fault(text: str, sort: str) -> None:
    """Any text: no exception, and every piece stands in the text where it is said to stand."""
    field = Field("select_one" if sort == "kind" else "text", "x", "测试", extract=sort, choices=KINDS)
    for hit in find(text, field, TODAY):
        assert fold(text)[hit.start : hit.end] == hit.said
        assert hit.answer
