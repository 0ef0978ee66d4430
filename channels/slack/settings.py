"""What the Slack channel is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

API_URL = "https://slack.com/api/"


@dataclass(frozen=True)
class Settings:
    """Tokens as Slack gives them; `retry_seconds` is the first delay of whatever is tried again.

    The desk is open where there is a `triage_channel`; `staff` and the lists in `desk_roles` are
    people `U…` and user groups `S…`, `desk_routes` are as `channels.slack.desk.routing` reads them.
    An answer that promises more than `desk_second_person_above` needs a second person.
    """

    bot_token: str = field(repr=False)
    api_url: str | None = None
    app_token: str | None = field(default=None, repr=False)
    signing_secret: str | None = field(default=None, repr=False)
    mode: Literal["socket", "http"] | None = None
    public_url: str = ""
    organisation: str = ""
    max_attachment_bytes: int = 20_971_520
    max_attachments: int = 10
    retry_seconds: float = 1
    triage_channel: str | None = None
    staff: tuple[str, ...] = ()
    desk_roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    desk_routes: tuple[Mapping[str, Any], ...] = ()
    desk_second_person_above: Decimal | None = None

    @property
    def base_url(self) -> str:
        """Where Slack's methods are called, with its last slash."""
        return f"{(self.api_url or API_URL).rstrip('/')}/"

    @property
    def is_socket(self) -> bool:
        """Whether this channel connects to Slack rather than being called by it."""
        return self.mode == "socket" or (self.mode is None and bool(self.app_token))
