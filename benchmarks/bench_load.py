"""Seconds until the whole content is loaded and its index ready, each time in a process of its own.

    python benchmarks/bench_load.py [ROUNDS]

Limit: 2 s with the model in the cache (issue 3). The first run may train that model and is not counted. The limit is held
to processor time: everything runs on one thread, so that on a quiet machine it is also the time that passes, and on a busy
one it does not tell how busy the machine is.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 2.0
ROUNDS = 5
PARTS = ("进口程序", "读内容、查错", "理解就绪", "第一个回答")
PROBE = """
import time
marks = [time.process_time()]
from bot.app import App
from bot.settings import read_settings
from bot.understand.meaning import Context
marks.append(time.process_time())
app = App(read_settings())
app.content
marks.append(time.process_time())
app.understander
marks.append(time.process_time())
app.understander.understand("怎么建园区科协", Context())
marks.append(time.process_time())
print(*(b - a for a, b in zip(marks, marks[1:])))
"""


def once(data: Path) -> tuple[float, float, list[float]]:
    """(seconds that passed and processor seconds of the process, Python's own start included; each part's processor
    seconds)."""
    started, before = time.perf_counter(), _used()
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "KEXIE_DATA": str(data)},
    )
    return time.perf_counter() - started, _used() - before, [float(part) for part in done.stdout.split()]


def _used() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def main() -> int:
    """Print the table; 1 when the median is over the limit."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(os.environ.get("KEXIE_DATA") or folder)
        once(data)
        found = [once(data) for _ in range(rounds)]
    passed = statistics.median(row[0] for row in found)
    whole = statistics.median(row[1] for row in found)
    parts = [statistics.median(column) for column in zip(*(row[2] for row in found), strict=True)]
    print(f"从启动到能回答：用处理器 {whole:.2f} 秒（限 {LIMIT:.0f} 秒），过了 {passed:.2f} 秒（{rounds} 次的中位）")
    print(f"- Python 启动和退出：{1 - sum(parts) / whole:.0%}")
    for name, seconds in zip(PARTS, parts, strict=True):
        print(f"- {name}：{seconds:.2f} 秒，{seconds / whole:.0%}")
    return int(whole > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
