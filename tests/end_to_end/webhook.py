"""Telegram's side of a webhook: each update is posted until it is answered with 200, in order."""

from __future__ import annotations

import threading
from urllib.parse import urlsplit

import httpx

from tests.emulator import Emulator
from tests.service import Service

ADDRESS = "https://kexie.example/telegram/updates"
"""What the service tells Telegram. Here its path on the service's own port is used."""
REST = 0.1
"""Seconds until an update is posted again."""


class Webhook(threading.Thread):
    """Delivers all updates of the emulator from `start` until `end`."""

    def __init__(self, bot: Emulator, service: Service) -> None:
        super().__init__(daemon=True)
        self.bot = bot
        self.service = service
        self.delivered = 0
        """Updates that were answered with 200."""
        self._told: dict[str, object] = {}
        self._over = threading.Event()
        service.environment["KEXIE_TELEGRAM_WEBHOOK"] = ADDRESS
        bot.posts = False  # nobody listens at that address, and to find that out takes the emulator 0.2 s an update

    def run(self) -> None:
        """Post one after the other."""
        with httpx.Client(timeout=10, trust_env=False) as client:
            while not self._over.is_set():
                if self.delivered < len(self.bot.updates) and self._post(client, self.bot.updates[self.delivered]):
                    self.delivered += 1
                else:
                    self._over.wait(REST if self.delivered < len(self.bot.updates) else 0.005)

    def _post(self, client: httpx.Client, update: dict[str, object]) -> bool:
        if not self._told:  # the same after every start
            self._told = next((call.fields for call in self.bot.called("setWebhook")), {})
            return False
        headers = {"X-Telegram-Bot-Api-Secret-Token": str(self._told.get("secret_token", ""))}
        try:
            path = urlsplit(str(self._told["url"])).path
            return client.post(f"{self.service.url}{path}", json=update, headers=headers).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        """No more."""
        self._over.set()
        self.join()
