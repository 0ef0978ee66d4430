"""A message that is edited or deleted later on: read again, never taken as a second answer.

While the complaint is being told, the draft then says what the message says now. What was sent
stays as it was sent, and the new words stand beside it as a correction.
"""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import intake
from bot.dialogue.conversation import Draft
from bot.dialogue.noticing import Noticed, notice
from bot.dialogue.replies import Text
from bot.dialogue.scene import Earlier, Scene, Turn
from bot.domain.answers import OccurredOn, RemedySought
from bot.domain.complaint import Complaint
from bot.domain.events import COMPLAINANT, ComplainantAdded
from bot.domain.form import FORM_QUESTIONS, Details, Question


def edit(turn: Turn, scene: Scene) -> Turn | None:
    """What an edited message changes; None where nothing hangs on it."""
    earlier, draft = scene.edited, turn.conversation.draft
    if earlier is None or earlier.text == scene.text:
        return None
    is_of_draft = draft is not None and earlier.seq >= draft.first_seq and not draft.registered
    if is_of_draft:
        return _in_draft(turn, scene, earlier)
    complaint = _holding(earlier.text, scene)
    return _after_sending(turn, scene, earlier, complaint) if complaint else None


def _in_draft(turn: Turn, scene: Scene, earlier: Earlier) -> Turn | None:
    before = turn.draft
    noticed = _read_again(before, scene, earlier)
    if noticed.draft == before:
        return None
    is_paused = before.is_paused
    turn = turn.with_draft(noticed.draft)
    remarks = intake.remarks(noticed)
    said = Text("edited") if scene.text else Text("edited.deleted")
    if is_paused:
        return turn
    return intake.proceed(turn, scene, *(remarks or (said,)))


def _read_again(draft: Draft, scene: Scene, earlier: Earlier) -> Noticed:
    """The draft with the old words and their facts replaced by the new ones."""
    blank = Draft(draft.started_at, draft.first_seq, privacy=draft.privacy)
    old = notice(blank, earlier.heard, earlier.ask).draft.details
    new = notice(blank, scene.heard, earlier.ask).draft.details
    noticed = Noticed(replace(draft, told=_told_again(draft.told, earlier.text, scene.text)))
    for question in _ANSWERED:
        noticed = _answered_again(noticed, question, (old, new), (earlier.text, scene.text))
    return noticed


_ANSWERED = tuple(q for q in FORM_QUESTIONS if q not in (Question.NARRATIVE, Question.EVIDENCE))


def _told_again(told: tuple[str, ...], before: str, now: str) -> tuple[str, ...]:
    again = (now if words == before else words for words in told)
    return tuple(words for words in again if words.strip())


def _answered_again(
    noticed: Noticed, question: Question, heard: tuple[Details, Details], words: tuple[str, str]
) -> Noticed:
    """The answer to `question`, where it came from the old words."""
    known = noticed.draft.details.answer(question)
    old, new = (details.answer(question) for details in heard)
    if isinstance(known, str) and known == words[0].strip() and old is None:
        old, new = known, words[1].strip() or None
    if _alike(old, new) or not (known is None or _alike(known, old)):
        return noticed
    if new is not None:
        return noticed.answered(question, new)
    draft = replace(noticed.draft, details=noticed.draft.details.with_answer(question, None))
    return replace(noticed, draft=replace(draft, settled=draft.settled - {question}))


def _alike(one: object, other: object) -> bool:
    """Whether two answers mean the same, in whatever words."""
    match one, other:
        case OccurredOn(), OccurredOn():
            return replace(one, text="") == replace(other, text="")
        case RemedySought(), RemedySought():
            return replace(one, text="") == replace(other, text="")
    return one == other


def _holding(words: str, scene: Scene) -> Complaint | None:
    """The complaint that holds these words."""
    return next((c for c in scene.complaints.values() if _holds(c, words.strip())), None)


def _holds(complaint: Complaint, words: str) -> bool:
    if not words:
        return False
    added = (e.text for e in complaint.history if isinstance(e, ComplainantAdded))
    details = complaint.details
    told = (details.subject, details.effect, details.order_or_account, details.adjustments)
    when = details.occurred_on.text if details.occurred_on else None
    wanted = details.remedy_sought.text if details.remedy_sought else None
    pieces = details.narrative.split("\n\n")
    return words in {*added, *told, when, wanted, *pieces} or words in details.narrative


def _after_sending(turn: Turn, scene: Scene, earlier: Earlier, complaint: Complaint) -> Turn:
    if complaint.status.is_final:
        return turn.say("edited.closed", reference=complaint.reference)
    if not scene.text:
        return turn.say("edited.sent_already", reference=complaint.reference)
    event = ComplainantAdded(at=scene.now, by=COMPLAINANT, text=scene.text, corrects=earlier.text)
    turn = turn.record(complaint.reference, event)
    return turn.say("edited.sent", reference=complaint.reference)
