"""XLSForm workbooks become forms of ours; what cannot be taken over is said, and nothing in a workbook can do harm."""

from __future__ import annotations

import ast
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings

from bot.content.form_loader import load_forms
from bot.content.forms import Field, Form, everything
from bot.content.problems import Problems
from bot.content.yaml_files import write_yaml
from bot.importing.opening import BadFile
from bot.importing.xlsform.form import convert
from bot.importing.xlsform.found import Finding, Findings
from bot.settings import DEFAULT_CONTENT
from tests.filing.random_forms import forms
from tests.importing.makers import make_bomb
from tests.importing.xlsform_writer import Rows, workbook, write_xlsform

SAID = {"purpose": "测试", "retention": "测完就删", "audience": "测试的人", "reviewer": "测试的科协"}
HEAD = ("type", "name", "label", "required", "relevant", "constraint", "constraint_message", "calculation")


def taken(path: Path, **said: str) -> tuple[Form, list[Finding], list[str]]:
    """(the form, what was told, what the checker says) of a workbook."""
    findings = Findings()
    made = convert(path, SAID | said, findings)
    folder = path.parent / f"{path.stem}-forms"
    folder.mkdir(exist_ok=True)
    write_yaml(folder / "form.yaml", made.data, "测试")
    problems = Problems()
    found = load_forms(folder, (), problems)
    return next(iter(found.values())), findings.items, [str(problem) for problem in problems.items]


def survey(folder: Path, *rows: Rows | tuple[object, ...], choices: Rows = ()) -> dict[str, Field]:
    """The questions by name of a workbook whose survey has the usual columns; fails on a fault."""
    form, _, faults = taken(workbook(folder / "book.xlsx", [HEAD, *rows], choices))
    assert faults == []
    return {one.name: one for one in everything(form.survey)}


def told(folder: Path, *rows: tuple[object, ...], head: tuple[str, ...] = HEAD, choices: Rows = ()) -> list[Finding]:
    """What is told of a workbook whose form is whole all the same."""
    _, findings, faults = taken(workbook(folder / "book.xlsx", [head, *rows], choices))
    assert faults == []
    return findings


# what is taken over


def test_a_form_as_the_xlsform_pages_show_it_is_taken_whole(tmp_path: Path) -> None:
    """Groups, repeats, lists, conditions, checks and calculations come over without a word of complaint."""
    path = workbook(
        tmp_path / "training.xlsx",
        [
            (*HEAD, "hint", "choice_filter", "appearance", "default"),
            ("begin group", "unit", "单位情况"),
            ("text", "unit_name", "单位名称", "yes", None, None, None, None, "写全名"),
            ("select_one city", "city", "哪个市", True),
            ("select_one county", "county", "哪个县", "yes", "${city} != ''", None, None, None, None, "city = ${city}"),
            ("end group",),
            ("select_multiple topic", "topics", "想学什么", "TRUE", None, "count-selected(.) <= 2", "最多选两样"),
            ("text", "topic_more", "别的想学什么", None, "selected(${topics}, 'other')", *[None] * 5, "multiline"),
            ("begin_repeat", "people", "参加的人"),
            ("text", "person", "姓名", "yes"),
            ("integer", "age", "年龄", None, None, ". >= 16 and . <= 100", "年龄不对"),
            ("end_repeat",),
            ("calculate", "total", None, None, None, None, None, "count(${people})"),
            ("note", "thanks", "一共 ${total} 人，谢谢 ${unit_name}。"),
            ("date", "day", "哪天来", None, None, ". > today()", "要写以后的日子"),
        ],
        [
            ("list_name", "name", "label", "city"),
            ("city", "w", "温州"),
            ("city", "z", "镇江"),
            ("county", "ra", "瑞安", "w"),
            ("county", "dy", "丹阳", "z"),
            ("topic", "a", "专利"),
            ("topic", "b", "标准"),
            ("topic", "other", "其他"),
        ],
        [("form_title", "form_id", "version"), ("培训报名", "training", 2026)],
    )
    form, findings, faults = taken(path)
    assert (findings, faults) == ([], [])
    assert (form.form_id, form.title, form.version) == ("training", "培训报名", "2026")
    found = {one.name: one for one in everything(form.survey)}
    assert [one.name for one in form.survey] == ["unit", "topics", "topic_more", "people", "total", "thanks", "day"]
    assert [child.name for child in found["unit"].children] == ["unit_name", "city", "county"]
    assert found["city"].required
    assert found["topics"].required
    assert found["county"].relevant == "city != ''"
    assert found["county"].choice_filter == "of_city == city"
    assert [choice.filters for choice in found["county"].choices] == [{"of_city": "w"}, {"of_city": "z"}]
    assert found["topics"].constraint == "count(this) <= 2"
    assert found["topic_more"].relevant == "selected(topics, 'other')"
    assert found["age"].constraint == "this >= 16 and this <= 100"
    assert found["total"].calculation == "count(people)"
    assert found["thanks"].label == "一共 ${total} 人，谢谢 ${unit_name}。"
    assert found["topic_more"].appearance == "multiline"
    assert found["unit_name"].hint == "写全名"


