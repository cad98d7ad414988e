"""Opening what somebody handed us: size, kind and packing are looked at before a parser sees a byte."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

MAX_BYTES = 50_000_000
MAX_UNPACKED = 200_000_000
"""Bytes that a docx or xlsx may unpack to."""
MAX_PARTS = 5_000
"""Files that a docx or xlsx may hold."""
ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order; gb18030 holds gbk and gb2312. UTF-16 is told by its byte order mark."""

_SEALED = b"\xd0\xcf\x11\xe0"
"""OLE container: what Office makes of an encrypted docx or xlsx, and of every old doc or xls."""
_KINDS = {".docx": b"PK", ".xlsx": b"PK", ".pdf": b"%PDF"}
"""File name ending -> the bytes such a file begins with (a PDF may have some bytes before them)."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")


class BadFile(ValueError):
    """A file that cannot be imported; the text says why and what to do, in one Chinese line."""


def read_bytes(path: Path) -> bytes:
    """The whole file. Raises BadFile when it is missing, empty, too large, sealed, or not what its name says."""
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise BadFile("这是文件夹，请写出里面的文件名")
        if size > MAX_BYTES:
            raise BadFile(f"文件有 {size / 1e6:.0f} MB，超过 {MAX_BYTES / 1e6:.0f} MB。请拆成几份再导入")
        data = path.read_bytes()
    except FileNotFoundError:
        raise BadFile("没有这个文件。请核对文件名和文件夹") from None
    except OSError as error:
        raise BadFile(f"文件读不出来（{error.strerror}）。请检查权限") from None
    if not data.strip():
        raise BadFile("文件是空的。请核对是不是选错了文件")
    return _as_named(path, data)


def _as_named(path: Path, data: bytes) -> bytes:
    suffix = path.suffix.lower()
    begins = _KINDS.get(suffix)
    if data.startswith(_SEALED):
        raise BadFile("文件加了密码，或是旧版 Office 格式。请去掉密码、另存为 .docx 或 .xlsx 后再导入")
    if begins and begins not in data[:1024]:
        raise BadFile(f"内容不是 {suffix} 文件，可能已损坏。请在原来的软件里打开、另存一份再导入")
    if not begins and data.startswith((b"PK\x03\x04", b"%PDF")):
        raise BadFile(f"内容不是文字，却叫 {suffix}。请把扩展名改成真正的格式（.docx、.xlsx 或 .pdf）")
    if suffix in (".docx", ".xlsx"):
        _check_packing(data, suffix)
    return data


def _check_packing(data: bytes, suffix: str) -> None:
    """Refuse archives that unpack to too much. zipfile never reads past the size a part declares, so that the sum of
    these sizes is a true bound."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise BadFile(
                    f"文件解压后过大（超过 {MAX_UNPACKED / 1e6:.0f} MB），为安全起见没有打开。请另存一份再导入"
                )
            if any(part.flag_bits & 1 for part in parts):
                raise BadFile("文件加了密码。请去掉密码后再导入")
            for part in parts:
                # Office never writes a document type; entities in one are how small files grow without bound.
                if part.filename.endswith((".xml", ".rels")) and _has_doctype(archive, part):
                    raise BadFile("文件里有不该有的定义，为安全起见没有打开。请在 Office 里另存一份再导入")
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile(f"{suffix} 文件已损坏，打不开。请在原来的软件里打开、另存一份再导入") from None
    except Exception as error:  # zlib.error and lzma.LZMAError share no base with the others
        raise BadFile(f"{suffix} 文件已损坏（{type(error).__name__}）。请另存一份再导入") from None


def _has_doctype(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as stream:
        return b"<!DOCTYPE" in stream.read(4096)


def decode(data: bytes) -> str:
    """Text of a csv, md or txt. Raises BadFile for an encoding that is none of ours."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\x00") == 0:
            return text
    raise BadFile("文字编码认不出来。请另存为 UTF-8 编码（Excel 里选“CSV UTF-8”）再导入")


def plain(text: str) -> str:
    """Text without control characters and half characters; line ends as \\n. Nothing in it is markup to us."""
    return _CONTROL.sub("", _LINE_END.sub("\n", text))
