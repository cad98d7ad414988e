"""The lint of Word templates: place, fault, remedy, code."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import docx
import pytest

from bot.content.facts import check_facts
from bot.content.forms import Document, Field, Form
from bot.content.loader import read
from bot.content.papers import load_papers
from bot.content.problems import Problems
from bot.content.templates import chinese, read_template

ROOT = Path(__file__).parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="资料原文不随代码发布：没有 ../shared/seeds")
PEOPLE = Field("repeat", "people", "人", children=(Field("text", "name", "姓名"), Field("text", "title", "职称")))
FORM = Form("small", "1", "小表", "测试", "不保存", (Field("text", "unit_name", "单位"), PEOPLE))


def word(path: Path, *lines: str) -> Path:
    """A Word file with these paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    return path


def faults(folder: Path, *lines: str) -> list[str]:
    """What the loader says about a template with these lines, used by a form with `unit_name` and `people`."""
    shutil.copy(ROOT / "forms/templates/receipt.docx", folder)
    word(folder / "a.docx", *lines)
    problems = Problems()
    form = Form(**{**vars(FORM), "documents": (Document("a.docx", "甲", "甲"),)})
    load_papers(folder, (), {"small": form}, problems)
    return [str(problem) for problem in problems.items]


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("{{ unit_nam }}", "TEMPLATE_003", "'unit_name'"),
        ("{% if untname == 'x' %}甲{% endif %}", "TEMPLATE_003", "'unit_name'"),
        ("{%p for one in people %}{{ one.nam }}{%p endfor %}", "TEMPLATE_004", "'name'"),
        ("{{ unit_name", "TEMPLATE_002", "unit_name"),
        ("{% if unit_name %}没有结尾", "TEMPLATE_002", "endif"),
        ("{{ unit_name | nosuch }}", "TEMPLATE_002", "nosuch"),
    ],
)
def test_a_fault_in_a_template_is_named(tmp_path: Path, line: str, code: str, said: str) -> None:
    """Unknown names come with the nearest known one; broken syntax with the words it stands in."""
    (found,) = faults(tmp_path, "第一行", line)
    assert code in found
    assert said in found
    assert "a.docx" in found


@pytest.mark.parametrize(
    "line",
    [
        "{{ unit_name }}",
        "{% if unit_profile is defined %}{{ unit_profile }}{% endif %}",
        "{{ other | default(blank) }}",
        "{%p for one in people | rows(3) %}{{ one.name }}{{ one.gender | default(gap) }}{%p endfor %}",
        "{{ article() }}{% set n = 1 %}{{ n }}",
        "{% if unit_name == “甲” %}乙{% endif %}",
    ],
)
def test_what_the_form_has_or_the_template_can_do_without_is_no_fault(tmp_path: Path, line: str) -> None:
    """Optional names, filters, own variables and Word's curly quotes are fine."""
    assert faults(tmp_path, line) == []


def test_a_file_that_is_no_word_file_is_told(tmp_path: Path) -> None:
    """A picture, an empty file and a spreadsheet called .docx are refused with a remedy."""
    shutil.copy(ROOT / "forms/templates/receipt.docx", tmp_path)
    (tmp_path / "a.docx").write_bytes(b"\x89PNG")
    (tmp_path / "b.docx").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "c.docx", "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    problems = Problems()
    load_papers(tmp_path, (), {}, problems)
    assert [problem.code for problem in problems.items] == ["TEMPLATE_001"] * 3
    assert all(".docx" in problem.remedy for problem in problems.items)


def test_the_list_of_papers_is_checked(tmp_path: Path) -> None:
    """A file that is not there, an unknown source, a name used twice and a slip in the form's name are told at once."""
    word(tmp_path / "a.docx", "甲")
    shutil.copy(ROOT / "forms/templates/receipt.docx", tmp_path)
    row = "- {template: %s, label: %s, names: [%s], what: 甲。, next: 乙。, sources: [%s], form: %s}\n"
    rows = row % ("a.docx", "甲", "章程", "rules/1", "smal") + row % ("b.docx", "乙", "章程", "rules/99", "small")
    (tmp_path / "papers.yaml").write_text(rows, encoding="utf-8")
    problems = Problems()
    load_papers(tmp_path, ("rules/1",), {"small": FORM}, problems)
    assert {problem.code for problem in problems.items} == {"PAPER_005", "PAPER_006", "PAPER_007", "PAPER_008"}


def test_a_content_root_without_the_receipt_is_faulty(tmp_path: Path) -> None:
    """After submitting everybody gets a copy; without its template nothing may start."""
    problems = Problems()
    load_papers(tmp_path, (), {"small": FORM}, problems)
    assert [problem.code for problem in problems.items] == ["TEMPLATE_006"]


def test_every_template_is_listed_or_is_the_receipt() -> None:
    """Every Word file that comes with the program can be had by name, and the list names no other."""
    content, problems = read(ROOT)
    assert problems.items == []
    assert {paper.template for paper in content.papers.listed.values()} == set(content.papers.templates) - {
        "receipt.docx"
    }


def test_the_names_a_template_needs_are_in_its_readme() -> None:
    """Whoever writes a form finds every name of every template in forms/templates/README.md."""
    readme = (ROOT / "forms/templates/README.md").read_text(encoding="utf-8")
    lacking = {
        name
        for path in sorted((ROOT / "forms/templates").glob("*.docx"))
        for uses in [read_template(path.read_bytes())]
        for name in uses.names | uses.optional | {child for inner in uses.children.values() for child in inner}
        if name not in readme and name.rpartition("_")[0] not in ("work", "evidence", "score", "done")
    }
    assert lacking == set()


@needs_seeds
def test_templates_and_their_list_are_in_our_own_words() -> None:
    """No 20 characters in a row of a template or of papers.yaml stand in a source; their facts stand in the cited ones."""
    content, problems = read(ROOT)
    check_facts(content, SEEDS, problems)
    assert [str(one) for one in problems.items if "templates" in one.place] == []


@needs_seeds
def test_a_copied_sentence_in_a_template_is_found(tmp_path: Path) -> None:
    """Twenty characters of the handbook in a Word file are told with the file."""
    for folder in ("knowledge", "intents", "forms"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    copied = "企业科协经费应专项管理、单独核算，执行有关财务管理制度，定期向会员代表大会和委员会报告财务收支情况"
    word(tmp_path / "forms/templates/x.docx", copied)
    content, problems = read(tmp_path)
    check_facts(content, SEEDS, problems)
    (found,) = [one for one in problems.items if "x.docx" in one.place]
    assert found.code == "FACT_002"


@pytest.mark.parametrize(
    ("number", "said"), [(0, "零"), (2, "二"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九"), (100, 100)]
)
def test_numbers_up_to_99_are_written_in_chinese(number: int, said: object) -> None:
    """What is larger stays in digits."""
    assert chinese(number) == said
