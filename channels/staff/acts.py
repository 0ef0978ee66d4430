"""What a caseworker may do, as JSON bodies: one model per action (contract §4)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from bot.domain.assessment import Level, Severity
from bot.domain.events import CloseReason, Finding

Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000, pattern=r"\S")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"\S")]


def _iso(value: object) -> object:
    """Pydantic alone would take numbers and times for days, too."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise ValueError("a day is written 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_iso)]


class Act(BaseModel):
    """One act; its fields are named as the desk's inputs."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: str

    def told(self) -> dict[str, Any]:
        """The fields that were given."""
        return self.model_dump(mode="python", exclude={"action"}, exclude_none=True)


class Take(Act):
    """Become the complaint's owner."""

    action: Literal["take"]


class Handover(Act):
    """Make somebody else the owner."""

    action: Literal["handover"]
    owner: Short


class Assess(Act):
    """Judge; what is left out stays as it stands."""

    action: Literal["assess"]
    category: Short | None = None
    severity: Severity | None = None
    safety: StrictBool | None = None
    complexity: Level | None = None
    impact: Level | None = None
    immediate_action: StrictBool | None = None
    reason: Text


class Ask(Act):
    """Ask the complainant something."""

    action: Literal["ask"]
    text: Text


class Note(Act):
    """Write a note among caseworkers; it never leaves the desk."""

    action: Literal["note"]
    text: Text


class Reply(Act):
    """Write to the complainant; the status stays."""

    action: Literal["reply"]
    text: Text


class Respond(Act):
    """Answer the complaint."""

    action: Literal["respond"]
    text: Text
    finding: Finding
    reasons: Text
    remedy: list[Short] | Short | None = None
    prevention: Text | None = None


class Extend(Act):
    """Promise the answer for a later day."""

    action: Literal["extend"]
    until: Day
    reason: Text


class Escalate(Act):
    """Make somebody higher up look."""

    action: Literal["escalate"]
    reason: Text


class Merge(Act):
    """Go on with this complaint as part of another."""

    action: Literal["merge"]
    into: Short


class Close(Act):
    """End it."""

    action: Literal["close"]
    reason: CloseReason


class Reopen(Act):
    """Go on after all."""

    action: Literal["reopen"]
    reason: Text


class Reveal(Act):
    """See who complains; recorded with the reason."""

    action: Literal["reveal"]
    reason: Text


AnyAct = Annotated[
    Take
    | Handover
    | Assess
    | Ask
    | Note
    | Reply
    | Respond
    | Extend
    | Escalate
    | Merge
    | Close
    | Reopen
    | Reveal,
    Field(discriminator="action"),
]
