"""How commands are called: help, exit status, and errors in one line that says what to do."""

from __future__ import annotations

import re
import shutil
import socket
from pathlib import Path

import pytest

from bot.cli import COMMANDS
from tests.commands.command_line import CommandLine

SUBCOMMANDS = [[], *([name] for name in COMMANDS), ["staff", "add"], ["staff", "list"], ["staff", "remove"]]


@pytest.mark.parametrize("command", SUBCOMMANDS, ids=" ".join)
def test_help_is_in_chinese(kexie: CommandLine, command: list[str]) -> None:
    """--help of every command exits with 0, says everything in Chinese, and nothing on standard error."""
    done = kexie(*command, "--help")
    assert (done.status, done.error) == (0, "")
    assert done.out.startswith("用法：kexie")
    for english in ("usage", "options", "positional", "show this", "required"):
        assert english not in done.out


def test_no_command_shows_the_help_and_is_bad_usage(kexie: CommandLine) -> None:
    """`kexie` alone lists its commands and exits with 2."""
    done = kexie()
    assert done.status == 2
    assert all(re.search(rf"\n    {name}\s", done.out) for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "settings", "says"),
    [
        (["nonsense"], {}, "没有 'nonsense'"),
        (["staff"], {}, "还缺：动作"),
        (["staff", "add"], {}, "还缺：姓名"),
        (["staff", "add", " "], {}, "1 到 60 个字"),
        (["staff", "add", "张" * 61], {}, "1 到 60 个字"),
        (["staff", "add", "甲", "--role", "king"], {}, "没有 'king'"),
        (["export"], {}, "还缺：--form"),
        (["export", "--form", "no_such_form"], {}, "founding_filing（企业科协备案）"),
        (["export", "--form", "message", "--format", "pdf"], {}, "可以写：xlsx、csv、json、sqlite"),
        (["export", "--form", "message", "--output", "."], {}, "要写文件名"),
        (["export", "--form", "message", "--output", "no-such-folder/x.xlsx"], {}, "没有这个文件夹"),
        (["run", "--port", "abc"], {}, "要写整数"),
        (["run", "--port", "99999"], {}, "1 到 65535"),
        (["run", "--port", "0"], {}, "1 到 65535"),
        (["run", "extra"], {}, "kexie run --help"),
        (["staff", "list", "extra"], {}, "kexie staff list --help"),
        (["backup", "--keep", "0"], {}, "--keep 要写 1"),
        (["ask", "--json", "你好"], {}, "从标准输入读"),
        (["ask"], {}, "例如：kexie ask"),
        (["ask", "--zzz"], {}, "不认识：--zzz"),
        (["evaluate", "no-such-file.jsonl"], {}, "no-such-file.jsonl"),
        (["check", "--seeds", "no-such-folder"], {}, "没有这个文件夹"),
        (["staff", "list"], {"KEXIE_PORT": "abc"}, "KEXIE_PORT 是 'abc'"),
        (["staff", "list"], {"KEXIE_PORT": "70000"}, "65535"),
        (["staff", "list"], {"KEXIE_PORT": "-1"}, "例如 8080"),
        (["staff", "list"], {"KEXIE_CONTENT": "no-such-folder"}, "KEXIE_CONTENT 指的文件夹不存在"),
        (["staff", "list"], {"KEXIE_DATABASE_URL": "mysql://x"}, "postgresql+psycopg"),
        (["run"], {"KEXIE_TELEGRAM_TOKEN": "no-number"}, "@BotFather"),
    ],
)
def test_bad_usage_is_one_line_and_status_2(
    kexie: CommandLine, arguments: list[str], settings: dict[str, str], says: str
) -> None:
    """A wrong argument or setting is said in one line on standard error; nothing is printed on standard output."""
    done = kexie(*arguments, **settings)
    assert (done.status, done.out) == (2, "")
    assert says in done.error
    assert len(done.error.splitlines()) == 1