EXPRESSIONS = (
    ("${a} = 'x' or ${n} > 3", "a == 'x' or n > 3"),
    ("${n} div 2 >= 1.50", "n / 2 >= 1.5"),
    ("${n} mod 2 = 0", "n % 2 == 0"),
    ("${n} = '5'", "n == 5"),
    ("${s} = 1", "s == '1'"),
    ("${m} = 'x'", "selected(m, 'x')"),
    ("'' = ${a}", "a == ''"),
    ("not(selected(${m}, 'x'))", "not selected(m, 'x')"),
    ("(${n} + 1) * 2 - (3 - ${n}) > 0", "(n + 1) * 2 - (3 - n) > 0"),
    ("string-length(${a}) > 2", "len(a) > 2"),
    ("if(${n} > 1, 2, 3) = 2", "(2 if n > 1 else 3) == 2"),
    ("coalesce(${a}, 'x') = 'y'", "(a if a != '' else 'x') == 'y'"),
    ("contains(${a}, '甲')", "'甲' in a"),
    ("${a} = ‘弯引号’", "a == '弯引号'"),
    ("count-selected(${m}) >= 2 and true()", "count(m) >= 2 and 1 == 1"),
    ("sum(${inner}) > 10 and count(${rows}) > 1", "sum(rows, 'inner') > 10 and count(rows) > 1"),
    ("max(${n}, 3) > 1 and round(${n}, 1) < 9 and -${n} < 0", "max(n, 3) > 1 and round(n, 1) < 9 and -n < 0"),
)
ASKED = (
    ("text", "a", "甲", "yes"),
    ("integer", "n", "数", "yes"),
    ("select_one l", "s", "单选", "yes"),
    ("select_multiple l", "m", "多选", "yes"),
    ("begin repeat", "rows", "项"),
    ("integer", "inner", "里面的数"),
    ("end repeat",),
)
LISTED = (("list_name", "name", "label"), ("l", 1, "一"), ("l", "x", "叉"))


@pytest.mark.parametrize(("theirs", "ours"), EXPRESSIONS)
def test_expressions_are_said_in_our_words(theirs: str, ours: str, tmp_path: Path) -> None:
    """XPath comes over with its meaning: numbers against numbers, choices against texts, brackets where needed."""
    found = survey(tmp_path, *ASKED, ("text", "last", "末题", None, theirs), choices=LISTED)
    assert ast.dump(ast.parse(found["last"].relevant)) == ast.dump(ast.parse(ours))


UNSAID = (
    "${nobody} = 'x'",
    "pulldata('a', 'b', 'c', ${a}) = 1",
    "../a = 1",
    "${inner} > 3",
    "today() > '2026-01-01'",
    ". > 3",
    "regex(${a}, 'x')",
    "((((${a}",
    "${a} = ",
    "${a} == 'x'",
    "${a} = 'x' )",
    "a = 1",
    "${s} > 1",
    "${a}[1] = 2",
    "'" + "x" * 600 + "' = ${a}",
    "(" * 200 + "1" + ")" * 200,
)


