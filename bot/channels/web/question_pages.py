"""The staff page 「没答上来的问题」: groups of questions, marking them as done, taking them away."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.sessions import same_site
from bot.store.questions import Questions, Queued
from bot.store.records import Records
from bot.store.staff_list import StaffMember

if TYPE_CHECKING:
    from bot.channels.web.site import Site

PAGE = 30
"""Groups on a page."""


@dataclass(frozen=True)
class QuestionDesk:
    """What the page needs from the rest: made in bot/serve.py, so that the channel knows no grouping."""

    groups: Callable[[list[Queued], str, str, str], list[dict[str, Any]]]
    """(questions, status, state, region) -> groups as the page shows them."""
    members: Callable[[list[Queued], int, int, str], list[int]]
    """(questions, group, last one seen, region) -> numbers of its questions."""
    write: Callable[[list[Queued], str, str, str, Path], None]
    """(questions, status, state, region, target): the groups as CSV."""
    statuses: dict[str, str]
    """Status -> as staff read it."""


def routes(site: Site) -> list[Route]:
    """Routes of the page."""
    pages = QuestionPages(site)
    return [
        Route("/staff/questions", pages.show),
        Route("/staff/questions/done", pages.done, methods=["POST"]),
        Route("/staff/questions.csv", pages.csv),
    ]


class QuestionPages:
    """Only a chat that joined with a code sees anything here; staff of one city see that city's questions."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def show(self, request: Request) -> Response:
        """The groups, those with most open questions first."""
        status, state = self._wanted(request)
        member, queued = await asyncio.to_thread(self._read, self.site.sessions.chat(request), "questions read", status)
        if member is None:
            return RedirectResponse("/staff", 303)
        found = await asyncio.to_thread(self._desk.groups, queued, status, state, member.region)
        given = request.query_params.get("page", "")
        last = max(1, -(-len(found) // PAGE))
        page = min(max(1, int(given)), last) if given.isascii() and given.isdigit() and len(given) < 6 else 1
        response = self.site.page(
            "questions.html",
            member=member,
            groups=found[(page - 1) * PAGE : page * PAGE],
            count=len(found),
            wanted=status,
            state=state,
            statuses=self._desk.statuses,
            page=page,
            last=last,
        )
        response.headers["Cache-Control"] = "no-store"
        return response

    async def done(self, request: Request) -> Response:
        """Mark a group as done, or as open again, as far as it was seen."""
        chat = self.site.sessions.chat(request)
        if not chat or not same_site(request):
            return self.site.page("message.html", status=403, title="页面过期了", text="请刷新后再试。")
        async with request.form() as form:
            given = {name: str(form.get(name) or "") for name in ("group", "upto", "undo", "status", "state", "page")}
        if not all(
            given[name].isascii() and given[name].isdigit() and len(given[name]) < 16 for name in ("group", "upto")
        ):
            return await self.site.not_found(request, None)
        member, queued = await asyncio.to_thread(self._read, chat, "questions done", given["group"])
        if member is None:
            return await self.site.not_found(request, None)
        rows = await asyncio.to_thread(
            self._desk.members, queued, int(given["group"]), int(given["upto"]), member.region
        )
        await asyncio.to_thread(self._finish, rows, not given["undo"])
        back = urlencode({name: given[name] for name in ("status", "state", "page") if given[name]})
        return RedirectResponse(f"/staff/questions?{back}", 303)

    async def csv(self, request: Request) -> Response:
        """All groups that are looked at, as a file for Excel."""
        status, state = self._wanted(request)
        member, queued = await asyncio.to_thread(
            self._read, self.site.sessions.chat(request), "questions export", status
        )
        if member is None:
            return await self.site.not_found(request, None)
        with tempfile.NamedTemporaryFile(suffix=".csv", delete=False) as file:
            target = Path(file.name)
        await asyncio.to_thread(self._desk.write, queued, status, state, member.region, target)
        gone = BackgroundTask(target.unlink, missing_ok=True)
        return FileResponse(
            target,
            filename="questions.csv",
            media_type="text/csv",
            headers={"Cache-Control": "no-store"},
            background=gone,
        )

    @property
    def _desk(self) -> QuestionDesk:
        return self.site.desk.questions

    def _wanted(self, request: Request) -> tuple[str, str]:
        """(status, state) of the address; what is unknown counts as not given."""
        status, state = request.query_params.get("status", ""), request.query_params.get("state", "open")
        return status if status in self._desk.statuses else "", state if state in ("open", "done") else ""

    def _read(self, chat: str, what: str, which: str) -> tuple[StaffMember | None, list[Queued]]:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = next((m for m in records.staff_members() if chat and m.chat == chat), None)
            if member is None:
                return None, []
            records.note(member.name, what, which)
            return member, Questions(connection, records.now).all()

    def _finish(self, rows: list[int], done: bool) -> None:
        with self.site.database.transaction() as connection:
            Questions(connection, self.site.database.clock()).finish(rows, done)
