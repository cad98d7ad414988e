"""A Telegram server for tests: real HTTP, people who talk, and faults on demand.

    with Emulator() as bot:
        …start the assistant with bot.url and bot.token…
        person = bot.person("测试员甲")
        person.say("我要备案")
        [reply] = person.replies(wait=5.0)
        person.press("开始填")                         # the label of a button the bot sent
        person.send_file(path, caption="章程")
        bot.inject("sendMessage", FLOOD)               # the next sendMessage gets a 429

Built on lo-bot-api-emulator (queues, long polling, acknowledgement, limits, files), which lacks: a bot user name,
edited messages, forum topics, checking of HTML, refusal of a wrong token, and faults. Those stand here.
"""

from __future__ import annotations

import asyncio
import copy
import html.parser
import itertools
import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

from aiohttp import web
from lo_bot_api_emulator import ApiRefusal, LoBotApiEmulator
from lo_bot_api_emulator import updates as queues

queues.KINDS.update({"edited_message", "my_chat_member", "poll"})

TOKEN = "7000001:TEST-token-of-the-emulator"
USERNAME = "kexie_test_bot"
CLOUD_DOWNLOAD_LIMIT = 20 * 1024 * 1024
Fields = dict[str, Any]
NOT_MODELED = ("message_thread_id", "link_preview_options")
"""Parameters of the Bot API that the emulator below us refuses."""


@dataclass(frozen=True)
class Fault:
    """What happens to a call instead of its answer. A file's download counts as the method `download`."""

    status: int = 0
    description: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    body: bytes | None = None
    """Sent as it is instead of a JSON answer."""
    hang: float = 0.0
    """Seconds without an answer; the connection is cut afterwards."""
    cut: bool = False
    """The connection is closed without an answer."""
    works: bool = False
    """The call is carried out all the same: only its answer is lost."""


BLOCKED = Fault(403, "Forbidden: bot was blocked by the user")
FLOOD = Fault(429, "Too Many Requests: retry after 2", {"retry_after": 2})
BAD_GATEWAY = Fault(502, body=b"<html><body>502 Bad Gateway</body></html>")
SERVER_ERROR = Fault(500, "Internal Server Error")
UNAUTHORIZED = Fault(401, "Unauthorized")
CONFLICT = Fault(409, "Conflict: terminated by other getUpdates request")
NO_CHAT = Fault(400, "Bad Request: chat not found")
CUT = Fault(cut=True)
CUT_AFTER = Fault(cut=True, works=True)
HANG = Fault(hang=30.0)