@pytest.mark.parametrize("theirs", UNSAID)
def test_a_condition_that_cannot_be_said_is_told_and_stops_nobody(theirs: str, tmp_path: Path) -> None:
    """The question stays and may be skipped; the finding names sheet, row and column."""
    rows = (*ASKED, ("text", "last", "末题", "yes", theirs))
    findings = told(tmp_path, *rows, choices=LISTED)
    (one,) = (finding for finding in findings if finding.column == "relevant")
    assert (one.sheet, one.row) == ("survey", 9)
    assert "可以跳过" in one.done
    last = survey(tmp_path, *rows, choices=LISTED)["last"]
    assert (last.relevant, last.required) == ("", False)


def test_a_regex_becomes_the_pattern(tmp_path: Path) -> None:
    """`regex(., …)` alone or beside other checks is the pattern of a text; one that may run for ever is not taken."""
    rows = (
        ("text", "code", "编号", None, None, "regex(., '^[A-Z]{2}[0-9]+$') and string-length(.) < 9", "两个字母加数字"),
        ("text", "slow", "慢", None, None, "regex(., '^(a+)+$')", "慢"),
    )
    found = survey(tmp_path, *rows)
    assert (found["code"].pattern, found["code"].constraint) == ("[A-Z]{2}[0-9]+", "len(this) < 9")
    assert found["code"].constraint_message == "两个字母加数字"
    assert (found["slow"].pattern, found["slow"].constraint_message) == ("", "")
    assert any("可能算很久" in one.what for one in told(tmp_path, *rows))


@pytest.mark.parametrize(
    "heading", ["label::中文 (zh)", "label::Chinese", "label:chinese", "Label::简体中文", "label::zh-CN"]
)
def test_chinese_is_taken_where_there_is_any(heading: str, tmp_path: Path) -> None:
    """Of several languages the Chinese one; another only where the Chinese cell is empty, which is told."""
    rows = [
        ("type", "name", "label::English (en)", heading),
        ("text", "a", "Name", "姓名"),
        ("text", "b", "Unit", None),
    ]
    form, findings, faults = taken(workbook(tmp_path / "x.xlsx", rows))
    assert faults == []
    assert [one.label for one in form.survey] == ["姓名", "Unit"]
    assert [(one.row, one.column) for one in findings] == [(1, "label::English (en)")] * 2


def test_traditional_yields_to_simplified_and_the_default_language_to_chinese(tmp_path: Path) -> None:
    """Simplified before traditional before the default language before any other."""
    head = ("type", "name", "label::French", "label::Swahili", "label::繁體中文 (zh-TW)", "label::中文 (zh)")
    for most, expected in ((6, "简"), (5, "繁"), (4, "sw")):
        rows = [head[:most], ("text", "a", "fr", "sw", "繁", "简")[:most]]
        path = workbook(tmp_path / f"{most}.xlsx", rows, (), [("form_id", "default_language"), ("f", "Swahili")])
        assert taken(path)[0].survey[0].label == expected


def test_names_are_made_fit_and_expressions_follow(tmp_path: Path) -> None:
    """Capitals, hyphens, Chinese and doubles get a name of ours; conditions and texts name the new one."""
    rows = (
        ("text", "Unit-Name", "单位", "yes"),
        ("integer", "人数", "人数", "yes"),
        ("text", "2nd", "第二", None, "${Unit-Name} = 'x' and ${人数} > 2"),
        ("note", None, "谢谢 ${Unit-Name}"),
        ("text", "2nd", "又一个"),
    )
    found = survey(tmp_path, *rows)
    assert list(found) == ["unit_name", "q_3", "q_2nd", "note_5", "q_2nd_2"]
    assert found["q_2nd"].relevant == "unit_name == 'x' and q_3 > 2"
    assert found["note_5"].label == "谢谢 ${unit_name}"
    assert [one.row for one in told(tmp_path, *rows) if one.column == "name"] == [2, 3, 4, 6]