def test_a_taken_port_is_said(kexie: CommandLine) -> None:
    """`kexie run` on a port that somebody else serves on says so and which setting to change."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = kexie("run", KEXIE_PORT=str(port))
    assert done.status == 2
    assert f"端口 {port} 已被占用" in done.error
    assert "Traceback" not in done.error


@pytest.mark.parametrize("arguments", [["staff", "list"], ["export", "--form", "message"]])
def test_a_data_folder_that_cannot_be_made_is_said(kexie: CommandLine, tmp_path: Path, arguments: list[str]) -> None:
    """When the data folder is a file, or the database does not answer, one line says where to look; status 1."""
    (tmp_path / "file").write_text("")
    for settings in (
        {"KEXIE_DATA": str(tmp_path / "file")},
        {"KEXIE_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/none"},
        {"KEXIE_DATABASE_URL": f"sqlite:///{tmp_path}"},
    ):
        done = kexie(*arguments, **settings)
        assert (done.status, len(done.error.splitlines())) == (1, 1), done.error
        assert "请检查" in done.error


def test_staff_are_added_listed_and_removed(kexie: CommandLine) -> None:
    """A member of staff gets a one-time code, stands on the list until removed, and cannot be removed twice."""
    assert "还没有工作人员" in kexie("staff", "list").out
    added = kexie("staff", "add", "测试审核员", "--region", "温州")
    assert added.status == 0
    assert re.search(r"登记码：[0-9A-F]{8}", added.out)
    listed = kexie("staff", "list").out
    assert "测试审核员  审核员  温州  还没有用登记码" in listed
    assert kexie("staff", "remove", "测试审核员").status == 0
    again = kexie("staff", "remove", "测试审核员")
    assert again.status == 1
    assert "kexie staff list" in again.error


def test_staff_of_a_county_get_its_city(kexie: CommandLine) -> None:
    """What comes in is kept by city: whoever is put down for 瑞安 sees 温州, and is told so."""
    assert "只看得到温州的材料" in kexie("staff", "add", "测试县员", "--region", "瑞安").out
    assert "测试县员  审核员  温州" in kexie("staff", "list").out


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "sqlite"])
def test_an_export_of_nothing_is_a_file_with_headings(kexie: CommandLine, tmp_path: Path, kind: str) -> None:
    """Before anything was handed in, an export in every format is an empty table and status 0."""
    target = tmp_path / f"out.{kind}"
    done = kexie("export", "--form", "founding_filing", "--format", kind, "--output", str(target))
    assert done.status == 0, done.error
    assert "导出 0 份" in done.out
    assert target.stat().st_size > 0


def test_every_fault_of_broken_content_is_named_at_once(kexie: CommandLine, tmp_path: Path) -> None:
    """`check` names all faults with place and remedy and exits with 1; other commands refuse to start and list them."""
    kexie.content = Path(shutil.copytree(kexie.content, tmp_path / "broken"))
    topic = kexie.content / "knowledge" / "topics" / "founding.yaml"
    text = topic.read_text(encoding="utf-8")
    text = text.replace("sources:\n  - ", "sources:\n  - nowhere/", 1).replace("aspect: ", "aspekt: ", 1)
    topic.write_text(text, encoding="utf-8")
    form = kexie.content / "forms" / "message.yaml"
    form.write_text(form.read_text(encoding="utf-8").replace("- type: text", "- type: txet", 1), encoding="utf-8")
    (kexie.content / "intents" / "talk.yaml").write_text("- id: [", encoding="utf-8")

    checked = kexie("check")
    assert checked.status == 1
    for fault in ("nowhere/", "aspekt", "txet", "talk.yaml"):
        assert fault in checked.error
    assert "did you mean" in checked.error or "是不是" in checked.error
    asked = kexie("ask", "你好")
    assert asked.status == 1
    assert "txet" in asked.error
    assert "Traceback" not in checked.error + asked.error


def test_sound_content_is_said_to_be_sound(kexie: CommandLine) -> None:
    """`check` on content without faults exits with 0."""
    done = kexie("check")
    assert done.status == 0, done.error
    assert "内容没有问题" in done.out


def test_a_damaged_cached_model_is_made_anew(kexie: CommandLine, tmp_path: Path, small_models: Path) -> None:
    """When the cached model is damaged, the question is answered all the same, and the cache is whole again."""
    expected = kexie("ask", "成立企业科协向谁申请").out
    (kexie.data / "models").unlink()
    shutil.copytree(small_models, kexie.data / "models")
    for model in (kexie.data / "models").glob("*.npz"):
        model.write_bytes(model.read_bytes()[: model.stat().st_size // 2])
    done = kexie("ask", "成立企业科协向谁申请")
    assert (done.status, done.out) == (0, expected), done.error
    assert kexie("ask", "成立企业科协向谁申请").error == ""


def test_the_version_is_a_number(kexie: CommandLine) -> None:
    """--version prints the version and nothing else."""
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", kexie("--version").out)
