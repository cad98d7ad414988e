"""Seconds for importing a FAQ of 3,000 rows and a document of 170 pages, and for the first answer afterwards.

    python benchmarks/bench_import.py

Limits: 20 s for the FAQ, 30 s for the document (issue 3). The text is made up from the content's own words, so that
words are as many and as long as in real documents.
"""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.app import App  # noqa: E402
from bot.content.models import Content  # noqa: E402
from bot.settings import Settings, read_settings  # noqa: E402
from tests.importing.makers import HEADER, make_docx, make_pdf  # noqa: E402

ROWS = 3_000
PAGES = 170
LINES = 28
WIDTH = 38
LIMITS = {"faq.csv": 20.0, "document.pdf": 30.0, "document.docx": 30.0}


def write_faq(path: Path, content: Content) -> None:
    """3,000 rows with four phrasings each."""
    chance = random.Random(1)
    terms = [term for term in content.words.terms if len(term) > 1]
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(HEADER)
        for number in range(ROWS):
            one, two, three = chance.sample(terms, 3)
            others = f"{one}怎么和{two}一起办{number}；{two}{number}归谁管|{three}要交什么{number}"
            rows.writerow([f"第{number}号{one}的{two}怎么办", others, f"第{number}号：{three}。" * 5, "内部说明", ""])


def pages(content: Content) -> list[str]:
    """170 pages of running text."""
    chance = random.Random(2)
    answers = [entry.answer.replace("\n", "") for entry in content.entries.values()]
    text = "".join(chance.choice(answers) for _ in range(PAGES * LINES * WIDTH // 40))
    size = LINES * WIDTH
    return ["\n".join(text[p * size + i : p * size + i + WIDTH] for i in range(0, size, WIDTH)) for p in range(PAGES)]


def seconds(data: Path, *arguments: str) -> float:
    """Wall-clock seconds of one `kexie` command, starting Python included."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "bot.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "KEXIE_DATA": str(data)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def main() -> int:
    """Print the seconds; 1 when a limit is broken."""
    real = read_settings()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        app = App(Settings(**{**vars(real), "data": data}))
        seconds(data, "ask", "企业科协是什么")  # trains the model once: no part of an import
        write_faq(Path(folder) / "faq.csv", app.content)
        make_pdf(Path(folder) / "document.pdf", pages(app.content))
        make_docx(Path(folder) / "document.docx", "\n".join(pages(app.content)))
        late = False
        for name, limit in LIMITS.items():
            took = seconds(data, "import", str(Path(folder) / name))
            late |= took > limit
            print(f"{name:15} {took:6.1f} s  (limit {limit:.0f} s)")
        print(
            f"{'first answer':15} {seconds(data, 'ask', '第7号的事怎么办'):6.1f} s  (whole command, all of it imported)"
        )
        fresh = App(app.settings)
        started = time.perf_counter()
        fresh.understander  # noqa: B018 - what is measured
        print(f"{'loading':15} {time.perf_counter() - started:6.1f} s  (content, model and index)")
        started = time.perf_counter()
        for number in range(200):
            fresh.understander.understand(f"第{number}号的事归谁管")
        print(f"{'one question':15} {(time.perf_counter() - started) * 5:6.2f} ms")
    return int(late)


if __name__ == "__main__":
    sys.exit(main())
