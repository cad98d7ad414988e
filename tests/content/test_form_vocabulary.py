"""The wider vocabulary of forms: repeats, `${name}`, results, papers, quotas, votes, and what each is checked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.form_loader import load_forms
from bot.content.forms import Document, Form, Reminder, Result, everything, flat
from bot.content.problems import Problems
from tests.filing.filing_talk import ROOT, SOURCES, faults, read_form, small

MEMBERS = """  - {type: text, name: unit_name, label: 单位}
  - {type: date, name: congress_on, label: 大会日期}
  - type: repeat
    name: members
    label: 会员
    required: yes
    start: 1
    end: 50
    children:
      - {type: text, name: member_name, label: 姓名, required: yes}
      - {type: integer, name: age, label: 年龄}
      - {type: calculate, name: older, calculation: age + 1}
"""
HEAD = small(MEMBERS)


def head(rows: str, form: str = HEAD) -> str:
    """The form with more rows at its head."""
    return form.replace("survey:\n", f"{rows}\nsurvey:\n")


def load(text: str, folder: Path, entries: tuple[str, ...] = ("founding-system",)) -> tuple[Form, list[str]]:
    """The form and what the loader says about it, with one template at hand."""
    (folder / "templates").mkdir(exist_ok=True)
    (folder / "templates" / "report.docx").write_bytes(b"PK")
    (folder / "form.yaml").write_text(text, encoding="utf-8")
    problems = Problems()
    forms = load_forms(folder, SOURCES, problems, entries)
    return next(iter(forms.values())), [str(problem) for problem in problems.items]


def test_a_repeat_is_one_field_with_children(tmp_path: Path) -> None:
    """`flat` sees the repeat as one field, `everything` also what is inside it."""
    form = read_form(HEAD, tmp_path)
    assert [field.name for field in flat(form.survey)] == ["unit_name", "congress_on", "members"]
    assert [field.name for field in everything(form.survey)][3:] == ["member_name", "age", "older"]
    assert (form.survey[2].start, form.survey[2].end) == (1, 50)


def test_every_key_of_the_head_is_read(tmp_path: Path) -> None:
    """What the file says stands in the form, and what it leaves out has its usual meaning."""
    form, said = load(
        head(
            """keep: wished
late: warn
deadline: "2026-12-01"
state: closing
quick: yes
quota: 50
waiting: yes
check_in: yes
access: named
ballot: secret
anonymous: choice
follows: small
results:
  - {title: 可以, text: "${unit_name}可以", relevant: "sum(members, 'age') > 3", sources: [rules/12],
     see: [founding-system], form: small, documents: [report.docx]}
documents:
  - {template: report.docx, label: 报告, name: "报告-${unit_name}", relevant: count(members) > 1, hint: 打印}
