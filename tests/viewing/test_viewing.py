"""Forms in words and as pictures: every form, whatever stands in it."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from bot.content.forms import Choice, Field, Form, everything
from bot.content.loader import read
from bot.settings import DEFAULT_CONTENT
from bot.viewing.layout import picture
from bot.viewing.mermaid import mermaid
from bot.viewing.page import page
from bot.viewing.png import NoPainter, png
from bot.viewing.svg import svg
from bot.viewing.words import in_words, names_in
from bot.viewing.wrapping import width, wrapped
from tests.filing.random_forms import forms

CONTENT, _ = read(DEFAULT_CONTENT)
CITY = Field("select_one", "city", "哪个市", choices=(Choice("w", "温州"), Choice("z", "镇江")))
TOPICS = Field("select_multiple", "topics", "专题", choices=(Choice("a", "专利"), Choice("b", "标准")))
PEOPLE = Field("repeat", "people", "会员", children=(Field("text", "who", "姓名"), Field("integer", "age", "年龄")))
FORM = Form(
    "f",
    "1",
    "测试表",
    "测试",
    "不存",
    (CITY, TOPICS, PEOPLE, Field("date", "day", "日期"), Field("integer", "n", "人数")),
)

IN_WORDS = (
    ("city == 'w'", "「哪个市」是「温州」"),
    ("city != 'w' and n > 3", "「哪个市」不是「温州」，并且「人数」大于 3"),
    ("n == '' or day != ''", "「人数」空着，或者「日期」填了"),
    ("selected(topics, 'a')", "「专题」选了「专利」"),
    ("not selected(topics, 'a')", "「专题」没选「专利」"),
    ("count(people) >= 3", "「会员」的项数不少于 3"),
    ("sum(people, 'age') / n", "「会员」里「年龄」的合计 ÷ 「人数」"),
    ("this <= today()", "填的不晚于今天"),
    ("city in ['w', 'z']", "「哪个市」是其中之一：「温州」、「镇江」"),
    ("1 if n > 2 else 0", "如果「人数」大于 2，就是 1，否则是 0"),
    ("len(this) < 5", "填的字数小于 5"),
    ("0 < n < 9", "0 小于「人数」，并且「人数」小于 9"),
    ("(n > 1 or n == 0) and city == 'z'", "（「人数」大于 1，或者「人数」是 0），并且「哪个市」是「镇江」"),
    ("round(n * 2, 1) % 2", "四舍五入（「人数」 × 2，1） 除余 2"),
)


@pytest.mark.parametrize(("expression", "words"), IN_WORDS)
def test_an_expression_reads_as_a_sentence(expression: str, words: str) -> None:
    """Labels instead of names, choices by what people read, signs as words."""
    assert in_words(FORM, expression, Field("date", "x") if "today" in expression else None) == words


@pytest.mark.parametrize("form", CONTENT.forms.values(), ids=list(CONTENT.forms))
def test_every_form_has_a_page_and_a_picture(form: Form) -> None:
    """Every question stands on the page, in the SVG and in the Mermaid chart; no box overlaps another."""
    told, drawn, chart = page(form, {}), svg(form), mermaid(form)
    ET.fromstring(drawn.encode())
    for one in everything(form.survey):
        assert f"] {one.name}" in told
        assert f"· {one.name}" in drawn
        assert one.label[:4].replace("(", "#40;").replace("#", "#") in chart or not one.label[:4].isalnum()
    _stand_apart(form)


def _stand_apart(form: Form) -> None:
    made = picture(form)
    plain = [box for box in made.boxes if not box.frame]
    for a, b in combinations(plain, 2):
        assert a.y + a.height <= b.y or b.y + b.height <= a.y, (a.field.name, b.field.name)
    for box in made.boxes:
        assert all(line.y < box.y + box.height for line in box.lines)
        # Two lists may share names; what stands in a box is told by the question itself.
        inside = {id(one) for one in everything(box.field.children)}
        for inner in (other for other in plain if id(other.field) in inside):
            assert box.y < inner.y
            assert inner.y + inner.height < box.y + box.height
            assert box.x < inner.x
            assert inner.x + inner.width < box.x + box.width
    assert max(box.y + box.height for box in made.boxes) < made.end < made.height


def test_an_arrow_leads_from_each_answer_to_the_questions_that_hang_on_it() -> None:
    """Relevance is drawn; arrows in one lane do not run over each other."""
    made = picture(CONTENT.forms["founding_filing"])
    found = {(arrow.source.field.name, target.field.name) for arrow in made.arrows for target in arrow.targets}
    rows = everything(CONTENT.forms["founding_filing"].survey)
    assert found == {(name, one.name) for one in rows for name in names_in(one.relevant) | names_in(one.calculation)}
    assert ("party", "board_agreed_on") in found


@given(form=forms())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_forms_can_be_told_and_drawn(form: Form) -> None:
    """No form that the engine takes breaks the page, the SVG or the chart."""
    assert page(form, {})
    ET.fromstring(svg(form).encode())
    assert mermaid(form).count("\n") > 3
    _stand_apart(form)


NASTY = "</text><script>alert(1)</script> & \"'` --> ]]> end #quot; {{7*7}} \x00\x0b\u202e\ud83d\ufffe <title>甲\n乙"


def test_text_of_a_form_is_only_text() -> None:
    """Markup, quotation marks, controls and direction marks in a form neither break nor steer a picture."""
    nasty = Field("select_one", "a", NASTY, hint=NASTY, choices=(Choice("x", NASTY),))
    group = Field("group", "g", NASTY, relevant="a == 'x'", children=(Field("text", "b", NASTY, relevant="a != ''"),))
    form = Form("f", NASTY, NASTY, NASTY, NASTY, (nasty, group), audience=NASTY)
    drawn = svg(form)
    root = ET.fromstring(drawn.encode())
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= {
        "svg", "rect", "text", "title", "path", "circle", "polygon"
    }  # fmt: skip
    assert "\u202e" not in drawn
    chart = mermaid(form)
    assert not re.search(r"<(?!br/>)|-->\s*\]|#quot|\x00|\u202e|`", chart)
    for line in chart.splitlines():
        assert line.count('"') in (0, 2), line


def test_lines_fit_their_room() -> None:
    """Chinese breaks anywhere but before a full stop; long words are cut; what is left out ends in 「…」."""
    for text in ("企业科协" * 30, "a" * 300, "mixed 中文 and English，标点。" * 9, "", " ", "W" * 80):
        for room in (10.0, 25.0, 40.0):
            lines = wrapped(text, room, 3)
            assert len(lines) <= 3
            assert all(width(line) <= room + 3 for line in lines)
    assert wrapped("企业科协" * 30, 10, 2)[-1].endswith("…")


def test_a_png_is_painted_where_a_painter_is(tmp_path: Path) -> None:
    """Chromium or LibreOffice paints it; without either the message says so and no file is left."""
    target = tmp_path / "form.png"
    if not any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "soffice"))):
        pytest.skip("neither Chromium nor LibreOffice is here")
    png(svg(CONTENT.forms["message"]), target)
    assert target.read_bytes().startswith(b"\x89PNG")


def test_without_a_painter_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with an empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoPainter, match="Chromium"):
        png(svg(FORM), tmp_path / "x.png")
    assert not (tmp_path / "x.png").exists()