def test_words_of_our_expressions_are_no_names(tmp_path: Path) -> None:
    """A question called like a word of the language gets another name, so that conditions on it can be read."""
    found = survey(
        tmp_path, ("text", "class", "班", "yes"), ("text", "this", "这", None, "${class} = 'a' or ${this} = 'b'")
    )
    assert list(found) == ["q_class", "q_this"]
    assert found["q_this"].relevant == "q_class == 'a' or q_this == 'b'"


def test_other_can_be_written_in(tmp_path: Path) -> None:
    """`or_other` adds the choice and a question for it."""
    found = survey(tmp_path, ("select_multiple l or_other", "likes", "喜欢", "yes"), choices=LISTED)
    assert [choice.name for choice in found["likes"].choices] == ["1", "x", "other"]
    assert (found["likes_other"].type, found["likes_other"].relevant) == ("text", "selected(likes, 'other')")


def test_what_a_chat_has_not_is_changed_or_left_out_and_told(tmp_path: Path) -> None:
    """Every type of XLSForm is either taken, changed, or left out, and all but the first is told with its row."""
    kinds = ("dateTime", "geopoint", "barcode", "audio", "video", "select_one_from_file a.csv")
    gone = ("start", "end", "today", "deviceid", "audit", "hidden", "geotrace", "osm", "nonsense", "select_one nolist")
    rows = tuple((kind, f"f{n}", f"题{n}") for n, kind in enumerate((*kinds, *gone)))
    findings = told(tmp_path, *rows)
    assert {one.row for one in findings if one.column == "type"} == set(range(2, 2 + len(rows)))
    found = survey(tmp_path, *rows)
    assert [one.type for one in found.values()] == ["date", "time", "text", "text", "file", "file", "text"]


def test_every_cell_that_is_not_used_is_told(tmp_path: Path) -> None:
    """Unknown columns and sheets, media, settings, extra appearances, texts with markup and lost references."""
    path = workbook(
        tmp_path / "x.xlsx",
        [
            ("type", "name", "label", "appearance", "media::image", "foo", "parameters", "required", "default", None),
            ("text", "a", "<b>粗</b> ${gone}", "w1 numbers", "a.png", "bar", "rows=3", "${x} = 1", "today()", "无名"),
            ("begin group", "g", "组", "field-list"),
            ("begin repeat", "r", "重复", None),
            ("begin repeat", "r2", "里面的重复", None),
            ("text", "c", "题"),
            ("end repeat",),
            ("end repeat",),
            ("end group",),
            ("end group",),
            (None, "lost", "没有类型"),
        ],
        [("list_name", "name", "label"), ("unused", "x", "没人用"), (None, "y", "没清单")],
        [("form_id", "public_key"), ("f", "abc"), ("g", "second")],
        external_choices=[("list_name", "name"), ("a", "b")],
    )
    form, findings, faults = taken(path)
    assert faults == []
    assert form.survey[0].label == "粗 ＿＿"
    places = {(one.sheet, one.row, one.column) for one in findings}
    expected = {("survey", 1, "media::image"), ("survey", 1, "foo"), ("survey", 1, "J"), ("survey", 2, "label")}
    expected |= {("survey", 2, key) for key in ("appearance", "parameters", "required", "default")}
    expected |= {("survey", 3, "appearance"), ("survey", 5, "type"), ("survey", 10, "type"), ("survey", 11, "type")}
    expected |= {("choices", 0, ""), ("choices", 3, "list_name"), ("settings", 1, "public_key"), ("settings", 3, "")}
    expected |= {("external_choices", 0, "")}
    assert expected - places == set()


def test_what_our_forms_say_besides_is_left_marked_and_refused(tmp_path: Path) -> None:
    """Purpose, retention, audience and reviewer that nobody gave stand as a mark that the checker does not let pass."""
    path = workbook(tmp_path / "x.xlsx", [HEAD, ("text", "a", "题")])
    _, _, faults = taken(path, **dict.fromkeys(SAID, ""))
    assert faults == [] or all("FORM_021" in fault for fault in faults)
    findings = Findings()
    data = convert(path, {"purpose": "有了"}, findings).data
    assert data["purpose"] == "有了"
    assert [key for key in SAID if "待填" in data[key]] == ["retention", "audience", "reviewer"]


