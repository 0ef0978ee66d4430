"""What a complainant does after lodging: adds, withdraws, accepts or not, rates."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from bot.dialogue import lodging, signposting
from bot.dialogue.conversation import Open
from bot.dialogue.interpretation import Intent
from bot.dialogue.messages import CodeOf
from bot.dialogue.replies import Code, Reply, Text
from bot.dialogue.scene import Scene, Turn
from bot.domain.answers import Attachment
from bot.domain.complaint import Complaint
from bot.domain.events import (
    COMPLAINANT,
    OMBUD,
    CloseReason,
    ComplainantAdded,
    ComplaintClosed,
    ComplaintWithdrawn,
    EvidenceAdded,
    ExternalBodySignposted,
    HandlingRated,
    Outcome,
    OutcomeRated,
    Privacy,
    PrivacyChanged,
    PrivateCodeRenewed,
    RatingCommented,
    ResponseAccepted,
    ReviewRequested,
)
from bot.domain.form import Question
from bot.domain.identity import NOBODY
from bot.domain.status import MOVES, Move, Status


def meant(turn: Turn, scene: Scene) -> Complaint | None:
    """The complaint that a message is about: named, or the only one, or the one last spoken of."""
    if named := scene.named_complaints():
        return named[0]
    conversation = turn.conversation
    about = conversation.open.about if conversation.open else None
    wanted = (about, conversation.current, *reversed(conversation.known))
    return next((scene.complaints[ref] for ref in wanted if ref and ref in scene.complaints), None)


def is_possible(complaint: Complaint, move: Move) -> bool:
    """Whether the status table has this move."""
    return move in MOVES[complaint.status]


def add(turn: Turn, scene: Scene, complaint: Complaint, words: str) -> Turn:
    """More words for a complaint that is lodged."""
    event = ComplainantAdded(at=scene.now, by=COMPLAINANT, text=words)
    turn = turn.record(complaint.reference, event).remember(current=complaint.reference)
    return turn.open(None).say("added", reference=complaint.reference)


def attach(turn: Turn, scene: Scene, complaint: Complaint, files: tuple[Attachment, ...]) -> Turn:
    """More files for a complaint that is lodged."""
    event = EvidenceAdded(at=scene.now, by=COMPLAINANT, attachments=files)
    return turn.record(complaint.reference, event)


def withdraw(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """Takes a complaint back, if it can still be."""
    turn = turn.open(None)
    if not is_possible(complaint, Move.WITHDRAW):
        return turn.say("withdraw.too_late", reference=complaint.reference)
    event = ComplaintWithdrawn(at=scene.now, by=COMPLAINANT)
    turn = _without_draft_of(turn.record(complaint.reference, event), complaint)
    return turn.say("withdrawn", reference=complaint.reference)


def _without_draft_of(turn: Turn, complaint: Complaint) -> Turn:
    draft = turn.conversation.draft
    return turn.with_draft(None) if draft and draft.registered == complaint.reference else turn


def awaiting_reaction(turn: Turn, scene: Scene) -> Complaint | None:
    """The complaint whose response was neither accepted nor rejected yet."""
    complaint = meant(turn, scene)
    waiting = [c for c in scene.complaints.values() if _awaits(c)]
    if complaint and _awaits(complaint):
        return complaint
    return waiting[-1] if waiting else None


def _awaits(complaint: Complaint) -> bool:
    return complaint.status is Status.RESPONDED and complaint.accepted_at is None


def accept(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """The response is accepted; with no remedy due that closes the complaint (7.9)."""
    turn = turn.record(complaint.reference, ResponseAccepted(at=scene.now, by=COMPLAINANT))
    if not complaint.promised:
        closed = ComplaintClosed(at=scene.now, by=OMBUD, reason=CloseReason.ACCEPTED)
        return _then_rate(turn.record(complaint.reference, closed).say("accepted"), complaint)
    return _then_rate(turn.say("accepted.remedy_due"), complaint)


def ask_review(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """ "Not satisfied": one more tap opens the review, or shows the way outside."""
    return turn.open(Open(Question.CONFIRM, complaint.reference, "review"))


def review(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """Another person looks at everything again; after that the way leads outside (ISO 10003)."""
    if complaint.stage == 1:
        event = ReviewRequested(at=scene.now, by=COMPLAINANT)
        turn = turn.record(complaint.reference, event)
        return _then_rate(turn.say("review.opened", reference=complaint.reference), complaint)
    until = signposting.last_day(scene.organisation, complaint)
    event_ = ExternalBodySignposted(at=scene.now, by=OMBUD, until=until)
    turn = turn.record(complaint.reference, event_)
    told = signposting.signpost(scene.organisation, scene.now, complaint)
    return _then_rate(turn.reply(Reply(told)), complaint)


def _then_rate(turn: Turn, complaint: Complaint) -> Turn:
    """Ratings follow, unless the person is in the middle of something else."""
    if turn.conversation.active_draft:
        return turn
    return turn.open(Open(Question.RATING_HANDLING, complaint.reference))


def rate_handling(
    turn: Turn, scene: Scene, complaint: Complaint, handling: Literal[1, 2, 3, 4, 5] | None
) -> Turn:
    """1 to 5, or skipped."""
    if handling:
        event = HandlingRated(at=scene.now, by=COMPLAINANT, handling=handling)
        turn = turn.record(complaint.reference, event)
    return turn.open(Open(Question.RATING_OUTCOME, complaint.reference))


def rate_outcome(turn: Turn, scene: Scene, complaint: Complaint, outcome: Outcome | None) -> Turn:
    """Fair, partly or not, or skipped."""
    if outcome:
        event = OutcomeRated(at=scene.now, by=COMPLAINANT, outcome=outcome)
        turn = turn.record(complaint.reference, event)
    return turn.open(Open(Question.COMMENT, complaint.reference))


def comment(turn: Turn, scene: Scene, complaint: Complaint, words: str | None) -> Turn:
    """Words beside the ratings, or none."""
    if words:
        event = RatingCommented(at=scene.now, by=COMPLAINANT, comment=words)
        turn = turn.record(complaint.reference, event)
    return turn.open(None).say("thanks.rating")


def take_rating(turn: Turn, scene: Scene) -> Turn:
    """A rating that was typed: a figure, a yes or no, or a comment."""
    open_, complaint = scene.conversation.open, meant(turn, scene)
    if open_ is None or complaint is None:
        return turn.open(None)
    is_skipped = scene.heard.command in (Intent.SKIP, Intent.DONT_KNOW, Intent.REFUSE)
    if open_.ask is Question.COMMENT:
        says_nothing = is_skipped or scene.heard.command is Intent.DENY
        return comment(turn, scene, complaint, None if says_nothing else scene.text.strip())
    if open_.ask is Question.RATING_HANDLING:
        figure = scene.text.strip()
        if figure in _FIGURES:
            return rate_handling(turn, scene, complaint, _FIGURES[figure])
        return rate_handling(turn, scene, complaint, None) if is_skipped else turn.say("try_again")
    outcome = _OUTCOMES.get(scene.heard.command or Intent.OTHER)
    if outcome or is_skipped:
        return rate_outcome(turn, scene, complaint, outcome)
    return turn.say("try_again")


_FIGURES: dict[str, Literal[1, 2, 3, 4, 5]] = {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5}
_OUTCOMES = {Intent.AFFIRM: Outcome.YES, Intent.DENY: Outcome.NO}


def set_privacy(turn: Turn, scene: Scene, complaint: Complaint, privacy: Privacy) -> Turn:
    """Another decision on who may see who complains; what was not kept can't come back."""
    if complaint.privacy is Privacy.ANONYMOUS and privacy is not Privacy.ANONYMOUS:
        return turn.say("privacy.gone")
    event = PrivacyChanged(at=scene.now, by=COMPLAINANT, privacy=privacy)
    turn = turn.record(complaint.reference, event)
    if privacy is not Privacy.ANONYMOUS:
        return turn.say(f"privacy.set.{privacy}")
    turn = replace(turn, identities={**turn.identities, complaint.reference: NOBODY})
    turn = turn.say("privacy.set.anonymous")
    if not scene.message.knows_sender:
        return turn
    code = replace(_code(complaint, complaint.code_renewals), is_fleeting=True)
    return lodging.untied(turn, complaint.reference, first_seq=1).reply(code)


def show_code(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """The private code again, for the conversation that lodged the complaint (contract §3)."""
    if complaint.reference not in turn.conversation.complaints:
        return turn.say("code.only_there")
    turn = turn.reply(_code(complaint, complaint.code_renewals))
    if turn.conversation.open:
        return turn
    return turn.open(Open(Question.CONFIRM, complaint.reference, "renew"))


def renew_code(turn: Turn, scene: Scene, complaint: Complaint) -> Turn:
    """Another private code; the old one opens nothing any more."""
    event = PrivateCodeRenewed(at=scene.now, by=COMPLAINANT)
    turn = turn.record(complaint.reference, event).open(None)
    return turn.reply(_code(complaint, complaint.code_renewals + 1))


def _code(complaint: Complaint, renewals: int) -> Reply:
    text = Text("code", {"reference": complaint.reference, "private_code": Code()})
    code_of = CodeOf(complaint.reference, renewals)
    return Reply((text,), reference=complaint.reference, code_of=code_of)
