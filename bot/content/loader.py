"""YAML files -> one frozen `Content`. Collects every fault; the caller decides whether to go on."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from bot.content.form_loader import load_forms
from bot.content.local import LocalReader, local_files
from bot.content.models import (
    ASPECTS,
    KINDS,
    Content,
    Document,
    Entry,
    Intent,
    Overlay,
    Region,
    Source,
    Step,
    Words,
)
from bot.content.papers import load_papers
from bot.content.problems import ContentError, Problems, near
from bot.content.remembered import remembering
from bot.content.table_loader import load_comparisons, load_rules
from bot.content.yaml_files import Node, nodes, read_yaml

ENTRY_KEYS = [
    "id",
    "topic",
    "aspect",
    "title",
    "ask",
    "answer",
    "detail",
    "more",
    "ask_back",
    "sources",
    "kind",
    "see",
    "form",
    "effective",
    "expires",
    "note",
    "steps",
]
OVERLAY_KEYS = ["entry", "answer", "detail", "sources", "expires", "note", "steps"]
STEP_KEYS = ["title", "who", "do", "papers", "time_limit", "outcome", "sources"]


def load(root: Path, local: Path | None = None, cache: Path | None = None) -> Content:
    """All content under `root`, and the entries of the `local` folder when there is one. `cache`: file in which parsed
    YAML is kept from one start to the next. Raises ContentError naming every fault."""
    with remembering(cache):
        content, problems = read(root, local)
    if problems.items:
        raise ContentError(problems.items)
    return content


def read(root: Path, local: Path | None = None) -> tuple[Content, Problems]:
    """Content and the faults found in it; with faults the content is as far as it could be read."""
    problems = Problems()
    files = sorted(p for d in ("knowledge", "intents", "forms") for p in (root / d).rglob("*") if p.is_file())
    if not (root / "knowledge").is_dir():
        problems.add(str(root.name), "找不到 knowledge 文件夹", "用 KEXIE_CONTENT 指出内容所在的文件夹", "CONTENT_001")
    reader = _Reader(root, problems)
    sources = reader.sources()
    entries = reader.entries()
    regions = reader.regions(entries)
    if local is not None:
        LocalReader(sources, entries, regions, problems, _entry).read(local)
    forms = load_forms(root / "forms", sources, problems, entries)
    content = Content(
        sources=sources,
        entries=entries,
        regions=regions,
        words=reader.words(),
        intents=reader.intents(),
        replies=reader.replies(),
        forms=forms,
        fingerprint=_fingerprint([root, *([local] if local else [])], files + (local_files(local) if local else [])),
        comparisons=load_comparisons(root, entries, regions, problems),
        rules=load_rules(root, entries, regions, problems),
        most_asked=reader.most_asked(entries),
        papers=load_papers(root / "forms" / "templates", sources, forms, problems),
    )
    _check_references(content, problems)
    return content, problems


def _fingerprint(roots: list[Path], files: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        root = next(root for root in roots if path.is_relative_to(root))
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class _Reader:
    """Reads the folders one after the other, remembering where each id was first seen."""

    def __init__(self, root: Path, problems: Problems) -> None:
        self.root = root
        self.problems = problems
        self.places: dict[str, str] = {}

    def _file(self, relative: str) -> Any:
        path = self.root / relative
        if not path.is_file():
            self.problems.add(relative, "缺少这个文件", "补上它", "CONTENT_002")
            return None
        return read_yaml(path, relative, self.problems)

    def _folder(self, relative: str) -> list[tuple[str, Any]]:
        found = []
        for path in sorted((self.root / relative).glob("*.yaml")):
            shown = str(path.relative_to(self.root))
            data = read_yaml(path, shown, self.problems)
            if data is not None:
                found.append((shown, data))
        return found

    def sources(self) -> dict[str, Source]:
        """knowledge/sources.yaml: documents, each with its places."""
        shown = "knowledge/sources.yaml"
        found: dict[str, Source] = {}
        for node in nodes(self._file(shown) or [], shown, self.problems, "SOURCE"):
            node.allow(["id", "title", "short", "issuer", "number", "date", "status", "note", "places"])
            document = Document(
                id=node.text("id", required=True),
                title=node.text("title", required=True),
                short=node.text("short", required=True),
                issuer=node.text("issuer"),
                number=node.text("number"),
                date=node.text("date"),
                status=node.text("status") or "in force",
                note=node.text("note"),
            )
            if document.status not in ("in force", "past"):
                self.problems.add(node.place, f"status '{document.status}' 不认识", "写 in force 或 past", "SOURCE_006")
            for place in node.nodes("places"):
                place.allow(("id", "place", "heading", "expires"))
                source = Source(
                    place.text("id", True), place.text("place"), place.text("heading"), document, place.day("expires")
                )
                if source.id in found:
                    self.problems.add(place.place, f"出处编号 '{source.id}' 重复", "每处只列一次", "SOURCE_007")
                found[source.id] = source
        return found

    def entries(self) -> dict[str, Entry]:
        """Entries of topics/ and procedures/."""
        found: dict[str, Entry] = {}
        for folder in ("knowledge/topics", "knowledge/procedures"):
            for shown, data in self._folder(folder):
                for node in nodes(data, shown, self.problems, "ENTRY"):
                    self._add(found, node, region="")
        return found

    def _add(self, found: dict[str, Entry], node: Node, region: str) -> None:
        entry = _entry(node, region)
        if entry.id in self.places:
            self.problems.add(
                node.place, f"编号 '{entry.id}' 重复，{self.places[entry.id]} 已经用了", "换一个编号", "ENTRY_006"
            )
        self.places[entry.id] = node.place
        found[entry.id] = entry

    def regions(self, entries: dict[str, Entry]) -> dict[str, Region]:
        """Cities; their own entries are added to `entries`."""
        found: dict[str, Region] = {}
        for shown, data in self._folder("knowledge/regions"):
            if not isinstance(data, dict):
                self.problems.add(shown, "一个城市文件要写成“字段: 内容”", "照 README 的例子写", "REGION_004")
                continue
            node = Node(data, shown, self.problems, "REGION")
            node.allow(["id", "name", "counties", "office", "overlays", "entries", "note"])
            name = node.text("name", required=True)
            overlays: dict[str, Overlay] = {}
            for item in node.nodes("overlays"):
                overlay = _overlay(item)
                overlays[overlay.entry] = overlay
            found[name] = Region(node.text("id", True), name, node.texts("counties"), node.text("office"), overlays)
            for item in node.nodes("entries"):
                self._add(entries, item, region=name)
        return found

    def words(self) -> Words:
        """knowledge/words.yaml."""
        shown = "knowledge/words.yaml"
        node = Node(self._file(shown) or {}, shown, self.problems, "WORDS")
        node.allow(("terms", "synonyms", "typos", "places"))
        synonyms = node.data.get("synonyms") or {}
        typos = node.data.get("typos") or {}
        return Words(
            terms=node.texts("terms"),
            synonyms={k: tuple(v) for k, v in synonyms.items() if isinstance(v, list)},
            typos={k: v for k, v in typos.items() if isinstance(v, str)},
            places=node.texts("places"),
        )

    def most_asked(self, entries: dict[str, Entry]) -> tuple[str, ...]:
        """knowledge/most-asked.yaml, a list of entry ids; () when there is none."""
        shown = "knowledge/most-asked.yaml"
        if not (self.root / shown).is_file():
            return ()
        data = self._file(shown) or []
        names = Node({"entries": data}, shown, self.problems, "MOST").texts("entries")
        for name in names:
            if name not in entries:
                fault = f"没有 '{name}' 这个词条{near(name, entries)}"
                self.problems.add(shown, fault, "改成存在的编号，或删掉这一行", "MOST_001")
        return names

    def intents(self) -> dict[str, Intent]:
        """intents/*.yaml except replies.yaml."""
        found: dict[str, Intent] = {}
        for shown, data in self._folder("intents"):
            if shown.endswith("replies.yaml"):
                continue
            for node in nodes(data, shown, self.problems, "INTENT"):
                node.allow(("id", "ask", "exact", "reply", "note"))
                intent = Intent(node.text("id", True), node.texts("ask"), node.texts("exact"), node.text("reply"))
                found[intent.id] = intent
        return found

    def replies(self) -> dict[str, str]:
        """intents/replies.yaml: every fixed sentence by key."""
        shown = "intents/replies.yaml"
        data = self._file(shown) or {}
        for key, value in data.items():
            if not isinstance(value, str):
                self.problems.add(f"{shown}: {key}", "这里要写一段文字", "改成一行文字", "REPLY_002")
        return {key: value.strip() for key, value in data.items() if isinstance(value, str)}


def _overlay(node: Node) -> Overlay:
    node.allow(OVERLAY_KEYS)
    steps = _steps(node)
    return Overlay(
        node.text("entry", True),
        node.text("answer", True),
        _with_step_sources(node.texts("sources", True), steps),
        node.text("detail"),
        node.day("expires"),
        steps,
    )


def _steps(node: Node) -> tuple[Step, ...]:
    found = []
    for step in node.nodes("steps"):
        step.allow(STEP_KEYS)
        found.append(
            Step(
                step.text("title", True),
                step.text("who", True),
                step.text("do", True),
                step.texts("papers"),
                step.text("time_limit", True),
                step.text("outcome"),
                step.texts("sources", True),
            )
        )
    return tuple(found)


def _with_step_sources(sources: tuple[str, ...], steps: tuple[Step, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*sources, *(source for step in steps for source in step.sources))))


def _entry(node: Node, region: str) -> Entry:
    node.allow(ENTRY_KEYS)
    steps = _steps(node)
    kind = node.text("kind") or "answer"
    aspect = node.text("aspect") or ("步骤" if steps else "")
    if kind not in KINDS:
        node.problems.add(
            f"{node.place}.kind", f"kind '{kind}' 不认识{near(kind, KINDS)}", "写 open、boundary，或不写", "ENTRY_007"
        )
    if aspect not in ASPECTS:
        node.problems.add(
            f"{node.place}.aspect",
            f"方面 '{aspect}' 不认识{near(aspect, ASPECTS)}",
            "用 knowledge/README.md 里列出的词",
            "ENTRY_008",
        )
    sources = node.texts("sources", required=kind == "answer")
    return Entry(
        id=node.text("id", True),
        topic=node.text("topic", True),
        aspect=aspect,
        title=node.text("title", True),
        ask=node.texts("ask", required=True),
        answer=node.text("answer", True),
        sources=_with_step_sources(sources, steps),
        detail=node.text("detail"),
        more=node.text("more"),
        ask_back=node.text("ask_back"),
        kind=kind,
        region=region,
        see=node.texts("see"),
        form=node.text("form"),
        effective=node.day("effective"),
        expires=node.day("expires"),
        note=node.text("note"),
        steps=steps,
    )


def _check_references(content: Content, problems: Problems) -> None:
    """Every id that is named exists; no phrasing belongs to two entries."""
    owner: dict[str, str] = {}
    for entry in content.entries.values():
        for source in entry.sources:
            if source not in content.sources:
                problems.add(
                    f"{entry.id}.sources",
                    f"没有 '{source}' 这个出处{near(source, content.sources)}",
                    "改成 sources.yaml 里有的编号",
                    "ENTRY_009",
                )
        for other in entry.see:
            if other not in content.entries:
                problems.add(
                    f"{entry.id}.see",
                    f"没有 '{other}' 这个词条{near(other, content.entries)}",
                    "改成存在的编号",
                    "ENTRY_010",
                )
        if entry.form and entry.form not in content.forms:
            problems.add(
                f"{entry.id}.form",
                f"没有 '{entry.form}' 这张表{near(entry.form, content.forms)}",
                "改成存在的表",
                "ENTRY_011",
            )
        for phrasing in entry.ask:
            if entry.local:  # asked in two counties, or in a later shipped entry too: settled when matching
                continue
            other_id = owner.setdefault(phrasing, entry.id)
            if other_id != entry.id:
                problems.add(
                    f"{entry.id}.ask", f"问法「{phrasing}」也属于 {other_id}", "只留在它真正问的那条", "ENTRY_012"
                )
    for region in content.regions.values():
        for overlay in region.overlays.values():
            if overlay.entry not in content.entries:
                problems.add(
                    f"{region.name}.overlays",
                    f"没有 '{overlay.entry}' 这个词条{near(overlay.entry, content.entries)}",
                    "改成存在的编号",
                    "REGION_010",
                )
            for source in overlay.sources:
                if source not in content.sources:
                    problems.add(
                        f"{region.name}.overlays[{overlay.entry}]",
                        f"没有 '{source}' 这个出处",
                        "改成存在的编号",
                        "REGION_009",
                    )
    for intent in content.intents.values():
        if intent.reply and intent.reply not in content.replies:
            problems.add(
                f"intents: {intent.id}.reply",
                f"没有 '{intent.reply}' 这句话",
                "在 intents/replies.yaml 里补上",
                "INTENT_010",
            )
