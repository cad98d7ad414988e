"""Complete questions in a conversation, and the city that an earlier question named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import App
from bot.understand.engine import Understander
from bot.understand.match import Candidate
from bot.understand.meaning import Context
from bot.understand.steps import more_named, step_named
from bot.understand.whole_questions import speaks_for_itself, whole

SIGNALS = {"asks_subject": 0.5, "asks_topic": 0.0}


def _ranked(**shares: float) -> list[Candidate]:
    """Candidates with these shares, in this order."""
    return [Candidate(name, share, SIGNALS, "") for name, share in shares.items()]


@pytest.mark.parametrize("said", ["秘书长由谁来任命呀", "企业科协的牌子挂在什么地方"])
def test_a_long_question_without_pointing_words_is_whole(said: str) -> None:
    """Nothing in it needs the message before."""
    assert whole(said)


@pytest.mark.parametrize(
    "said", ["由谁来任命", "那秘书长由谁来任命", "它的牌子挂在什么地方", "还要交哪几样材料上去", "企业科协的副主席呢"]
)
def test_short_or_pointing_back_is_not_whole(said: str) -> None:
    """Too short, 「那」, 「它」, 「还」 or a 「呢」 at the end."""
    assert not whole(said)


def test_alone_goes_first_only_when_clear() -> None:
    """Clear alone, hardly less than in the conversation, and not ruled out by it."""
    following = _ranked(old=0.9, new=0.1)
    assert speaks_for_itself(_ranked(new=0.95, old=0.05), following)
    assert not speaks_for_itself(_ranked(new=0.55, old=0.45), _ranked(old=0.5, new=0.3)), "not clear alone"
    assert not speaks_for_itself(_ranked(new=0.7, old=0.3), following), "clearer in the conversation"
    assert not speaks_for_itself(_ranked(new=0.95), _ranked(old=0.99, new=0.01)), "ruled out"
    assert not speaks_for_itself([], following)


def test_a_question_that_names_no_subject_needs_the_conversation() -> None:
    """However sure the model is: 「我们活动上能挂吗」 names nothing that could be hung up."""
    nameless = [one._replace(signals={"asks_subject": 0.02, "asks_topic": 0.13}) for one in _ranked(new=0.95)]
    assert not speaks_for_itself(nameless, _ranked(old=0.9, new=0.1))


def test_a_city_once_named_holds_for_what_follows_only(small_app: App) -> None:
    """After a question about 温州, a follow-up is about 温州; who never said that they are there is asked nothing of it in a
    complete question about another subject."""
    entry = small_app.content.entries["founding-approver"]
    asked = Context(text="x", topic=entry.topic, aspect=entry.aspect, entry=entry.id, asked_in="温州")
    understand = small_app.understander.understand
    assert understand("那材料呢", asked).region == "温州"
    elsewhere = replace(asked, topic="会员/会费")
    assert understand("审批制下建立企业科协分哪几步", elsewhere).region == ""
    assert understand("审批制下建立企业科协分哪几步", asked).region == "温州", "the same subject"
    theirs = replace(elsewhere, asked_in="", region="温州")
    assert understand("审批制下建立企业科协分哪几步", theirs).region == "温州", "what the person said stays"


def test_a_place_without_rules_ends_the_city(small_app: App) -> None:
    """「那苏州呢」 after 温州 is not answered with the rules of 温州, also where the person is in 温州."""
    entry = small_app.content.entries["founding-approver"]
    asked = Context("温州", "x", entry.topic, entry.aspect, entry.id, asked_in="温州")
    assert small_app.understander.understand("那苏州呢", asked).region == ""


def test_another_place_bare_asks_the_same_after_a_question_about_a_place(small_app: App) -> None:
    """「温州的」 after a question about 苏州 goes on with it; 「我是温州的」, or the name after any other question, says where
    the person is."""
    entry = small_app.content.entries["founding-what-first"]
    before = Context(text="苏州怎么成立", topic=entry.topic, aspect=entry.aspect, entry=entry.id)
    understand = small_app.understander.understand
    found = understand("温州的", before)
    assert (found.target, found.region, found.why["rule"]) == (entry.id, "温州", "same for another place")
    assert understand("温州的", replace(before, text="怎么成立")).why["rule"] == "place only"
    assert understand("我是温州的", before).why["rule"] != "same for another place"


def test_who_corrects_the_city_gets_the_answer_for_it(small_app: App) -> None:
    """「说错了，我是镇江的」 after an answer that held for 温州 asks the same for 镇江; after one that held for everybody it only
    says where the person is."""
    content, old = small_app.content, small_app.understander
    zhenjiang = replace(content.regions["温州"], id="zhenjiang", name="镇江", counties=("丹徒区",), overlays={})
    content = replace(content, regions={**content.regions, "镇江": zhenjiang})
    understand = Understander(content, old.matcher.classifier, old.featuriser, old.decision).understand
    entry = content.entries["founding-approver"]
    assert content.overlay(entry.id, "温州")
    asked = Context(text="x", topic=entry.topic, aspect=entry.aspect, entry=entry.id, asked_in="温州")
    for said in ("说错了，我是镇江的", "我们在丹徒区"):
        found = understand(said, asked)
        assert (found.target, found.region, found.settled) == (entry.id, "镇江", True)
    assert understand("我们在丹徒区", replace(asked, asked_in="")).why["rule"] == "place only"


@pytest.mark.parametrize("said", ["还有呢", "还有吗？", "没了？", "没有别的了吗", "就这些吗", "还有没有别的", "更多"])
def test_more_is_asked_for_in_many_words(said: str) -> None:
    """All of these ask whether that was all."""
    assert more_named(said)


@pytest.mark.parametrize("said", ["没有", "没了", "就这样吧", "还有什么材料", "没有党组织吗", "还有一个问题"])
def test_other_words_do_not_ask_for_more(said: str) -> None:
    """A no, a farewell, or a question of its own."""
    assert not more_named(said)


def test_and_then_walks_on_only_while_walking() -> None:
    """「还有吗」 is the next step for whoever is at one."""
    assert step_named("还有吗", 2, 4) == (3, "next step")
    assert step_named("还有吗", 0, 4) == (0, "")
