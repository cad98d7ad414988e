"""One connection to the Bot API server that stays open between calls. Blocking, for a thread of its own.

Written on the standard library's reader of HTTP answers instead of a whole client: between a request and the note that
its message has arrived nothing else should happen, for a crash in between sends the message twice.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import re
import select
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

IDLE = 30.0
"""Seconds after which an unused connection is not trusted any more: routers forget it without telling anybody."""
EACH = 4.0
"""Seconds for one of several addresses of a host: the first may lead nowhere (IPv6 where there is none)."""
_ACCEPTED = re.compile(rb'\s*\{\s*"ok"\s*:\s*true\b')
_ENOUGH = 64
"""Bytes of an answer that tell whether it is a yes."""


class NotReached(OSError):
    """There was no connection: the request is certainly not with the server."""


@dataclass(frozen=True)
class Timeouts:
    """Seconds."""

    connect: float | None
    write: float | None
    read: float | None


class Server:
    """Where connections go to, and how: directly or through the proxy that the environment names."""

    def __init__(self, base: str) -> None:
        """`base`: http or https address. Raises ValueError for a kind of proxy that is not understood."""
        parts = urlsplit(base)
        self.host, self.tls = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.proxy = _proxy(parts.scheme, self.host)
        self._family = socket.AF_UNSPEC

    def connect(self, timeout: float | None) -> socket.socket:
        """A new connection, ready for requests. Raises NotReached."""
        try:
            sock = self._reach(self.proxy.hostname if self.proxy else self.host, timeout)
            try:
                return self._prepared(sock)
            except BaseException:
                sock.close()
                raise
        except (OSError, http.client.HTTPException) as error:
            raise NotReached(type(error).__name__) from error

    def target(self, path: str) -> str:
        """What stands in the first line of a request."""
        return f"http://{self.host}:{self.port}{path}" if self.proxy and not self.tls else path

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return httpx.create_ssl_context()  # the same certificates as everywhere else in this program

    def _reach(self, host: str | None, timeout: float | None) -> socket.socket:
        port = (self.proxy.port or 80) if self.proxy else self.port
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.sort(key=lambda one: one[0] != self._family)  # what worked last comes first
        problem = OSError("the host has no address")
        for family, kind, protocol, _, address in found:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(timeout if len(found) == 1 else min(EACH, timeout or EACH))
                sock.connect(address)
            except OSError as error:
                sock.close()
                problem = error
                continue
            sock.settimeout(timeout)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._family = family
            return sock
        raise problem

    def _prepared(self, sock: socket.socket) -> socket.socket:
        if not self.tls:
            return sock
        if self.proxy:
            self._tunnel(sock)
        return self._trust.wrap_socket(sock, server_hostname=self.host)

    def _tunnel(self, sock: socket.socket) -> None:
        place = f"{self.host}:{self.port}"
        sock.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{self.proxy_header}\r\n".encode("latin-1"))
        answer = http.client.HTTPResponse(sock, method="CONNECT")
        answer.begin()
        if answer.status != 200:
            raise OSError("the proxy refuses")

    @property
    def proxy_header(self) -> str:
        """The line that tells the proxy who we are, "" when it does not ask."""
        if not self.proxy or self.proxy.username is None:
            return ""
        who = f"{unquote(self.proxy.username)}:{unquote(self.proxy.password or '')}"
        return f"Proxy-Authorization: Basic {base64.b64encode(who.encode()).decode()}\r\n"


class Line:
    """A connection, opened when it is needed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._socket: socket.socket | None = None
        self._used = 0.0
        self._hung_up = False

    def ask(
        self, path: str, headers: str, body: Iterable[bytes], timeouts: Timeouts, accepted: Callable[[], None]
    ) -> tuple[int, bytes]:
        """POST, and the answer's status and content. `headers`: whole lines. `accepted` is called at the first bytes
        of an answer that say so. Raises NotReached; any other OSError, and HTTPException: it may have arrived."""
        server = self._server
        place = server.proxy_header if server.proxy and not server.tls else ""
        head = f"POST {server.target(path)} HTTP/1.1\r\nHost: {server.host}:{server.port}\r\n{place}{headers}\r\n"
        try:
            sock = self._open(timeouts.connect)
            sock.settimeout(timeouts.write)
            first = head.encode("latin-1")
            for piece in body:  # the head goes out with the first piece: one packet, so that its answer comes at once
                sock.sendall(first + piece)
                first = b""
            sock.settimeout(timeouts.read)
            answer = http.client.HTTPResponse(sock, method="POST")
            answer.begin()
            if answer.status == 200 and _ACCEPTED.match(answer.peek(_ENOUGH)):
                accepted()
            content = answer.read()
        except BaseException:
            self.close()
            raise
        self._used = time.monotonic()
        if answer.will_close:
            self.close()
        return answer.status, content

    def hang_up(self) -> None:
        """End what is under way, from another thread; the line is not used any more."""
        self._hung_up = True
        sock = self._socket
        if sock:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; the next `ask` opens another one."""
        if self._socket:
            with contextlib.suppress(OSError):
                self._socket.close()
            self._socket = None

    def _open(self, timeout: float | None) -> socket.socket:
        if self._hung_up:
            raise NotReached("stopped")
        if self._socket and (time.monotonic() > self._used + IDLE or _speaks(self._socket)):
            self.close()
        if self._socket is None:
            self._socket = self._server.connect(timeout)
            if self._hung_up:  # meanwhile
                raise NotReached("stopped")
        return self._socket


def _speaks(sock: socket.socket) -> bool:
    """Whether the server says something unasked, which is goodbye."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))


def _proxy(scheme: str, host: str) -> Any:
    proxies = getproxies()
    address = proxies.get(scheme) or proxies.get("all")
    if not address or proxy_bypass(host):
        return None
    parts = urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http":
        raise ValueError(f"proxy of kind {parts.scheme}")
    return parts
