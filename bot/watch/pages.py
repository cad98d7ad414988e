"""/healthz, /readyz and /metrics, for the web service or, in a process without one, on their own."""

from __future__ import annotations

import asyncio
import hmac

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.watch.health import Health
from bot.watch.meters import Meters

LOOPBACK = ("127.0.0.1", "::1")
OWN_NAMES = ("127.0.0.1", "localhost", "[::1]")
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
"""A request with one of these came through a proxy, from who knows where, even if the proxy runs here."""
FORMAT = "text/plain; version=0.0.4; charset=utf-8"
NO_STORE = {"Cache-Control": "no-store"}


class Pages:
    """The three pages."""

    def __init__(self, health: Health, meters: Meters, token: str) -> None:
        """`token`: KEXIE_METRICS_TOKEN; with it /metrics wants it as bearer token, without it only this very machine may
        look."""
        self.health = health
        self.meters = meters
        self.token = token

    def routes(self) -> list[Route]:
        """For an application that has more pages."""
        return [
            Route("/healthz", self.alive),
            Route("/readyz", self.ready),
            Route("/metrics", self.figures),
        ]

    def application(self) -> Starlette:
        """An application of these pages alone."""
        return Starlette(routes=list(self.routes()))

    async def alive(self, request: Request) -> Response:
        """The process answers: no more is asked, so that a slow database gets nobody killed."""
        return JSONResponse({"ok": True}, headers=NO_STORE)

    async def ready(self, request: Request) -> Response:
        """200, or 503 with what is wrong. It tells nothing about people, so anybody may ask."""
        problems = await self.health.problems()
        body = {"ready": not problems, "problems": problems}
        return JSONResponse(body, status_code=503 if problems else 200, headers=NO_STORE)

    async def figures(self, request: Request) -> Response:
        """Figures for Prometheus; 404 for whoever may not see them."""
        if not self._may_see(request):
            return PlainTextResponse("404", 404)
        text = await asyncio.to_thread(self.meters.text)
        return Response(text, headers={**NO_STORE, "Content-Type": FORMAT})

    def _may_see(self, request: Request) -> bool:
        if self.token:
            given = request.headers.get("authorization", "")
            return hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode())
        host = request.headers.get("host", "")
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        local = request.client is not None and request.client.host in LOOPBACK and name in OWN_NAMES
        return local and not any(header in request.headers for header in FORWARDED)
