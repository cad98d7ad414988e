"""`kexie run`: the parts of the service in one process or spread over many, started in order and stopped without losing
anything. Which part does what stands in ROLES; docs/decisions/0008-several-machines.md says how they share a database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from bot import serve_pages
from bot.app import App
from bot.channels import Channel
from bot.channels.web.channel import WebChannel
from bot.content.reload import Reloader
from bot.delivery.alone import alone
from bot.delivery.arrived import Arrived
from bot.delivery.sender import Sender
from bot.desk import notices
from bot.housekeeping import keep_house
from bot.settings import listen
from bot.store import post
from bot.store.locks import Baton
from bot.store.records import Records
from bot.watch.watch import Watch

log = logging.getLogger(__name__)

THREADS = 24
"""Database work side by side. Python's default on two cores is six, which a busy sender alone would fill."""
Job = Coroutine[Any, Any, None]


class Service:
    """One process: its roles, its channels, what runs in it."""

    def __init__(self, app: App, roles: Collection[str]) -> None:
        self.app = app
        self.roles = roles
        self.stop = asyncio.Event()
        self.web = WebChannel(app.settings.files)
        self.telegram = _telegram(app) if {"receiver", "worker", "sender"} & set(roles) else None
        self.channels: dict[str, Channel] = {"web": self.web, "terminal": app.terminal}
        if self.telegram:
            self.channels["telegram"] = self.telegram
        self.watch = Watch(app.database, lambda: "content" in vars(app), app.settings.metrics_token)
        self.channels = self.watch.channels(self.channels)
        self.worker = self.watch.worker(app.worker(self.channels))
        self.wakes: list[asyncio.Event] = []
        """One a sender of this process."""
        self.routes: list[Route] = []
        """What HTTP serves beside the pages."""
        self.listening: socket.socket | None = None

    def jobs(self) -> list[Job]:
        """Everything that runs until `stop`."""
        jobs = [job for role in ROLES if role in self.roles for job in ROLES[role](self)]
        jobs.append(_pass_on(self.worker.handled, self.wakes, self.stop))
        jobs.append(keep_house(self.app, self.stop))
        return jobs

    async def put(self, update_id: str, chat: str, raw: dict[str, Any]) -> None:
        """Store an update of Telegram."""
        await asyncio.to_thread(post.receive, self.app.database, "telegram", update_id, chat, raw)
        self.worker.wake.set()

    def alone(self, name: str, work: Callable[[asyncio.Event], Awaitable[None]]) -> Job:
        """The job that does `work` in one process at a time."""
        return alone(Baton(self.app.database, name), name, work, self.stop)

    def http(self) -> Starlette:
        """What this process serves: pages and updates, or updates only, and always what watching asks for."""
        routes = [*self.watch.pages.routes(), *self.routes]
        if "web" in self.roles:
            application = serve_pages.site(self.app, self.web, self.worker.wake.set).application()
            application.router.routes[:0] = routes
            return application
        return Starlette(routes=routes)


def _receiver(service: Service) -> list[Job]:
    """Telegram's updates into the inbox: by webhook in any number of processes, by polling in one."""
    telegram, settings = service.telegram, service.app.settings
    if telegram is None:
        return []
    if not settings.telegram_webhook:
        return [service.alone("receiver:telegram", lambda stop: telegram.receive(service.put, stop))]
    secret = settings.telegram_secret or telegram.secret()
    path = urlsplit(settings.telegram_webhook).path
    service.routes.append(Route(path, telegram.webhook(secret, service.put), methods=["POST"]))
    return [telegram.announce_webhook(settings.telegram_webhook, secret, service.stop)]


def _worker(service: Service) -> list[Job]:
    """Inbox to outbox. On SQLite one process at a time: it has one writer, so a second could only get in its way."""
    jobs = [
        service.alone("worker", service.worker.run)
        if service.app.database.is_sqlite
        else service.worker.run(service.stop)
    ]
    if service.telegram and "receiver" not in service.roles:
        jobs.append(service.telegram.learn_name(service.stop))
    return jobs


def _sender(service: Service) -> list[Job]:
    """Outbox to the channels, each channel by one process at a time."""
    return [_sending(service, name) for name in service.channels]


def _sending(service: Service, name: str) -> Job:
    wake = asyncio.Event()
    service.wakes.append(wake)

    def alert(row: post.Outgoing, records: Records) -> list[Any]:
        # A notice that fails makes no notice: that could go round for ever.
        return notices.dead_reply(row.id, records, service.app.content.replies) if row.inbox_id else []

    arrived = Arrived(service.app.settings.data / "arrived" / f"{name}.txt")
    sender = Sender(service.app.database, service.channels[name], arrived, alert)
    return service.alone(f"sender:{name}", lambda stop: sender.run(wake, stop))


