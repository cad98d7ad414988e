"""Comparing: which two things are meant, and how they are shown."""

from __future__ import annotations

import time
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answer.compare import compared
from bot.app import App
from bot.content.loader import load
from bot.questions import Answered, answer
from bot.settings import DEFAULT_CONTENT
from bot.understand.compare import NATION, Comparer, Comparison
from bot.understand.meaning import Context
from bot.understand.normalise import normalise
from bot.understand.region import Places

TODAY = date(2026, 11, 21)
CONTENT = load(DEFAULT_CONTENT)
TABLES = CONTENT.comparisons
COMPARER = Comparer(TABLES, Places(CONTENT.regions, CONTENT.words.places))


def found(text: str, last: str = "", region: str = "") -> Comparison | None:
    return COMPARER.find(normalise(text, CONTENT.words.typos), last, region)


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("审批制和备案制有什么区别", "founding-system"),
        ("审批跟备案是不是一回事", "founding-system"),
        ("审批制 备案制 区别", "founding-system"),
        ("审批还是备案", "founding-system"),
        ("联合会 vs 联合科协", "federation-vs-joint"),
        ("学组和工作委员会一样吗", "study-groups-vs-working"),
        ("科协秘书长和主席的区别", "chair-vs-secretary-general"),
        ("科协的委员会和常委会有什么区别", "committee-kinds"),
        ("委员会、常委会、工作委员会怎么区分", "committee-kinds"),
        ("老板问我，联合科协跟工作站到底有啥区别啊，我说不清楚", "joint-vs-workstation"),
        ("科协是不是就是工会", "vs-union-youth"),
        ("和科技部有什么不同", "vs-tech-department"),
        ("园区科协和企业科协是什么关系", "park-vs-enterprise"),
        ("大会和委员会的职权有什么不同", "congress-vs-committee"),
    ],
)
def test_a_written_comparison_is_found(text: str, entry: str) -> None:
    """Where somebody wrote the comparison of two things, it is the answer, however people name them."""
    comparison = found(text)
    assert comparison
    assert comparison.entry == entry


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("园区科协跟联合会有什么不一样？", ("园区科协", "企业科协联合会")),
        ("学组和工作站有什么区别", ("学组", "企业科协工作站")),
        ("联络员跟科协秘书长什么区别", ("联络员", "秘书长")),
        ("退会和除名有什么区别", ("退会", "取消会员资格")),
        ("中国科协和企业科协有什么区别", ("中国科协", "企业科协")),
        ("审批制和备案制要交的材料有什么不同", ("审批制", "备案制")),
        ("主席和秘书长的条件有什么不同", ("主席", "秘书长")),
    ],
)
def test_otherwise_both_stand_side_by_side(text: str, things: tuple[str, ...]) -> None:
    """Without a written comparison, or when one aspect is asked for, each thing's own entry is shown."""
    comparison = found(text)
    assert comparison
    assert comparison.things == things
    assert comparison.rows
    assert not comparison.entry


@pytest.mark.parametrize(
    "text",
    [
        "主席是大会选还是委员会选",
        "科协和工会能合署办公吗",
        "我们当地搞的是审批制还是备案制",
        "企业科协的任务有哪些",
        "企业科协和商会有什么区别",
        "主席和秘书长可以是同一个人吗",
        "公司三十人，还要大会、委员会、常委会一样不少吗",
        "地方科协和企业科协怎么上下联动",
        "公司决定建科协，秘书长和工作站一样重要吗",
        "全国有多少家企业科协",
        "",
    ],
)
def test_other_questions_are_left_alone(text: str) -> None:
    """Two things in one sentence are not yet a comparison, and things of different kinds are compared only when that is clear."""
    assert found(text) is None


@pytest.mark.parametrize(
    ("text", "places", "matter"),
    [
        ("换届年限，国家的和温州的一样吗", (NATION, "温州"), "换届年限"),
        ("温州和镇江成立程序一样吗", ("温州", "镇江"), "成立程序"),
        ("瑞安和全国的换届有什么不同", ("温州", NATION), "换届"),
        ("岳阳跟国家的规定有冲突吗", ("岳阳", NATION), ""),
    ],
)
def test_places_are_compared_on_a_matter(text: str, places: tuple[str, ...], matter: str) -> None:
    """The nation and a city, or two cities; a county stands for its city."""
    comparison = found(text)
    assert comparison
    assert (comparison.places, comparison.matter) == (places, matter)


def test_a_place_may_be_understood() -> None:
    """After an answer, 「和国家的一样吗」 compares the city of the conversation."""
    comparison = found("和国家的一样吗", "congress-term", "温州")
    assert comparison
    assert comparison.places == (NATION, "温州")
    assert found("和国家的一样吗") is None


