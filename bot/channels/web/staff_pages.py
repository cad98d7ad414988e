"""The staff page: join with the code, see what came in, take it away as a spreadsheet."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.channels.web.question_pages import QuestionDesk
from bot.channels.web.sessions import same_site
from bot.store.records import Records
from bot.store.staff_list import StaffMember

if TYPE_CHECKING:
    from bot.channels.web.site import Site


class Desk:
    """What the staff page needs from the rest: made in bot/app.py, so that the channel knows no form and no exporter."""

    def __init__(
        self,
        overview: Callable[[Records, StaffMember], list[dict[str, Any]]],
        export: Callable[[str, str, Records, StaffMember, Path], str],
        questions: QuestionDesk,
    ) -> None:
        self.overview = overview
        """Forms with their number of submissions and the newest ones, as the page shows them."""
        self.export = export
        """(form id, format, records, member, target) -> file name; raises KeyError for an unknown form or format."""
        self.questions = questions
        """The page of questions that were not answered well."""


def routes(site: Site) -> list[Route]:
    """Routes of the staff page."""
    pages = StaffPages(site)
    return [
        Route("/staff", pages.home),
        Route("/staff/join", pages.join, methods=["POST"]),
        Route("/staff/export/{form}.{format}", pages.export),
    ]


class StaffPages:
    """Only a chat that joined with a code sees anything here."""

    def __init__(self, site: Site) -> None:
        self.site = site

    async def home(self, request: Request) -> Response:
        """Overview for staff, else the field for the code."""
        chat, cookie = self.site.sessions.chat(request), ""
        if not chat:
            chat, cookie = self.site.sessions.new()
        member, forms = await asyncio.to_thread(self._overview, chat)
        wrong = request.query_params.get("wrong") == "1"
        response = self.site.page("staff.html", member=member, forms=forms, wrong=wrong)
        response.headers["Cache-Control"] = "no-store"
        if cookie:
            self.site.sessions.remember(response, cookie, request.url.scheme == "https")
        return response

    async def join(self, request: Request) -> Response:
        """Bind this browser's chat to the member of staff with the code."""
        chat = self.site.sessions.chat(request)
        if not chat or not same_site(request):
            return self.site.page("message.html", status=403, title="页面过期了", text="请刷新后再试。")
        # One limit for everybody: a guesser could take a new cookie for each guess.
        if not self.site.throttle.allows("staff"):
            return self.site.page("message.html", status=429, title="试得太快了", text="请过一分钟再输入登记码。")
        async with request.form() as form:
            code = str(form.get("code") or "").strip()
        joined = await asyncio.to_thread(self._join, code, chat)
        return RedirectResponse("/staff" if joined else "/staff?wrong=1", 303)

    async def export(self, request: Request) -> Response:
        """A spreadsheet of one form, noted in the audit log."""
        chat = self.site.sessions.chat(request)
        form, kind = request.path_params["form"], request.path_params["format"]
        with tempfile.NamedTemporaryFile(suffix=f".{kind}"[:12], delete=False) as file:
            target = Path(file.name)
        try:
            name = await asyncio.to_thread(self._export, chat, form, kind, target)
        except (KeyError, PermissionError):
            target.unlink(missing_ok=True)
            return await self.site.not_found(request, None)
        return FileResponse(target, filename=name, background=BackgroundTask(target.unlink, missing_ok=True))

    def _member(self, records: Records, chat: str) -> StaffMember | None:
        return next((m for m in records.staff_members() if chat and m.chat == chat), None)

    def _overview(self, chat: str) -> tuple[StaffMember | None, list[dict[str, Any]]]:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = self._member(records, chat)
            if member is None:
                return None, []
            records.note(member.name, "read", "overview")
            return member, self.site.desk.overview(records, member)

    def _join(self, code: str, chat: str) -> bool:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = records.join_staff(code, chat)
            if member:
                records.note(member.name, "join", "web")
            return member is not None

    def _export(self, chat: str, form: str, kind: str, target: Path) -> str:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = self._member(records, chat)
            if member is None:
                raise PermissionError("not staff")
            name = self.site.desk.export(form, kind, records, member, target)
            records.note(member.name, "export", f"{form} {kind}")
            return name
