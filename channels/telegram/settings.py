"""What the Telegram channel is told."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "telegram"
"""The channel's name: in addresses, below `/telegram/`, in metrics."""


@dataclass(frozen=True)
class Settings:
    """Each field is the setting `telegram_FIELD`, or else `FIELD`."""

    token: str
    """Token of the bot, from @BotFather."""
    public_url: str = "http://127.0.0.1:8080"
    """Below it Telegram finds the webhook."""
    api_url: str | None = None
    """Base of another Bot API server; None: Telegram's."""
    webhook_secret: str | None = None
    """What Telegram sends along with each webhook call."""
    mode: str | None = None
    """`polling` or `webhook`; None: webhook where a secret and https are there."""
    max_attachment_bytes: int = 20_971_520
    """Size of one file."""
    max_attachments: int = 10
    """Files of one complaint."""
    retry_seconds: float = 1.0
    """First delay before Telegram is asked again; doubles to 60 times it."""
    language: str = "en"
    """Language where none is told; `keys` shows keys."""
    organisation: str = ""
    """Who answers."""

    @property
    def uses_webhook(self) -> bool:
        """Whether Telegram calls, rather than being asked."""
        if self.mode is not None:
            return self.mode == "webhook"
        return bool(self.webhook_secret) and self.public_url.startswith("https://")

    @property
    def webhook_url(self) -> str:
        """Where Telegram calls."""
        return f"{self.public_url.rstrip('/')}/{NAME}/webhook"
