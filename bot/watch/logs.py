"""Log lines: for people by default, as JSON for programs. Neither holds what people wrote.

Our own lines name row numbers and kinds of failure only. What other libraries log is not in our hand: of an exception
the kind and the places in the code are kept, and not its text, in which a database or a parser likes to quote.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType

NOISY = ("httpx", "httpcore")
"""They log addresses, and Telegram's hold the token."""
Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class PlainLines(logging.Formatter):
    """One line a record, for people; a failure's places below it."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """The line. A text of the failure that somebody else has put together is not used."""
        record.exc_text = None
        return super().format(record)

    def formatException(self, ei: Raised) -> str:
        """Kind and places, without the text."""
        return places(ei[1])


class JsonLines(logging.Formatter):
    """One JSON object a record: at, level, where, said, and failure where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The object in one line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "where": record.name,
            "said": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            line["failure"] = places(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def places(error: BaseException | None) -> str:
    """`Kind` of each error in the chain, and where in the code: no line of which can hold what a person wrote."""
    lines: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(type(error).__name__)
        frames = traceback.extract_tb(error.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def begin(kind: str) -> None:
    """Log to standard error from now on; `kind` is `json` or `text`."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if kind == "json" else PlainLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
