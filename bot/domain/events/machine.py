"""What happens by itself: what is due, what is missed, and where nothing arrives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.events.vocabulary import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintAcknowledged(Event):
    """The automatic acknowledgement was issued (7.4)."""


@dataclass(frozen=True, kw_only=True)
class ExternalBodySignposted(Event):
    """The stages here are exhausted; the complainant was told where to go, and until when they can
    (ISO 10003)."""

    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelUnreachable(Event):
    """Nothing reaches the complainant there any more; `instead` is the way that is tried now."""

    channel: str
    reason: str
    instead: str | None = None


@dataclass(frozen=True, kw_only=True)
class ChannelReachable(Event):
    """The complainant wrote again from where nothing had reached them."""

    channel: str


@dataclass(frozen=True, kw_only=True)
class MessageUndelivered(Event):
    """One message to the complainant was given up after all tries; others may still arrive."""

    channel: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class OwnerReminded(Event):
    """So much of the time of a deadline has passed; `to` was told: the owner, or who stands above.

    `name` is the deadline's; what was reminded of once is not reminded of again.
    """

    name: str
    due_at: datetime
    percent: int
    to: str


@dataclass(frozen=True, kw_only=True)
class DeadlineMissed(Event):
    """A promise was not kept: by itself a fact to learn from (7.3)."""

    name: str
    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class UpdatePromised(Event):
    """The complainant was told when they hear of it next."""

    due_at: datetime


@dataclass(frozen=True, kw_only=True)
class UpdateSent(Event):
    """The complainant heard how it stands, also where nothing had changed (7.3)."""


@dataclass(frozen=True, kw_only=True)
class ComplainantNudged(Event):
    """A question to the complainant stayed without an answer, and was put once more."""


@dataclass(frozen=True, kw_only=True)
class UrgencyAlerted(Event):
    """Nobody had taken an urgent complaint: alerted again, `to` somebody further up (7.5)."""

    to: str
