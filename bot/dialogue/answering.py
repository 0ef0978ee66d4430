"""Takes a message as the answer to the form's open question.

A wrong answer is a normal turn: the question is asked again and says why. Whatever else the
message tells is taken too, and a message that only corrects something leaves the question open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.dialogue import intake
from bot.dialogue.conversation import Draft, Open
from bot.dialogue.interpretation import Intent, Interpretation
from bot.dialogue.noticing import is_pure_correction, notice
from bot.dialogue.replies import Reply, Text
from bot.dialogue.scene import Scene, Turn
from bot.domain.answers import Contact, ContactKind, Remedy, RemedySought
from bot.domain.form import Question

DECLINING = frozenset({Intent.SKIP, Intent.DONT_KNOW, Intent.REFUSE, Intent.ALREADY_TOLD})


@dataclass(frozen=True)
class Answered:
    """What an answer came to: the draft, what to remark, and whether the question stays open."""

    draft: Draft
    texts: tuple[Text, ...] = ()
    stays_open: bool = False
    is_miss: bool = False
    purpose: str | None = None


def answer(turn: Turn, scene: Scene) -> Turn:
    """Takes the message as an answer to the open question of the draft."""
    question = scene.conversation.open.ask if scene.conversation.open else Question.NARRATIVE
    heard, before = scene.heard, turn.draft
    noticed = notice(before, heard, question)
    if is_pure_correction(noticed, heard) and question not in noticed.changed:
        return _settled(turn, scene, Answered(noticed.draft, intake.remarks(noticed), True))
    if heard.command in DECLINING:
        return decline(turn, scene, question)
    answered = _READERS[question](noticed.draft, heard, noticed.gave(question))
    others = replace(
        noticed,
        learned=tuple(q for q in noticed.learned if q is not question or q in _READ_BACK),
    )
    texts = (*intake.remarks(others), *answered.texts)
    return _settled(turn, scene, replace(answered, texts=texts))


def _settled(turn: Turn, scene: Scene, answered: Answered) -> Turn:
    before = turn.draft
    if answered.is_miss and answered.draft.details == before.details:
        return miss(turn)
    turn = turn.with_draft(answered.draft).remember(misses=0)
    turn = intake.record_late_answers(turn, before, scene)
    if not answered.stays_open:
        return intake.proceed(turn, scene, *answered.texts)
    turn = turn.reply(*_remark(answered.texts))
    open_ = turn.conversation.open
    return turn.open(replace(open_, purpose=answered.purpose or open_.purpose)) if open_ else turn


def _remark(texts: tuple[Text, ...]) -> tuple[Reply, ...]:
    return (Reply(texts),) if texts else ()


def decline(turn: Turn, scene: Scene, question: Question) -> Turn:
    """The question is skipped, refused, unknown or said to be answered: it is not asked again."""
    if question is Question.NARRATIVE and not turn.draft.told:
        return turn.say("narrative.needed")
    told = scene.heard.command is Intent.ALREADY_TOLD
    draft = turn.draft.settle(question)
    if question is Question.REMEDY_SOUGHT and scene.heard.command is Intent.DONT_KNOW:
        draft = draft.answered(question, RemedySought((Remedy.UNSURE,), None, scene.text.strip()))
    if question is Question.CONTACT:
        draft = draft.answered(question, draft.details.contact or Contact(ContactKind.CHAT))
    before = turn.draft
    turn = turn.with_draft(draft).remember(misses=0)
    turn = intake.record_late_answers(turn, before, scene)
    return intake.proceed(turn, scene, *((Text("already_told"),) if told else ()))


def miss(turn: Turn) -> Turn:
    """Not understood: ask again; after the second time in a row offer a person."""
    misses = turn.conversation.misses + 1
    texts = (Text("not_understood"), *((Text("offer_person"),) if misses >= 2 else ()))
    return turn.remember(misses=misses).reply(Reply(texts))


_READ_BACK = frozenset({Question.OCCURRED_ON})
"""Answers read back even where they were asked for: a day is easily misread."""

Reader = Callable[[Draft, Interpretation, bool], Answered]
"""The last argument: whether the message gave the answer already, as `notice` reads it."""


def _open_still(draft: Draft, heard: Interpretation) -> Answered:
    """The answer did not hold what was asked; what it told otherwise is kept."""
    if heard.is_story:
        return Answered(intake.add_to_story(draft, heard.text, heard), stays_open=True)
    return Answered(draft, stays_open=True, is_miss=True)


def _narrative(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if heard.command is Intent.DENY and draft.told:
        return Answered(draft.settle(Question.NARRATIVE))
    if heard.has(Intent.NONSENSE):
        return Answered(draft, stays_open=True, is_miss=True)
    story = intake.add_to_story(draft, heard.text, heard)
    return Answered(story.settle(Question.NARRATIVE))


def _occurred_on(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if is_given:
        return Answered(_with_story(draft, heard))
    if any(date.is_future for date in heard.dates):
        return Answered(draft, (Text("date.future"),), stays_open=True)
    if any(date.value is None for date in heard.dates):
        return Answered(draft, (Text("date.impossible"),), stays_open=True)
    if heard.command is Intent.DENY:
        return Answered(draft.settle(Question.OCCURRED_ON))
    return _open_still(draft, heard)


def _with_story(draft: Draft, heard: Interpretation) -> Draft:
    return intake.add_to_story(draft, heard.text, heard) if heard.is_story else draft


def _order_or_account(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if is_given:
        return Answered(_with_story(draft, heard).settle(Question.ORDER_OR_ACCOUNT))
    if heard.command is Intent.DENY:
        return Answered(draft.settle(Question.ORDER_OR_ACCOUNT))
    is_short = len(heard.text.split()) <= 5
    if any(sign.isdigit() for sign in heard.text) and is_short and not heard.dates:
        return Answered(draft.answered(Question.ORDER_OR_ACCOUNT, heard.text.strip()))
    return _open_still(draft, heard)


def _free_text(question: Question) -> Reader:
    def read(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
        if heard.has(Intent.NONSENSE):
            return Answered(draft, stays_open=True, is_miss=True)
        return Answered(draft.answered(question, heard.text.strip()))

    return read


def _subject(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if heard.has(Intent.NONSENSE):
        return Answered(draft, stays_open=True, is_miss=True)
    draft = _with_story(draft, heard)
    return Answered(draft.answered(Question.SUBJECT, heard.subject or heard.text.strip()))


def _remedy_sought(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if is_given:
        return Answered(_with_story(draft, heard).settle(Question.REMEDY_SOUGHT))
    words = heard.text.strip()
    if heard.command is Intent.DENY:
        sought = RemedySought((Remedy.NONE,), None, words)
        return Answered(draft.answered(Question.REMEDY_SOUGHT, sought))
    if heard.has(Intent.NONSENSE) or heard.command is Intent.AFFIRM:
        return Answered(draft, stays_open=True, is_miss=True)
    if heard.asked_amount or heard.amounts:
        amount = heard.asked_amount or heard.amounts[0].value
        sought = RemedySought((Remedy.COMPENSATION,), amount, words)
        return Answered(draft.answered(Question.REMEDY_SOUGHT, sought))
    sought = RemedySought((Remedy.OTHER,), None, words)
    return Answered(draft.answered(Question.REMEDY_SOUGHT, sought))


def _evidence(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if draft.attachments:
        return Answered(_with_story(draft, heard).settle(Question.EVIDENCE))
    if heard.command is Intent.AFFIRM:
        return Answered(draft, (Text("evidence.send_now"),), stays_open=True)
    if heard.has(Intent.NONSENSE):
        return Answered(draft, stays_open=True, is_miss=True)
    draft = draft if heard.command is Intent.DENY else _with_story(draft, heard)
    return Answered(draft.settle(Question.EVIDENCE))


def _acting_for(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    before = draft.details.acting_for
    words = heard.text.strip()
    if before and words not in before:
        words = f"{before}; {words}"
    return Answered(draft.answered(Question.ACTING_FOR, words))


def _name(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if is_given or heard.command is Intent.DENY:
        return Answered(draft.settle(Question.NAME))
    words = heard.text.strip()
    is_name = len(words.split()) <= 6 and len(words) <= 120 and not heard.is_story
    if is_name and not heard.has(Intent.NONSENSE) and heard.command is None:
        return Answered(draft.answered(Question.NAME, words))
    return _open_still(draft, heard)


def _contact(draft: Draft, heard: Interpretation, is_given: bool) -> Answered:
    if is_given:
        return Answered(draft.settle(Question.CONTACT))
    if heard.contact:  # by e-mail or phone, and the address still to come
        kind = heard.contact.kind
        return Answered(draft, stays_open=True, purpose=kind.value)
    if heard.command is Intent.DENY:
        return Answered(draft.answered(Question.CONTACT, Contact(ContactKind.NONE)))
    if heard.command is Intent.AFFIRM:
        return Answered(draft.answered(Question.CONTACT, Contact(ContactKind.CHAT)))
    return _open_still(draft, heard)


_READERS: Mapping[Question, Reader] = {
    Question.NARRATIVE: _narrative,
    Question.SUBJECT: _subject,
    Question.OCCURRED_ON: _occurred_on,
    Question.ORDER_OR_ACCOUNT: _order_or_account,
    Question.EFFECT: _free_text(Question.EFFECT),
    Question.REMEDY_SOUGHT: _remedy_sought,
    Question.EVIDENCE: _evidence,
    Question.ACTING_FOR: _acting_for,
    Question.NAME: _name,
    Question.CONTACT: _contact,
    Question.ADJUSTMENTS: _free_text(Question.ADJUSTMENTS),
}


def reread(draft: Draft, question: Question, words: str, heard: Interpretation) -> Answered:
    """What one line of a form comes to; an empty one is taken as "not told"."""
    if not words.strip():
        bare = replace(draft, details=draft.details.with_answer(question, None))
        return Answered(bare.settle(question))
    if question is Question.EVIDENCE:
        return Answered(draft)
    noticed = notice(draft, heard, question)
    read = _READERS[question](noticed.draft, heard, noticed.gave(question))
    return read if read.draft != draft or read.stays_open else replace(read, is_miss=False)


def press_contact(turn: Turn, scene: Scene, kind: ContactKind) -> Turn:
    """A button at the contact question."""
    if kind in (ContactKind.EMAIL, ContactKind.PHONE):
        return turn.open(Open(Question.CONTACT, purpose=kind.value))
    before = turn.draft
    turn = turn.with_draft(before.answered(Question.CONTACT, Contact(kind)))
    return intake.proceed(intake.record_late_answers(turn, before, scene), scene)


def press_remedy(turn: Turn, scene: Scene, kind: Remedy) -> Turn:
    """A button at the remedy question."""
    sought = RemedySought((kind,), None, scene.language.label(kind))
    before = turn.draft
    turn = turn.with_draft(before.answered(Question.REMEDY_SOUGHT, sought))
    return intake.proceed(intake.record_late_answers(turn, before, scene), scene)
