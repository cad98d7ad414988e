"""`kexie forms` as a form writer types it: list, check, show, import, diagram."""

from __future__ import annotations

import re
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from tests.commands.command_line import CommandLine
from tests.importing.xlsform_writer import workbook
from tests.small_content import write_small_content

SAID = ("--purpose", "用来测试", "--retention", "测完就删", "--audience", "测试的人", "--reviewer", "测试的科协")
SURVEY = [
    ("type", "name", "label", "required", "relevant"),
    ("text", "unit", "单位", "yes"),
    ("geopoint", "spot", "在哪"),
]


@pytest.fixture
def writing(tmp_path: Path, small_models: Path) -> CommandLine:
    """`kexie` on a content folder of its own, which may be written to."""
    return CommandLine(tmp_path / "data", write_small_content(tmp_path / "content"), small_models)


def test_list_names_every_form(kexie: CommandLine) -> None:
    """One line a form: id, title, version, number of questions, state, audience."""
    done = kexie("forms", "list")
    assert (done.status, done.error) == (0, "")
    lines = done.out.splitlines()
    files = sorted((kexie.content / "forms").glob("*.yaml"))
    assert len(lines) == len(files) + 1
    line = next(line for line in lines if line.startswith("founding_filing"))
    assert re.search(r"企业科协备案\s+2026-11\s+25\s+开着\s+所在地实行备案制", line)


def test_the_list_says_that_the_last_day_is_over(writing: CommandLine) -> None:
    """A form that is past its last day is listed as such; one that still takes something after it is told apart."""
    path = writing.content / "forms/message.yaml"
    text = path.read_text(encoding="utf-8")
    for more, told in (
        ('deadline: "2021-11-20"', "开着，已在 2021-11-20 截止（不再收）"),
        ('deadline: "2021-11-20"\nlate: warn', "开着，已在 2021-11-20 截止（还能填，会提醒已过期）"),
        ('deadline: "2999-12-31"', "开着，2999-12-31 截止"),
        ('opens: "2999-12-01"', "开着，2999-12-01 开始填"),
    ):
        path.write_text(f"{text}\n{more}\n", encoding="utf-8")
        line = next(one for one in writing("forms", "list").out.splitlines() if one.startswith("message"))
        assert f"{told}  " in line
        assert "截止" not in told or line.count("截止") == 1


def test_check_looks_at_the_forms_only(writing: CommandLine) -> None:
    """A fault in a form is told as `kexie check` tells it; one elsewhere is none of its business."""
    (writing.content / "knowledge/topics/broken.yaml").write_text("- id: x\n", encoding="utf-8")
    assert writing("forms", "check").status == 0
    path = writing.content / "forms/message.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("name: mobile", "name: Mobile"), encoding="utf-8")
    done = writing("forms", "check")
    assert done.status == 1
    assert "forms/message.yaml" in done.error
    assert "FORM_008" in done.error
    faults = [line for line in done.error.splitlines() if "[" in line]
    whole = writing("check").error
    assert [line for line in faults if line not in whole] == []


def test_show_tells_everything_in_words(kexie: CommandLine) -> None:
    """Purpose, retention, audience, reviewer, every question with its condition and check in words, the papers."""
    for name in ("founding_filing", "企业科协备案"):
        out = kexie("forms", "show", name).out
        for words in ("用途：", "保存多久：", "谁可以填：", "谁来审：", "25. 声明 *", "模板 forms/templates/"):
            assert words in out
        assert "只在这时问：「企业有没有党组织」是「有」" in out
        assert "要求：填的不超过「员工总数」" in out
        assert "要求：填的不晚于今天" in out
        assert "==" not in out
        assert "this" not in out


def test_a_form_that_does_not_exist_is_answered_with_those_that_do(kexie: CommandLine) -> None:
    """Status 2, the nearest name, the list."""
    for action in ("show", "diagram"):
        done = kexie("forms", action, "founding_filling")
        assert (done.status, done.out) == (2, "")
        assert "是不是 'founding_filing'" in done.error
        assert "企业科协备案" in done.error


