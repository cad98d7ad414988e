"""Reply -> calls: escaping, splitting, folding, buttons."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.channels.telegram import render
from bot.delivery.outcomes import Refused
from bot.messages import Attachment, Button, Reply

PDF = Attachment("回执.pdf", "x/回执.pdf", 3, "application/pdf")
texts = st.text(
    st.one_of(st.sampled_from("&<>\"'\n 。，企业科协😀👍🏽é\u0301\u200d"), st.characters(exclude_categories=["Cs"])),
    max_size=400,
)


class Balanced(HTMLParser):
    """Fails on a tag that is not ours, or left open."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.feed(markup)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert (tag, attrs) == ("blockquote", [("expandable", None)])
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert "<" not in data
        assert "&" not in data


@settings(max_examples=200, deadline=None)
@given(texts, st.integers(5, 120))
@example("<" * 30, 5)
@example("😀" * 30, 5)
@example("第一段。\n\n第二段。\n\n" * 20, 50)
def test_split(text: str, limit: int) -> None:
    """The pieces joined are the text, none is empty, and each fits when escaped."""
    pieces = render.split(text, limit)
    assert "".join(pieces) == text
    assert all(pieces)
    assert all(len(render.escape(piece).encode("utf-16-le")) // 2 <= limit for piece in pieces)


@settings(max_examples=60, deadline=None)
@given(texts, texts, st.integers(1, 40))
def test_parts_are_well_formed(text: str, more: str, times: int) -> None:
    """Whatever the texts: each part fits, its markup is closed, and nothing but spaces is lost."""
    shown = render.parts(Reply(text * times, more=more * times))
    for part in shown:
        assert render.units(part.html) <= render.TEXT_LIMIT
        Balanced(part.html)
        assert part.plain.strip()
    seen = unescape("".join(part.html for part in shown)).replace(render.FOLD[0], "").replace(render.FOLD[1], "")
    if "&" not in text + more:  # what looks like an entity in the text itself is unescaped twice here
        assert "".join(seen.split()) == "".join((text * times + more * times).split())


def test_paragraphs_first() -> None:
    """A long text is cut where a paragraph ends, not in the middle of a sentence."""
    paragraph = "企业科协由企业党组织领导，" * 60 + "完。"
    pieces = render.split("\n\n".join([paragraph] * 12))
    assert len(pieces) > 1
    assert all(piece.endswith("完。\n\n") for piece in pieces[:-1])


def test_sentences_next() -> None:
    """A paragraph that is too long itself is cut behind a sentence."""
    assert all(piece.endswith("。") for piece in render.split("这一句说的是章程怎么写。" * 1000))


@pytest.mark.parametrize("whole", ["👍🏽", "e\u0301", "👩\u200d🔬"])
def test_not_inside_a_character(whole: str) -> None:
    """No cut between a character and what is drawn onto it."""
    assert all(piece.startswith(whole[0]) for piece in render.split(whole * 400, 101))


def test_utf16() -> None:
    """Characters outside the basic plane count twice, as Telegram counts."""
    assert render.units("科😀") == 3
    assert [len(piece) for piece in render.split("😀" * 3000)] == [2048, 952]


def test_escaping() -> None:
    """What people or content wrote is never markup."""
    [part] = render.parts(Reply("<b>5 > 3 & 2</b>", more='<a href="x">点</a>'))
    assert part.html == (
        '&lt;b&gt;5 &gt; 3 &amp; 2&lt;/b&gt;\n<blockquote expandable>&lt;a href="x"&gt;点&lt;/a&gt;</blockquote>'
    )
    assert part.plain == '<b>5 > 3 & 2</b>\n\n<a href="x">点</a>'


def test_long_more() -> None:
    """A long folded part comes in several messages, each folded."""
    shown = render.parts(Reply("先说结论。", more="细节。" * 3000))
    assert shown[0].html == "先说结论。"
    assert len(shown) == 4
    assert all(part.html.startswith(render.FOLD[0]) and part.html.endswith(render.FOLD[1]) for part in shown[1:])


def test_buttons_on_the_last() -> None:
    """Buttons stand under the last part only."""
    shown = render.parts(Reply("长。" * 3000, ((Button("好", "ok"),),)))
    assert [bool(part.buttons) for part in shown] == [False, True]


def test_buttons_alone() -> None:
    """Buttons without words get a word: Telegram takes no empty message."""
    [part] = render.parts(Reply("", ((Button("好", "ok"),),)))
    assert part.html == "请选择："


def test_wide_rows() -> None:
    """A row of more than eight buttons is broken."""
    [part] = render.parts(Reply("选", (tuple(Button(str(n), f"n{n}") for n in range(10)),)))
    assert [len(row) for row in part.buttons] == [8, 2]


@pytest.mark.parametrize("button", [Button("好", "科" * 22), Button("好", ""), Button(" ", "ok")])
def test_bad_button(button: Button) -> None:
    """A button that Telegram would refuse is refused here, with the reason."""
    with pytest.raises(Refused, match="64 bytes"):
        render.parts(Reply("选", ((button,),)))


def test_file_with_caption() -> None:
    """A short text goes under the file, with the buttons."""
    [part] = render.parts(Reply("这是回执。", ((Button("好", "ok"),),), (PDF,)))
    assert (part.html, part.file, bool(part.buttons)) == ("这是回执。", PDF, True)


def test_files_after_a_long_text() -> None:
    """A text too long for a caption comes first, then the files, the buttons under the last."""
    shown = render.parts(Reply("说明。" * 500, ((Button("好", "ok"),),), (PDF, PDF)))
    assert [(bool(part.html), bool(part.file), bool(part.buttons)) for part in shown] == [
        (True, False, False),
        (False, True, False),
        (False, True, True),
    ]


def test_surrogates() -> None:
    """A broken character does not stop the message."""
    [part] = render.parts(Reply("好\ud800的"))
    assert part.html == "好\ufffd的"


@pytest.mark.parametrize("reply", [Reply(""), Reply(" \n ", more="\n")])
def test_nothing(reply: Reply) -> None:
    """An empty reply needs no call."""
    assert render.parts(reply) == []
