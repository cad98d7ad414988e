"""Who is at the other end: a signed cookie, nothing else. And guards against other sites."""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path
from urllib.parse import urlsplit

from itsdangerous import BadSignature, Signer
from starlette.requests import HTTPConnection
from starlette.responses import Response

COOKIE = "kexie_chat"
YEAR = 365 * 24 * 3600


class Sessions:
    """Signed chat ids. The key is made once and kept beside the database, readable by the service only."""

    def __init__(self, key_file: Path) -> None:
        self._signer = Signer(_key(key_file), salt="chat")

    def chat(self, connection: HTTPConnection) -> str:
        """Chat key of the cookie, or "" when there is none or it was tampered with."""
        try:
            value = self._signer.unsign(connection.cookies.get(COOKIE, "")).decode()
        except (BadSignature, UnicodeDecodeError):
            return ""
        return f"web:{value}"

    def new(self) -> tuple[str, str]:
        """A new chat: (chat key, cookie value)."""
        value = secrets.token_urlsafe(18)
        return f"web:{value}", self._signer.sign(value).decode()

    def remember(self, response: Response, cookie: str, secure: bool) -> None:
        """Set the cookie."""
        response.set_cookie(COOKIE, cookie, max_age=YEAR, httponly=True, samesite="lax", secure=secure)


def same_site(connection: HTTPConnection) -> bool:
    """Whether a request that changes something comes from a page of ours (Origin check against CSRF)."""
    origin = connection.headers.get("origin")
    if origin is None:
        # Old browsers leave Origin out on same-site form posts; then the referrer has to be ours.
        origin = connection.headers.get("referer", "")
    return bool(origin) and urlsplit(origin).netloc == connection.headers.get("host", "")


class Throttle:
    """At most `rate` messages a second for each chat in the long run, `burst` at once."""

    def __init__(self, rate: float = 2.0, burst: float = 20.0) -> None:
        self.rate, self.burst = rate, burst
        self._left: dict[str, tuple[float, float]] = {}

    def allows(self, chat: str) -> bool:
        """Whether one more message may come now."""
        now = time.monotonic()
        left, since = self._left.get(chat, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        if len(self._left) > 10_000:
            self._left.clear()
        self._left[chat] = (left - 1 if left >= 1 else left, now)
        return left >= 1


def _key(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(32))
    return path.read_bytes()
