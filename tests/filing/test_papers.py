"""Papers are written from Word templates: blanks marked, answers as text, whatever people type."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.text.run import Run

from bot.content.forms import Choice, Field, Form
from bot.content.templates import TAG, read_template, words
from bot.filing.papers import LINES, filled_name, given, labels_of, render
from tests.paper_values import full

TEMPLATES = {path.name: path.read_bytes() for path in Path(__file__).parents[2].glob("forms/templates/*.docx")}
HOSTILE = (
    "{{7*7}}",
    "{% for x in y %}",
    "{_{ 甲 }_}",
    "<w:p>",
    "</w:t></w:r></w:p>",
    "&amp; & \"'",
    "=1+1",
    "emoji 👩‍🔬🧪",
    "控制\x00\x07\x0b\x0c\x1b字符",
    "\ufdd0\ufdd1",
    "\ud83d",
    "右到左\u202e文",
    "${jndi}",
    "一行\n两行\r\n三行\t格",
)


def text_of(path: Path) -> str:
    """All text of the paper, body only, tables included."""
    return "".join(piece.text or "" for piece in docx.Document(str(path)).element.iter(qn("w:t")))


def marked(path: Path) -> list[str]:
    """Texts of the runs with a yellow ground."""
    runs = [Run(run, None) for run in docx.Document(str(path)).element.iter(qn("w:r"))]  # type: ignore[arg-type]
    return [run.text for run in runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_paper_without_answers_has_its_blanks_marked(name: str, tmp_path: Path) -> None:
    """Every missing answer is a yellow blank, none is left in the language of the template."""
    written = render(TEMPLATES[name], {}, tmp_path / name)
    found = text_of(tmp_path / name)
    assert "{" not in found
    assert "None" not in found
    assert written.blanks == len(marked(tmp_path / name)) > 0
    assert set(marked(tmp_path / name)) <= set(LINES.values())
    assert set(written.missing) <= read_template(TEMPLATES[name]).names | {""}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_paper_with_all_answers_has_no_blank(name: str, tmp_path: Path) -> None:
    """Everything that was answered stands in the paper; only what no form asks for may stay blank."""
    uses = read_template(TEMPLATES[name])
    written = render(TEMPLATES[name], full(uses), tmp_path / name)
    assert written.missing == ()
    assert text_of(tmp_path / name).count("测试内容") >= 1
    assert "{" not in text_of(tmp_path / name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_people_type_stays_text(name: str, tmp_path: Path) -> None:
    """Template signs, markup, controls and 10,000 characters neither run nor break the file."""
    uses = read_template(TEMPLATES[name])
    nasty = "".join(HOSTILE) + "长" * 10_000
    render(TEMPLATES[name], full(uses, nasty), tmp_path / name)
    found = text_of(tmp_path / name)
    for text in ("{{7*7}}", "{% for x in y %}", "{_{ 甲 }_}", "<w:p>", "</w:t></w:r></w:p>", "&amp; & \"'", "${jndi}"):
        assert text in found
    assert "49" not in found
    assert "长" * 10_000 in found
    assert marked(tmp_path / name) == [one for one in marked(tmp_path / name) if one in LINES.values()]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_set_in_chinese_type_on_a4(name: str) -> None:
    """A4, a page number in every footer, Chinese fonts named for Chinese text, header rows repeated."""
    from io import BytesIO

    document = docx.Document(BytesIO(TEMPLATES[name]))
    for section in document.sections:
        assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
        assert "PAGE" in section.footer._element.xml
    for style in ("Normal", "Title", "Heading 1"):
        fonts = document.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("宋体", "仿宋", "黑体", "楷体")
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    for table in document.tables:
        repeated = [row for row in table.rows if row._tr.find(f".//{qn('w:tblHeader')}") is not None]
        if any("{%tr" in cell.text for row in table.rows for cell in row.cells):
            assert len(repeated) == 1


def form(*fields: Field) -> Form:
    return Form("small", "1", "小表", "测试", "不保存", fields)


def template(tmp_path: Path, *lines: str) -> bytes:
    """A Word file with these paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(tmp_path / "template.docx"))
    return (tmp_path / "template.docx").read_bytes()


def written(tmp_path: Path, values: dict[str, Any], *lines: str) -> list[str]:
    """Paragraphs of the paper made from these lines."""
    render(template(tmp_path, *lines), values, tmp_path / "out.docx")
    return [paragraph.text for paragraph in docx.Document(str(tmp_path / "out.docx")).paragraphs]


