"""Real files for the import tests: sheets, Word documents and small PDFs, written as a clerk's programs would."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import docx
import openpyxl
import pypdf

from bot.app import App
from bot.settings import Settings

HEADER = ("问题", "相似问", "答案", "来源", "地区")

RULES = """园区会议室管理办法
第一章 总则
第一条 为了用好会议室，制定本办法。
第二条 会议室由综合部管理，投影仪坏了找综合部报修。
第二章 预约
第三条 预约会议室应当提前两个工作日填写会议室预约单，由部门负责人签字。
第四条 临时取消会议室预约的，应当提前两小时告知综合部。"""
"""A made-up document on something that the knowledge base says nothing about."""


def make_csv(path: Path, rows: Iterable[Sequence[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    """A CSV as a spreadsheet program writes it."""
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def make_xlsx(path: Path, rows: Iterable[Sequence[object]], title: str = "Sheet1") -> Path:
    """An XLSX; text that begins with = becomes a formula, as when somebody types it."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def make_docx(path: Path, text: str, table: Sequence[Sequence[str]] = ()) -> Path:
    """A Word document, one paragraph a line; `# ` begins a heading."""
    document = docx.Document()
    for line in text.split("\n"):
        if line.startswith("# "):
            document.add_heading(line[2:], level=1)
        else:
            document.add_paragraph(line)
    if table:
        grid = document.add_table(rows=len(table), cols=len(table[0]))
        for row, cells in zip(grid.rows, table, strict=True):
            for cell, value in zip(row.cells, cells, strict=True):
                cell.text = value
    document.save(str(path))
    return path


def make_pdf(path: Path, pages: Sequence[str]) -> Path:
    """A PDF with Chinese text that can be read back: every two-byte code is its own Unicode character."""
    ranges = "".join(f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>\n" for high in (0x00, 0x20, 0x30, 0xFF))
    ranges += "".join(f"<{high:02X}00> <{high:02X}FF> <{high:02X}00>\n" for high in range(0x4E, 0xA0))
    cmap = f"/CIDInit /ProcSet findresource begin 1 begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange\n{86} beginbfrange\n{ranges}endbfrange endcmap end"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{' '.join(f'{6 + 2 * n} 0 R' for n in range(len(pages)))}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 >>",
        _stream(cmap.encode()),
    ]
    for number, page in enumerate(pages):
        lines = "".join(f"<{line.encode('utf-16-be').hex()}> Tj 0 -20 Td\n" for line in page.split("\n"))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {7 + 2 * number} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(_stream(f"BT /F1 12 Tf 60 780 Td\n{lines}ET".encode()))
    path.write_bytes(_pdf_file(objects))
    return path


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _pdf_file(objects: Sequence[bytes]) -> bytes:
    data, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + head + table + tail


def lock_pdf(path: Path, target: Path) -> Path:
    """The same PDF behind a password."""
    writer = pypdf.PdfWriter(clone_from=path)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(target)
    return target


def make_bomb(path: Path, member: str, size: int) -> Path:
    """A small zip archive with one part of `size` zero bytes."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(member, "w", force_zip64=True) as part,
    ):
        for _ in range(size // 1_000_000):
            part.write(bytes(1_000_000))
    return path


def app_over(small_app: App, data: Path) -> App:
    """An application over the small content with a data folder of its own and the same trained model."""
    data.mkdir(parents=True, exist_ok=True)
    if not (data / "models").exists():
        shutil.copytree(small_app.settings.models, data / "models")
    return App(Settings(**{**vars(small_app.settings), "data": data}))
