"""`kexie run`: every part of the service in one process, started in order and stopped without losing anything."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.channels import Channel
from bot.channels.web.channel import WebChannel
from bot.channels.web.site import Site
from bot.channels.web.staff_pages import Desk
from bot.content.reload import Reloader
from bot.delivery.sender import Sender
from bot.delivery.worker import Worker
from bot.desk import chores, submissions
from bot.settings import free_port
from bot.store import post
from bot.store.records import Records

log = logging.getLogger(__name__)

STOP_WITHIN = 8
"""Seconds that open connections get when the service stops."""


async def serve(app: App) -> None:
    """Run until SIGINT or SIGTERM. Raises BadSetting when the port is taken."""
    port = free_port(app.settings)
    app.settings.files.mkdir(parents=True, exist_ok=True)
    reloader = Reloader([app.settings.content, app.settings.local_content], app.renew)
    app.assistant  # noqa: B018 - content is checked and the model made before a channel opens
    stop = asyncio.Event()
    web = WebChannel(app.settings.files)
    channels: dict[str, Channel] = {"web": web, "terminal": app.terminal}
    telegram = _telegram(app)
    if telegram:
        channels["telegram"] = telegram
    worker = app.worker(channels)
    server = _server(app, web, worker, port)
    jobs = [worker.run(stop)]
    wakes = []
    for channel in channels.values():
        wake = asyncio.Event()
        wakes.append(wake)
        jobs.append(Sender(app.database, channel).run(wake, stop))
    jobs.append(_pass_on(worker.handled, wakes, stop))
    jobs.append(_keep_house(app, stop))
    jobs.append(reloader.run(stop))
    if telegram:
        jobs.append(_receive(telegram, app, worker, stop))
    _announce(app, port, telegram is not None)
    try:
        await _until_stopped(server, jobs, stop)
    finally:
        if telegram:
            await telegram.close()
        app.database.close()


async def _until_stopped(server: uvicorn.Server, jobs: list[Any], stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    tasks = [asyncio.create_task(job) for job in jobs]
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    done, _ = await asyncio.wait([*tasks, serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    server.should_exit = True
    await asyncio.gather(serving, return_exceptions=True)
    _, late = await asyncio.wait(tasks, timeout=STOP_WITHIN)
    for task in late:
        task.cancel()
    stopping.cancel()
    for task in done - {stopping}:
        if not task.cancelled() and task.exception():
            raise task.exception()  # type: ignore[misc]


def _server(app: App, web: WebChannel, worker: Worker, port: int) -> uvicorn.Server:
    desk = Desk(
        lambda records, member: submissions.overview(app.content, records, member),
        lambda form, kind, records, member, target: submissions.export(
            app.content, form, kind, records, member, target
        ),
    )
    site = Site(app.database, web, app.settings.data, worker.wake.set, desk)
    config = uvicorn.Config(
        site.application(),
        host=app.settings.host,
        port=port,
        log_level="warning",
        access_log=False,  # addresses are personal data
        timeout_graceful_shutdown=STOP_WITHIN,
        ws_max_size=256_000,
        server_header=False,
    )
    server = uvicorn.Server(config)
    # The service handles signals itself: the worker has to end before the process does.
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    return server


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


async def _receive(telegram: Any, app: App, worker: Worker, stop: asyncio.Event) -> None:
    async def put(update_id: str, chat: str, raw: dict[str, Any]) -> None:
        await asyncio.to_thread(post.receive, app.database, "telegram", update_id, chat, raw)
        worker.wake.set()

    await telegram.receive(put, stop)


async def _pass_on(handled: asyncio.Event, wakes: list[asyncio.Event], stop: asyncio.Event) -> None:
    """One handled message may have answers on every channel: wake all senders."""
    while not stop.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(handled.wait(), 1.0)
        if handled.is_set():
            handled.clear()
            for wake in wakes:
                wake.set()


async def _keep_house(app: App, stop: asyncio.Event) -> None:
    """Once an hour: remind people, and delete what the forms promise not to keep longer."""
    while not stop.is_set():
        try:
            now = app.database.clock()
            done = await asyncio.to_thread(chores.keep, app.database, app.content, app.settings.files, now)
        except (DBAPIError, OSError) as error:
            log.error("house could not be kept: %s", type(error).__name__)
        else:
            if done != chores.Done():
                log.info(
                    "%s reminders, %s expired drafts and %s leftover files", done.reminded, done.drafts, done.files
                )
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 3600)


def _announce(app: App, port: int, telegram: bool) -> None:
    address = f"http://{app.settings.host}:{port}/"
    print(f"{address}  网页聊天")
    print(f"{address}staff  工作台（登记码：kexie staff add 姓名）")
    print(f"Telegram：{'已开启' if telegram else '没有设置 KEXIE_TELEGRAM_TOKEN，未开启'}")
    print(f"数据在 {Path(app.settings.data).resolve()}。按 Ctrl-C 停止。", flush=True)