# hostile workbooks


def test_a_formula_is_no_text(tmp_path: Path) -> None:
    """A cell with a formula counts as empty and is told; LibreOffice's =TRUE() is a tick."""
    rows = (("text", "a", "=1+1", "=TRUE()"), ("text", "b", '=HYPERLINK("http://x.example")'), ("text", "=A1", "丙"))
    found = survey(tmp_path, *rows)
    assert [one.label for one in found.values()] == ["a", "b", "丙"]
    assert found["a"].required
    assert [(o.row, o.column) for o in told(tmp_path, *rows) if "公式" in o.what] == [
        (2, "label"),
        (3, "label"),
        (4, "name"),
    ]


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    """YAML, template and markup signs in a workbook come back from the form file as they were."""
    nasty = "!!python/object:os.system [x] {y: z} # & * | > %  - : 'q' \"d\" \\n {{7*7}} ${"
    found = survey(tmp_path, ("text", "a", nasty), ("text", "b", "yes"), ("text", "c", "0012"))
    assert found["a"].label == " ".join(nasty.split()) or found["a"].label == nasty
    assert [found[name].label for name in "bc"] == ["yes", "0012"]


def _refused(path: Path) -> str:
    with pytest.raises(BadFile) as error:
        convert(path, SAID, Findings())
    return str(error.value)


def test_workbooks_that_cannot_be_opened_safely_are_refused_in_one_line(tmp_path: Path) -> None:
    """Damaged, sealed, swollen, wrong or empty: each gets its own plain sentence."""
    cases = {"cut.xlsx": "损坏", "old.xlsx": "密码", "text.xlsx": "不是", "empty.xlsx": "空的", "form.csv": "只认"}
    whole = workbook(tmp_path / "whole.xlsx", [HEAD, ("text", "a", "题")]).read_bytes()
    (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    (tmp_path / "text.xlsx").write_text("type,name,label\ntext,a,题\n", encoding="utf-8")
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "form.csv").write_text("type,name,label\n", encoding="utf-8")
    for name, word in cases.items():
        told_ = _refused(tmp_path / name)
        assert word in told_, (name, told_)
        assert "\n" not in told_
    assert "没有这个文件" in _refused(tmp_path / "nowhere.xlsx")


def test_a_zip_bomb_and_a_document_type_are_refused(tmp_path: Path) -> None:
    """Neither 300 MB of zeros nor entities are unpacked."""
    assert "过大" in _refused(make_bomb(tmp_path / "bomb.xlsx", "xl/worksheets/sheet1.xml", 300_000_000))
    path = workbook(tmp_path / "x.xlsx", [HEAD, ("text", "a", "题")])
    laughs = tmp_path / "laughs.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(laughs, "w") as new:
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, b'<!DOCTYPE l [<!ENTITY a "aaaa">]>' + data if part == "xl/workbook.xml" else data)
    assert "为安全起见" in _refused(laughs)


