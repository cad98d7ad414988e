"""Lines of the survey sheet -> a tree of rows: types read, names made fit, groups and repeats nested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from keyword import iskeyword

from bot.content.field_loader import NAME
from bot.importing.xlsform.book import Line
from bot.importing.xlsform.expressions import Target
from bot.importing.xlsform.found import Findings, short

TYPES = {
    "text": "text",
    "string": "text",
    "phone_number": "text",
    "integer": "integer",
    "int": "integer",
    "decimal": "decimal",
    "range": "range",
    "date": "date",
    "time": "time",
    "file": "file",
    "image": "image",
    "photo": "image",
    "note": "note",
    "calculate": "calculate",
    "acknowledge": "acknowledge",
    "trigger": "acknowledge",
}
"""XLSForm type, in lower case with `_` for blanks -> ours."""
INSTEAD = {
    "datetime": ("date", "聊天里不能一次问日期和时刻", "改成一道日期题和一道时刻题"),
    "geopoint": ("text", "聊天里不取定位", "改成文字题，请人写地址"),
    "barcode": ("text", "聊天里不扫条码", "改成文字题，请人抄号码"),
    "audio": ("file", "不收录音", "改成文件题"),
    "video": ("file", "不收录像", "改成文件题"),
}
"""Types that ours come near -> (our type, why, what was done)."""
SILENT = {
    "start": "开始时间",
    "end": "结束时间",
    "today": "当天日期",
    "deviceid": "设备编号",
    "subscriberid": "用户编号",
    "simserial": "SIM 卡号",
    "phonenumber": "本机号码",
    "username": "登录名",
    "email": "登录邮箱",
    "audit": "操作记录",
    "start-geopoint": "开始时的定位",
    "background-audio": "后台录音",
    "background-geopoint": "后台定位",
    "hidden": "隐藏的值",
    "csv-external": "外部数据",
    "xml-external": "外部数据",
}
"""Types that ask nobody anything: device data is not collected here, the time of submission is always noted."""
_SELECT = re.compile(
    r"(?P<kind>select[ _]one|select1|select[ _]multiple|select[ _]all[ _]that[ _]apply|rank)(?:[ _]from)?\s+"
    r"(?P<list>\S.*?)(?P<other>\s+or[ _](?:specify[ _])?other)?",
    re.IGNORECASE,
)
_FILE = re.compile(r"select[ _](?:one|multiple)[ _](?:from[ _]file|external)\b.*", re.IGNORECASE)
_BLOCK = re.compile(r"(?P<way>begin|end)[ _](?P<kind>group|repeat|lgroup|looped[ _]group|loop)\b.*", re.IGNORECASE)


@dataclass
class Row:
    """One question, group or repeat of the sheet."""

    line: Line
    type: str
    """Our type."""
    name: str
    """Our name."""
    listed: str = ""
    """Choice list of a select."""
    other: bool = False
    """Whether 「其他」 can be written in (`or_other`)."""
    with_time: bool = False
    """Whether a question for the time of day belongs to it."""
    children: list[Row] = field(default_factory=list)
    up: Row | None = None
    """The group or repeat that it stands in."""

    @property
    def repeat(self) -> Row | None:
        """The repeat that it stands in."""
        above = self.up
        while above is not None and above.type != "repeat":
            above = above.up
        return above


def read_rows(lines: Sequence[Line], findings: Findings) -> tuple[list[Row], dict[str, Target]]:
    """The tree, and the questions by their names in the workbook, for expressions."""
    reader = _Reader(findings)
    for line in lines:
        reader.take(line)
    for open_one in reader.open:
        findings.add("survey", open_one.line.number, "type", "有开头没有结尾（少了 end）", "当作到表的末尾为止")
    return reader.top, {name: _target(row) for name, row in reader.named.items()}


def _target(row: Row) -> Target:
    above: list[Row] = [row]
    while above[-1].up is not None:
        above.append(above[-1].up)
    sure = row.line.cells.get("required", "").lower() in YES and not any("relevant" in one.line.cells for one in above)
    repeat = row.repeat
    return Target(row.name, row.type, repeat.name if repeat else "", sure)


YES = ("yes", "true", "true()", "1", "y", "是")


class _Reader:
    """Takes the lines one by one."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.top: list[Row] = []
        self.open: list[Row] = []
        self.named: dict[str, Row] = {}
        self.taken: set[str] = set()

    def take(self, line: Line) -> None:
        """One line: what it begins, ends or asks."""
        kind = " ".join(line.cells.get("type", "").split())
        if not kind:
            if {"name", "label"} & set(line.cells):
                self.tell(line, "type", "没有写 type", "这一行没有导入")
            return
        if kind.startswith("#") or line.cells.get("disabled", "").lower() in YES:
            return self.tell(line, "type", "这一行标成不用的", "没有导入")
        block = _BLOCK.fullmatch(kind)
        if block:
            return self.block(line, block["way"].lower(), block["kind"].lower())
        row = self.question(line, kind)
        if row is not None:
            self.add(row)

    def tell(self, line: Line, column: str, what: str, done: str) -> None:
        """Note a finding about a line."""
        self.findings.add("survey", line.number, line.heads.get(column, column), what, done)

    def add(self, row: Row) -> None:
        """Put a row where the sheet stands."""
        row.up = self.open[-1] if self.open else None
        (self.open[-1].children if self.open else self.top).append(row)
        # The first question of a name is the one that expressions mean.
        self.named.setdefault(row.line.cells.get("name", "").strip() or row.name, row)

    def block(self, line: Line, way: str, kind: str) -> None:
        """The beginning or the end of a group or repeat."""
        if way == "end":
            if not self.open:
                return self.tell(line, "type", "有结尾没有开头", "这一行没有用")
            self.open.pop()
            return None
        if kind == "loop":
            self.tell(line, "type", "loop 不再是 XLSForm 的写法", "当作一个组")
        ours = "group" if kind in ("group", "loop") else "repeat"
        if ours == "repeat" and any(one.type == "repeat" for one in self.open):
            self.tell(line, "type", "重复组里面不能再放重复组", "里面的改成普通的组，每一项只填一遍")
            ours = "group"
        row = Row(line, ours, self.name(line, ours))
        self.add(row)
        self.open.append(row)
        return None

    def question(self, line: Line, kind: str) -> Row | None:
        """A row that is no group; None when nothing of it can be taken."""
        if _FILE.fullmatch(kind):
            self.tell(line, "type", f"选项在别的文件里（{short(kind, 40)}），不支持", "改成文字题，请人自己写")
            return Row(line, "text", self.name(line, "q"))
        select = _SELECT.fullmatch(kind)
        if select:
            ours = "rank" if select["kind"].lower() == "rank" else "select_multiple"
            ours = "select_one" if re.fullmatch(r"select[ _]one|select1", select["kind"], re.I) else ours
            return Row(line, ours, self.name(line, "q"), select["list"].strip(), bool(select["other"]))
        folded = kind.lower().replace(" ", "_")
        if folded in TYPES:
            return Row(line, TYPES[folded], self.name(line, TYPES[folded] if folded == "note" else "q"))
        if folded in INSTEAD:
            ours, why, done = INSTEAD[folded]
            self.tell(line, "type", f"{why}（{folded}）", done)
            return Row(line, ours, self.name(line, "q"), with_time=folded == "datetime")
        if folded in SILENT:
            self.tell(line, "type", f"{folded} 是{SILENT[folded]}，这里不收集", "没有导入")
        else:
            self.tell(line, "type", f"不支持 {short(kind, 40)} 这种类型", "这一题没有导入")
        return None

    def name(self, line: Line, kind: str) -> str:
        """Our name for the line: as it stands where it can, and used once."""
        given = line.cells.get("name", "").strip()
        plain = re.sub(r"[^a-z0-9]+", "_", given.lower()).strip("_")
        if plain and not plain[0].isalpha():
            plain = f"q_{plain}"
        plain = (plain or f"{kind}_{line.number}")[:56]
        fit = NAME.fullmatch(given) and not iskeyword(given) and given != "this"
        plain = f"q_{plain}" if iskeyword(plain) or plain == "this" else plain
        found, number = given if fit else plain, 2
        while found in self.taken:
            found, number = f"{plain}_{number}", number + 1
        self.taken.add(found)
        if given and found != given:
            why = "名字和前面的重了" if given in self.named else "名字只能用小写英文、数字、下划线"
            self.tell(line, "name", f"{why}（{short(given, 30)}）", f"改叫 {found}，算式里也跟着改")
        elif not given and kind not in ("note", "group"):
            self.tell(line, "name", "没有写 name", f"先叫 {found}")
        return found
