"""Telegram: Bot API updates <-> Incoming and Reply. python-telegram-bot carries the calls, nothing more."""

from bot.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramChannel"]
