"""Word to PDF: every paper becomes pages, and what goes wrong leaves the Word file as it was."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot.content.templates import read_template
from bot.delivery import pdf
from bot.filing.papers import render
from tests.paper_values import full

TEMPLATES = sorted(Path(__file__).parents[2].glob("forms/templates/*.docx"))
needs_office = pytest.mark.skipif(not pdf.office(), reason="没有装 LibreOffice，不能转成 PDF")


@needs_office
def test_libreoffice_turns_every_paper_into_pages(tmp_path: Path) -> None:
    """Blank and filled in, each paper has pages with its words on them."""
    for path in TEMPLATES:
        render(path.read_bytes(), {}, tmp_path / f"blank-{path.name}")
        render(path.read_bytes(), full(read_template(path.read_bytes())), tmp_path / f"full-{path.name}")
    words = [str(path) for path in tmp_path.glob("*.docx")]
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    call = [pdf.office(), profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *words]
    subprocess.run(call, check=True, capture_output=True, timeout=200)
    made = list(tmp_path.glob("*.pdf"))
    assert len(made) == len(words) == 2 * len(TEMPLATES)
    for path in made:
        pages = PdfReader(path).pages
        assert 1 <= len(pages) <= 9
        assert all(page.extract_text().strip() for page in pages), f"{path.name} has an empty page"


@needs_office
def test_a_pdf_is_made_beside_the_word_file_and_only_once(tmp_path: Path) -> None:
    """Asking again gives the same file, nothing else is left in the folder."""
    word = tmp_path / "a.docx"
    render(TEMPLATES[0].read_bytes(), {}, word)
    made = pdf.to_pdf(word)
    assert made is not None
    stamp = made.stat().st_mtime_ns
    assert pdf.to_pdf(word) == made
    assert made.stat().st_mtime_ns == stamp
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.docx", "a.pdf"]


def test_a_file_that_is_not_there_gives_no_pdf(tmp_path: Path) -> None:
    """An old button asks for a paper that was swept away."""
    assert pdf.to_pdf(tmp_path / "gone.docx") is None


def test_a_converter_that_fails_or_hangs_gives_no_pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The failing program and the one that never ends are given up, with what they started."""
    word = tmp_path / "a.docx"
    word.write_bytes(b"x")
    for body in ("exit 1", "sleep 60"):
        (tmp_path / "soffice").write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / "soffice").chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
        monkeypatch.setattr(pdf, "LONGEST", 0.5)
        assert pdf.to_pdf(word) is None
    assert not (tmp_path / "a.pdf").exists()
