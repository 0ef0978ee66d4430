"""Shows where a complaint stands: everything where it was lodged, the stage anywhere else."""

from __future__ import annotations

from dataclasses import replace
from hmac import compare_digest

from bot.dialogue.conversation import Open
from bot.dialogue.lodging import promised_on, shortened, subject_of
from bot.dialogue.messages import Kind
from bot.dialogue.replies import Reply, Text, Value, Words
from bot.dialogue.scene import Organisation, Scene, Turn
from bot.domain.complaint import Complaint
from bot.domain.events import Privacy
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.domain.status import Status


def look_up(turn: Turn, scene: Scene) -> Turn:
    """Answers a message that names references; one that is unknown here counts as a miss."""
    heard = scene.heard
    named = [Reference(found.value) for found in heard.references]
    if not named and heard.mistyped_references:
        return turn.say("reference.mistyped", written=Words(heard.mistyped_references[0].text))
    if turn.conversation.open and turn.conversation.open.ask in _LOOK_UPS:
        turn = turn.open(None)
    if not scene.may_look_up and any(ref not in scene.complaints for ref in named):
        return turn.say("rate_limited")
    if heard.private_codes and named:
        return _open_by_code(turn, scene, named[0])
    for reference in named:
        turn = _show(turn, scene, reference)
    return turn


_LOOK_UPS = frozenset({Question.REFERENCE, Question.PRIVATE_CODE})
"""Questions that are answered by whatever reference is named."""


def _show(turn: Turn, scene: Scene, reference: Reference) -> Turn:
    if complaint := scene.complaints.get(reference):
        return show(turn, scene, complaint)
    complaint = scene.elsewhere.get(reference)
    if complaint is None:
        return replace(turn.say("status.unknown"), misses=turn.misses + 1)
    turn = turn.remember(looked_up=reference).reply(stage(complaint, scene.organisation))
    if not turn.conversation.active_draft:
        turn = turn.open(Open(Question.PRIVATE_CODE, reference))
    return turn


def stage(complaint: Complaint, organisation: Organisation) -> Reply:
    """The stage, what it means and the next promised day: all that a mere reference shows."""
    return Reply(
        (Text("status", _stage_values(complaint, organisation)),),
        Kind.STATUS,
        reference=complaint.reference,
    )


def show(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """Everything, for whoever lodged it or has its private code."""
    texts = [
        Text("status", _stage_values(complaint, scene.organisation)),
        Text("status.about", _about(complaint)),
    ]
    if complaint.open_question:
        texts.append(Text("status.question", {"question": Words(complaint.open_question)}))
    if complaint.response:
        texts.append(Text("status.answer", {"answer": Words(complaint.response.text)}))
    reply = Reply(
        tuple(texts),
        Kind.STATUS,
        choices=choices_after(complaint),
        reference=complaint.reference,
    )
    return turn.remember(current=complaint.reference).reply(reply)


def choices_after(complaint: Complaint) -> tuple[str, ...]:
    """What may be done about a complaint as it stands."""
    if complaint.status is Status.RESPONDED and complaint.accepted_at is None:
        return ("accept", "not_satisfied")
    if complaint.status.is_final:
        return ("complain",)
    others = tuple(p.value for p in Privacy if p is not complaint.privacy)
    is_anonymous = complaint.privacy is Privacy.ANONYMOUS
    return ("add", "withdraw", *(() if is_anonymous else others))


def _stage_values(complaint: Complaint, organisation: Organisation) -> dict[str, Value]:
    promise = promised_on(complaint, organisation)
    following = Text("status.next", {"promise": promise}) if promise else Text("status.no_next")
    return {
        "reference": complaint.reference,
        "status": Text(f"status.word.{complaint.status}"),
        "meaning": Text(f"status.meaning.{complaint.status}"),
        "next": following,
    }


def _about(complaint: Complaint) -> dict[str, Value]:
    details = complaint.details
    story = shortened(details.narrative, 240)
    missing = Text("not_provided")
    return {
        "subject": subject_of(complaint),
        "narrative": Words(story),
        "order_or_account": Words(details.order_or_account)
        if details.order_or_account
        else missing,
        "remedy": details.remedy_sought or missing,
        "owner": Words(complaint.owner) if complaint.owner else Text("status.no_owner"),
    }


def track(turn: Turn, scene: Scene) -> Turn:
    """ "How is my complaint doing?" without a reference: the only one, or which?"""
    known = turn.conversation.known
    if scene.heard.references or scene.heard.mistyped_references:
        return look_up(turn, scene)
    if len(known) == 1:
        return show(turn, scene, scene.complaints[known[0]])
    if turn.conversation.open is not None:
        return turn.say("status.which")
    return turn.open(Open(Question.REFERENCE, purpose="status"))


def take_reference(turn: Turn, scene: Scene) -> Turn:
    """The answer to "which complaint?"."""
    turn = turn.open(None)
    if scene.heard.references or scene.heard.mistyped_references:
        return look_up(turn, scene)
    return turn.say("reference.unreadable").open(scene.conversation.open)


def take_code(turn: Turn, scene: Scene) -> Turn:
    """The answer to "what is the private code?"."""
    about = scene.conversation.open.about if scene.conversation.open else None
    reference = about or scene.conversation.looked_up
    if reference is None:
        return turn.open(Open(Question.REFERENCE, purpose="status"))
    if not scene.may_look_up:
        return replace(turn.say("rate_limited"), hides_words=True).open(None)
    return _open_by_code(turn.open(None), scene, reference)


def _open_by_code(turn: Turn, scene: Scene, reference: Reference) -> Turn:
    """Opens the complaint if one of the codes is its own; both misses look alike."""
    turn = replace(turn, hides_words=True)
    complaint = scene.elsewhere.get(reference) or scene.complaints.get(reference)
    renewals = complaint.code_renewals if complaint else 0
    right = scene.private_code(reference, renewals)
    matches = [compare_digest(right, code) for code in scene.heard.private_codes]
    if complaint is None or not any(matches):
        return replace(turn.say("status.unknown"), misses=turn.misses + 1)
    opened = tuple(dict.fromkeys((*turn.conversation.opened, reference)))
    turn = turn.remember(opened=opened, looked_up=None)
    return _lend(show(turn, scene, complaint), scene, complaint)


def _lend(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """An anonymous complaint is open to a chat that knows who writes only as long as they stay."""
    if complaint.privacy is not Privacy.ANONYMOUS or not scene.message.knows_sender:
        return turn
    shown = replace(turn.replies[-1], is_fleeting=True)
    borrowed = tuple(dict.fromkeys((*turn.conversation.borrowed, complaint.reference)))
    return replace(turn.remember(borrowed=borrowed), replies=(*turn.replies[:-1], shown))
