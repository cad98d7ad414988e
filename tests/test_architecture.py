"""The shape of the code: which room may import which, who reads the environment, what stays pure (design: The house)."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ROOMS: dict[str, dict[str, str]] = {
    "messages": {},
    "clock": {},
    "likeness": {},
    "masking": {},
    "settings": {},
    "content": {},
    "understand": {"content": "phrasings and words to match against"},
    "answer": {
        "content": "the entries that are shown",
        "messages": "it makes replies",
        "understand": "Understanding and Context: what was meant",
    },
    "filing": {
        "clock": "times on the papers",
        "content": "the forms",
        "messages": "it makes replies",
    },
    "export": {
        "clock": "times in the sheet",
        "content": "the form's fields become columns",
        "filing": "Submission, and a value as people read it: the same words in the sheet as on the check page",
    },
    "store": {
        "masking": "a queued question holds no personal data",
        "messages": "replies are kept in the outbox",
    },
    "backup": {"store": "the tables and how rows are copied"},
    "memory": {"understand": "Context is part of what a conversation remembers"},
    "desk": {
        "clock": "times on the staff page",
        "content": "the forms that were handed in, the entries that came near",
        "filing.office": "chores: last days, and people who move up to a place",
        "export": "the spreadsheet that staff take away",
        "filing": "Submission",
        "likeness": "questions that are worded alike are shown as one",
        "messages": "notices are replies to another chat",
        "store": "staff and submissions",
    },
    "filing.office": {
        "clock": "days and times in China",
        "content": "the forms",
        "filing": "the pure engine behind it",
        "memory": "which draft is in hand, pictures that wait for their caption",
        "messages": "it makes replies",
        "store": "drafts, places, votes, reminders",
    },
    "filing.service": {
        "clock": "today in China",
        "content": "the forms",
        "filing.office": "access, places, anonymity, other devices",
        "desk": "a notice to staff for each submission",
        "filing": "the pure engine behind it",
        "memory": "which draft is in hand",
        "messages": "it takes an Incoming and makes replies",
        "store": "drafts and submissions",
    },
    "paperwork": {
        "answer": "the places that demand a paper, cited as in answers",
        "content": "the list of papers, their templates, fixed sentences",
        "filing": "writes them from the draft in hand",
        "messages": "it makes replies with files",
        "store": "the draft or submission that a button belongs to",
    },
    "errands": {
        "answer": "a button that opens an entry",
        "clock": "today in China",
        "content": "fixed sentences",
        "desk": "what staff say in their own chat",
        "filing.service": "starting and resuming forms",
        "messages": "it makes replies",
        "paperwork": "buttons and wishes for papers",
        "understand": "which errand was meant",
    },
    "learning": {
        "answer": "what was offered",
        "content": "entries and fixed sentences",
        "likeness": "whether a question asks the one before in other words",
        "masking": "what is remembered of a question holds no personal data",
        "memory": "the questions before",
        "messages": "it makes replies and buttons",
        "store": "the queue",
        "understand": "what was meant",
    },
    "assistant": {
        "answer": "step: answer",
        "clock": "today in China",
        "content": "fixed sentences",
        "desk": "step: a member of staff joins",
        "errands": "step: errands",
        "filing.service": "step: the form in hand",
        "learning": "after each question, and step: the answer was wrong",
        "memory": "what the conversation remembers",
        "messages": "Incoming to replies",
        "paperwork": "step: a paper by name",
        "store": "records are handed in by the worker",
        "understand": "step: understand",
    },
    "channels": {
        "delivery.outcomes": "what can come of sending",
        "delivery.trip": "how much of a reply has arrived",
        "filing": "the type of a received file by its content",
        "messages": "Incoming and Reply",
        "settings": "BadSetting: a refused token",
        "store": "the web page shows what was said so far, and staff pages read records",
    },
    "delivery.outcomes": {},
    "delivery.trip": {},
    "delivery": {
        "channels": "the Protocol it sends through",
        "content": "fixed sentences for what went wrong",
        "delivery.outcomes": "what can come of sending",
        "delivery.trip": "how much of a reply has arrived",
        "desk": "administrators are told of a dead message",
        "messages": "Incoming and Reply",
        "store": "inbox and outbox",
    },
    "watch": {
        "channels": "the Protocol of what it counts",
        "delivery": "a worker's last sign of life",
        "delivery.outcomes": "what can come of sending",
        "delivery.trip": "passed on from sender to channel",
        "messages": "Incoming and Reply pass through",
        "store": "queues are counted in the database",
    },
    "questions": {
        "answer": "the same answers as in the chat",
        "content": "entries and forms",
        "messages": "it reads replies",
        "understand": "the same understanding as in the chat",
    },
    "explain": {
        "content": "titles of entries",
        "questions": "the answer that is explained",
        "understand": "the channels of the classifier",
    },
    "evaluation": {"content": "entries", "questions": "it judges them", "understand": "Understander"},
    "app": {
        "assistant": "wired here",
        "channels": "the terminal's, wired here",
        "content": "loaded here",
        "delivery": "the worker, wired here",
        "filing.service": "wired here",
        "importing": "the library of imported documents, opened here",
        "paperwork": "wired here",
        "settings": "handed in",
        "store": "opened here",
        "understand": "made here",
    },
    "serve_pages": {
        "app": "its settings and content",
        "channels": "the web pages",
        "desk": "what the staff page shows",
        "store": "what other processes have written for open pages",
    },
    "serve": {
        "serve_pages": "the pages",
        "app": "it runs one",
        "channels": "web and Telegram",
        "content": "changed files are noticed while it runs",
        "delivery": "sender and worker",
        "desk": "notices of what could not be delivered",
        "housekeeping": "work by the clock",
        "settings": "which port is free",
        "store": "receiving into the inbox, locks between processes",
        "watch": "its pages are served",
    },
    "housekeeping": {
        "desk": "reminders, drafts that end, people who move up",
        "app": "database and files",
        "store": "which chore is due, and what it deletes",
    },
    "viewing": {"content": "the forms that are shown and drawn"},
    "commands": {
        "answer": "search cites places as answers do",
        "app": "every command works on one",
        "backup": "backup and restore",
        "clock": "times in lists and in a backup's name, a day in China for questions since then",
        "content": "check reads content with its faults",
        "desk": "the questions that were not answered well; staff check people in at the door",
        "evaluation": "evaluate",
        "explain": "ask --explain",
        "export": "export",
        "filing": "Submission, for export",
        "importing": "import and search",
        "messages": "chat shows replies",
        "questions": "ask",
        "serve": "run",
        "settings": "handed in",
        "store": "staff and export read records",
        "understand": "import compares phrasings; search ranks entries",
        "viewing": "forms show and diagram",
        "watch": "how run writes its log",
    },
    "importing": {
        "content": "what an imported table becomes",
        "understand": "phrasings that say the same are told by their features",
    },
    "understand.fit": {
        "app": "a tool of `make model`, no part of the service: it measures the whole assistant",
        "content": "entries and their sources",
        "settings": "where content and data are",
        "understand": "what it fits",
    },
    "cli": {
        "content": "ContentError becomes one kind sentence",
        "settings": "read once, here",
        "store": "DatabaseFromTheFuture becomes one kind sentence",
    },
}
"""Room -> rooms it may import, each with the reason. A room is a module or package of bot/; the longest name counts,
so `filing.service` and `understand.fit` are rooms apart from the packages they lie in. Whatever is not here is not
allowed: before adding a line, see whether the thing can be handed in instead (bot/app.py)."""

WORLD = {
    *("time", "random", "secrets"),
    *("glob", "io", "os", "pathlib", "shutil", "sqlalchemy", "sqlite3", "tempfile", "zipfile"),
    *("http", "httpx", "socket", "ssl", "starlette", "telegram", "urllib", "uvicorn", "websockets"),
    *("asyncio", "logging", "multiprocessing", "queue", "signal", "subprocess", "threading"),
}
"""Modules that reach the clock or chance, the disk, the network, other processes and threads."""

PURE = ("understand", "answer", "filing", "filing.office", "filing.service")

TOUCHES: dict[str, dict[str, str]] = {
    "bot.understand.model": {
        "logging": "says how long training took",
        "pathlib": "the cached model",
        "subprocess": "training in a process of its own gives its memory back",
        "tempfile": "what is taught is handed to that process in a file",
        "time": "how long training took",
    },
    "bot.understand.classifier": {
        "os": "the process id keeps two trainings' temporary files apart",
        "pathlib": "reads and writes the cached model",
    },
    "bot.understand.training": {"os": "as many threads as cores"},
    "bot.understand.decide": {"pathlib": "reads decision.json"},
    "bot.understand.spelling": {"os": "a switch of pypinyin that has to be set before it is imported"},
    "bot.understand.cutting": {
        "logging": "says when the lexicon cannot be kept",
        "os": "the process id keeps two starts' temporary files apart",
        "pathlib": "reads and writes the kept lexicon",
    },
    "bot.filing.copy": {"pathlib": "where the Word copy goes"},
    "bot.filing.item_tables": {"pathlib": "adds to that copy"},
    "bot.filing.papers": {"io": "the template is read from memory", "pathlib": "writes the paper"},
    "bot.filing.files": {"pathlib": "reads a received file", "zipfile": "docx and xlsx are zip archives"},
    "bot.filing.service": {"pathlib": "where the Word copy goes"},
}
"""The modules of the pure rooms that may touch the world, with the reason."""

CLOCK_CALLS = {("date", "today"), ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today")}

INDIRECT = {
    "websockets": "uvicorn loads it by name",
    "python-multipart": "Starlette loads it for uploads",
    "psycopg": "SQLAlchemy loads it by the database address",
    "playwright": "drives Chromium in the end-to-end tests",
    "mypy": "a command",
    "ruff": "a command",
    "types-PyYAML": "read by mypy",
    "pytest-timeout": "loaded by pytest",
}
"""Dependencies that may stand in pyproject.toml although nothing imports them."""


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _modules(folder: str = "bot") -> dict[str, Path]:
    """Dotted name -> file."""
    found = {}
    for path in sorted((ROOT / folder).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _imports(node: ast.AST) -> Iterator[str]:
    """Dotted names that are imported when the code runs, `if TYPE_CHECKING:` left out."""
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, "imports name the whole path"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)
    for child in ast.iter_child_nodes(node):
        yield from _imports(child)


def _room(name: str) -> str:
    """Room of a dotted name below bot, "" for none of ours."""
    inner = name.removeprefix("bot.") if name.startswith("bot.") else ""
    fitting = [room for room in ROOMS if inner == room or inner.startswith(room + ".")]
    return max(fitting, key=len, default="")


def _edges() -> dict[tuple[str, str], list[str]]:
    """(room, imported room) -> modules that do it."""
    found: dict[tuple[str, str], list[str]] = {}
    for module, path in _modules().items():
        for imported in _imports(_tree(path)):
            pair = (_room(module), _room(imported))
            if all(pair) and pair[0] != pair[1]:
                found.setdefault(pair, []).append(f"{module} imports {imported}")
    return found


def test_every_module_lives_in_a_room() -> None:
    """Every module of bot/ belongs to a room of the table."""
    assert [module for module in _modules() if module != "bot" and not _room(module)] == []


def test_imports_between_rooms_are_those_of_the_table() -> None:
    """A room imports only the rooms that the table allows it."""
    wrong = {pair: who for pair, who in _edges().items() if pair[1] not in ROOMS[pair[0]]}
    assert wrong == {}, "add the edge with its reason, or hand the thing in from bot/app.py"


def test_the_table_allows_nothing_that_nobody_uses() -> None:
    """An allowance that no module uses any more is taken out of the table."""
    used = _edges()
    assert [(room, to) for room, allowed in ROOMS.items() for to in allowed if (room, to) not in used] == []


def test_imports_run_one_way() -> None:
    """The rooms can be put in an order in which each imports only earlier ones."""
    order = list(TopologicalSorter({room: set(allowed) for room, allowed in ROOMS.items()}).static_order())
    for low, high in (
        ("content", "understand"),
        ("understand", "answer"),
        ("answer", "assistant"),
        ("assistant", "app"),
    ):
        assert order.index(low) < order.index(high)


def test_modules_import_in_no_circle() -> None:
    """No module imports itself by way of others."""
    modules = _modules()
    graph = {}
    for module, path in modules.items():
        names = {name if name in modules else name.rpartition(".")[0] for name in _imports(_tree(path))}
        graph[module] = names & set(modules) - {module}
    assert len(list(TopologicalSorter(graph).static_order())) == len(modules)


def test_only_content_reads_yaml() -> None:
    """Nobody but bot/content imports yaml."""
    importers = {m for m, path in _modules().items() if any(n.split(".")[0] == "yaml" for n in _imports(_tree(path)))}
    assert importers
    assert {_room(module) for module in importers} == {"content"}


def test_nobody_imports_the_command_line() -> None:
    """bot.cli is the outermost part: nothing in bot/ imports it."""
    assert [m for m, path in _modules().items() if any(n.startswith("bot.cli") for n in _imports(_tree(path)))] == []


def test_only_settings_reads_the_environment() -> None:
    """os.environ and os.getenv stand in bot/settings.py and nowhere else; a library's switch may be set elsewhere."""
    readers = set()
    for module, path in _modules().items():
        for node in ast.walk(_tree(path)):
            name = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
            if name in ("environ", "environb", "getenv"):
                readers.add(module)
    switches = {"bot", "bot.understand.spelling"}
    assert readers - switches == {"bot.settings"}
    for module in switches:
        text = _modules()[module].read_text(encoding="utf-8")
        assert text.count("environ") == text.count("os.environ.setdefault(")


