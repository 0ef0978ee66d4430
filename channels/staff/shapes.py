"""The JSON of complaints as the staff API answers it (contract §4), for OpenAPI."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.domain.answers import ContactKind, Precision, Remedy
from bot.domain.assessment import Level, Severity
from bot.domain.events import Finding, Outcome, Privacy
from bot.domain.status import Status
from bot.domain.tasks import TaskKind


class OccurredOnShape(BaseModel):
    """When it happened; something ongoing has no end."""

    start: date
    end: date | None
    precision: Precision
    text: str


class AmountShape(BaseModel):
    """A sum; the currency is ISO 4217."""

    value: str = Field(examples=["42.50"])
    currency: str | None


class RemedySoughtShape(BaseModel):
    """What would put it right."""

    kinds: list[Remedy]
    amount: AmountShape | None
    text: str


class ContactShape(BaseModel):
    """Where the organisation may answer."""

    kind: ContactKind
    value: str | None


class DetailsShape(BaseModel):
    """What was told; null is not told, refused, skipped or unknown, or kept apart."""

    narrative: str
    subject: str | None
    occurred_on: OccurredOnShape | None
    order_or_account: str | None
    effect: str | None
    remedy_sought: RemedySoughtShape | None
    evidence: None = Field(description="The files are the complaint's `attachments`.")
    name: str | None
    contact: ContactShape | None
    acting_for: str | None
    adjustments: str | None


class AttachmentShape(BaseModel):
    """A file given as evidence; its content is at `attachments/{sha256}`."""

    name: str
    type: str
    size: int
    sha256: str


class JudgementShape(BaseModel):
    """Who judged what and why; null is what they left as it stood."""

    by: str
    at: AwareDatetime
    category: str | None
    severity: Severity | None
    safety: bool | None
    complexity: Level | None
    impact: Level | None
    immediate_action: bool | None
    reasons: list[str]


class AssessmentShape(BaseModel):
    """The initial assessment of ISO 10002:2018, 7.5, as it stands."""

    category: str | None
    severity: Severity
    safety: bool
    complexity: Level
    impact: Level
    immediate_action: bool
    reasons: list[str]


class DeadlineShape(BaseModel):
    """What is due when, and on which rule it rests."""

    name: str
    due_at: AwareDatetime
    met_at: AwareDatetime | None
    basis: str


class TaskShape(BaseModel):
    """Something to do; `done` ticks it off, `fulfil` and `verify` see to what was promised."""

    task: str
    kind: TaskKind
    since: AwareDatetime
    way: str | None = Field(description="By e-mail, by phone, or whichever way is left.")
    words: str | None = Field(description="What to send, read out or carry out.")


class PointShape(BaseModel):
    """What was found about one point that was raised."""

    point: str
    finding: Finding
    reasons: str
    remedy: list[str]
    prevention: str | None


class ResponseShape(BaseModel):
    """What the organisation answered."""

    text: str
    finding: Finding
    reasons: str
    remedy: list[str]
    prevention: str | None
    at: AwareDatetime
    by: str
    points: list[PointShape] = Field([], description="Only where several were raised.")
    exception: str | None = Field(None, description="Why a rule did not hold, if one did not.")


class ExternalShape(BaseModel):
    """The way outside, and what came of it."""

    signposted_at: AwareDatetime
    until: date | None = Field(description="The last day to turn to the outside body.")
    finding: Finding | None
    text: str | None
    decided_at: AwareDatetime | None


class FeedbackShape(BaseModel):
    """What the complainant thinks."""

    handling: Literal[1, 2, 3, 4, 5] | None
    outcome: Outcome | None
    comment: str | None
    at: AwareDatetime | None


class HappenedShape(BaseModel):
    """A fact, with fields of its own beside these."""

    model_config = ConfigDict(extra="allow")
    at: AwareDatetime
    event: str
    by: str


class ComplaintShape(BaseModel):
    """A complaint and all that became of it."""

    reference: str = Field(examples=["CMP-4F7K-9Q2X-V"])
    status: Status
    language: str
    channel: str
    privacy: Privacy
    received_at: AwareDatetime
    acknowledged_at: AwareDatetime | None
    owner: str | None
    details: DetailsShape
    attachments: list[AttachmentShape]
    points: list[str]
    assessment: AssessmentShape
    judged: list[JudgementShape] = Field(description="The machine's judgement, then people's.")
    deadlines: list[DeadlineShape]
    tasks: list[TaskShape]
    response: ResponseShape | None
    external: ExternalShape | None
    feedback: FeedbackShape | None
    legal_hold: str | None = Field(description="Why nothing of it may be deleted for now.")
    history: list[HappenedShape]


class PageShape(BaseModel):
    """A page of complaints, newest first; `next` is the next page's cursor."""

    complaints: list[ComplaintShape]
    next: str | None


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem documents (RFC 9457) that an operation may answer with."""
    schema = {"$ref": "#/components/schemas/Problem"}  # described where problems are made
    content = {"application/problem+json": {"schema": schema}}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": content}
        for status in statuses
    }