def _web(service: Service) -> list[Job]:
    """Chat and staff pages. Any number of processes: a page reads its own lines from the outbox."""
    telling = serve_pages.tell_pages(service.app, service.web, service.stop)
    return [telling] if "sender" in service.roles else [telling, _sending(service, "web")]


ROLES: dict[str, Callable[[Service], list[Job]]] = {
    "receiver": _receiver,
    "worker": _worker,
    "sender": _sender,
    "web": _web,
}
"""Role of a process -> what it runs. `kexie run` without --role has them all."""


async def serve(app: App, roles: Collection[str] = tuple(ROLES), http: bool = False) -> None:
    """Run until SIGINT or SIGTERM. `http`: listen also where no role needs it, to be watched. Raises BadSetting when the port is taken or the token refused."""
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
    webhook = "receiver" in roles and app.settings.telegram_token and app.settings.telegram_webhook
    listening = listen(app.settings) if "web" in roles or webhook or http else None
    app.settings.files.mkdir(parents=True, exist_ok=True)
    reloader = Reloader([app.settings.content, app.settings.local_content], app.renew)
    if "worker" in roles:
        app.assistant  # noqa: B018 - content is checked and the model made before a channel opens
    app.content  # noqa: B018 - every role speaks to people, staff at least
    service = Service(app, roles)
    service.watch.begin()
    jobs = [*service.jobs(), reloader.run(service.stop)]
    server = serve_pages.server(service.http()) if listening else None
    _announce(service, listening)
    try:
        await _until_stopped(server, listening, jobs, service.stop)
    finally:
        if service.telegram:
            await service.telegram.close()
        service.watch.end()
        app.database.close()


async def _until_stopped(
    server: uvicorn.Server | None, listening: socket.socket | None, jobs: list[Job], stop: asyncio.Event
) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = {asyncio.create_task(job) for job in jobs}
    stopping = asyncio.create_task(stop.wait())
    serving = asyncio.create_task(server.serve([listening])) if server and listening else stopping
    done: set[asyncio.Task[Any]] = set()
    while not (done & {serving, stopping} or any(task.exception() for task in done if not task.cancelled())):
        ended, _ = await asyncio.wait({*tasks, serving, stopping} - done, return_when=asyncio.FIRST_COMPLETED)
        done |= ended  # a job may be through with what it had to do (the webhook is announced)
    stop.set()
    if server:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
    _, late = await asyncio.wait(tasks, timeout=serve_pages.STOP_WITHIN)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
    stopping.cancel()
    for task in done - {stopping}:
        if not task.cancelled() and task.exception():
            raise task.exception()  # type: ignore[misc]


def _telegram(app: App) -> Any:
    """The Telegram channel when a token is set."""
    if not app.settings.telegram_token:
        return None
    from bot.channels.telegram import TelegramChannel

    return TelegramChannel(
        app.settings.telegram_token,
        app.settings.telegram_api,
        app.settings.files,
        staff_chats=lambda chat: _is_staff(app, chat),
    )


def _is_staff(app: App, chat: str) -> bool:
    with app.database.reading() as connection:
        return any(member.chat == chat for member in Records(connection, app.database.clock()).staff_members())


async def _pass_on(handled: asyncio.Event, wakes: list[asyncio.Event], stop: asyncio.Event) -> None:
    """One handled message may have answers on every channel: wake all senders."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(handled.wait(), 1.0)
        if handled.is_set():
            handled.clear()
            for wake in wakes:
                wake.set()


DOING = {
    "receiver": "接收 Telegram 消息",
    "worker": "处理收到的消息",
    "sender": "发送回复",
    "web": "网页聊天和工作台",
}


def _announce(service: Service, listening: socket.socket | None) -> None:
    settings = service.app.settings
    if listening:
        host, port = listening.getsockname()[:2]
        address = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    if listening and "web" in service.roles:
        print(f"{address}  网页聊天")
        print(f"{address}staff  工作台（登记码：kexie staff add 姓名）")
    elif listening:
        print(f"{address}  {'只接收 Telegram 消息' if service.routes else '只供监控查看'}")
    if len(service.roles) < len(ROLES):
        print(f"这个进程负责：{'、'.join(DOING[role] for role in ROLES if role in service.roles)}")
    how = f"消息由 Telegram 送到 {settings.telegram_webhook}" if settings.telegram_webhook else "已开启"
    print(f"Telegram：{how if settings.telegram_token else '没有设置 KEXIE_TELEGRAM_TOKEN，未开启'}")
    print(f"数据在 {Path(settings.data).resolve()}。按 Ctrl-C 停止。", flush=True)