def test_conditions_compare_the_stored_value_and_print_the_label(tmp_path: Path) -> None:
    """`party == 'yes'` holds while the paper says 有."""
    choices = (Choice("yes", "有"), Choice("no", "没有"))
    values = given(form(Field("select_one", "party", "党组织", choices=choices)), {"party": "yes"})
    lines = ["{{ party }}", "{%p if party == 'yes' %}", "同意", "{%p else %}", "不同意", "{%p endif %}"]
    assert written(tmp_path, values, *lines) == ["有", "同意"]
    assert written(tmp_path, {}, *lines) == ["＿＿＿＿", "不同意"]


def test_numbers_are_compared_as_numbers_and_written_in_chinese(tmp_path: Path) -> None:
    """A blank is neither more nor less than anything, and no error."""
    values = given(form(Field("integer", "people", "人数")), {"people": 99})
    lines = ["{% if people < 100 %}少{% else %}多{% endif %}", "{{ people | cn }}", "{{ people + 1 }}"]
    assert written(tmp_path, values, *lines[:2]) == ["少", "九十九"]
    assert written(tmp_path, {}, *lines) == ["多", "＿＿＿＿", "＿＿＿＿"]


def test_dates_are_printed_without_the_day_of_the_week(tmp_path: Path) -> None:
    """A letter says 2026年3月5日 and no more."""
    values = given(form(Field("date", "on", "哪天")), {"on": "2026-03-05"})
    assert written(tmp_path, values, "{{ on }}") == ["2026年3月5日"]


def test_a_repeat_gives_a_row_each_and_empty_rows_when_there_is_none(tmp_path: Path) -> None:
    """Names of children are those of the form, even `title` and `items`."""
    people = Field("repeat", "people", "人", children=(Field("text", "title", "职称"), Field("text", "items", "事项")))
    values = given(form(people), {"people": [{"title": "高工", "items": "焊接"}, {"title": "技师"}]})
    lines = ["{%p for one in people | rows(2) %}", "{{ loop.index }}{{ one.title }}{{ one['items'] }}", "{%p endfor %}"]
    assert written(tmp_path, values, *lines) == ["1高工焊接", "2技师＿＿＿＿"]
    assert written(tmp_path, {}, *lines) == ["1＿＿＿＿", "2＿＿＿＿"]


def test_articles_are_numbered_without_a_gap(tmp_path: Path) -> None:
    """The charter of an association without a standing committee has 25 articles, the last one 第二十五条."""
    data = TEMPLATES["charter.docx"]
    values = full(read_template(data))
    for standing, last in (("yes", "第二十六条"), ("no", "第二十五条")):
        values["standing_committee"] = given(form(Field("text", "s", "设")), {"s": standing})["s"]
        render(data, values, tmp_path / "charter.docx")
        found = text_of(tmp_path / "charter.docx")
        assert last in found
        assert ("第二十六条" in found) is (standing == "yes")
        assert ("常务委员会" in found) is (standing == "yes")


def test_the_missing_answers_are_named_by_their_labels() -> None:
    """The reply can say which answers are missing."""
    assert labels_of(form(Field("text", "a", "甲"), Field("text", "b", "乙")), ("b", "x")) == ["乙"]


def test_a_file_name_holds_the_answer_and_nothing_a_disk_refuses() -> None:
    """`${unit_name}` is filled in; slashes, line ends and controls go; it stays short."""
    fields = form(Field("text", "unit_name", "单位"))
    assert filled_name(fields, "报告-${unit_name}", {"unit_name": "测试/..\\公司\n\x00"}) == "报告-测试..公司"
    assert filled_name(fields, "报告-${unit_name}", {}) == "报告"
    assert len(filled_name(fields, "${unit_name}", {"unit_name": "长" * 500})) == 60


def test_the_zhenjiang_form_has_all_seventeen_work_items() -> None:
    """All sections of annex 1 and all 17 items of annex 2 are in the paper."""
    text = words(TEMPLATES["zhenjiang_model.docx"])
    uses = read_template(TEMPLATES["zhenjiang_model.docx"])
    assert {f"work_{n}" for n in range(1, 18)} <= uses.names | uses.optional
    printed = TAG.sub("", text)
    for part in (
        "基本情况",
        "发展成果",
        "组织构架",
        "主要职能",
        "学会合作",
        "下一步打算",
        "企业科协意见",
        "市、区科协意见",
    ):
        assert part in printed
