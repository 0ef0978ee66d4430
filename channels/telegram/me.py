"""Who the bot is, once Telegram told it."""

from __future__ import annotations

from dataclasses import dataclass

from aiogram.types import User


@dataclass
class Me:
    """The bot's own account."""

    user: User | None = None

    @property
    def username(self) -> str | None:
        """Its name in links and mentions."""
        return self.user.username if self.user else None