def test_an_imported_form_can_be_used_at_once(writing: CommandLine, tmp_path: Path) -> None:
    """With everything said on the command line it passes the check; what was changed is told line by line."""
    path = workbook(tmp_path / "走访.xlsx", SURVEY, (), [("form_title", "form_id"), ("走访登记", "visit")])
    done = writing("forms", "import", str(path), *SAID)
    assert (done.status, done.error) == (0, "")
    assert "survey 第 3 行 type 列" in done.out
    assert "导入 2 个问题到 forms/visit.yaml" in done.out
    assert writing("forms", "check").status == 0
    assert "走访登记" in writing("forms", "list").out
    assert "谁来审：测试的科协" in writing("forms", "show", "visit").out


def test_what_is_lacking_is_marked_and_keeps_the_form_back(writing: CommandLine, tmp_path: Path) -> None:
    """Status 1, each lacking line named with what to do, and `kexie check` refuses until it is written."""
    path = workbook(tmp_path / "visit.xlsx", SURVEY)
    done = writing("forms", "import", str(path), "--purpose", "用来测试")
    assert done.status == 1
    assert done.error.count("FORM_021") == 3
    assert "--retention" in done.error
    assert writing("check").status == 1
    target = writing.content / "forms/visit.yaml"
    target.write_text(target.read_text(encoding="utf-8").replace("【待填】", "写好了"), encoding="utf-8")
    assert writing("forms", "check").status == 0


def test_a_form_that_is_there_is_not_overwritten(writing: CommandLine, tmp_path: Path) -> None:
    """Neither the file of that name nor another file with that form_id, unless --force is said for the first."""
    path = workbook(tmp_path / "x.xlsx", SURVEY, (), [("form_id",), ("message",)])
    target = writing.content / "forms/message.yaml"
    before = target.read_bytes()
    done = writing("forms", "import", str(path), *SAID)
    assert (done.status, target.read_bytes()) == (1, before)
    assert "--force" in done.error
    shutil.move(target, target.with_name("notes.yaml"))
    done = writing("forms", "import", str(path), *SAID, "--force")
    assert done.status == 1
    assert "notes.yaml" in done.error
    assert not target.exists()
    shutil.move(target.with_name("notes.yaml"), target)
    assert writing("forms", "import", str(path), *SAID, "--force").status == 0
    assert yaml.safe_load(target.read_text(encoding="utf-8"))["purpose"] == "用来测试"


def test_the_form_id_can_lead_nowhere_else(writing: CommandLine, tmp_path: Path) -> None:
    """A form_id with a path in it becomes a plain name in forms/."""
    path = workbook(tmp_path / "x.xlsx", SURVEY, (), [("form_id",), ("../../evil",)])
    assert "forms/evil.yaml" in writing("forms", "import", str(path), *SAID).out
    assert (
        writing("forms", "import", str(path), *SAID, "--form-id", "/etc/passwd").out.count("forms/etc_passwd.yaml") == 1
    )


def test_a_workbook_that_is_none_is_refused_kindly(writing: CommandLine, tmp_path: Path) -> None:
    """Status 1, one line, no file."""
    (tmp_path / "x.xlsx").write_bytes(b"PK\x03\x04 nonsense")
    before = sorted((writing.content / "forms").iterdir())
    done = writing("forms", "import", str(tmp_path / "x.xlsx"))
    assert (done.status, done.out, len(done.error.splitlines())) == (1, "", 1)
    assert "已损坏" in done.error
    assert sorted((writing.content / "forms").iterdir()) == before


def test_a_diagram_is_written_where_it_is_wished(kexie: CommandLine, tmp_path: Path) -> None:
    """SVG that XML readers take, and Mermaid; a folder that is missing is told."""
    target = tmp_path / "bild.svg"
    assert kexie("forms", "diagram", "founding_filing", "--output", str(target)).status == 0
    assert ET.parse(target).getroot().tag.endswith("svg")
    chart = tmp_path / "bild.mmd"
    assert kexie("forms", "diagram", "message", "--format", "mermaid", "--output", str(chart)).status == 0
    assert chart.read_text(encoding="utf-8").startswith("flowchart TD")
    assert kexie("forms", "diagram", "message", "--output", str(tmp_path / "none/x.svg")).status == 2
