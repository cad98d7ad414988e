"""Figures in a question: which rule is applied to them, and what it comes to."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.arithmetic import LOST_POINTS, MOST_POINTS, POINTS, SUMS, month_later, result
from bot.app import App
from bot.content.loader import load
from bot.questions import answer
from bot.settings import DEFAULT_CONTENT
from bot.understand.normalise import clean
from bot.understand.rules import Finding, figure, find

TODAY = date(2026, 11, 21)
CONTENT = load(DEFAULT_CONTENT)


def found(text: str, region: str = "", elsewhere: str = "", last: str = "") -> Finding | None:
    cleaned = clean(text)
    return find(CONTENT.rules, cleaned, region, bool(region) and region in cleaned, elsewhere, last)


def said(text: str, region: str = "", last: str = "") -> str:
    finding = found(text, region, last=last)
    return result(CONTENT, finding, region, TODAY) if finding else ""


def han(number: int) -> str:
    """A number below 1000 in Chinese numerals, as it is written out."""
    digits = "零一二三四五六七八九"
    if number < 10:
        return digits[number]
    if number < 100:
        tens = "" if number < 20 else digits[number // 10]
        return tens + "十" + (digits[number % 10] if number % 10 else "")
    rest = number % 100
    tail = "" if not rest else "零" + digits[rest] if rest < 10 else digits[rest // 10] + han(10 + rest % 10)[0:]
    return digits[number // 100] + "百" + tail


@given(st.integers(1, 999))
def test_numerals_are_read_as_they_are_written(number: int) -> None:
    """Every number below 1000 is read alike in Chinese numerals and in digits."""
    assert figure(han(number)) == figure(str(number)) == number


@given(st.integers(1, 300), st.data())
def test_a_committee_may_meet_when_two_thirds_are_there(total: int, data: st.DataObject) -> None:
    """For every size and attendance the answer is the rule's, in digits and in numerals (rules/30)."""
    present = data.draw(st.integers(0, total))
    for text in (f"{total}个委员来了{present}个，能开会吗", f"{han(total)}名委员，到会{han(present)}人，会议有效吗"):
        shown = said(text)
        assert shown.startswith("能开" if 3 * present >= 2 * total else "不能开"), text
        assert f"至少要到{-(-2 * total // 3)}人" in shown


@given(st.integers(1, 300), st.data())
def test_absent_members_count_like_those_who_came(total: int, data: st.DataObject) -> None:
    """Saying who is missing gives the same answer as saying who came."""
    absent = data.draw(st.integers(0, total))
    shown = said(f"委员一共{total}人，{absent}个请假，能开会吗")
    assert shown == said(f"委员一共{total}人，来了{total - absent}个，能开会吗")


@given(st.integers(1, 200), st.data())
def test_a_resolution_passes_with_half_of_those_present(present: int, data: st.DataObject) -> None:
    """Half of those who are there is enough as the words read; that it is exactly half is said (rules/30)."""
    agree = data.draw(st.integers(0, present))
    shown = said(f"委员会到会{present}人，{agree}票同意，能通过吗")
    assert shown.startswith("不能通过") == (2 * agree < present)
    assert ("正好一半" in shown) == (2 * agree == present)
    assert f"至少要{-(-present // 2)}票" in shown


@given(st.integers(1, 100), st.integers(1, 100))
def test_more_people_than_members_is_no_sum(total: int, more: int) -> None:
    """Figures that contradict each other get no result, only the plain entry."""
    assert said(f"{total}个委员来了{total + more}个，能开会吗") == ""


