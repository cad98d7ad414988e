"""forms/templates/ -> the Word templates and the list of papers that can be had by name (papers.yaml)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.content import remembered
from bot.content.forms import Form
from bot.content.problems import Problems, near, slip
from bot.content.templates import NotWord, Uses, check_uses, read_template
from bot.content.yaml_files import nodes, read_yaml

KEYS = ("template", "label", "names", "what", "next", "sources", "form")
RECEIPT = "receipt.docx"
"""The template of the copy that everybody gets after submitting; it takes no field of a form."""


@dataclass(frozen=True)
class Paper:
    """One paper that can be had by name, filled in or blank."""

    template: str
    """File name in forms/templates."""
    label: str
    """Name on buttons and of the file."""
    names: tuple[str, ...]
    """What else people call it."""
    what: str
    """One sentence: what it is."""
    next: str
    """What to do with it: print, seal, whom to hand it to."""
    sources: tuple[str, ...]
    """Source ids of who demands it."""
    form: str = ""
    """Form whose answers fill its blanks, "" for none."""

    @property
    def id(self) -> str:
        """Short name for buttons: the file name without its ending."""
        return self.template.rpartition(".")[0]


@dataclass(frozen=True)
class Papers:
    """All templates and the list of papers."""

    templates: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """File name -> Word file."""
    listed: Mapping[str, Paper] = field(default_factory=dict)
    """By id, in the order of the file."""


def load_papers(folder: Path, source_ids: Collection[str], forms: Mapping[str, Form], problems: Problems) -> Papers:
    """Read `folder` (forms/templates) and hold its templates against the forms; faults are added to `problems`."""
    templates = {path.name: path.read_bytes() for path in sorted(folder.glob("*.docx")) if path.name[0] not in "~."}
    used = {name: uses for name, data in templates.items() if (uses := _read(name, data, problems)) is not None}
    if forms and RECEIPT not in templates:
        remedy = "从发布的版本里拷回来"
        problems.add(f"forms/templates/{RECEIPT}", "缺少回执的模板，提交后给不出副本", remedy, "TEMPLATE_006")
    for form in forms.values():
        for document in form.documents:
            if document.template in used:  # that a template is there at all is checked with the forms
                place = f"forms/{form.form_id}: documents[{document.template}]"
                check_uses(used[document.template], form, place, problems)
    return Papers(templates, _listed(folder / "papers.yaml", templates, source_ids, forms, problems))


def _read(name: str, data: bytes, problems: Problems) -> Uses | None:
    place = f"forms/templates/{name}"
    try:
        return Uses.from_data(remembered.read(data, lambda: read_template(data).as_data()))
    except NotWord as error:
        problems.add(place, str(error), "用 Word 另存为 .docx", "TEMPLATE_001")
    except ValueError as error:
        problems.add(place, str(error), "照 forms/templates/README.md 的写法改", "TEMPLATE_002")
    return None


def _listed(
    path: Path, templates: Collection[str], source_ids: Collection[str], forms: Mapping[str, Form], problems: Problems
) -> dict[str, Paper]:
    shown = "forms/templates/papers.yaml"
    if not path.is_file():
        return {}
    found: dict[str, Paper] = {}
    owner: dict[str, str] = {}
    for node in nodes(read_yaml(path, shown, problems) or [], shown, problems, "PAPER"):
        node.allow(KEYS)
        paper = Paper(
            template=node.text("template", True),
            label=node.text("label", True),
            names=node.texts("names"),
            what=node.text("what", True),
            next=node.text("next", True),
            sources=node.texts("sources", True),
            form=node.text("form"),
        )
        place = f"{shown}[{paper.template}]"
        if paper.template not in templates:
            hint = near(paper.template, templates)
            problems.add(
                place, f"没有 '{paper.template}' 这个文件{hint}", "放进 forms/templates，或改对名字", "PAPER_005"
            )
        # A house that does without a form keeps its paper; only what looks like a slip of the pen is a fault.
        if paper.form not in forms and (hint := slip(paper.form, forms)):
            problems.add(f"{place}.form", f"没有 '{paper.form}' 这张表{hint}", "改成存在的表，或删掉", "PAPER_006")
        for source in paper.sources:
            if source not in source_ids:
                hint = near(source, source_ids)
                problems.add(
                    f"{place}.sources", f"没有 '{source}' 这个出处{hint}", "改成 sources.yaml 里有的编号", "PAPER_007"
                )
        for name in (paper.label, *paper.names):
            if owner.setdefault(name, paper.template) != paper.template:
                problems.add(f"{place}.names", f"「{name}」也属于 {owner[name]}", "一个叫法只给一份材料", "PAPER_008")
        found[paper.id] = paper
    return found
