"""Reading YAML files, and small converters that note faults instead of raising them."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.content import remembered
from bot.content.problems import Problems, near

# BaseLoader keeps every scalar as the text that was written: no 「no」 becoming False, no 0012 becoming 10.
# The C version is about eight times faster and reads the same.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_yaml(path: Path, shown: str, problems: Problems) -> Any:
    """The file's data with every scalar as str, or None after noting why it cannot be read."""
    try:
        raw = path.read_bytes()
        return remembered.read(raw, lambda: yaml.load(raw.decode("utf-8"), Loader=_Loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行第 {mark.column + 1} 列" if mark else "某处"
        reason = getattr(error, "problem", "") or "格式不对"
        problems.add(
            shown,
            f"{where}的 YAML 读不懂（{reason}）",
            "检查缩进；含冒号加空格、井号或以引号开头的文字要加引号",
            "YAML_001",
        )
    except UnicodeDecodeError:
        problems.add(shown, "文件不是 UTF-8 编码", "用 UTF-8 另存", "YAML_002")
    return None


def write_yaml(path: Path, data: Any, remark: str) -> None:
    """Write `data` (lists, dicts, str) under a line of comment, whole or not at all.

    Everything is quoted as YAML needs it; the file is read back before it takes the place of the old one. Raises
    ValueError when it would not read back the same.
    """
    text = as_yaml(data)
    if yaml.load(text, Loader=_Loader) != data:
        raise ValueError("text that YAML cannot hold")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.stem}.{os.getpid()}.part")
    with part.open("w", encoding="utf-8") as stream:
        stream.write(f"# {' '.join(remark.split())}\n{text}")
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


def as_yaml(data: Any) -> str:
    """`data` (lists, dicts, str) as YAML text, everything quoted as YAML needs it."""
    return str(yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000))


@dataclass
class Node:
    """One mapping of a file with its place, so that each fault names where it is."""

    data: dict[str, Any]
    place: str
    problems: Problems
    code: str
    """Beginning of the fault codes: ENTRY, REGION, …"""

    def allow(self, known: Collection[str]) -> None:
        """Note every key that is not known, with the nearest known one."""
        for key in self.data:
            if key not in known:
                self.problems.add(
                    f"{self.place}.{key}",
                    f"没有 '{key}' 这个字段{near(key, known)}",
                    "改成正确的字段名或删掉",
                    f"{self.code}_001",
                )

    def text(self, key: str, required: bool = False) -> str:
        """The scalar under `key`, stripped; "" when absent."""
        value = self.data.get(key, "")
        if isinstance(value, str) and value.strip():
            return value.strip()
        if value not in ("", None) and not isinstance(value, str):
            self.problems.add(f"{self.place}.{key}", "这里要写一段文字，不是清单", "改成一行文字", f"{self.code}_002")
        elif required:
            self.problems.add(f"{self.place}.{key}", f"缺少 '{key}'", "补上", f"{self.code}_003")
        return ""

    def texts(self, key: str, required: bool = False) -> tuple[str, ...]:
        """The list of scalars under `key`; () when absent."""
        value = self.data.get(key) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problems.add(
                f"{self.place}.{key}",
                "这里要写一个清单，每项是一行文字",
                "每项前加短横；含冒号的加引号",
                f"{self.code}_004",
            )
            return ()
        if required and not value:
            self.problems.add(f"{self.place}.{key}", f"缺少 '{key}'", "至少写一项", f"{self.code}_003")
        return tuple(item.strip() for item in value)

    def nodes(self, key: str) -> list[Node]:
        """The list of mappings under `key`."""
        value = self.data.get(key) or []
        return nodes(value, f"{self.place}.{key}", self.problems, self.code)

    def day(self, key: str) -> str:
        """An ISO date under `key`, or ""."""
        value = self.text(key)
        if value and not _is_day(value):
            self.problems.add(
                f"{self.place}.{key}", f"'{value}' 不是日期", '写成 "2022-06-17" 这样', f"{self.code}_005"
            )
        return value


def nodes(value: Any, place: str, problems: Problems, code: str) -> list[Node]:
    """A list of mappings as nodes; anything else is noted."""
    if not isinstance(value, list):
        problems.add(place, "这里要写一个清单", "每项以短横开头", f"{code}_004")
        return []
    found = []
    for index, item in enumerate(value):
        if isinstance(item, dict):
            name = item.get("id") or item.get("name") or item.get("entry") or index
            found.append(Node(item, f"{place}[{name}]", problems, code))
        else:
            problems.add(f"{place}[{index}]", "这一项不是“字段: 内容”的样子", "照 README 的例子写", f"{code}_004")
    return found


def _is_day(value: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
