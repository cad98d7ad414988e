"""How an answer reads: local rule first, sources, warnings, steps, buttons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.answer.cite import citation
from bot.answer.compose import akin, answer_text, choose_reply, entry_reply, unknown_reply
from bot.answer.responder import respond
from bot.app import App
from bot.content.models import Content, Document, Entry, Region, Source
from bot.messages import Button, Reply
from bot.understand.match import Candidate
from bot.understand.meaning import Context, Understanding

TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def content(small_app: App) -> Content:
    return small_app.content


def entry(content: Content, name: str = "founding-approver", **changes: Any) -> Entry:
    """An entry of the small content, changed."""
    return replace(content.entries[name], **changes)


def with_entry(content: Content, changed: Entry) -> Content:
    return replace(content, entries={**content.entries, changed.id: changed})


def buttons(reply: Reply) -> list[Button]:
    return [button for row in reply.buttons for button in row]


def test_citations_group_places_by_document() -> None:
    """Places of one document stand together, in the order given, each once; a link is shown by its heading."""
    rules = Document("rules", "组织通则全名", "通则", "", "", "", "in force")
    web = Document("web", "资源全名", "资源", "", "", "", "in force")
    sources: Mapping[str, Source] = {
        "r/1": Source("r/1", "第一条", "总则", rules),
        "r/2": Source("r/2", "第二条", "总则", rules),
        "w/1": Source("w/1", "https://example.com/x", "某平台", web),
    }
    assert citation(["r/2", "w/1", "r/1", "r/2"], sources) == "通则 第二条、第一条；资源 某平台"
    assert citation([], sources) == ""


def test_an_answer_ends_with_its_sources(content: Content) -> None:
    """The answer comes first, the sources of it last."""
    found = entry(content)
    reply = entry_reply(content, found, "", TODAY)
    assert reply.text.startswith(found.answer)
    assert reply.text.splitlines()[-1].startswith("出处：")
    assert "第十二条" in reply.text.splitlines()[-1]


def test_the_local_rule_stands_before_the_national_one(content: Content) -> None:
    """In 温州 its own rule comes first, the national one beside it, and both are cited, the local first."""
    found = answer_text(content, entry(content), "温州", TODAY)
    assert found.text.index("温州的规定") < found.text.index("全国的规定")
    assert found.sources[0] == "wenzhou/9"
    assert set(entry(content).sources) < set(found.sources)


@pytest.mark.parametrize("region", ["", "火星", "镇江"])
def test_elsewhere_the_national_answer_stands_alone(content: Content, region: str) -> None:
    """Without a city, or in one that says nothing of its own, there is one answer and its sources."""
    found = answer_text(content, entry(content), region, TODAY)
    assert "的规定：" not in found.text
    assert found.sources == entry(content).sources


@pytest.mark.parametrize(
    ("last_day", "warned"), [("2021-11-20", True), ("2026-11-20", True), ("2026-11-21", False), ("", False)]
)
def test_what_is_past_its_last_day_is_said_to_be(content: Content, last_day: str, warned: bool) -> None:
    """The day after the last day there is a plain warning with the date; on the day itself there is none."""
    found = answer_text(content, entry(content, expires=last_day), "", TODAY)
    assert ("期限" in found.text and "已经过了" in found.text) == warned
    if warned:
        year, month, day = last_day.split("-")
        assert f"{year}年{int(month)}月{int(day)}日" in found.text


def test_a_procedure_lists_its_steps_and_walks_them(content: Content) -> None:
    """The whole procedure numbers its steps; one step says of how many it is, who does it, and offers the next."""
    procedure = content.entries["founding-steps-approval"]
    total = len(procedure.steps)
    whole = answer_text(content, procedure, "", TODAY).text
    assert all(f"\n{number}. {step.title}" in whole for number, step in enumerate(procedure.steps, 1))
    first = entry_reply(content, procedure, "", TODAY, step=1)
    assert first.text.startswith(f"第 1 步（共 {total} 步）")
    assert ("下一步", f"s:2:{procedure.id}") in [(b.label, b.id) for b in buttons(first)]
    last = entry_reply(content, procedure, "", TODAY, step=total)
    assert "下一步" not in [b.label for b in buttons(last)]
    assert f"没有第 {total + 1} 步" in entry_reply(content, procedure, "", TODAY, step=total + 1).text


def test_every_button_fits_every_channel(content: Content) -> None:
    """Of all entries: labels of at most 20 characters, ids of at most 60 ASCII characters, and each leads somewhere."""
    for found in content.entries.values():
        for step in range(len(found.steps) + 1):
            for button in buttons(entry_reply(content, found, "温州", TODAY, step)):
                assert 0 < len(button.label) <= 20
                assert len(button.id) <= 60
                assert button.id.isascii()
                kind, _, rest = button.id.partition(":")
                assert kind in ("e", "s", "form", "human")
                assert kind != "e" or rest in content.entries


def test_choosing_offers_each_by_number_and_none_of_them(content: Content) -> None:
    """A question back lists the titles with numbers, one button each, and 「都不是」."""
    offered = [content.entries[name] for name in ("founding-system", "founding-approver")]
    reply = choose_reply(content, offered)
    assert [button.id for button in buttons(reply)] == ["e:founding-system", "e:founding-approver", "no"]
    assert all(f"{number}. {one.title}" in reply.text for number, one in enumerate(offered, 1))


def test_not_knowing_names_the_nearest_and_a_person(content: Content) -> None:
    """An unknown says so first, offers at most three near topics, and always a person."""
    near = list(content.entries.values())[:5]
    reply = unknown_reply(content, "unknown", near)
    assert reply.text.startswith("资料里没有找到")
    assert [button.id for button in buttons(reply)] == [*(f"e:{one.id}" for one in near[:3]), "human"]
    assert [button.id for button in buttons(unknown_reply(content, "unknown", []))] == ["human"]


@pytest.mark.parametrize("kind", ["open", "boundary"])
def test_what_the_documents_leave_open_names_whom_to_ask(content: Content, kind: str) -> None:
    """Entries that answer with 「不知道」 or another office offer a person; an open one names the city's office."""
    office = Region("wenzhou", "温州", (), "温州市科协测试处", {})
    changed = replace(content, regions={"温州": office})
    reply = entry_reply(changed, entry(content, kind=kind), "温州", TODAY)
    assert "human" in [button.id for button in buttons(reply)]
    assert ("温州市科协测试处" in reply.text) == (kind == "open")