def migrated(new_id: int) -> Fault:
    """The group is now the supergroup `new_id`."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return Fault(400, text, {"migrate_to_chat_id": new_id})


@dataclass(frozen=True)
class Message:
    """One message of the bot as a person sees it."""

    chat_id: int
    text: str
    """Text or caption without markup."""
    folded: str
    """The part of `text` that is folded away (expandable quotation)."""
    buttons: tuple[tuple[tuple[str, str], ...], ...]
    """Rows of (label, callback data or address)."""
    files: tuple[tuple[str, bytes], ...]
    """(name, content)."""
    message_id: int
    thread: int | None
    html: str
    """Text as it was sent."""

    @property
    def labels(self) -> list[str]:
        """Labels of all buttons, row by row."""
        return [label for row in self.buttons for label, _ in row]


@dataclass(frozen=True)
class Call:
    """One call the bot made."""

    method: str
    fields: dict[str, Any]
    at: float
    """Monotonic seconds."""


class Emulator:
    """The server, started by `with`. `url` is the API base address, `token` the only token it takes."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.url = ""
        self.messages: list[Message] = []
        """All messages of the bot, in order."""
        self.by_chat: dict[int, list[Message]] = defaultdict(list)
        """The same by chat: over hours of soaking, looking through all of them takes too long."""
        self.calls: list[Call] = []
        """All calls of the bot, also those that met a fault."""
        self.updates: list[dict[str, Any]] = []
        """All updates queued for the bot, as it gets them."""
        self.posts = True
        """Whether each update is posted to the webhook as soon as it is there; else somebody else does so."""
        self._server = _Server(self)
        self._faults: dict[str, list[Fault | None]] = {}
        self._news = threading.Condition()
        self._numbers = itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Emulator:
        self._thread.start()
        self._run(self._open())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    async def _open(self, port: int = 0) -> None:
        self._runner = web.AppRunner(self._server.app(), shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, reuse_address=True).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _close(self) -> None:
        await self._runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}  # calls that hang
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    # people

    def person(self, name: str) -> Person:
        """Somebody with a private chat."""
        return Person(self, next(self._numbers) + 1000, name)

    def group(self, title: str, forum: bool = False) -> Group:
        """A group; people speak in it with `person.say(…, to=group)`."""
        return Group(self, -(next(self._numbers) + 1000), title, forum)

    def update(self, raw: dict[str, Any]) -> int:
        """Queue any update for the bot (without `update_id`). Returns its id."""
        number = int(self._run(self._server.enqueue_update(raw, token=self.token)))
        self.updates.append(copy.deepcopy(raw) | {"update_id": number})
        return number

    def deliver(self) -> int:
        """Send what is queued to the webhook, as Telegram does by itself. Returns how many were taken with a 200; what
        was not stays queued."""
        return int(self._run(self._server.deliver_updates(token=self.token)))

    def number(self) -> int:
        """A fresh number for ids."""
        return next(self._numbers)

    def keep(self, content: bytes, name: str) -> str:
        """Put a file on the server. Returns its file id."""
        file_id = f"documents/file_{self.number()}{Path(name).suffix}"
        self._server.assets[file_id] = {"data": content, "size": len(content), "filename": name}
        return file_id

    # faults

    def inject(self, method: str, fault: Fault, times: int = 1, skip: int = 0) -> None:
        """The next `times` calls of `method` (after `skip` good ones) meet `fault`."""
        self._faults.setdefault(method, []).extend([None] * skip + [fault] * times)

    def heal(self) -> None:
        """No more faults."""
        self._faults.clear()

    def down(self) -> None:
        """Stop listening: connections are refused."""
        self._run(self._runner.cleanup())

    def up(self) -> None:
        """Listen again on the same port."""
        self._run(self._open(int(self.url.rpartition(":")[2])))

    def fault_for(self, method: str) -> Fault | None:
        """The fault of this call, taken off the list."""
        waiting = self._faults.get(method)
        return waiting.pop(0) if waiting else None

    # what the bot did

    def note_call(self, method: str, fields: dict[str, Any]) -> None:
        """Remember a call."""
        with self._news:
            self.calls.append(Call(method, dict(fields), time.monotonic()))
            self._news.notify_all()

    def note_message(self, message: Message) -> None:
        """Remember a message of the bot."""
        with self._news:
            self.messages.append(message)
            self.by_chat[message.chat_id].append(message)
            self._news.notify_all()

    def wait_until(self, reached: Callable[[], bool], wait: float = 5.0) -> bool:
        """Whether `reached()` came true within `wait` seconds."""
        with self._news:
            return self._news.wait_for(reached, wait)

    def called(self, method: str) -> list[Call]:
        """All calls of one method."""
        return [call for call in self.calls if call.method == method]


class _Chat:
    """Somewhere the bot can write to."""

    def __init__(self, bot: Emulator, chat_id: int) -> None:
        self.bot = bot
        self.id = chat_id
        self._read = 0

    @property
    def messages(self) -> list[Message]:
        """Everything the bot wrote here."""
        return self.bot.by_chat[self.id]

    def replies(self, wait: float = 5.0, count: int = 1) -> list[Message]:
        """What the bot wrote since the last call: waits until it is at least `count` messages, or `wait` seconds."""
        self.bot.wait_until(lambda: len(self.messages) >= self._read + count, wait)
        found = self.messages[self._read :]
        self._read += len(found)
        return found

    def until(self, words: str, wait: float = 10.0) -> list[Message]:
        """Messages since the last reading up to the first that holds `words`. Raises AssertionError when none comes."""
        assert self.bot.wait_until(lambda: self._found(words) is not None, wait), f"no reply holds 「{words}」"
        end = self._found(words)
        assert end is not None
        found = self.messages[self._read : end]
        self._read = end
        return found

    def _found(self, words: str) -> int | None:
        later = enumerate(self.messages[self._read :], self._read + 1)
        return next((end for end, message in later if words in message.text), None)


class Group(_Chat):
    """A group chat."""

    def __init__(self, bot: Emulator, chat_id: int, title: str, forum: bool) -> None:
        super().__init__(bot, chat_id)
        self.chat = {"id": chat_id, "type": "supergroup", "title": title} | ({"is_forum": True} if forum else {})


