"""The local content folder: entries of one office, beside the shipped ones. Written by `kexie import` or by hand.

Same format as knowledge/topics, with two more keys: `region` (a city that has a file of its own) and `cite`, a source
in plain words for those who have no source id. Layout: `<folder>/knowledge/topics/*.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from bot.content.models import Document, Entry, Source
from bot.content.problems import Problems, near
from bot.content.yaml_files import Node, nodes, read_yaml

TOPICS = Path("knowledge") / "topics"


def local_files(folder: Path) -> list[Path]:
    """The entry files of the local folder; [] when there is no such folder."""
    return sorted((folder / TOPICS).glob("*.yaml"))


class LocalReader:
    """Adds local entries and the places they cite to what the shipped files gave."""

    def __init__(
        self,
        sources: dict[str, Source],
        entries: dict[str, Entry],
        regions: Collection[str],
        problems: Problems,
        make: Callable[[Node, str], Entry],
    ) -> None:
        """`make(node, region)` turns a checked mapping into an Entry, as for the shipped files."""
        self.sources = sources
        self.entries = entries
        self.regions = regions
        self.problems = problems
        self.make = make

    def read(self, folder: Path) -> None:
        """Take in every file of the folder; faults go to `problems`."""
        for path in local_files(folder):
            shown = f"content/{path.relative_to(folder).as_posix()}"
            data = read_yaml(path, shown, self.problems)
            document = local_document(path.stem)
            for node in nodes(data or [], shown, self.problems, "ENTRY"):
                self._add(node, document)

    def _add(self, node: Node, document: Document) -> None:
        cite, region = node.text("cite"), node.text("region")
        node.data = {key: value for key, value in node.data.items() if key not in ("cite", "region")}
        if cite:
            node.data["sources"] = [*node.texts("sources"), self._source(cite, document)]
        if region and region not in self.regions:
            self.problems.add(
                f"{node.place}.region",
                f"没有 '{region}' 这个城市{near(region, self.regions)}",
                "写有城市文件的城市名，或删掉这一行",
                "ENTRY_013",
            )
        entry = replace(self.make(node, region), local=True)
        if entry.id in self.entries:
            self.problems.add(node.place, f"编号 '{entry.id}' 重复", "换一个编号", "ENTRY_006")
        self.entries[entry.id] = entry

    def _source(self, cite: str, document: Document) -> str:
        found = f"{document.id}/{cite}"
        self.sources.setdefault(found, Source(found, cite, cite, document))
        return found


def local_document(stem: str) -> Document:
    """The document that entries of a local file cite: named after the file."""
    name = stem.removeprefix("faq-")
    return Document(f"local-{stem}", name, f"本地问答（{name}）", "", "", "", "in force")
