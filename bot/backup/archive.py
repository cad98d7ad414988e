"""The archive: a tar of plain files with a manifest behind them. Anybody can open it; nothing in it is trusted.

kexie.db        all tables, as a SQLite file, whichever database they came from
knowledge.db    imported documents
web.key         what signs the cookies of web chats
files/…         what people sent and the receipts
content/…       local entries
manifest.json   versions, rows of each table, size and SHA-256 of every part; last, so that a cut archive has none
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "kexie.db"
SINGLE = (DATABASE, "knowledge.db", "web.key")
"""Parts that lie at the top."""
FOLDERS = ("files", "content")
"""Folders whose files are parts."""
LARGEST_MANIFEST = 200_000_000
"""Bytes."""
CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_KEEP_A_COPY = "请用另一份备份，或重新复制一次这份文件。"
_CUT = f"这不是一份完整的备份：读不下去。{_KEEP_A_COPY}"


class BadArchive(Exception):
    """The archive cannot be restored; the text says why and what to do, for people."""


@dataclass(frozen=True)
class Part:
    """One file of the archive."""

    name: str
    """Path with slashes, below the data folder."""
    size: int
    """Bytes."""
    sha256: str
    """Hexadecimal."""


@dataclass(frozen=True)
class Manifest:
    """What an archive says of itself."""

    program: str
    """Version of the program that wrote it."""
    schema: int
    """Version of the tables."""
    made_at: str
    """UTC, ISO 8601."""
    database: str
    """sqlite or postgresql: where the tables came from."""
    rows: dict[str, int]
    """Table -> rows."""
    parts: tuple[Part, ...]
    format: int = FORMAT

    @property
    def files(self) -> int:
        """Files of people in it."""
        return sum(part.name.startswith("files/") for part in self.parts)

    def as_json(self) -> bytes:
        """The manifest with a checksum of its own."""
        body = asdict(self)
        return json.dumps({**body, "sha256": _digest(body)}, ensure_ascii=False, indent=1).encode()


def write(target: IO[bytes], sources: Iterable[tuple[str, Path]], about: Mapping[str, Any]) -> Manifest:
    """Write parts (name, file) and the manifest. `about`: fields of Manifest but `parts`. A file that is gone by now is
    left out. Raises OSError."""
    parts = []
    with tarfile.open(fileobj=target, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, path in sources:
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue
            with source:
                parts.append(_add(tar, name, source, os.fstat(source.fileno()).st_size))
        manifest = Manifest(**about, parts=tuple(parts))
        told = manifest.as_json()
        _add(tar, MANIFEST, BytesIO(told), len(told))
    return manifest


def _add(tar: tarfile.TarFile, name: str, source: IO[bytes], size: int) -> Part:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    counting = _Counting(source)
    tar.addfile(entry, counting)
    return Part(name, size, counting.digest.hexdigest())


class _Counting:
    """Reads through and makes the checksum on the way: of what is written, not of what a second reading would find."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        data = self.source.read(size)
        self.digest.update(data)
        return data


def verify(path: Path) -> Manifest:
    """Read the whole archive and compare it with its manifest. Raises BadArchive."""
    found: dict[str, Part] = {}
    manifest: Manifest | None = None
    for entry, content in _members(path):
        if manifest is not None or entry.name in found:
            raise BadArchive(f"这份备份被改动过：多了「{_shown(entry.name)}」。{_KEEP_A_COPY}")
        if entry.name == MANIFEST:
            if entry.size > LARGEST_MANIFEST:
                raise BadArchive(f"这份备份的清单不对。{_KEEP_A_COPY}")
            manifest = _manifest(b"".join(_chunks(content)))
        else:
            found[entry.name] = Part(entry.name, entry.size, _sha256(content))
    if manifest is None:
        raise BadArchive(f"这份备份不完整：后面缺了一截。{_KEEP_A_COPY}")
    wrong = {part.name for part in manifest.parts} ^ set(found)
    wrong |= {part.name for part in manifest.parts if found.get(part.name) != part}
    if wrong or len(manifest.parts) != len(found):
        raise BadArchive(
            f"这份备份被改动过或坏了：「{_shown(min(wrong, default=MANIFEST))}」和清单对不上。{_KEEP_A_COPY}"
        )
    if DATABASE not in found:
        raise BadArchive(f"这份备份里没有数据库。{_KEEP_A_COPY}")
    return manifest


def extract(path: Path, manifest: Manifest, folder: Path) -> None:
    """Write the parts below `folder`, compared once more on the way. Raises BadArchive, OSError."""
    known = {part.name: part for part in manifest.parts}
    for entry, content in _members(path):
        if entry.name == MANIFEST:
            continue
        target = folder.joinpath(*PurePosixPath(entry.name).parts)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "wb") as file:
            if known.get(entry.name) != Part(entry.name, entry.size, _sha256(content, file)):
                raise BadArchive("恢复的时候这份备份变了。请等它复制完，再恢复一次。")
            file.flush()
            os.fsync(file.fileno())


def _members(path: Path) -> Iterator[tuple[tarfile.TarInfo, IO[bytes]]]:
    """Every entry, checked to be a plain file with a name of ours, and its content. Raises BadArchive, OSError."""
    try:
        with tarfile.open(path, "r:") as tar:
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None or not _ours(entry.name):
                    raise BadArchive(
                        f"这份备份里有不该有的东西：「{_shown(entry.name)}」。它不是本程序写的，不能恢复。"
                    )
                yield entry, content
    except (tarfile.TarError, EOFError, UnicodeError, ValueError):
        raise BadArchive(_CUT) from None


def _ours(name: str) -> bool:
    """Whether a name is one that we write: it stays below the data folder, in one of the known places."""
    if name in SINGLE or name == MANIFEST:
        return True
    first, *rest = name.split("/")
    plain = all(part not in ("", ".", "..") and not set(part) & {"\\", "\0"} for part in rest)
    return first in FOLDERS and bool(rest) and plain


def _manifest(text: bytes) -> Manifest:
    """The manifest as it was written. Raises BadArchive."""
    try:
        body = json.loads(text)
        told = body.pop("sha256")
        newer = int(body["format"]) > FORMAT
        if not newer and told == _digest(body):
            parts = tuple(Part(str(p["name"]), int(p["size"]), str(p["sha256"])) for p in body.pop("parts"))
            return Manifest(**{**body, "parts": parts})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        newer = False
    if newer:
        raise BadArchive("这份备份是更新的版本写的。请先升级程序，再恢复。")
    raise BadArchive(f"这份备份的清单被改动过或坏了。{_KEEP_A_COPY}")


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _sha256(content: IO[bytes], copy: IO[bytes] | None = None) -> str:
    digest = hashlib.sha256()
    for chunk in _chunks(content):
        digest.update(chunk)
        if copy:
            copy.write(chunk)
    return digest.hexdigest()


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    """What is in an entry, piece by piece. Raises BadArchive where the archive ends too early."""
    try:
        while chunk := content.read(CHUNK):
            yield chunk
    except tarfile.TarError:
        raise BadArchive(_CUT) from None


def _shown(name: str) -> str:
    """A name from a stranger's archive, fit for one line of a terminal."""
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