reminder: {field: congress_on, months: 1, text: "${last_day}前报"}"""
        ),
        tmp_path,
    )
    assert said == []
    assert (form.keep, form.late, form.state, form.access, form.ballot) == (
        "wished",
        "warn",
        "closing",
        "named",
        "secret",
    )
    assert (form.anonymous, form.follows, form.quota) == ("choice", "small", 50)
    assert (form.quick, form.waiting, form.check_in) == (True, True, True)
    assert form.results == (
        Result(
            "可以",
            "${unit_name}可以",
            "sum(members, 'age') > 3",
            ("rules/12",),
            ("founding-system",),
            "small",
            ("report.docx",),
        ),
    )
    assert form.documents == (Document("report.docx", "报告-${unit_name}", "报告", "count(members) > 1", "打印"),)
    assert form.reminder == Reminder("congress_on", "${last_day}前报", months=1, before=7)
    plain = read_form(HEAD, tmp_path)
    assert (plain.keep, plain.late, plain.state, plain.access) == ("always", "refuse", "open", "anyone")
    assert (plain.anonymous, plain.ballot, plain.reminder, plain.quota) == ("never", "", None, 0)


@pytest.mark.parametrize(
    ("rows", "code", "word"),
    [
        ("keep: wish", "FORM_002", "'wished'"),
        ("late: warm", "FORM_002", "'warn'"),
        ("state: close", "FORM_002", "'closed'"),
        ("access: stuff", "FORM_002", "'staff'"),
        ("anonymous: chois", "FORM_002", "'choice'"),
        ("ballot: secrt\naccess: named", "FORM_002", "'secret'"),
        ("quota: viele", "FORM_005", "数字"),
        ("quota: -3", "FORM_005", "整数"),
        ("waiting: yes", "FORM_014", "quota"),
        ("late: warn", "FORM_014", "deadline"),
        ("ballot: secret", "FORM_014", "access: named"),
        ("ballot: named\naccess: named\nanonymous: choice", "FORM_014", "匿名"),
        ("follows: smal", "FORM_020", "'small'"),
        ("reminder: {field: congres_on, months: 1, text: 报}", "FORM_013", "'congress_on'"),
        ("reminder: {field: congress_on, text: 报}", "FORM_003", "months"),
        ("reminder: {field: congress_on, month: 1, text: 报}", "FORM_001", "'months'"),
        ('reminder: {field: congress_on, days: 3, text: "${lastday}"}', "FORM_019", "'last_day'"),
        ("reminder: soon", "FORM_004", "字段"),
        ("documents: [{template: reprot.docx, label: 报告}]", "FORM_020", "'report.docx'"),
        ("documents: [{label: 报告}]", "FORM_003", "template"),
        ('documents: [{template: report.docx, label: 报告, name: "${unit}"}]', "FORM_019", "'unit_name'"),
        ("documents: [{template: report.docx, label: 报告, relevant: membrs == ''}]", "FORM_012", "'members'"),
        ("results: [{title: 好, text: 好, relevant: unit_nam == 'x'}]", "FORM_012", "'unit_name'"),
        ("results: [{title: 好, text: 好, relevant: today() > '2026'}]", "FORM_015", "today"),
        ("results: [{title: 好, text: 好, sources: [rules/13x]}]", "FORM_010", "'rules/13'"),
        ("results: [{title: 好, text: 好, see: [founding-sistem]}]", "FORM_020", "'founding-system'"),
        ("results: [{title: 好, text: 好, form: smal}]", "FORM_020", "'small'"),
        ("results: [{title: 好, text: 好, documents: [report.docx]}]", "FORM_020", "documents"),
        ('results: [{title: 好, text: "${members_name}"}]', "FORM_019", "不是这里能用的字段"),
        ('next_steps: "${unit}好"', "FORM_019", "'unit_name'"),
    ],
)
def test_a_fault_of_the_head_is_named(tmp_path: Path, rows: str, code: str, word: str) -> None:
    """Each fault is one line with its code and, where there is one, the nearest known word."""
    _, said = load(head(rows), tmp_path)
    line = next((one for one in said if f"[{code}]" in one), str(said))
    assert f"[{code}]" in line
    assert word in line


@pytest.mark.parametrize("key", ["audience", "reviewer"])
def test_who_hands_in_and_who_reviews_has_to_be_said(tmp_path: Path, key: str) -> None:
    """A form without them is a fault."""
    assert any(key in one and "FORM_003" in one for one in faults(re.sub(rf"{key}: .*\n", "", HEAD), tmp_path))


@pytest.mark.parametrize(
    ("row", "code", "word"),
    [
        ("{type: repeat, name: r, label: 项}", "FORM_003", "children"),
        ("{type: text, name: r, label: 项, repeat_count: 3}", "FORM_014", "repeat"),
        ("{type: text, name: r, label: 项, children: [{type: text, name: q, label: 问}]}", "FORM_014", "group、repeat"),
        (
            "{type: repeat, name: r, label: 项, children: "
            "[{type: repeat, name: s, label: 项, children: [{type: text, name: q, label: 问}]}]}",
            "FORM_014",
            "再放 repeat",
        ),
        ("{type: text, name: age, label: 又一个}", "FORM_011", "'age'"),
        ("{type: text, name: r, label: 项, relevant: age > 3}", "FORM_012", "'age'"),
        ("{type: calculate, name: r, calculation: 'sum(members)'}", "FORM_012", "两样"),
        ("{type: calculate, name: r, calculation: \"sum(unit_name, 'age')\"}", "FORM_012", "不是 repeat"),
        ("{type: calculate, name: r, calculation: \"sum(members, 'agee')\"}", "FORM_012", "'age'"),
        ("{type: calculate, name: r, calculation: \"sum(members, 'member_name')\"}", "FORM_012", "数字字段"),
        ("{type: note, name: r, label: '${age}'}", "FORM_019", "'age'"),
        ("{type: text, name: r, label: 项, appearance: multilines}", "FORM_002", "'multiline'"),
        ("{type: text, name: r, label: 项, extract: plase}", "FORM_002", "'place'"),
        ("{type: text, name: r, label: 项, extract: place}", "FORM_014", "quick"),
        ("{type: text, name: r, label: 项, appearance: whole}", "FORM_014", "quick"),
        ("{type: integer, name: r, label: 项, start: 5, end: 2}", "FORM_016", "小"),
    ],
)
def test_a_fault_of_a_row_is_named(tmp_path: Path, row: str, code: str, word: str) -> None:
    """Rows of the wider vocabulary are checked as the others are."""
    found = faults(HEAD + f"  - {row}\n", tmp_path)
    line = next((one for one in found if f"[{code}]" in one), str(found))
    assert f"[{code}]" in line
    assert word in line


def test_inside_a_repeat_its_own_answers_and_the_outer_ones_can_be_read(tmp_path: Path) -> None:
    """An item sees itself and the form; the form sees the list, and never one item's answer."""
    row = "      - {type: text, name: more, label: '${member_name}在${unit_name}', relevant: age > 3 and unit_name != ''}\n"
    assert read_form(HEAD + row, tmp_path).survey[2].children[3].relevant


def test_forms_may_point_to_one_another_in_any_order(tmp_path: Path) -> None:
    """References are looked at when all forms are there."""
    first = head("follows: zz\nresults: [{title: 好, text: 好, form: zz}]").replace("form_id: small", "form_id: aa")
    second = HEAD.replace("form_id: small", "form_id: zz")
    (tmp_path / "a.yaml").write_text(first, encoding="utf-8")
    (tmp_path / "z.yaml").write_text(second, encoding="utf-8")
    problems = Problems()
    assert set(load_forms(tmp_path, SOURCES, problems, ())) == {"aa", "zz"}
    assert [str(problem) for problem in problems.items] == []


def test_the_parts_shown_in_the_readme_load(tmp_path: Path) -> None:
    """The repeat, the results, the papers and the reminder of forms/README.md make a form without a fault."""
    text = (ROOT / "forms" / "README.md").read_text(encoding="utf-8")
    repeat, rows = re.findall(r"```yaml-part\n(.*?)```", text, re.DOTALL)
    rows = rows.replace("form: founding_filing", "form: small").replace("founding_report.docx", "report.docx")
    survey = "  - {type: text, name: unit_name, label: 单位}\n  - {type: date, name: congress_on, label: 日子}\n"
    form, said = load(head(rows, small(survey + repeat)), tmp_path, ("founding-steps-filing",))
    assert said == []
    assert (len(form.results), len(form.documents), form.reminder is not None) == (1, 1, True)
