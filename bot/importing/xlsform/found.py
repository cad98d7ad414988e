"""What is told of an import: one finding for everything that was changed or left out."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Finding:
    """One thing that a form writer should know."""

    sheet: str
    row: int
    """Row as the spreadsheet program counts it; 0 for the whole sheet."""
    column: str
    """Heading of the column, "" for the whole row."""
    what: str
    """What stands there and why it cannot stay so."""
    done: str
    """What was done about it."""

    def __str__(self) -> str:
        where = f"{self.sheet} 第 {self.row} 行" if self.row else f"工作表 {self.sheet}"
        return f"{where}{f' {self.column} 列' if self.column else ''}：{self.what}。{self.done}"


@dataclass
class Findings:
    """The list that every step adds to; nothing is raised, so that one run tells everything."""

    items: list[Finding] = field(default_factory=list)

    def add(self, sheet: str, row: int, column: str, what: str, done: str) -> None:
        """Note one finding, once; see `Finding` for the parts."""
        one = Finding(sheet, row, column, what, done)
        if one not in self.items:
            self.items.append(one)


def short(text: str, most: int = 60) -> str:
    """The text in one line, cut off, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"


def in_order(findings: list[Finding]) -> list[Finding]:
    """The findings as one reads the workbook: sheet by sheet, row by row."""
    sheets = ("settings", "survey", "choices")
    return sorted(findings, key=lambda one: (sheets.index(one.sheet) if one.sheet in sheets else 3, one.row))
