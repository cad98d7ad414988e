"""The pages: chat and staff, their WebSocket, the plain-POST fallback, files."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import uuid
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.channels.web import lines, question_pages, staff_pages
from bot.channels.web.channel import WebChannel
from bot.channels.web.lines import Place
from bot.channels.web.sessions import Sessions, Throttle, same_site
from bot.channels.web.uploads import MAX_UPLOAD, TooLarge, drop, limited, take
from bot.messages import Attachment
from bot.store import post
from bot.store.database import Database

log = logging.getLogger(__name__)

HERE = Path(__file__).parent
WAIT_FOR_ANSWER = 8.0
"""Seconds a plain POST waits for the answer before the page is shown without it."""
LOOK_AGAIN = 20.0
"""Seconds after which an open page looks for news by itself: another process may have written."""
LONGEST_CHAT = 10_000
"""Messages back to which a file can still be downloaded."""
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # Pages hold what people said; the script must never be older than the server it talks to.
    "Cache-Control": "no-cache",
}
TOO_FAST = "发得有点快，请歇几秒再发。"
TOO_LARGE = f"文件太大，最多 {MAX_UPLOAD // 1_000_000} MB。请压缩后再发。"
STALE = "页面过期了，请刷新后再发。一直这样的话，请在浏览器里允许本站的 Cookie。"


class Site:
    """Routes over the database, the web channel and whoever wants to know that a message came in."""

    def __init__(
        self, database: Database, channel: WebChannel, data: Path, received: Callable[[], None], desk: staff_pages.Desk
    ) -> None:
        self.database = database
        self.channel = channel
        self.sessions = Sessions(data / "web.key")
        self.throttle = Throttle()
        self.received = received
        self.desk = desk
        self.pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape())

    def application(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/chat", self.say, methods=["POST"]),
                Route("/chat/replies", self.replies),
                WebSocketRoute("/chat/socket", self.socket),
                Route("/files/{row:int}/{number:int}", self.file),
                *staff_pages.routes(self),
                *question_pages.routes(self),
                Mount("/static", StaticFiles(directory=HERE / "static")),
            ],
            middleware=[Middleware(BaseHTTPMiddleware, dispatch=_with_headers)],
            exception_handlers={404: self.not_found, 500: self.broken},
        )

    def page(self, name: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A rendered page. Everything a person wrote is escaped by the templates."""
        return HTMLResponse(self.pages.get_template(name).render(**values), status_code=status)

    async def home(self, request: Request) -> Response:
        """The chat page with what was said so far; it works without JavaScript too."""
        chat, cookie = self.sessions.chat(request), ""
        if not chat:
            chat, cookie = self.sessions.new()
        said, place = await asyncio.to_thread(self._history, chat)
        waiting = request.query_params.get("wait") == "1"
        post_id = uuid.uuid4()
        response = self.page(
            "chat.html", lines=said, place=place, waiting=waiting, max_upload=MAX_UPLOAD, post_id=post_id
        )
        response.headers["Cache-Control"] = "no-store"
        if cookie:
            self.sessions.remember(response, cookie, request.url.scheme == "https")
        return response

    async def say(self, request: Request) -> Response:
        """Take one message by POST: JSON answer for the page's script, a redirect for a plain form."""
        chat = self.sessions.chat(request)
        wants_json = "application/json" in request.headers.get("accept", "")
        if not chat or not same_site(request):
            return self._told(STALE, 403, wants_json)
        if not self.throttle.allows(chat):
            return self._told(TOO_FAST, 429, wants_json)
        try:
            update_id, text, press, attachments = await self._posted(request)
        except TooLarge:
            return self._told(TOO_LARGE, 413, wants_json)
        if not (text.strip() or press or attachments):
            return JSONResponse({"ok": True}) if wants_json else RedirectResponse("/", 303)
        with self.channel.hub.listening(chat) as news:
            stored = await self.store(chat, update_id, text, press, attachments)
            if wants_json:
                return JSONResponse({"ok": True, "new": stored})
            try:
                await asyncio.wait_for(self._handled(chat, news), WAIT_FOR_ANSWER)
            except TimeoutError:
                return RedirectResponse("/?wait=1#end", 303)
        return RedirectResponse("/#end", 303)

    async def _handled(self, chat: str, news: asyncio.Event) -> None:
        """Until nothing of this chat waits for its answer. News alone may be of an answer that was there before."""
        while True:
            news.clear()
            if not await asyncio.to_thread(self._waits, chat):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), LOOK_AGAIN)

    def _waits(self, chat: str) -> bool:
        with self.database.reading() as connection:
            return post.waits(connection, chat)

    async def _posted(self, request: Request) -> tuple[str, str, str, list[Attachment]]:
        """(id, text, press, files) of a posted form. Raises TooLarge."""
        request = limited(request)
        async with request.form(max_files=10, max_part_size=1_000_000) as form:
            uploads = [value for value in form.getlist("file") if isinstance(value, UploadFile) and value.filename]
            attachments = [await take(upload, self.channel.files) for upload in uploads]
            text, press = str(form.get("text") or ""), str(form.get("press") or "")
            return str(form.get("id") or uuid.uuid4())[:60], text, press, attachments

    async def store(self, chat: str, update_id: str, text: str, press: str, attachments: list[Attachment]) -> bool:
        """Store a message durably, then wake the worker. False for a repeated id."""
        raw = self.channel.raw(chat, update_id, text, press, attachments)
        # The id comes from the browser: bound to its chat, so that nobody can use up another one's ids.
        key = f"{chat[4:16]}:{raw['id']}"
        stored = await asyncio.to_thread(post.receive, self.database, "web", key, chat, raw)
        if not stored:
            # Sent again after a broken line: the files of the first time are in use, these are not.
            await asyncio.to_thread(drop, attachments, self.channel.files)
        self.received()
        return stored

    async def replies(self, request: Request) -> Response:
        """New lines since a place, for pages without a WebSocket."""
        chat = self.sessions.chat(request)
        found = await asyncio.to_thread(self._since, chat, _place(request)) if chat else []
        return JSONResponse({"messages": found}, headers={"Cache-Control": "no-store"})

    async def socket(self, socket: WebSocket) -> None:
        """The live chat: messages in, new lines out, until either side ends."""
        chat = self.sessions.chat(socket)
        if not chat or not same_site(socket):
            await socket.close(4403)
            return
        await socket.accept()
        with self.channel.hub.listening(chat) as news:
            sides = [
                asyncio.create_task(self._read(socket, chat)),
                asyncio.create_task(self._write(socket, chat, _place(socket), news)),
            ]
            try:
                await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for side in sides:
                    side.cancel()
                ended = await asyncio.gather(*sides, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception) and not isinstance(error, WebSocketDisconnect):
                log.warning("an open page was cut off: %s", type(error).__name__)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # closed already
            await socket.close(1011)

    async def _read(self, socket: WebSocket, chat: str) -> None:
        while True:
            event = _event(await socket.receive_text())
            if event is None:
                continue
            update_id, text, press = event
            if not self.throttle.allows(chat):
                await socket.send_json({"later": update_id, "problem": TOO_FAST})
                continue
            if text.strip() or press:
                await self.store(chat, update_id[:60] or str(uuid.uuid4()), text, press, [])
            await socket.send_json({"ack": update_id})

    async def _write(self, socket: WebSocket, chat: str, place: Place, news: asyncio.Event) -> None:
        while True:
            news.clear()
            found = await asyncio.to_thread(self._since, chat, place)
            for line in found:
                await socket.send_json(line)
            place = lines.after(found, place)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), LOOK_AGAIN)

    async def file(self, request: Request) -> Response:
        """A file that was handed to this chat, and to no other."""
        chat, row, number = self.sessions.chat(request), request.path_params["row"], request.path_params["number"]
        found = await asyncio.to_thread(self._row, chat, row)
        if found is None or number >= len(found.reply.files):
            return await self.not_found(request, None)
        handed = found.reply.files[number]
        if not (self.channel.files / handed.path).is_file():
            return await self.not_found(request, None)
        headers = {"Cache-Control": "no-store"}
        path = self.channel.files / handed.path
        return FileResponse(path, media_type=handed.media_type, filename=handed.name, headers=headers)

    async def not_found(self, request: Request, error: Any) -> Response:
        """Kind 404."""
        return self.page("message.html", status=404, title="没有这一页", text="网址可能打错了。回到聊天接着问吧。")

    async def broken(self, request: Request, error: Any) -> Response:
        """Kind 500; the log holds the failure."""
        text = "页面没有打开，程序出了错。已经交的材料都还在。请过一会儿再试；还不行，请告诉管理员。"
        return self.page("message.html", status=500, title="出了点问题", text=text)

    def _told(self, text: str, status: int, wants_json: bool) -> Response:
        if wants_json:
            return JSONResponse({"ok": False, "problem": text, "later": status == 429}, status_code=status)
        return self.page("message.html", status=status, title="这条没有收下", text=text)

    def _row(self, chat: str, row: int) -> post.Outgoing | None:
        if not chat:
            return None
        with self.database.reading() as connection:
            return next((r for r in post.of_chat(connection, chat, row - 1, LONGEST_CHAT) if r.id == row), None)

    def _since(self, chat: str, place: Place) -> list[dict[str, Any]]:
        with self.database.reading() as connection:
            return lines.since(connection, chat, place)

    def _history(self, chat: str) -> tuple[list[dict[str, Any]], Place]:
        with self.database.reading() as connection:
            return lines.history(connection, chat)


def _place(connection: Request | WebSocket) -> Place:
    given = connection.query_params
    return Place.read(given.get("after", "0"), given.get("heard", ""))


def _event(text: str) -> tuple[str, str, str] | None:
    """(id, text, press) of what a page sent; None when it is nothing of ours."""
    try:
        event = json.loads(text)
        return str(event.get("id") or ""), str(event.get("text") or ""), str(event.get("press") or "")
    except (ValueError, AttributeError):
        return None


async def _with_headers(request: Request, handle: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await handle(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    return response