@given(st.dates(date(2023, 1, 1), date(2030, 12, 31)))
def test_the_report_is_due_on_the_same_day_of_the_next_month(held: date) -> None:
    """The last day lies 28 to 31 days after the congress and never in the month after next (rules/25)."""
    last = month_later(held)
    assert 28 <= (last - held).days <= 31
    assert (last.year * 12 + last.month) - (held.year * 12 + held.month) == 1
    shown = said(f"{held.year}年{held.month}月{held.day}日开的大会，最晚哪天报")
    assert f"{last.year}年{last.month}月{last.day}日" in shown
    assert ("已经过了" in shown) == (last < TODAY)


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 4))
def test_the_bonus_is_capped(national: int, province: int, city: int) -> None:
    """8, 5 and 3 points, ten at the most (yueyang/score-8)."""
    counts = {"国家级": national, "省级": province, "市级": city}
    points = 8 * national + 5 * province + 3 * city
    text = "、".join(f"{count}个{name}" for name, count in counts.items() if count)
    shown = said(f"{text}，加几分", "岳阳")
    assert shown.startswith(f"加{min(points, 10)}分") if points else shown == ""


@pytest.mark.parametrize(
    ("text", "region", "start"),
    [
        ("九个委员来了五个，能开会吗", "", "不能开。9名委员的三分之二以上，至少要到6人；到了5人，还差1人"),
        ("7名委员到了俩，开会算数吗", "", "不能开"),
        ("委员会来了一半委员，能开会吗", "", "不能开。规定是三分之二以上"),
        ("九个委员来了三分之二能不能开会", "", "能开"),
        ("十二个委员，开会要到多少人", "", "至少要到8人"),
        ("15个委员，到会10个，要几票才能通过", "", "到会10人，决议至少要5票"),
        ("15个委员，几票算通过", "", "看到会多少人，不看委员总数：15名委员都到会，至少要8票；刚好到10人"),
        ("15个委员来了8个，7个同意，决议有效吗", "", "会议开不成"),
        ("九个委员来五个能开会吗", "", "不能开"),
        ("七个委员，四票同意算通过吗", "", "假如7名委员都到会，能通过"),
        ("委员会9个人，6个人到会，3票赞成3票反对，算过吗", "", "按字面能通过"),
        ("岳阳考核 两次省级表彰，加几分", "岳阳", "加10分"),
        ("3月12号开的大会，最晚哪天报", "", "最晚4月12日报"),
        ("三月十二号开的代表大会，什么时候前要报上去", "", "最晚4月12日报"),
        ("1月31日开了换届大会，几号前要上报", "", "最晚2月28日报"),
        ("12月20号换届选举完，最晚哪天报送", "", "最晚次年1月20日报"),
        ("昨天开的大会，最晚什么时候报", "", "最晚2026年12月20日报"),
        ("开完大会都40天了还没报，怎么办", "", "已经超过一个月"),
        ("大会开完三周了，报送来得及吗", "", "还来得及"),
        ("我们80个科技人员，可以直接开全体会员大会吗", "", "可以直接开"),
        ("正好100个科技工作者，要不要选代表", "", "开会员代表大会"),
        ("公司一共60人，用不用开代表大会", "", "可以直接开"),
        ("公司300个员工能直接开会员大会吗", "", "看其中的科技工作者"),
        ("我们25个科技人员，在温州", "温州", "不到温州鼓励的30名：25名科技人员还差5名"),
        ("温州 30个技术人员能成立科协吗", "温州", "够了"),
        ("我们厂18个人能建科协吗", "温州", "不到温州鼓励的30名：一共18人"),
        ("我们20个科技人员够不够成立科协", "", "20人能不能成立，不单看人数"),
        ("我们2024年换的届，下次什么时候换届", "", "按三至五年一次算，上次在2024年，下次该在2027年到2029年之间"),
        ("2018年开的代表大会，现在该换届了吗", "温州", "已经超了"),
        ("五年没换届了，超了没有", "", "没有超"),
        ("六年没换届了，超期了吗", "", "已经超了"),
        ("会员大会两年开一次行吗", "", "不行"),
        ("会员大会4年开一次行吗", "温州", "可以：4年一次"),
        ("两个国家级一个市级加几分", "", "加10分"),
        ("一个省级能加几分", "岳阳", "加5分"),
        ("三项没完成扣几分", "岳阳", "扣15分"),
    ],
)
def test_the_result_comes_first(text: str, region: str, start: str) -> None:
    """The figures of a question are worked out, in the words that people use."""
    assert said(text, region).startswith(start)


