"""What kind of file it really is, judged by its content and never by its name."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import puremagic

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
MEDIA_TYPES = {
    ".pdf": ("application/pdf",),
    ".jpg": ("image/jpeg",),
    ".jpeg": ("image/jpeg",),
    ".png": ("image/png",),
    ".docx": (_OFFICE["word/"],),
    ".xlsx": (_OFFICE["xl/"],),
    ".doc": ("application/msword", "application/x-ole-storage"),
    ".xls": ("application/vnd.ms-excel", "application/x-ole-storage"),
    ".wps": ("application/msword", "application/x-ole-storage"),
    ".txt": ("text/plain",),
}
"""File name ending in `accept` -> media types that may stand behind it."""
_SPOKEN = {
    "PDF": (".pdf",),
    "Word": (".docx", ".doc", ".wps"),
    "Excel": (".xlsx", ".xls"),
    "图片（jpg、png）": (".jpg", ".jpeg", ".png"),
}
"""What people call these kinds -> their endings."""
_HEADS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
)
_SCRIPT = (b"#!", b"<script", b"<html", b"<!doctype")


def spoken_kinds(accept: Sequence[str]) -> str:
    """Endings as people call them: PDF、Word、图片（jpg、png）. A kind of which only some endings are taken is spelt out."""
    whole = {name: endings for name, endings in _SPOKEN.items() if set(endings[:2]) <= set(accept)}
    covered = {ending for endings in whole.values() for ending in endings}
    rest = [ending.lstrip(".") for ending in accept if ending not in covered]
    return "、".join([*whole, *rest]) or "任意格式"


def sniff(path: Path) -> str:
    """Media type of the file by its first bytes; application/octet-stream when nothing fits."""
    with path.open("rb") as file:
        head = file.read(4096)
    for start, media_type in _HEADS:
        if head.startswith(start):
            return media_type
    if head.startswith(b"PK"):
        return _zip_type(path)
    if head.lower().lstrip().startswith(_SCRIPT):
        return "text/html" if b"<" in head[:20] else "text/x-script"
    if head and b"\0" not in head and _is_text(head):
        return "text/plain"
    try:
        return str(puremagic.from_string(head, mime=True)) or "application/octet-stream"
    except (puremagic.PureError, ValueError):
        return "application/octet-stream"


def _zip_type(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()[:2000]
    except (zipfile.BadZipFile, OSError):
        return "application/octet-stream"
    if "[Content_Types].xml" in names:
        for folder, media_type in _OFFICE.items():
            if any(name.startswith(folder) for name in names):
                return media_type
    return "application/zip"


def _is_text(head: bytes) -> bool:
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: len(head) - 4].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