def test_understanding_answering_and_the_form_engine_touch_no_world() -> None:
    """The pure rooms import no clock, disk, network or chance, but for the listed modules and reasons."""
    touched = {}
    for module, path in _modules().items():
        if _room(module) in PURE:
            names = {name.split(".")[0] for name in _imports(_tree(path))} & WORLD - set(TOUCHES.get(module, {}))
            if names:
                touched[module] = sorted(names)
    assert touched == {}


def test_pure_rooms_are_handed_the_time() -> None:
    """The pure rooms never ask for the present day or time, and open no file by hand."""
    asked = []
    for module, path in _modules().items():
        if _room(module) not in PURE:
            continue
        for node in ast.walk(_tree(path)):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            if isinstance(called, ast.Attribute) and (ast.unparse(called.value), called.attr) in CLOCK_CALLS:
                asked.append(f"{module}: {ast.unparse(called)}")
            if isinstance(called, ast.Name) and called.id == "open":
                asked.append(f"{module}: open")
    assert asked == []


def test_the_listed_exceptions_exist() -> None:
    """Every module with leave to touch the world exists and does so."""
    modules = _modules()
    idle = [
        (module, name)
        for module, names in TOUCHES.items()
        for name in names
        if name not in {imported.split(".")[0] for imported in _imports(_tree(modules[module]))}
    ]
    assert idle == []


