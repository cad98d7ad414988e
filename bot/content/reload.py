"""Noticing that content files have changed, and taking them in while the service runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from bot.content.problems import ContentError

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks."""
SHOWN_FAULTS = 30
"""Faults that go to the log; `kexie check` lists all."""
FOLDERS = ("knowledge", "intents", "forms")
PASSING = (".", "~", "#")
"""How names of files begin that editors and `kexie import` write on the way."""

Snapshot = Mapping[Path, tuple[int, int]]
"""File -> (time of its last change in ns, size)."""


def snapshot(roots: Sequence[Path]) -> Snapshot:
    """How the content files under these roots stand now. A file that goes away while being looked at is left out."""
    found: dict[Path, tuple[int, int]] = {}
    for root in roots:
        for folder in FOLDERS:
            for path in (root / folder).rglob("*"):
                if path.name.startswith(PASSING) or path.name.endswith("~"):
                    continue
                try:
                    state = path.stat()
                except OSError:
                    continue
                if path.is_file():
                    found[path] = (state.st_mtime_ns, state.st_size)
    return found


class Reloader:
    """Calls `renew` when files have changed and stand still again. Whatever goes wrong, the old content serves on."""

    def __init__(self, roots: Sequence[Path], renew: Callable[[], None], before: Snapshot | None = None) -> None:
        """`renew` loads, checks and puts in place; it runs in a thread and raises ContentError for faulty content.
        `before`: how the files stood when the content that serves now was loaded."""
        self.roots = roots
        self.renew = renew
        self.taken = snapshot(roots) if before is None else before
        self.seen = self.taken

    async def run(self, stop: asyncio.Event, every: float = EVERY) -> None:
        """Look every few seconds until `stop` is set."""
        while not stop.is_set():
            try:
                await asyncio.wait_for(stop.wait(), every)
            except TimeoutError:
                await asyncio.to_thread(self.look)

    def look(self) -> bool:
        """One look; whether changed content was taken in. A change counts once two looks in a row see the same, so that
        half-copied folders are not read."""
        now = snapshot(self.roots)
        settled, self.seen = now == self.seen, now
        if now == self.taken or not settled:
            return False
        names = sorted({path.name for path in {*now, *self.taken} if now.get(path) != self.taken.get(path)})
        self.taken = now
        try:
            self.renew()
        except ContentError as error:
            log.error("%s", _report(error))
        except Exception as error:
            # Training runs in a process of its own and may fail in any way; the service must outlive it.
            log.exception("内容改了，但没能换上（%s）。继续用原来的内容；再改一次文件会重试。", type(error).__name__)
        else:
            log.info("内容已更新：%s", "、".join(names[:5]) + (f" 等 {len(names)} 个文件" if len(names) > 5 else ""))
            return True
        return False


def _report(error: ContentError) -> str:
    """The faults as one block for the log."""
    lines = [f"内容改了，但有 {len(error.problems)} 处问题，继续用原来的内容。改好后会自动换上："]
    lines += [f"  {problem}" for problem in error.problems[:SHOWN_FAULTS]]
    if len(error.problems) > SHOWN_FAULTS:
        lines.append(f"  还有 {len(error.problems) - SHOWN_FAULTS} 处，用 kexie check 看全部。")
    return "\n".join(lines)