class Person(_Chat):
    """Somebody who talks to the bot."""

    def __init__(self, bot: Emulator, chat_id: int, name: str) -> None:
        super().__init__(bot, chat_id)
        self.user = {"id": chat_id, "is_bot": False, "first_name": name}
        self.chat = {"id": chat_id, "type": "private", "first_name": name}
        self._last: dict[str, Any] = {}

    def say(
        self, text: str, to: Group | None = None, thread: int | None = None, reply_to: Message | None = None
    ) -> int:
        """Send a text, privately or in a group. Returns the update id."""
        return self.send(to, thread, reply_to, text=text)

    def edit(self, text: str) -> int:
        """Change the text of the last message."""
        self._last |= {"text": text, "edit_date": int(time.time())}
        return self.bot.update({"edited_message": self._last})

    def press(self, label: str, to: Group | None = None) -> int:
        """Press the latest button with this label (a message further back is tried when the last has none)."""
        for message in reversed((to or self).messages):
            for name, data in (button for row in message.buttons for button in row):
                if name == label:
                    return self.press_data(data, message.message_id, to, message.thread)
        raise AssertionError(f"no button 「{label}」; there are {[message.labels for message in self.messages[-3:]]}")

    def follow(self, label: str, to: Group) -> int:
        """Follow the link with this label in a group: it opens the private chat, and 开始 is pressed there."""
        links = [data for message in to.messages for row in message.buttons for name, data in row if name == label]
        found = re.fullmatch(rf"https://t\.me/{USERNAME}\?start=([A-Za-z0-9_-]{{1,64}})", links[-1])
        assert found, links[-1]
        return self.say(f"/start {found[1]}")

    def press_data(self, data: str, message_id: int = 1, to: Group | None = None, thread: int | None = None) -> int:
        """Press a button by its id, also one that is long gone."""
        message: dict[str, Any] = {"message_id": message_id, "date": 1, "chat": (to or self).chat}
        if thread:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        query = {"id": str(self.bot.number()), "from": self.user, "chat_instance": "1", "data": data}
        return self.bot.update({"callback_query": query | {"message": message}})

    def send_file(self, path: Path, caption: str = "", to: Group | None = None, **more: Any) -> int:
        """Send a file as a document; `more` replaces fields of the document (file_name, file_size)."""
        return self.send(to, **_with(caption), document=self._document(path) | more)

    def send_photo(self, path: Path, caption: str = "", to: Group | None = None) -> int:
        """Send a picture: Telegram offers it in several sizes, the last is the file itself."""
        return self.send(to, **_with(caption), photo=self._photo(path))

    def send_album(self, paths: list[Path], caption: str = "") -> list[int]:
        """Send several pictures at once: one update each, with one media_group_id."""
        group = str(self.bot.number())
        captions = [caption, *[""] * (len(paths) - 1)]
        return [
            self.send(None, **_with(text), photo=self._photo(path), media_group_id=group)
            for path, text in zip(paths, captions, strict=True)
        ]

    def send_sticker(self) -> int:
        """Send a sticker."""
        size = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self.send(None, sticker={"file_id": "sticker", "file_unique_id": "sticker", **size})

    def send(
        self, to: Group | None = None, thread: int | None = None, reply_to: Message | None = None, **content: Any
    ) -> int:
        """Send a message with any content of the Bot API."""
        about: dict[str, Any] = {"message_id": self.bot.number(), "date": int(time.time()), "from": self.user}
        self._last = about | {"chat": (to or self).chat} | content
        if thread:
            self._last |= {"message_thread_id": thread, "is_topic_message": True}
        if reply_to:
            bot_user = {"id": _bot_id(self.bot), "is_bot": True, "first_name": "测试助手", "username": USERNAME}
            original = {"message_id": reply_to.message_id, "date": 1, "chat": (to or self).chat, "from": bot_user}
            self._last["reply_to_message"] = original
        return self.bot.update({"message": self._last})

    def _document(self, path: Path) -> dict[str, Any]:
        content = path.read_bytes()
        file_id = self.bot.keep(content, path.name)
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_name": path.name, "file_size": len(content)}

    def _photo(self, path: Path) -> list[dict[str, Any]]:
        content = path.read_bytes()
        small, large = self.bot.keep(b"small", "s.jpg"), self.bot.keep(content, path.name)
        return [
            {"file_id": small, "file_unique_id": small, "width": 90, "height": 90, "file_size": 5},
            {"file_id": large, "file_unique_id": large, "width": 900, "height": 900, "file_size": len(content)},
        ]


