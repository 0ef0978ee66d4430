"""What a caseworker may do, as JSON bodies: one model per action (contract §4)."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from bot.domain.assessment import Level, Severity
from bot.domain.events import CloseReason, Finding
from bot.domain.remedies import RemedyCode

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


Remedies = list[Short | RemedyCode] | Short
"""Those that have a name are counted by it."""


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


class Point(BaseModel):
    """What is found about one point: `point` are its words as raised, or its number."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    point: Text
    finding: Finding
    reasons: Text
    remedy: Remedies | None = None
    prevention: Text | None = None


class Respond(Act):
    """Answer the complaint; points that are not named are answered by the whole answer.

    `prevention` says what keeps it from happening again, or why nothing does.
    """

    action: Literal["respond"]
    text: Text
    finding: Finding
    reasons: Text
    remedy: Remedies | None = None
    prevention: Text | None = None
    points: Annotated[list[Point], Field(max_length=100)] | None = None


class Fulfil(Act):
    """Record that the remedy was carried out, and how one can see it."""

    action: Literal["fulfil"]
    proof: Text


class Verify(Act):
    """Confirm that the remedy has reached the complainant; closes what was accepted."""

    action: Literal["verify"]


class External(Act):
    """Record what the outside body decided."""

    action: Literal["external"]
    finding: Finding
    text: Text


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


class Split(Act):
    """Make a complaint of its own of one point: its words as raised, or its number."""

    action: Literal["split"]
    point: Text


class Close(Act):
    """End it; what is referred may tell the complainant where it goes on."""

    action: Literal["close"]
    reason: CloseReason
    where: Text | None = None


class Reopen(Act):
    """Go on after all."""

    action: Literal["reopen"]
    reason: Text


class Done(Act):
    """Tick off a task."""

    action: Literal["done"]
    task: Short
    note: Text | None = None


class Hold(Act):
    """Keep everything of it, whatever its time."""

    action: Literal["hold"]
    reason: Text


class Release(Act):
    """End a hold."""

    action: Literal["release"]
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
    | Fulfil
    | Verify
    | External
    | Extend
    | Escalate
    | Merge
    | Split
    | Close
    | Reopen
    | Done
    | Hold
    | Release
    | Reveal,
    Field(discriminator="action"),
]