def test_a_workbook_without_questions_says_what_is_lacking(tmp_path: Path) -> None:
    """No survey sheet, no rows, no question that can be taken, too many rows."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "none.xlsx")
    assert "survey" in _refused(tmp_path / "none.xlsx")
    assert "第二行" in _refused(workbook(tmp_path / "head.xlsx", [HEAD]))
    assert "没有一个问题" in _refused(
        workbook(tmp_path / "gone.xlsx", [HEAD, ("audit", "a"), ("begin group", "g", "空")])
    )
    many = [HEAD, *(("text", f"a{n}", "题") for n in range(5_001))]
    assert "5000" in _refused(workbook(tmp_path / "many.xlsx", many))


# there and back


def _same(one: Field) -> dict[str, Any]:
    """What has to be the same after the way through a workbook; expressions by meaning."""
    kept: dict[str, Any] = {key: getattr(one, key) for key in ("type", "name", "label", "hint", "default", "required")}
    kept |= {key: getattr(one, key) for key in ("format", "pattern", "accept", "prefill", "sensitive", "read_only")}
    kept |= {key: getattr(one, key) for key in ("start", "end", "step", "compact_tag", "appearance", "choices", "help")}
    for key in ("relevant", "constraint", "calculation", "choice_filter", "repeat_count"):
        text = getattr(one, key)
        kept[key] = ast.dump(ast.parse(text, mode="eval")) if text else ""
    kept["max_files"] = one.max_files
    return kept | {"children": [_same(child) for child in one.children]}


def _sensible(one: Field, kinds: Mapping[str, str]) -> Field:
    """The question with something to show where it is only shown (without, it would come back as a note), and with a
    condition that fits the answer it hangs on."""
    default = one.default or ("现成的" if one.read_only else "")
    required = one.required and one.type not in ("note", "calculate")
    relevant, kind = one.relevant, kinds.get(one.relevant.partition(" ")[0], "")
    if " > " in relevant and kind not in ("integer", "decimal", "range", "calculate"):
        relevant = ""
    if relevant.endswith(" == 'yes'") and kind in ("select_multiple", "rank"):
        relevant = f"selected({relevant.partition(' ')[0]}, 'yes')"
    if kinds.get(one.constraint.rpartition(" ")[2]) in ("text", "select_one", "select_multiple", "rank"):
        one = replace(one, constraint="", constraint_message="")
    children = tuple(_sensible(child, kinds) for child in one.children)
    return replace(one, default=default, required=required, relevant=relevant, children=children)


def there_and_back(form: Form, folder: Path) -> None:
    """Write the form as a workbook, take it in again, compare every question."""
    kinds = {one.name: one.type for one in everything(form.survey)}
    asked = (*form.survey, Field("text", "last_question", "末题"))  # a form that asks nothing is no form
    form = replace(form, audience="甲", reviewer="乙", survey=tuple(_sensible(one, kinds) for one in asked))
    back, _, faults = taken(write_xlsform(form, folder / "there.xlsx"))
    assert faults == []
    assert [_same(one) for one in back.survey] == [_same(one) for one in form.survey]


BEYOND = {
    "congress": "two lists of which one is asked share the names of their questions; they come back renamed",
    "quick_update": "a report in one sentence: XLSForm has no word for `quick`",
    "yueyang_self_assessment": "line breaks in the texts of a calculation come back as blanks",
}
"""Forms with something that an XLSForm cannot say."""


@pytest.mark.parametrize(
    "path",
    [path for path in sorted((DEFAULT_CONTENT / "forms").glob("*.yaml")) if path.stem not in BEYOND],
    ids=lambda path: path.stem,
)
def test_every_form_of_ours_comes_back_from_a_workbook(path: Path, tmp_path: Path) -> None:
    """Whoever puts one of our forms into an XLSForm gets the same questions again."""
    data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    sources = _sources(data)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / path.name).write_bytes(path.read_bytes())
    problems = Problems()
    form = load_forms(tmp_path / "one", sources, problems)[data["form_id"]]
    there_and_back(form, tmp_path)


def _sources(data: Any) -> set[str]:
    if isinstance(data, dict):
        own = set(data.get("sources", ()))
        return own.union(*(_sources(value) for value in data.values()))
    return set().union(*map(_sources, data)) if isinstance(data, list) else set()


@given(form=forms())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_form_comes_back_from_a_workbook(form: Form, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Random rows, groups, repeats, conditions and lists: the same questions after a way through a workbook. Only a day
    taken twice comes back as nothing: XLSForm reckons with days otherwise than we do, and the import says so."""
    rows = everything(form.survey)
    days = {f"{row.name} * 2" for row in rows if row.type in ("date", "time")}
    assume(not any(row.calculation in days for row in rows))
    there_and_back(form, tmp_path_factory.mktemp("random"))