PAIRS = [pair for pair in permutations(TABLES.things.values(), 2) if pair[0].group == pair[1].group]


@given(
    st.sampled_from(PAIRS),
    st.sampled_from(["{}和{}有什么区别", "{} 跟 {} 是不是一回事？", "{}、{}，差别在哪"]),
    st.data(),
)
def test_every_pair_can_be_compared(pair: tuple[object, object], wording: str, data: st.DataObject) -> None:
    """Any two things of one group, by any of their names, give an answer with the sources of all that is shown."""
    first, second = (TABLES.things[getattr(thing, "name", "")] for thing in pair)
    names = [data.draw(st.sampled_from(thing.words)) for thing in (first, second)]
    comparison = found(wording.format(*names))
    assert comparison
    assert set(comparison.things) == {first.name, second.name}
    shown = compared(CONTENT, comparison, data.draw(st.sampled_from(["", *CONTENT.regions])), TODAY)
    if shown is None:
        assert comparison.entry
        return
    cited = {source for entry in comparison.entries() for source in CONTENT.entries[entry].sources}
    assert cited <= set(shown.sources)
    assert all(f"- {name}：" in shown.text for name in comparison.things)


def test_every_verdict_belongs_to_an_overlay() -> None:
    """There is a sentence on how they stand to the nation for each rule of a city, and no other."""
    overlays = {(city.name, entry) for city in CONTENT.regions.values() for entry in city.overlays}
    assert set(TABLES.verdicts) == overlays


def test_no_name_means_two_things() -> None:
    """Every word leads to one thing."""
    words = [word for thing in TABLES.things.values() for word in thing.words]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def test_names_are_written_as_questions_are_normalised() -> None:
    """A word with punctuation or capitals would never be met."""
    others = [word for thing in TABLES.things.values() for word in thing.words if word != thing.name]
    assert [word for word in others if normalise(word) != word] == []


def test_it_costs_next_to_nothing() -> None:
    """Looking for a comparison takes less than 0.3 ms of a processor's time a question."""
    texts = [normalise(ask) for entry in list(CONTENT.entries.values())[:150] for ask in entry.ask]
    started = time.process_time()
    for text in texts:
        COMPARER.find(text)
    assert (time.process_time() - started) / len(texts) < 0.0003


def ask(app: App, text: str, region: str = "", context: Context | None = None) -> Answered:
    return answer(app.content, app.understander, text, region, TODAY, context)


def test_both_sides_are_cited(app: App) -> None:
    """A comparison is a plain answer with the sources of both things, and a list of both."""
    shown = ask(app, "园区科协跟联合会有什么不一样？")
    assert shown.status == "answer"
    assert {"handbook/45", "handbook/47"} <= set(shown.sources)
    assert "- 园区科协：" in shown.shown
    assert "- 企业科协联合会：" in shown.shown
    assert len(shown.alternatives) >= 4


def test_city_and_nation_are_said_to_agree_or_not(app: App) -> None:
    """What the city and the nation say stands side by side, after a sentence on whether they agree."""
    shown = ask(app, "换届年限，国家的和温州的一样吗")
    assert (shown.status, shown.entry) == ("answer", "congress-term")
    assert {"wenzhou/9", "rules/25"} <= set(shown.sources)
    assert shown.shown.startswith("不矛盾")
    assert "四年" in shown.shown
    assert "三至五年" in shown.shown


def test_two_cities_stand_side_by_side(app: App) -> None:
    """Both cities' rules are shown, and the nation's below."""
    shown = ask(app, "温州跟镇江成立要谁批，一样不")
    assert {"wenzhou/9", "zhenjiang/note"} <= set(shown.sources)
    assert "全国：" in shown.shown


def test_a_follow_up_compares_what_was_spoken_of(app: App) -> None:
    """「和国家的一样吗」 after an answer keeps its matter and the person's city."""
    before = ask(app, "会员代表大会几年开一次", "温州")
    shown = ask(app, "和国家的一样吗", context=before.context)
    assert (shown.status, shown.entry) == ("answer", "congress-term")


def test_places_alone_get_an_overview(app: App) -> None:
    """With no matter named, the few rules that differ most are listed."""
    shown = ask(app, "温州的要求和全国的有什么不同")
    assert shown.status == "answer"
    assert shown.shown.count("- 温州（") >= 3


@given(st.text(alphabet="审批备案制和跟园区科协联合会温州镇江国家的一样吗有什么区别还是 vs、,关系工会它", max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    """Whatever is typed, a comparison names two things or two places, or there is none."""
    for last in ("", "congress-term"):
        comparison = found(text, last, "温州")
        assert comparison is None or 2 <= max(len(comparison.things), len(comparison.places)) <= 6