@pytest.mark.parametrize(
    "text",
    [
        "委员会开会要到多少人",
        "十几个委员来了二十多个能开会吗",
        "30人左右的委员会来了大约20人能开吗",
        "我们委员会一般多少个委员",
        "三个委员一起辞职怎么补选",
        "50个代表来了30个，代表大会能开吗",
        "常委会九个人来了五个能开吗",
        "代表大会几年开一次",
        "主席一个人能决定开代表大会吗",
        "国家级荣誉加几分",
        "第三十条是不是说委员要到三分之二才能开会",
    ],
)
def test_what_is_vague_is_left_to_the_entries(text: str) -> None:
    """Without clear figures, and for bodies that the rule does not name, nothing is worked out."""
    assert said(text) == ""


def test_yueyang_points_are_not_given_elsewhere() -> None:
    """A city's own rule holds for nobody who is known to be somewhere else."""
    assert found("两个国家级加几分", "温州") is None
    assert found("两个国家级加几分", elsewhere="长沙") is None


def test_the_number_of_wenzhou_holds_in_wenzhou_only() -> None:
    """Only 温州 names thirty; elsewhere the national entry answers that no number is written."""
    entries = {city: getattr(found("25个科技人员能成立科协吗", city), "entry", "") for city in ("温州", "岳阳", "")}
    assert entries == {"温州": "wenzhou-thirty", "岳阳": "founding-conditions", "": "founding-conditions"}


def test_a_follow_up_needs_figures_only() -> None:
    """After a rule was shown, new figures are enough."""
    assert said("那15个委员呢", last="committee-quorum").startswith("至少要到10人")
    assert said("那15个委员呢") == ""


def test_every_rule_has_its_sums_and_every_sum_its_rule() -> None:
    """knowledge/rules.yaml and bot/answer/arithmetic.py name the same rules."""
    assert sorted(rule.id for rule in CONTENT.rules) == sorted(SUMS)


def test_the_figures_in_code_stand_in_the_entries() -> None:
    """The entry that carries a rule states the numbers that are reckoned with."""
    texts = {rule.id: CONTENT.entries[rule.entry] for rule in CONTENT.rules}
    stated = {name: f"{entry.answer}{entry.detail}" for name, entry in texts.items()}
    assert all(word in stated["quorum"] for word in ("三分之二以上", "二分之一以上"))
    assert "100人" in stated["assembly"]
    assert "三至五年" in stated["term"]
    assert "一个月内" in stated["report"]
    assert all(f"{points}分" in stated["bonus"] for points in (*POINTS.values(), MOST_POINTS))
    assert f"扣{LOST_POINTS}分" in stated["deduction"]
    assert "30名" in CONTENT.entries["wenzhou-thirty"].answer


@given(st.text(alphabet="九十5个委员来了开会能吗票同意国家级加分月号大会报温州科技人员年换届一半,，?", max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed, there is a sentence without gaps or nothing."""
    shown = said(text, "温州") + said(text)
    assert "{" not in shown


def test_it_costs_next_to_nothing() -> None:
    """Looking for a rule takes less than 0.3 ms of a processor's time a question."""
    texts = [clean(ask) for entry in list(CONTENT.entries.values())[:150] for ask in entry.ask]
    started = time.process_time()
    for text in texts:
        find(CONTENT.rules, text)
    assert (time.process_time() - started) / len(texts) < 0.0003


def test_the_answer_cites_the_rule(app: App) -> None:
    """`kexie ask` gives the result, then the rule, with the sources of the entry that carries it."""
    shown = answer(app.content, app.understander, "九个委员来了五个，能开会吗", "", TODAY)
    assert (shown.status, shown.entry) == ("answer", "committee-quorum")
    assert "rules/30" in shown.sources
    assert shown.shown.startswith("不能开")
    assert "三分之二以上的委员" in shown.shown
    assert "出处" in shown.shown
    assert len(shown.alternatives) >= 4
