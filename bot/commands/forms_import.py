"""`kexie forms import`: an XLSForm workbook becomes forms/FORM_ID.yaml, and all that could not be taken is listed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bot.content.loader import read
from bot.content.yaml_files import write_yaml
from bot.importing.opening import BadFile
from bot.importing.xlsform.form import NEEDED, Imported, convert
from bot.importing.xlsform.found import Finding, Findings, in_order
from bot.settings import Settings

OPTIONS = {
    "purpose": "用途：这些答案拿来做什么",
    "retention": "保存多久，由谁保管",
    "audience": "谁可以填",
    "reviewer": "谁来审",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the action."""
    parser.add_argument("file", metavar="文件.xlsx", help="XLSForm 工作簿：survey、choices、settings 三张表")
    for name, told in OPTIONS.items():
        parser.add_argument(f"--{name}", default="", metavar="文字", help=told)
    parser.add_argument(
        "--form-id", default="", metavar="编号", help="表的编号；不写就用 settings 表里的，再不然用文件名"
    )
    parser.add_argument("--force", action="store_true", help="已经有这张表也写上去")


def run(given: argparse.Namespace, settings: Settings) -> int:
    """Write the file and say what was changed. 0 when the form can be used at once, 1 when something has to be filled in
    or nothing was written."""
    path = Path(given.file)
    said = {name: getattr(given, name).strip() for name in (*OPTIONS, "form_id")}
    findings = Findings()
    try:
        made = convert(path, {name: text for name, text in said.items() if text}, findings)
    except BadFile as error:
        for finding in in_order(findings.items):
            print(finding, file=sys.stderr)
        print(f"{path.name}：{error}。", file=sys.stderr)
        return 1
    folder = settings.content / "forms"
    form_id = made.data["form_id"]
    target = folder / f"{form_id}.yaml"
    taken = _owner(settings, form_id)
    if taken not in ("", target.name):
        print(f"编号 {form_id} 已经用在 forms/{taken}。请加 --form-id 换一个编号。没有写文件。", file=sys.stderr)
        return 1
    if target.exists() and not given.force:
        print(
            f"已经有 forms/{target.name}，没有动它。要换掉就加 --force；要并存就加 --form-id 换编号。", file=sys.stderr
        )
        return 1
    try:
        write_yaml(target, made.data, f"由 {path.name} 导入。写法见 forms/README.md。")
    except ValueError:
        print(f"{path.name}：里面有 YAML 存不下的字符。请在 Excel 里去掉特殊符号再导入。没有写文件。", file=sys.stderr)
        return 1
    return _tell(path, made, in_order(findings.items), target, settings)


def _owner(settings: Settings, form_id: str) -> str:
    """Name of the file that has this form_id already, "" for none."""
    for path in sorted((settings.content / "forms").glob("*.yaml")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        if any(
            line.partition(" #")[0].replace('"', "").replace("'", "").split() == ["form_id:", form_id] for line in lines
        ):
            return path.name
    return ""


def _tell(path: Path, made: Imported, findings: list[Finding], target: Path, settings: Settings) -> int:
    for finding in findings:
        print(finding)
    changed = f"；{len(findings)} 处有改动或没有导入，见上面" if findings else "，没有遗漏"
    print(f"{path.name}：导入 {made.questions} 个问题到 forms/{target.name}{changed}。")
    form_id = made.data["form_id"]
    own = (f"forms/{target.name}", f"forms: {form_id}", f"forms/{form_id}:")
    _, problems = read(settings.content)
    faults = [problem for problem in problems.items if problem.place.startswith(own)]
    for problem in faults:
        print(problem, file=sys.stderr)
    if faults:
        lacking = [f"--{name}" for name in NEEDED if any(f.place.endswith(f".{name}") for f in faults)]
        hint = f"（{'、'.join(lacking)} 也可以在导入时写上，再加 --force）" if lacking else ""
        print(
            f"还有 {len(faults)} 处要补{hint}。补完运行 kexie forms check。没补完以前，运行着的服务照用原来的内容，重新启动会停下来提醒。",
            file=sys.stderr,
        )
        return 1
    print(f"这张表可以用了。看一看：kexie forms show {form_id}")
    return 0
