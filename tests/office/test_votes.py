"""Votes: one person one vote, secret ones that nobody can trace."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from bot.commands.export import write
from tests.office.people import deliver, everything, keep, later, staff, told
from tests.talk import Desk, Talk


def vote(talk: Talk, which: str, choice: str) -> str:
    """Cast a vote; what is said at the end."""
    talk.say(f"我要投票选{which}")
    talk.say(choice)
    return talk.say("提交")


def test_a_secret_vote_is_counted_once(office: Desk) -> None:
    """One vote each; there is no receipt, and a second try is refused at the start."""
    reviewer = staff(office)
    for name, choice in (("a", "方案甲"), ("b", "方案甲"), ("c", "方案乙")):
        talk = office.person(name)
        assert "您的票已投出" in vote(talk, "方案", choice)
        assert "回执号" not in talk.last
        assert "您已经投过了" in talk.say("我要投票选方案")
    assert "收到 3 份" in reviewer.say("投票结果 vote")
    assert "- 方案甲：2 票（67%）\n- 方案乙：1 票（33%）" in reviewer.last
    assert reviewer.say("投票结果 方案投票") == reviewer.say("投票结果 vote")


def test_two_drafts_are_still_one_vote(office: Desk) -> None:
    """Who opened the vote twice may hand in one of them."""
    talk = office.person("a")
    talk.say("我要投票选方案")
    talk.say("方案甲")
    first = talk.button("提交")
    talk.say("我要投票选方案")
    talk.press("重新开始")
    talk.say("方案乙")
    assert "您的票已投出" in talk.say("提交")
    assert "您已经投过了" in talk.press_id(first)
    assert "收到 1 份" in staff(office).say("投票结果 vote")


def test_nothing_in_the_database_connects_a_secret_vote_with_a_chat(office: Desk) -> None:
    """Once the answers are sent, no row holds a chat together with a choice, and ballots and voters hold no time, no
    order and no chat."""
    people = [office.person(name) for name in "abc"]
    for talk, choice in zip(people, ("方案甲", "方案乙", "方案甲"), strict=True):
        vote(talk, "方案", choice)
    deliver(office)
    keep(office)
    rows = re.findall(r"\([^()]*\)", everything(office))
    for talk in people:
        tied = [row for row in rows if talk.chat in row and re.search(r"方案|plan|pick", row)]
        assert tied == []
    with office.database.reading() as connection:
        ballots = connection.exec_driver_sql("select form_id, paper, votes from ballots order by votes").all()
        voters = repr(connection.exec_driver_sql("select * from voters").all())
        assert connection.exec_driver_sql("select count(*) from drafts").scalar() == 0
    assert [tuple(row) for row in ballots] == [("vote", '{"plan": "b"}', 1), ("vote", '{"plan": "a"}', 2)]
    assert "terminal" not in voters
    assert "2026" not in voters


def test_staff_are_not_told_of_a_single_vote(office: Desk) -> None:
    """A notice at the minute of a vote would tell whose it is."""
    reviewer = staff(office)
    before = told(office, reviewer)
    vote(office.person("a"), "方案", "方案甲")
    assert told(office, reviewer) == before


def test_secret_votes_are_exported_one_line_each(office: Desk, tmp_path: Path) -> None:
    """`kexie export` gives each vote as a row without receipt and time, in an order that says nothing."""
    for name, choice in (("a", "方案乙"), ("b", "方案甲"), ("c", "方案甲")):
        vote(office.person(name), "方案", choice)
    target = tmp_path / "votes.csv"
    assert write(office.app, office.app.content.forms["vote"], "csv", target) == 3
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))[1:]  # the second line names the columns for programs
    assert sorted(row["您选哪个方案"] for row in rows) == ["方案乙", "方案甲", "方案甲"]
    assert {row["提交时间"] for row in rows} == {""}


def test_a_vote_ends(office: Desk) -> None:
    """After the last day nothing is taken, also from who began before."""
    early, late = office.person("a"), office.person("b")
    early.say("我要投票选方案")
    early.say("方案甲")
    later(office, days=10)
    assert "截止" in early.say("提交")
    assert "截止" in late.say("我要投票选方案")
    assert "收到 0 份" in staff(office).say("投票结果 vote")


def test_a_named_vote_has_a_receipt_and_is_one_each(office: Desk) -> None:
    """With names the vote is a submission like any other, once a chat."""
    talk = office.person("a")
    assert "回执号" in vote(talk, "颜色", "红色")
    assert "您已经投过了" in talk.say("我要投票选颜色")
    assert "- 红色：1 票（100%）" in staff(office).say("投票结果 颜色")


def test_results_are_for_staff(office: Desk) -> None:
    """Others are told so."""
    assert "只有登记过的工作人员" in office.person("a").say("投票结果 vote")
