"""The staff page: join with the code, look for what came in, read it, take it away as a spreadsheet."""

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
        overview: Callable[[Records, StaffMember, str], list[dict[str, Any]]],
        one: Callable[[str, Records, StaffMember], dict[str, Any] | None],
        export: Callable[[str, str, Records, StaffMember, Path], str],
        questions: QuestionDesk,
    ) -> None:
        self.overview = overview
        """(records, member, words looked for) -> forms with their number of submissions and the newest ones."""
        self.one = one
        """(receipt, records, member) -> one submission with its answers and files; None when it is not theirs."""
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
        Route("/staff/submission/{receipt}", pages.one),
        Route("/staff/submission/{receipt}/{field}/{number:int}", pages.file),
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
        wanted = request.query_params.get("q", "").strip()[:60]
        member, forms = await asyncio.to_thread(self._overview, chat, wanted)
        wrong = request.query_params.get("wrong") == "1"
        response = self.site.page("staff.html", member=member, forms=forms, wrong=wrong, wanted=wanted)
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

    async def one(self, request: Request) -> Response:
        """All that stands in one submission, noted in the audit log."""
        found = await asyncio.to_thread(self._one, self.site.sessions.chat(request), request.path_params["receipt"])
        if found is None:
            return await self.site.not_found(request, None)
        response = self.site.page("submission.html", **found)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def file(self, request: Request) -> Response:
        """A file that was handed in with a submission; always to be saved, never shown as a page of this site."""
        asked = request.path_params
        found = await asyncio.to_thread(self._one, self.site.sessions.chat(request), asked["receipt"])
        answers = found["answers"] if found else []
        files = [file for one in answers if one["name"] == asked["field"] for file in one["files"]]
        if asked["number"] >= len(files):
            return await self.site.not_found(request, None)
        file, folder = files[asked["number"]], self.site.channel.files.resolve()
        path = (folder / file["path"]).resolve()
        if not (path.is_relative_to(folder) and path.is_file()):
            return await self.site.not_found(request, None)
        headers = {"Cache-Control": "no-store"}
        return FileResponse(path, media_type=file.get("media_type"), filename=file["name"], headers=headers)

    def _member(self, records: Records, chat: str) -> StaffMember | None:
        return next((m for m in records.staff_members() if chat and m.chat == chat), None)

    def _one(self, chat: str, receipt: str) -> dict[str, Any] | None:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = self._member(records, chat)
            found = self.site.desk.one(receipt, records, member) if member else None
            if member and found:
                records.note(member.name, "read", receipt)
            return found

    def _overview(self, chat: str, wanted: str) -> tuple[StaffMember | None, list[dict[str, Any]]]:
        with self.site.database.transaction() as connection:
            records = Records(connection, self.site.database.clock())
            member = self._member(records, chat)
            if member is None:
                return None, []
            records.note(member.name, "read", "overview")
            return member, self.site.desk.overview(records, member, wanted)

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