class _Server(LoBotApiEmulator):  # type: ignore[misc]
    """The emulator with what it lacks."""

    def __init__(self, bot: Emulator) -> None:
        super().__init__(max_updates=100_000, max_assets=10_000, allow_insecure_loopback_webhooks=True)
        self.bot = bot
        post = self._update_queues.deliver

        async def deliver(token: str) -> int:
            return int(await post(token)) if self.bot.posts else 0

        self._update_queues.deliver = deliver

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call: the token first, then a fault if one waits, then the emulator."""
        method = request.match_info.get("method", "download")
        fault = self.bot.fault_for(method)
        if request.match_info["token"] != self.bot.token:
            fault = UNAUTHORIZED
        if fault is None:
            return await self._work(request)
        if fault.works:
            await self._work(request)
        elif method != "download":
            fields, _ = await self.read_request(request)
            self.bot.note_call(method, fields)
        if fault.hang:
            await asyncio.sleep(fault.hang)
        if fault.hang or fault.cut:
            if request.transport:
                request.transport.abort()
            return web.Response()
        if fault.body is not None:
            return web.Response(status=fault.status, body=fault.body)
        body: dict[str, Any] = {"ok": False, "error_code": fault.status, "description": fault.description}
        if fault.parameters:
            body["parameters"] = fault.parameters
        return web.json_response(body, status=fault.status)

    async def _work(self, request: web.Request) -> web.StreamResponse:
        done = super().handle if "method" in request.match_info else super().download
        answer: web.StreamResponse = await done(request)
        return answer

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file, unless a fault waits."""
        return await self.handle(request)

    def validate(self, method: str, fields: dict[str, Any], uploads: dict[str, Any]) -> Any:
        """Check a call and remember what it did."""
        self.bot.note_call(method, fields)
        given = dict(fields)
        for name in NOT_MODELED:
            fields.pop(name, None)
        shown = _Shown()
        if given.get("parse_mode") == "HTML":
            shown.read(given.get("text") or given.get("caption") or "")
        else:
            shown.text = [str(given.get("text") or given.get("caption") or "")]
        if method == "getFile" and self.assets.get(given.get("file_id"), {}).get("size", 0) > CLOUD_DOWNLOAD_LIMIT:
            raise ApiRefusal("Bad Request: file is too big")
        result = super().validate(method, fields, uploads)
        if method == "getMe":
            return result | {"id": _bot_id(self.bot), "username": USERNAME, "first_name": "测试助手"}
        if method in ("sendMessage", "sendDocument", "sendPhoto"):
            self.bot.note_message(self._message(given, uploads, result, shown))
        return result

    def _message(self, given: Fields, uploads: Fields, result: Fields, shown: _Shown) -> Message:
        markup = self.decoded(given.get("reply_markup") or "{}")
        rows = tuple(
            tuple((button["text"], button.get("callback_data") or button["url"]) for button in row)
            for row in markup.get("inline_keyboard", ())
        )
        files = tuple((upload["filename"], upload["data"]) for upload in uploads.values())
        thread = int(given["message_thread_id"]) if given.get("message_thread_id") else None
        text, folded = "".join(shown.text).strip(), "".join(shown.folded).strip()
        raw = str(given.get("text") or given.get("caption") or "")
        return Message(int(given["chat_id"]), text, folded, rows, files, result["message_id"], thread, raw)


class _Shown(html.parser.HTMLParser):
    """Reads Telegram's HTML as strictly as Telegram: known tags only, closed in order, no stray `<` or `&`."""

    TAGS = frozenset({"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text: list[str] = []
        self.folded: list[str] = []
        self._open: list[str] = []

    def read(self, markup: str) -> None:
        """Raises ApiRefusal for what Telegram cannot parse."""
        self.feed(markup)
        self.close()
        if self._open:
            raise ApiRefusal("Bad Request: can't parse entities: Can't find end tag")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.TAGS:
            raise ApiRefusal(f'Bad Request: can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self._open.append(f"{tag} expandable" if ("expandable", None) in attrs else tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop().split()[0] != tag:
            raise ApiRefusal("Bad Request: can't parse entities: Unexpected end tag")

    def handle_data(self, data: str) -> None:
        if "<" in data or "&" in data:
            raise ApiRefusal("Bad Request: can't parse entities: a character is not escaped")
        self._add(data)

    def handle_entityref(self, name: str) -> None:
        self._add({"lt": "<", "gt": ">", "amp": "&", "quot": '"'}.get(name, f"&{name};"))

    def handle_charref(self, name: str) -> None:
        self._add(html.unescape(f"&#{name};"))

    def _add(self, text: str) -> None:
        self.text.append(text)
        if "blockquote expandable" in self._open:
            self.folded.append(text)


def _bot_id(bot: Emulator) -> int:
    return int(bot.token.partition(":")[0])


def _with(caption: str) -> dict[str, Any]:
    return {"caption": caption} if caption else {}
