"""Receipt numbers, file kinds and the copy of a submission."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import pytest
from ulid import ULID

from bot.content.forms import Form
from bot.filing.copy import write_copy
from bot.filing.files import sniff
from bot.filing.receipt import normalise, receipt_number
from bot.filing.submission import Submission
from tests.filing.filing_talk import DRAFT_ID, ROOT, read_form, small

TEMPLATE = (ROOT / "forms" / "templates" / "receipt.docx").read_bytes()
FORM = Form("small", "1", "小表", "测试", "不保存", ())


def test_a_receipt_number_is_found_however_it_is_typed() -> None:
    """Lower case, spaces, full width and words around it do not matter."""
    number = receipt_number(FORM, DRAFT_ID)
    for typed in (number, number.lower(), number.replace("-", ""), number.replace("-", " "), f"帮我查{number}到哪了"):
        assert normalise(typed) == number
    full = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert normalise(full) == number


def test_one_wrong_character_is_noticed() -> None:
    """The check character catches every single mistyped character."""
    number = receipt_number(FORM, DRAFT_ID)
    for place, character in enumerate(number):
        for other in "23456789ABCDEFGHJKLMNPQRSTUVWXYZ":
            if character != "-" and other != character:
                wrong = number[:place] + other + number[place + 1 :]
                assert normalise(wrong) != number
                assert normalise(wrong) is None


def test_receipt_numbers_differ_and_stay() -> None:
    """The same draft gets the same number, others get others."""
    ids = [str(ULID()) for _ in range(2000)]
    assert len({receipt_number(FORM, one) for one in ids}) == 2000
    assert receipt_number(FORM, ids[0]) == receipt_number(FORM, ids[0])


@pytest.mark.parametrize("text", ["我要备案", "91110000600037341L", "13800138000", "2026-11-21", "KX-2611", ""])
def test_other_numbers_are_no_receipts(text: str) -> None:
    """Codes, telephone numbers and dates are left alone."""
    assert normalise(text) is None


def office(path: Path, folder: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(f"{folder}document.xml", "<x/>")


def test_the_kind_of_a_file_comes_from_its_content(tmp_path: Path) -> None:
    """Names are not looked at: a program called .pdf is a program."""
    heads = {
        "a.pdf": (b"%PDF-1.7\n", "application/pdf"),
        "evil.pdf": (b"MZ\x90\x00" + bytes(60), "application/x-msdownload"),
        "b.jpg": (b"\xff\xd8\xff\xe0" + bytes(20), "image/jpeg"),
        "c.png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
        "d.txt": ("企业科协".encode("gb18030") * 3, "text/plain"),
        "e.pdf": (b"<html><script>", "text/html"),
    }
    for name, (content, media_type) in heads.items():
        (tmp_path / name).write_bytes(content)
        assert sniff(tmp_path / name) == media_type
    office(tmp_path / "f.docx", "word/")
    assert sniff(tmp_path / "f.docx").endswith("wordprocessingml.document")
    office(tmp_path / "g.pdf", "xl/")
    assert sniff(tmp_path / "g.pdf").endswith("spreadsheetml.sheet")
    (tmp_path / "h.docx").write_bytes(b"PK\x03\x04broken")
    assert sniff(tmp_path / "h.docx") == "application/octet-stream"
    (tmp_path / "empty.pdf").write_bytes(b"")
    assert sniff(tmp_path / "empty.pdf") == "application/octet-stream"


def test_the_copy_holds_the_answers_as_plain_text(tmp_path: Path) -> None:
    """Markup, template signs and control characters in an answer stay text or fall away."""
    form = read_form(
        small("  - {type: text, name: a, label: 单位}\n  - {type: text, name: b, label: 备注}\n"), tmp_path
    )
    nasty = "<b>甲</b> {{ 7*7 }} =1+1\x00\x0b\u202e\ud83d"
    submission = Submission("KX-2611-TEST", "small", "1", {"a": nasty}, "received", "2026-11-21T08:00:00+00:00")
    write_copy(TEMPLATE, form, submission, tmp_path / "copy.docx")
    cells = [cell.text for row in docx.Document(str(tmp_path / "copy.docx")).tables[0].rows for cell in row.cells]
    assert cells[2] == "单位"
    assert "<b>甲</b> {{ 7*7 }} =1+1" in cells[3]
    assert cells[5] == "（未填）"