def test_the_assistant_fits_one_screen() -> None:
    """`Assistant.handle` lists the steps and does nothing else."""
    handle = next(
        node
        for node in ast.walk(_tree(ROOT / "bot/assistant.py"))
        if isinstance(node, ast.FunctionDef) and node.name == "handle"
    )
    assert handle.end_lineno is not None
    assert handle.end_lineno - handle.lineno < 12


def _declared(extras: bool = True) -> dict[str, str]:
    """Name of each dependency in pyproject.toml, with or without those of extras -> its whole line."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    more = project["optional-dependencies"].values() if extras else ()
    wanted = [*project["dependencies"], *(want for extra in more for want in extra)]
    lines = {want: next(line for line in text.splitlines() if f'"{want}"' in line) for want in wanted}
    return {re.split(r"[\[<>=!~ ]", want)[0]: line for want, line in lines.items()}


def test_every_dependency_gives_its_reason() -> None:
    """Each dependency in pyproject.toml has a comment that says what it is for."""
    assert [name for name, line in _declared().items() if len(line.partition("#")[2].strip()) < 4] == []


def _distributions(*folders: str) -> set[str]:
    """Distributions that the code in these folders imports; a name that none provides stands for itself."""
    owners = packages_distributions()
    imported = {
        name.split(".")[0] for folder in folders for path in _modules(folder).values() for name in _imports(_tree(path))
    }
    outside = imported - set(sys.stdlib_module_names) - {"bot", "tests", "benchmarks"}
    return {_canonical(owner) for name in outside for owner in owners.get(name, [name])}


def test_what_the_service_imports_is_a_dependency_of_it() -> None:
    """Everything that bot/ imports is among the dependencies proper, not in an extra."""
    assert _distributions("bot") - {_canonical(name) for name in _declared(extras=False)} == set()


def test_dependencies_are_those_that_are_imported() -> None:
    """What is imported is declared, and what is declared is imported or loaded indirectly for a named reason."""
    declared, imported = {_canonical(name) for name in _declared()}, _distributions("bot", "tests", "benchmarks")
    # aiogram only judges our calls where it happens to be installed (tests/telegram).
    assert imported - declared - {"aiogram"} == set()
    assert declared - imported - {_canonical(name) for name in INDIRECT} == set()


def test_the_lock_pins_every_dependency_by_hash() -> None:
    """requirements.lock holds every dependency with a hash, and no address or folder of the machine that made it."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"(?m)^([A-Za-z0-9._-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text)
    assert len(pins) == len(re.findall(r"(?m)^[A-Za-z0-9]", text))
    locked = {_canonical(pin) for pin in pins}
    assert {_canonical(name) for name in _declared()} - locked == set()
    assert not re.search(r"https?://|file:/|(?m:^--)", text)


def _canonical(name: str) -> str:
    """A distribution's name as package tools compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).casefold()
