"""What the documents say is so: commands, settings, types, formats, links and examples."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from bot.cli import COMMANDS, parser
from bot.content.form_loader import FIELD_KEYS, FORM_KEYS, FORMATS
from bot.content.form_loader import TYPES as FORM_TYPES
from bot.content.loader import read
from bot.content.models import ASPECTS
from bot.content.problems import Problem
from bot.export import EXPORTERS
from bot.filing.types import TYPES

ROOT = Path(__file__).resolve().parent.parent
READMES = ("README.md", "README.en.md")
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("knowledge/*.md"), *ROOT.glob("forms/*.md"))
)


def _text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _blocks(name: str, language: str) -> list[str]:
    """Fenced code blocks of a document."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```", _text(name))


def _shell_lines(name: str) -> list[list[str]]:
    """Words of every command in the document's sh blocks, without comments, settings in front, and redirections."""
    found = []
    for block in _blocks(name, "sh"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line, comments=True)
            words = words[: words.index("<")] if "<" in words else words
            while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
                words = words[1:]
            if words:
                found.append(words)
    return found


@pytest.mark.parametrize("name", READMES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(name: str, command: str) -> None:
    """Both READMEs name every command of kexie."""
    assert re.search(rf"`kexie {command}[ `]", _text(name))


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md"])
def test_every_kexie_line_can_be_typed(name: str) -> None:
    """Every kexie command in a code block is accepted by the parser as it stands."""
    for words in _shell_lines(name):
        if words[0] == "kexie":
            assert parser().parse_args(words[1:]).command == words[1]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_no_document_names_an_unknown_command(name: str) -> None:
    """`kexie X` in a document is a command that exists, but for the design's coming ones in decision records."""
    named = set(re.findall(r"kexie ([a-z]+)\b", _text(name)))
    assert named - set(COMMANDS) == set()


def test_every_make_target_named_exists_and_is_explained() -> None:
    """The documents name only targets of the Makefile, and README.md explains each of them."""
    targets = set(re.findall(r"(?m)^([a-z]+):.*## ", _text("Makefile"))) - {"help"}
    named = {
        target for name in DOCUMENTS for target in re.findall(r"(?:`|^|token |令牌 )make ([a-z]+)", _text(name), re.M)
    }
    assert named - targets == set()
    assert targets == set(re.findall(r"(?m)^\| `make ([a-z]+)` \|", _text("README.md")))


@pytest.mark.parametrize("name", READMES)
def test_every_setting_is_in_the_readme(name: str) -> None:
    """Both READMEs have a row for every variable that bot/settings.py reads, and for no other."""
    read_there = set(re.findall(r'env\.get\("(KEXIE_[A-Z_]+)"', _text("bot/settings.py")))
    assert read_there
    assert set(re.findall(r"(?m)^\| `(KEXIE_[A-Z_]+)` \|", _text(name))) == read_there


@pytest.mark.parametrize("exporter", EXPORTERS)
def test_every_exporter_is_in_the_readme(exporter: str) -> None:
    """Every export format is in the READMEs, and `kexie export` takes it."""
    assert f"| `{exporter}` |" in _text("README.md")
    assert f"`{exporter}`" in _text("README.en.md")
    assert parser().parse_args(["export", "--form", "x", "--format", exporter]).format == exporter


def test_every_field_type_is_in_the_forms_readme() -> None:
    """forms/README.md lists exactly the types that forms may use; each that holds an answer can be read and shown."""
    listed = re.search(r"(?m)^## 类型\n\n`([^`]+)`", _text("forms/README.md"))
    assert listed
    assert set(listed[1].split()) == set(FORM_TYPES)
    assert set(FORM_TYPES) - set(TYPES) == {"note", "group"}


def test_every_format_and_key_of_the_forms_readme_exists() -> None:
    """forms/README.md explains every `format`, and the fields that its text names are known to the loader."""
    text = _text("forms/README.md")
    assert [one for one in FORMATS if f"`{one}`" not in text] == []
    named = re.findall(r"(?m)^- ((?:`\w+`、?)+)：", text)
    keys = {key for group in named for key in re.findall(r"`(\w+)`", group)}
    assert keys
    assert keys - set(FIELD_KEYS) - set(FORM_KEYS) - set(FORM_TYPES) == set()


def test_the_aspects_listed_are_those_that_are_taken() -> None:
    """knowledge/README.md lists exactly the aspects that the loader takes."""
    listed = re.search(r"(?m)^## 方面（aspect）\n\n`([^`]+)`", _text("knowledge/README.md"))
    assert listed
    assert listed[1].split() == list(ASPECTS)


def _content_root(folder: Path) -> Path:
    """A content folder with the real sources, fixed sentences and templates, and nothing else."""
    for name in ("knowledge/topics", "knowledge/procedures", "knowledge/regions", "intents", "forms"):
        (folder / name).mkdir(parents=True)
    for name in ("knowledge/sources.yaml", "intents/replies.yaml"):
        shutil.copy(ROOT / name, folder / name)
    shutil.copytree(ROOT / "forms/templates", folder / "forms/templates")
    (folder / "knowledge/words.yaml").write_text("terms: []\n", encoding="utf-8")
    return folder


def _faults(root: Path) -> list[Problem]:
    """Faults of a small content folder, without those that say that an entry or form of the real content is missing."""
    return [problem for problem in read(root)[1].items if problem.code not in ("ENTRY_010", "ENTRY_011", "REGION_010")]


def test_the_examples_of_the_knowledge_readme_load(tmp_path: Path) -> None:
    """The entry, the procedure and the city in knowledge/README.md load without a fault."""
    root = _content_root(tmp_path)
    entry, procedure, city = _blocks("knowledge/README.md", "yaml")
    city = re.sub(r"(?m)^ *- id: .*\n +…\n", "", city)  # an entry that is only hinted at
    for name, text in (("topics/a", entry), ("procedures/b", procedure), ("regions/c", city)):
        (root / f"knowledge/{name}.yaml").write_text(text, encoding="utf-8")
    assert _faults(root) == []
    content, _ = read(root)
    assert len(content.entries) == 2
    assert any(entry.steps for entry in content.entries.values())
    assert all(region.overlays for region in content.regions.values())


def test_the_example_of_the_forms_readme_loads(tmp_path: Path) -> None:
    """The form in forms/README.md loads without a fault."""
    root = _content_root(tmp_path)
    (example,) = _blocks("forms/README.md", "yaml")
    (root / "forms/example_form.yaml").write_text(example, encoding="utf-8")
    assert _faults(root) == []
    assert list(read(root)[0].forms) == ["example_form"]


def test_a_fault_in_an_example_would_be_seen(tmp_path: Path) -> None:
    """The tests above fail when an example names a field that does not exist."""
    root = _content_root(tmp_path)
    (example,) = _blocks("forms/README.md", "yaml")
    (root / "forms/example_form.yaml").write_text(example.replace("retention:", "retension:"), encoding="utf-8")
    assert {problem.code for problem in _faults(root)} == {"FORM_001", "FORM_003"}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_between_documents_lead_somewhere(name: str) -> None:
    """Every relative link and picture in a document is a file or folder of this checkout."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", _text(name))
    assert [target for target in targets if not (ROOT / name).parent.joinpath(target).exists()] == []


@pytest.mark.parametrize("name", READMES)
def test_every_place_named_in_a_readme_exists(name: str) -> None:
    """Files and folders that a README names by path are there."""
    named = set(re.findall(r"`((?:bot|knowledge|intents|forms|tests|docs)/[\w./-]*)`", _text(name)))
    assert named
    assert [place for place in named if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("name", [*DOCUMENTS, "Makefile", ".ci/run", "pyproject.toml"])
def test_no_document_tells_of_the_machine_it_was_written_on(name: str) -> None:
    """No document holds a home folder or a work folder."""
    assert not re.search(r"(?<![\w.])/(?:home|root|work|Users)/", _text(name))
