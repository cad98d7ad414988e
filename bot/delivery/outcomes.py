"""What can come of sending one message. A channel raises these; the sender decides what follows."""

from __future__ import annotations


class NotSent(Exception):
    """Base of all outcomes but success; the text says what happened and holds no token and no personal data."""


class Delay(NotSent):
    """Certainly not delivered, worth another try after `seconds` (rate limit, no connection)."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"again in {seconds:g} s")
        self.seconds = seconds


class Unknown(NotSent):
    """May have arrived (a time-out while reading the answer): not sent again, shown as `unknown`."""


class Blocked(NotSent):
    """The person blocked the bot or is gone: stop sending to this chat, keep everything they handed in."""


class Moved(NotSent):
    """The group got another id."""

    def __init__(self, chat: str) -> None:
        super().__init__("chat moved")
        self.chat = chat


class Refused(NotSent):
    """This message can never be sent as it is (bad request): dead letter."""
