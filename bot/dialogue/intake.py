"""Taking a complaint down: begins a draft, adds to it, asks what is missing, sends it."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import asking, lodging
from bot.dialogue.conversation import Draft, Open
from bot.dialogue.interpretation import Interpretation
from bot.dialogue.messages import Kind
from bot.dialogue.noticing import Noticed, notice
from bot.dialogue.replies import Reply, Text, Words
from bot.dialogue.scene import Scene, Turn
from bot.domain.answers import Attachment
from bot.domain.events import COMPLAINANT, DetailTold, EvidenceAdded
from bot.domain.form import FORM_QUESTIONS, IDENTIFYING, Question
from bot.domain.identity import parted


def begin(turn: Turn, scene: Scene) -> Turn:
    """An empty draft, where there is none; files that came first belong to it."""
    if turn.conversation.active_draft:
        return turn
    draft = Draft(started_at=scene.now, first_seq=turn.conversation.last_seq + 1)
    if name := scene.message.sender_name:
        draft = draft.answered(Question.NAME, name)
    return turn.remember(draft=draft, open=None)


def tell(turn: Turn, scene: Scene, words: str, heard: Interpretation) -> Turn:
    """One more piece of the story: kept word for word, understood, and gone on from."""
    turn = begin(turn, scene)
    is_first = not turn.draft.told
    noticed = notice(_told(turn.draft, words, heard), heard, None)
    draft = noticed.draft.settle(Question.NARRATIVE)
    turn = turn.with_draft(draft)
    thanks = (Text("sorry"),) if is_first else ()
    return proceed(turn, scene, *thanks, *remarks(noticed))


def _told(draft: Draft, words: str, heard: Interpretation) -> Draft:
    points = tuple(dict.fromkeys((*draft.points, *heard.points)))
    return replace(draft, told=(*draft.told, words), points=points)


def add_to_story(draft: Draft, words: str, heard: Interpretation) -> Draft:
    """The draft with an answer that also tells something; a message is never told twice."""
    return draft if words in draft.told else _told(draft, words, heard)


def remarks(noticed: Noticed) -> tuple[Text, ...]:
    """Reads back what a message taught and what it changed."""
    draft = noticed.draft
    return (
        *asking.noted(draft, noticed.learned, "noted"),
        *asking.noted(draft, noticed.changed, "changed"),
    )


def attach(turn: Turn, scene: Scene, files: tuple[Attachment, ...]) -> Turn:
    """Files for the draft, or for a draft still to be told."""
    turn = begin(turn, scene)
    draft = turn.draft
    draft = replace(draft, attachments=(*draft.attachments, *files)).settle(Question.EVIDENCE)
    turn = turn.with_draft(draft)
    if draft.registered:
        event = EvidenceAdded(at=scene.now, by=COMPLAINANT, attachments=files)
        turn = turn.record(draft.registered, event)
    return turn


def proceed(turn: Turn, scene: Scene, *texts: Text | Words) -> Turn:
    """Says `texts` and goes on: what danger demands, then the next question, then the check."""
    draft = turn.draft
    if texts:
        turn = turn.reply(Reply(texts))
    if draft.assessment.safety and draft.told and draft.registered is None:
        return _register_at_once(turn, scene)
    if not draft.told:
        return turn.open(Open(Question.NARRATIVE))
    if _wants_probe(draft, scene):
        turn = turn.with_draft(replace(draft, is_probed=True))
        return turn.open(Open(Question.NARRATIVE, purpose="more"))
    if draft.missing:
        return turn.open(Open(draft.missing[0]))
    return _finish(turn, scene) if draft.registered else turn.open(Open(Question.CHECK))


def _wants_probe(draft: Draft, scene: Scene) -> bool:
    """A thin story is asked about once, and only where it was just told."""
    return (
        scene.heard.is_thin
        and not draft.is_probed
        and len(draft.told) == 1
        and (scene.text.strip() == draft.told[0].strip())
    )


def _register_at_once(turn: Turn, scene: Scene) -> Turn:
    """Danger to people: guidance first, then the complaint is lodged as it stands (7.5)."""
    draft = turn.draft
    guidance = "emergency.self_harm" if draft.assessment.self_harm else "emergency"
    number = scene.organisation.emergency
    kind = "self_harm" if draft.assessment.self_harm else "danger"
    notice_ = Reply(
        (Text(guidance, {"number": number[kind], "danger": number["danger"]}),), Kind.NOTICE
    )
    turn = replace(turn, replies=(notice_,))
    turn = lodging.lodge(turn, scene)
    if not draft.missing or scene.new_reference in turn.detached:
        return turn
    draft = replace(draft, registered=scene.new_reference)
    return turn.with_draft(draft).open(Open(Question.CONFIRM, purpose="more"))


def record_late_answers(turn: Turn, before: Draft, scene: Scene) -> Turn:
    """What is told after an early registration is added to the complaint, answer by answer."""
    draft = turn.draft
    if draft.registered is None:
        return turn
    changed = [q for q in _FORM if draft.details.answer(q) != before.details.answer(q)]
    details, identity = parted(draft.details)
    for question in changed:
        event = _told_late(question, details.answer(question), scene)
        turn = turn.record(draft.registered, event)
    if IDENTIFYING & {*changed}:
        turn = replace(turn, identities={**turn.identities, draft.registered: identity})
    return turn


_FORM = tuple(q for q in FORM_QUESTIONS if q not in (Question.NARRATIVE, Question.EVIDENCE))
_SHAPES = {
    Question.OCCURRED_ON: "occurred_on",
    Question.REMEDY_SOUGHT: "remedy_sought",
    Question.CONTACT: "contact",
}


def _told_late(question: Question, answer: object, scene: Scene) -> DetailTold:
    shape = {_SHAPES.get(question, "text"): answer}
    return DetailTold(at=scene.now, by=COMPLAINANT, question=question, **shape)  # type: ignore[arg-type]  # the shape names the field


def _finish(turn: Turn, scene: Scene) -> Turn:
    """All was asked of a complaint that is lodged already."""
    reference = turn.draft.registered
    turn = turn.with_draft(None).open(None)
    return turn.say("added_all", reference=reference or "")
