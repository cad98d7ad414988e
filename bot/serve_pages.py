"""The pages of `kexie run`: the chat and the staff desk as one application, and waking the pages that are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

import uvicorn
from sqlalchemy.exc import DBAPIError
from starlette.applications import Starlette

from bot.app import App
from bot.channels.web.channel import WebChannel
from bot.channels.web.question_pages import QuestionDesk
from bot.channels.web.site import Site
from bot.channels.web.staff_pages import Desk
from bot.desk import submissions, unanswered
from bot.store import outbox

log = logging.getLogger(__name__)

STOP_WITHIN = 8
"""Seconds that open connections, downloads and sends get when the service stops."""
LOOK_FOR_NEWS = 0.5
"""Seconds between two looks at what other processes have written for the open pages of this one."""


def site(app: App, web: WebChannel, wake: Callable[[], None]) -> Site:
    """Chat and staff desk. `wake` tells the worker that something was stored."""
    desk = Desk(
        lambda records, member, wanted: submissions.overview(app.content, records, member, wanted),
        lambda receipt, records, member: submissions.one(app.content, receipt, records, member),
        lambda form, kind, records, member, target: submissions.export(
            app.content, form, kind, records, member, target
        ),
        _questions(app),
    )
    return Site(app.database, web, app.settings.data, wake, desk)


def server(application: Starlette) -> uvicorn.Server:
    """What listens for the pages, for updates, and for whoever watches."""
    config = uvicorn.Config(
        application,
        log_config=None,  # bot/watch/logs.py writes its lines, too
        log_level="warning",
        access_log=False,  # addresses are personal data
        timeout_graceful_shutdown=STOP_WITHIN,
        ws_max_size=256_000,
        server_header=False,
    )
    made = uvicorn.Server(config)
    # The service handles signals itself: the worker has to end before the process does.
    made.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    return made


def _questions(app: App) -> QuestionDesk:
    return QuestionDesk(
        lambda queued, *wanted: unanswered.shown_groups(app.content, queued, *wanted),
        unanswered.members,
        lambda queued, status, state, region, target: unanswered.write_csv(
            app.content, unanswered.groups(queued, status, "", region, state), target
        ),
        dict(unanswered.STATUSES),
    )


async def tell_pages(app: App, web: WebChannel, stop: asyncio.Event) -> None:
    """Wake the open pages for which another process has written something, until `stop`."""
    hub, seen = web.hub, dict[str, int]()

    def newest(chats: list[str]) -> dict[str, int]:
        with app.database.reading() as connection:
            return outbox.newest_of(connection, chats)

    while not stop.is_set():
        chats = hub.open()
        try:
            now = await asyncio.to_thread(newest, chats) if chats else {}
        except DBAPIError as error:
            log.debug("cannot look for news: %s", type(error).__name__)
            now = seen
        for chat, number in now.items():
            if seen.get(chat) != number:
                hub.tell(chat)
        seen = now
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_FOR_NEWS)
