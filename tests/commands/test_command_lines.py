"""The interfaces that other programs rely on: `ask --json` and `chat --jsonl`. Source: design, Interfaces that stay
stable."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.commands.command_line import CommandLine

STATUSES = {"answer", "choose", "unknown", "form", "chat"}


def lines(*events: Any) -> str:
    return "".join(f"{json.dumps(event, ensure_ascii=False)}\n" for event in events)


def test_asking_in_json_has_the_shape_that_was_promised(kexie: CommandLine) -> None:
    """One object a line, in order, with exactly these keys and types, whatever the status."""
    asked = [
        "成立企业科协向谁申请",
        "今天天气怎么样",
        "我要备案",
        "谢谢",
        "成立",
        "😀",
        "",
        "<b>' or 1=1 --",
        "你好\x00",
    ]
    done = kexie("ask", "--json", stdin=lines(*({"q": q, "region": None} for q in asked)))
    assert (done.status, done.error) == (0, "")
    assert [line["q"] for line in done.lines] == asked
    for line in done.lines:
        assert list(line) == ["q", "status", "answer", "entry", "sources", "score", "alternatives", "ms"]
        assert line["status"] in STATUSES
        assert isinstance(line["answer"], str)
        assert line["answer"]
        assert isinstance(line["entry"], str)
        assert all(isinstance(source, str) for source in line["sources"])
        assert 0 <= line["score"] <= 1
        assert line["ms"] > 0
        assert len(line["alternatives"]) >= 4
        for other in line["alternatives"]:
            assert list(other) == ["entry", "title", "sources", "score"]
            assert other["entry"] != line["entry"]
    assert [line["status"] for line in done.lines[:4]] == ["answer", "chat", "form", "chat"]
    first = done.lines[0]
    assert first["entry"] == "founding-approver"
    assert "rules/12" in first["sources"]
    assert all(line["sources"] == [] for line in done.lines if line["status"] in ("choose", "chat", "form"))


def test_a_place_that_is_none_is_not_taken(kexie: CommandLine) -> None:
    """A region nobody has heard of is told, with those there are; a place without rules of its own gets the national
    answer."""
    done = kexie("ask", "成立企业科协", "向谁申请", "--region", "火星")
    assert (done.status, done.out) == (2, "")
    assert "火星" in done.error
    assert "有自己规定的市：温州" in done.error
    assert len(done.error.splitlines()) == 1
    for known in ("瑞安", "苏州", "苏州市"):
        assert kexie("ask", "成立企业科协", "向谁申请", "--region", known).status == 0


def test_a_region_may_be_a_city_a_county_or_left_out(kexie: CommandLine) -> None:
    """温州 and its county 瑞安 give the same answer, local rule first; null and no region give the national one."""
    question = "成立企业科协向谁申请"
    events = [
        {"q": question, "region": "温州"},
        {"q": question, "region": "瑞安"},
        {"q": question},
        {"q": question, "region": None},
    ]
    city, county, without, null = kexie("ask", "--json", stdin=lines(*events)).lines
    assert city["answer"].startswith("温州的规定")
    assert "wenzhou/9" in city["sources"]
    assert {key: county[key] for key in ("answer", "sources")} == {key: city[key] for key in ("answer", "sources")}
    assert without["answer"] == null["answer"]
    assert not without["answer"].startswith("温州")


def test_bad_lines_are_named_and_the_good_ones_answered(kexie: CommandLine) -> None:
    """A line that is no such object is named by its number on standard error; the others are answered; status 1."""
    bad = b'nonsense\n{"q": 5}\n[1]\n{"region": null}\n\xff\xfe\n{"q": "x", "region": 7}\n' + b"[" * 99_999 + b"\n"
    good = '{"q": "你好"}\n\n{"q": "半个\\ud83d字"}\n'.encode()
    done = kexie("ask", "--json", stdin=bad + good)
    assert done.status == 1
    assert [line["q"] for line in done.lines] == ["你好", "半个\ud83d字"]
    assert [error.split()[1] for error in done.error.splitlines()] == ["1", "2", "3", "4", "5", "6", "7"]


def test_asking_for_people_prints_the_answer_with_its_sources(kexie: CommandLine) -> None:
    """`kexie ask 问题` prints what the chat would say; --explain adds why."""
    done = kexie("ask", "成立企业科协", "向谁申请", "--region", "温州")
    assert done.status == 0
    assert "温州的规定" in done.out
    assert "出处" in done.out
    assert "exact intent" in kexie("ask", "谢谢", "--explain").out


def test_chatting_in_json_lines_has_the_shape_that_was_promised(kexie: CommandLine, tmp_path: Path) -> None:
    """One line of replies an event, in order; texts, rows of buttons with label and id, files with name and path."""
    paper = tmp_path / "介绍信.pdf"
    paper.write_bytes(b"%PDF-1.7\n%%EOF")
    events = [{"chat": "c1", "text": "我要备案"}, {"chat": "c2", "text": "谢谢"}, {"chat": "c2", "file": str(paper)}]
    done = kexie("chat", "--jsonl", stdin=lines(*events))
    assert (done.status, done.error) == (0, "")
    assert [line["chat"] for line in done.lines] == ["c1", "c2", "c2"]
    for line in done.lines:
        assert list(line) == ["chat", "replies"]
        for reply in line["replies"]:
            assert list(reply) == ["text", "buttons", "files"]
            assert all(list(button) == ["label", "id"] for row in reply["buttons"] for button in row)
    assert "单位全称" in done.lines[0]["replies"][0]["text"]
    assert "介绍信.pdf" in done.lines[2]["replies"][0]["text"]


def test_a_conversation_goes_on_in_the_next_process(kexie: CommandLine) -> None:
    """Chats are told apart, buttons are pressed by id, and a draft goes on after the program ended."""
    first = kexie(
        "chat", "--jsonl", stdin=lines({"chat": "a", "text": "我要备案"}, {"chat": "b", "text": "你好"})
    ).lines
    pause = next(b["id"] for row in first[0]["replies"][0]["buttons"] for b in row if b["label"] == "暂存")
    events = [
        {"chat": "a", "text": "测试一号有限公司"},
        {"chat": "a", "press": pause},
        {"chat": "b", "text": "继续"},
        {"chat": "a", "text": "暂存"},
        {"chat": "a", "text": "继续"},
    ]
    said = [line["replies"] for line in kexie("chat", "--jsonl", stdin=lines(*events)).lines]
    assert "信用代码" in said[0][-1]["text"]
    assert "没有正在填的表" in said[2][0]["text"]
    assert "存好了" in said[3][0]["text"]
    assert "信用代码" in said[4][-1]["text"]


def test_bad_events_are_named_and_the_good_ones_answered(kexie: CommandLine) -> None:
    """An event that cannot be read is named by its number, in Chinese; the conversation goes on; status 1."""
    bad = (
        b'nonsense\n[1]\n{"chat": "a"}\n{"chat": "", "text": "x"}\n\xff\xfe\n{"text": "\\ud83d"}\n'
        + b"[" * 99_999
        + b"\n"
    )
    done = kexie("chat", "--jsonl", stdin=bad + lines({"text": "谢谢"}).encode())
    assert done.status == 1
    assert [line["chat"] for line in done.lines] == ["me"]
    assert [error.split()[1] for error in done.error.splitlines()] == ["1", "2", "3", "4", "5", "6", "7"]
    assert "codec" not in done.error


def test_the_same_event_id_is_handled_once(kexie: CommandLine) -> None:
    """An event that is sent again with the same id gets the same replies and is not handled twice."""
    again = {"chat": "a", "id": "1", "text": "我要备案"}
    done = kexie("chat", "--jsonl", stdin=lines(again, again, {"chat": "a", "text": "我的数据"}))
    assert done.lines[0] == done.lines[1]
    assert "没填完的表：1 张" in done.lines[2]["replies"][0]["text"]


def test_a_person_at_the_terminal_presses_buttons_by_number(kexie: CommandLine) -> None:
    """Without --jsonl: typed text, 「[1]」 for a button, and the end of the input ends the talk."""
    done = kexie("chat", stdin="我要备案\n[2]\n\n暂存\n")
    assert (done.status, done.error) == (0, "")
    assert "[1] 暂存" in done.out
    assert "存好了" in done.out
