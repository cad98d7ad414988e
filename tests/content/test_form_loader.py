"""Faults in forms: each with its place, a remedy and a code, all at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from bot.content.form_loader import load_forms
from bot.content.problems import Problems
from tests.filing.filing_talk import ROOT, faults, read_form, small

GOOD = small("  - {type: text, name: unit, label: 单位}\n")


def test_the_forms_that_come_with_the_program_have_no_fault() -> None:
    """Every form of forms/ loads, with every source known."""
    documents = yaml.safe_load((ROOT / "knowledge" / "sources.yaml").read_text(encoding="utf-8"))
    sources = {place["id"] for document in documents for place in document["places"]}
    problems = Problems()
    forms = load_forms(ROOT / "forms", sources, problems)
    assert not problems.items, [str(problem) for problem in problems.items]
    assert 20 <= len(forms["founding_filing"].survey) <= 30
    assert len(forms["founding_filing"].ask) >= 10


def test_the_example_of_the_readme_loads(tmp_path: Path) -> None:
    """What forms/README.md shows is a form."""
    text = (ROOT / "forms" / "README.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found
    assert read_form(found[1], tmp_path).form_id == "example_form"


def test_scalars_keep_what_was_written(tmp_path: Path) -> None:
    """no, 0012 and 12:30 stay texts: YAML changes nothing behind a clerk's back."""
    form = read_form(GOOD.replace('"1"', "0012").replace("单位", "no"), tmp_path)
    assert form.version == "0012"
    assert form.survey[0].label == "no"


@pytest.mark.parametrize(
    ("survey", "code", "word"),
    [
        ("  - {type: dat, name: a, label: 甲}", "FORM_002", "'date'"),
        ("  - {type: text, name: a, label: 甲, format: emial}", "FORM_002", "'email'"),
        ("  - {type: text, name: a}", "FORM_003", "label"),
        ("  - {type: text, name: a, lable: 甲}", "FORM_001", "'label'"),
        ("  - {type: text, name: A-1, label: 甲}", "FORM_008", "小写"),
        ("  - {type: select_one citys, name: a, label: 甲}", "FORM_007", "'city'"),
        ("  - {type: select_one city, name: a, label: 甲, default: q}", "FORM_005", "默认值"),
        ("  - {type: text, name: a, label: 甲}\n  - {type: text, name: a, label: 乙}", "FORM_011", "不止一次"),
        (
            "  - {type: text, name: abcd, label: 甲}\n  - {type: text, name: q, label: 乙, relevant: abdd == 'x'}",
            "FORM_012",
            "'abcd'",
        ),
        ("  - {type: text, name: a, label: 甲, constraint: this.x > 1}", "FORM_012", "Attribute"),
        ("  - {type: text, name: a, label: 甲, constraint: this >}", "FORM_012", "写法不对"),
        ("  - {type: text, name: a, label: 甲, relevant: today() > '2026'}", "FORM_015", "today"),
        ("  - {type: text, name: a, label: 甲, pattern: '['}", "FORM_009", "正则"),
        ("  - {type: text, name: a, label: 甲, sources: [handbook/99]}", "FORM_010", "出处"),
        ("  - {type: text, name: a, label: 甲, required: maybe}", "FORM_005", "yes"),
        ("  - {type: integer, name: a, label: 甲, start: viel}", "FORM_005", "数字"),
        ("  - {type: file, name: a, label: 甲, accept: [pdf]}", "FORM_005", "后缀"),
        ("  - {type: calculate, name: a}", "FORM_003", "calculation"),
        ("  - {type: group, name: a, label: 甲}", "FORM_003", "children"),
        ("  - {type: text, name: a, label: 甲, constraint_message: 不行}", "FORM_014", "constraint"),
        (
            "  - {type: text, name: a, label: 甲, compact_tag: 人}\n  - {type: text, name: b, label: 乙, compact_tag: 人}",
            "FORM_017",
            "'人'",
        ),
    ],
)
def test_a_fault_is_named_with_place_remedy_and_code(tmp_path: Path, survey: str, code: str, word: str) -> None:
    """The fault stands in one line that begins with the file and ends with the code."""
    found = faults(small(survey + "\n", "  city: [{name: z, label: 镇江}]"), tmp_path)
    line = next(one for one in found if f"[{code}]" in one)
    assert line.startswith("forms/form.yaml")
    assert word in line


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("title: 小表", "", "FORM_003"),
        ("purpose: 只用于测试", "", "FORM_003"),
        ("ask: [测试小表]", "", "FORM_003"),
        ("title: 小表", "title: 小表\nfoo: 1", "FORM_001"),
        ("title: 小表", "title: 小表\nopens: 2026-2-30", "FORM_005"),
        ("title: 小表", 'title: 小表\nopens: "2026-12-01"\ndeadline: "2026-11-01"', "FORM_016"),
        ("title: 小表", "title: 小表\nreceipt: kx1", "FORM_005"),
        ("title: 小表", "title: 小表\ndedupe: [uscc]", "FORM_013"),
        ("title: 小表", "title: 小表\ndocuments: [paper.docx]", "FORM_004"),
        ("title: 小表", "title: [", "YAML_001"),
    ],
)
def test_faults_of_the_form_itself(tmp_path: Path, old: str, new: str, code: str) -> None:
    """Head rows are checked as the questions are."""
    assert any(f"[{code}]" in one for one in faults(GOOD.replace(old, new), tmp_path))


def test_all_faults_come_at_once(tmp_path: Path) -> None:
    """A clerk mends a file in one go."""
    survey = "  - {type: dat, name: a}\n  - {type: text, name: A, label: 乙, relevant: zz}\n"
    assert len(faults(small(survey), tmp_path)) >= 4
