"""Turns a draft into a complaint: receipt and acknowledgement in one (ISO 10002:2018, 7.2, 7.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from bot.dialogue.conversation import Draft
from bot.dialogue.interpretation import HeardAssessment
from bot.dialogue.messages import CodeOf, Kind
from bot.dialogue.replies import Code, Reply, Text, Value, Words
from bot.dialogue.scene import Organisation, Scene, Turn
from bot.domain.assessment import InitialAssessment, Level, Severity
from bot.domain.complaint import Complaint, lodged
from bot.domain.duties import heard_next_at
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    ComplaintAcknowledged,
    ComplaintReceived,
    PersonRequested,
    Privacy,
)
from bot.domain.identity import NOBODY, Identity, parted
from bot.domain.policy import Policy
from bot.domain.reference import Reference

OTHER_CATEGORY = "other"
"""What understanding calls a complaint of no kind that it knows."""

AFTER_LODGING = ("status", "add", "copy", "person")


def lodge(turn: Turn, scene: Scene) -> Turn:
    """Lodges the draft: the events, and the acknowledgement that names the reference."""
    draft, reference = turn.draft, scene.new_reference
    complaint, identity = received(draft, scene)
    turn = turn.record(reference, *complaint.history)
    turn = replace(turn, identities={**turn.identities, reference: identity})
    turn = turn.remember(draft=None, open=None, misses=0, origin=None)
    acknowledged = acknowledgement(complaint, draft, scene)
    if draft.privacy is Privacy.ANONYMOUS and scene.message.knows_sender:
        return untied(turn, reference, draft.first_seq).reply(_only_now(acknowledged))
    turn = turn.remember(complaints=(*turn.conversation.complaints, reference), current=reference)
    return turn.reply(acknowledged)


def untied(turn: Turn, reference: Reference, first_seq: int) -> Turn:
    """The turn after which nothing ties this conversation to the complaint.

    For channels that know who speaks. Its lines from `first_seq` on are forgotten, and the private
    code is the one way back.
    """
    turn = replace(turn, conversation=turn.conversation.without(reference))
    turn = turn.remember(unbound=None)
    return replace(turn, detached=turn.detached | {reference}, forgets_from=first_seq)


def _only_now(acknowledged: Reply) -> Reply:
    return replace(acknowledged, is_fleeting=True, choices=("status", "complain", "person"))


def received(draft: Draft, scene: Scene) -> tuple[Complaint, Identity]:
    """The complaint as it begins, and who complains, kept apart.

    It counts as received when the story was first told, not when the form was finished.
    """
    details, identity = parted(replace(draft.details, narrative=draft.narrative))
    if draft.privacy is Privacy.ANONYMOUS:
        identity = NOBODY
    rules, zone = scene.organisation.rules, scene.organisation.zone
    receipt = ComplaintReceived(
        at=draft.started_at,
        by=COMPLAINANT,
        details=details,
        attachments=draft.attachments,
        privacy=draft.privacy,
        assessment=assessed(draft, scene),
        points=draft.points,
        language=scene.conversation.language,
        channel=scene.message.address.channel,
        regime=rules.in_force(draft.started_at.astimezone(zone).date()).label,
        site=scene.conversation.origin.site if scene.conversation.origin else None,
    )
    complaint = lodged(scene.new_reference, scene.conversation.id, receipt, identity)
    if draft.person_requested is not None:
        asked = PersonRequested(at=scene.now, by=COMPLAINANT, text=draft.person_requested)
        complaint = complaint.after(asked)
    return complaint.after(ComplaintAcknowledged(at=scene.now, by=OMBUD)), identity


def assessed(draft: Draft, scene: Scene) -> InitialAssessment:
    """The machine's first judgement, which any caseworker may overrule (7.5)."""
    heard = draft.assessment
    return InitialAssessment(
        category=_category(draft, scene),
        severity=heard.severity,
        safety=heard.safety,
        complexity=_complexity(draft),
        impact=_impact(heard),
        immediate_action=heard.immediate_action,
        reasons=heard.reasons,
    )


def _category(draft: Draft, scene: Scene) -> str | None:
    """By the words; where they tell nothing, what the code on the counter was for."""
    heard = draft.category.name if draft.category else None
    origin = scene.conversation.origin
    if heard in (None, OTHER_CATEGORY) and origin and origin.category:
        return origin.category
    return heard


def _complexity(draft: Draft) -> Level:
    """Many points to answer, or somebody to speak for, take longer."""
    parts = len(draft.points) + draft.speaks_for_another
    return Level.LOW if parts <= 2 else Level.MEDIUM if parts <= 5 else Level.HIGH


def _impact(heard: HeardAssessment) -> Level:
    return {
        Severity.LOW: Level.LOW,
        Severity.MEDIUM: Level.MEDIUM,
        Severity.HIGH: Level.HIGH,
        Severity.CRITICAL: Level.HIGH,
    }[heard.severity]


def acknowledgement(complaint: Complaint, draft: Draft, scene: Scene) -> Reply:
    """Reference, what was understood, what happens next and when, how to go on (R11)."""
    is_anonymous = draft.privacy is Privacy.ANONYMOUS  # what is not kept can't come back
    others = [privacy.value for privacy in Privacy if privacy is not draft.privacy]
    values: dict[str, Value] = {
        "reference": complaint.reference,
        "private_code": Code(),
        "subject": subject_of(complaint),
        "remedy": complaint.details.remedy_sought or Text("not_provided"),
    }
    return Reply(
        (
            Text("acknowledgement", values),
            Text("acknowledgement.next", next_values(complaint, scene)),
        ),
        Kind.ACKNOWLEDGEMENT,
        choices=(*AFTER_LODGING, *(() if is_anonymous else others)),
        reference=complaint.reference,
        code_of=CodeOf(complaint.reference, complaint.code_renewals),
    )


def next_values(complaint: Complaint, scene: Scene) -> dict[str, Value]:
    """When the next thing is promised, and where the way on is told."""
    return {
        "promise": promised_on(complaint, scene.organisation) or Text("not_provided"),
        "rights": f"{scene.organisation.public_url}/rights",
    }


def promised_on(complaint: Complaint, organisation: Organisation) -> date | None:
    """The day by which they hear of it next: never one that was missed and is told so already."""
    zone = organisation.zone
    at = heard_next_at(complaint, organisation.rules.of(complaint), zone, Policy())
    return at.astimezone(zone).date() if at else None


def subject_of(complaint: Complaint) -> Value:
    """What it is about, in their words."""
    return Words(shortened(complaint.details.subject or complaint.details.narrative, 160))


def shortened(text: str, limit: int) -> str:
    """The beginning of `text`, cut between words."""
    flat = " ".join(text.split())
    if len(flat) <= limit:
        return flat
    return flat[: limit - 1].rsplit(" ", 1)[0] + "…"