@pytest.mark.parametrize(("share", "offered"), [(0.3, True), (0.05, False)])
def test_an_open_entry_offers_the_answer_that_was_nearly_meant(content: Content, share: float, offered: bool) -> None:
    """A few words often mean either what is settled or what is left open: the other one is the first button."""
    left_open, near = (
        entry(content, kind="open", see=()),
        next(
            one
            for one in content.entries.values()
            if one.kind == "answer" and not one.region and one.id != "founding-approver"
        ),
    )
    changed = replace(content, entries={**content.entries, left_open.id: left_open})
    ranked = tuple(Candidate(name, score, {}, "") for name, score in ((left_open.id, 0.6), (near.id, share)))
    meaning = Understanding("unknown", left_open.id, "entry", 0.6, ranked)
    response = respond(changed, meaning, Context(), TODAY)
    assert (f"e:{near.id}" in [button.id for button in buttons(response.replies[0])]) == offered
    assert response.context.offered == ((near.id,) if offered else ())


def test_an_answer_is_remembered_for_the_next_question(small_app: App) -> None:
    """After an answer the context holds its entry, topic and aspect; after an offer, what was offered, in order."""
    content, meaning = small_app.content, small_app.understander.understand("成立企业科协向谁申请")
    after = respond(content, meaning, Context(), TODAY).context
    found = content.entries["founding-approver"]
    assert (after.entry, after.topic, after.aspect) == (found.id, found.topic, found.aspect)
    signals = {"phrasing": 0.5, "text": 0.5}
    two = tuple(Candidate(name, 0.5, signals, "") for name in ("founding-system", "founding-approver"))
    choose = replace(meaning, status="choose", target="", kind="", candidates=two)
    response = respond(content, choose, after, TODAY)
    assert response.context.offered == ("founding-system", "founding-approver")
    assert (response.queue, response.context.entry) == ("choose", found.id)


@pytest.mark.parametrize("own", ["镇江", ""])
def test_naming_a_city_in_a_question_does_not_move_the_person(small_app: App, own: str) -> None:
    """The city of the person is what they said and nothing else; one named in a question is kept for what follows."""
    meaning = replace(small_app.understander.understand("成立企业科协向谁申请"), region="温州")
    after = respond(small_app.content, meaning, Context(region=own), TODAY).context
    assert (after.region, after.asked_in, after.city) == (own, "温州", "温州")
    back = replace(meaning, region=own)
    assert respond(small_app.content, back, after, TODAY).context.city == own


def test_more_than_is_folded_is_not_there(small_app: App) -> None:
    """「还有呢」 shows the folded part once; asked again, it says that this was all and offers what is near."""
    content = small_app.content
    one = replace(next(iter(content.entries.values())), more="折叠的部分", see=("founding-approver",), steps=())
    content = with_entry(content, one)
    meaning = Understanding("answer", one.id, "entry", 1.0, folded=True)
    first = respond(content, meaning, Context(entry=one.id), TODAY)
    again = respond(content, meaning, first.context, TODAY)
    assert first.replies[0].text.startswith("折叠的部分")
    assert "没有更多了" in again.replies[0].text
    assert "折叠的部分" not in again.replies[0].text + again.replies[0].more
    assert "e:founding-approver" in [button.id for button in buttons(again.replies[0])]


def test_the_same_answer_again_is_said_to_be_the_same(small_app: App) -> None:
    """Another question that the entry just shown answers too begins with a word on that; the same question again, or
    another entry, does not."""
    content = small_app.content
    meaning = Understanding("answer", "founding-approver", "entry", 1.0, why={"normal": "归谁批"})
    lead = content.replies["same_again"]
    before = Context(text="交给谁", entry="founding-approver")
    assert respond(content, meaning, before, TODAY).replies[0].text.startswith(lead)
    for other in (
        replace(before, text="归谁批"),
        replace(before, entry="founding-system"),
        replace(before, aside=True),
    ):
        assert lead not in respond(content, meaning, other, TODAY).replies[0].text


def test_an_entry_that_points_nowhere_still_leads_on(small_app: App) -> None:
    """Where nothing is named under `see`, other answers of the same topic come first, never another city's."""
    content = small_app.content
    one = entry(content, "founding-papers-approval", see=())
    away = replace(one, id="away", region="岳阳")
    content = with_entry(with_entry(content, one), away)
    near = akin(content, one, "温州")
    assert len(near) == 3
    assert near[0].topic == one.topic
    assert not {one.id, "away"} & {other.id for other in near}
