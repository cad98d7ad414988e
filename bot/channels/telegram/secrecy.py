"""Keeps the bot token out of every log line."""

from __future__ import annotations

import logging
import traceback

NOISY = ("httpx", "httpcore", "telegram")
"""Loggers that write request addresses (and Telegram's addresses hold the token) or message contents."""
HIDDEN = "<token>"


class Redact(logging.Filter):
    """Replaces every known secret in a record: in its message and in the text of its traceback."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()

    def clean(self, text: str) -> str:
        """`text` without any of the secrets."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record is kept, cleaned. A record that holds no secret is left exactly as it was."""
        self._clean_message(record)
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            if self.clean(text) != text:
                # The original error would be formatted again by another handler; its text is all that is needed.
                record.exc_text, record.exc_info = self.clean(text), None
        return True

    def _clean_message(self, record: logging.LogRecord) -> None:
        try:
            said = record.getMessage()
        except (TypeError, ValueError):
            said = f"{record.msg} {record.args}"
        if self.clean(said) != said:
            record.msg, record.args = self.clean(said), ()


redact = Redact()
"""One for the whole process: log records are global, so is what must not be in them."""


def guard(token: str) -> None:
    """Make sure that `token` never appears in a log, whatever handlers are added later.

    The levels stop the lines that are known to hold it. The filter stands where records are made, because a filter on
    a logger does not see what its children write.
    """
    for name in NOISY:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.WARNING))
    # The part behind the colon is the secret one; the whole also hides the bot's number where both stand.
    redact.secrets.update(part for part in (token, token.partition(":")[2]) if len(part) >= 8)
    make = logging.getLogRecordFactory()
    if getattr(make, "redacts", False):
        return

    def make_clean(*args: object, **more: object) -> logging.LogRecord:
        record = make(*args, **more)
        redact.filter(record)
        return record

    make_clean.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_clean)
