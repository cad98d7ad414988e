"""Pages of watching, asked without a socket, so that a test can say who asks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx
from starlette.applications import Starlette


def ask(
    application: Starlette, path: str, headers: Mapping[str, str | bytes] | None = None, client: str = "127.0.0.1"
) -> httpx.Response:
    """The answer to a GET from this address."""

    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(application, client=(client, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as asking:
            return await asking.get(path, headers=headers)  # type: ignore[arg-type]

    return asyncio.run(go())
