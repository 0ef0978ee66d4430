"""Fills and corrects a draft with what one message told, whatever was asked.

Nothing told is ever asked again; what is known changes only where the person takes it back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from bot.dialogue.conversation import Draft
from bot.dialogue.interpretation import Correction, HeardAssessment, Intent, Interpretation
from bot.domain.answers import Contact, ContactKind, OccurredOn, Remedy, RemedySought
from bot.domain.events import Privacy
from bot.domain.form import Question


@dataclass(frozen=True)
class Noticed:
    """The draft after a message, and which answers the message gave or changed."""

    draft: Draft
    learned: tuple[Question, ...] = ()
    changed: tuple[Question, ...] = ()
    confirmed: tuple[Question, ...] = ()

    def gave(self, question: Question) -> bool:
        """Whether the message answered `question`, be it with what was known already."""
        return question in (*self.learned, *self.changed, *self.confirmed)

    def answered(self, question: Question, value: object) -> Noticed:
        """The same with an answer, counted as new or as changed."""
        before = self.draft.details.answer(question)
        if before == value:
            confirmed = (*self.confirmed, question)
            return replace(self, draft=self.draft.settle(question), confirmed=confirmed)
        draft = self.draft.answered(question, value)
        if before is None:
            return replace(self, draft=draft, learned=(*self.learned, question))
        return replace(self, draft=draft, changed=(*self.changed, question))


def notice(draft: Draft, heard: Interpretation, asked: Question | None) -> Noticed:
    """All that `heard` tells about the complaint; `asked` is the question it came after."""
    noticed = Noticed(draft)
    for step in _STEPS:
        noticed = step(noticed, heard, asked)
    return noticed


def is_pure_correction(noticed: Noticed, heard: Interpretation) -> bool:
    """Whether a message does nothing but change what was told before."""
    if not noticed.changed:
        return False
    if heard.command is Intent.CORRECT:
        return True
    is_short = len(heard.text.split()) <= _SHORT
    return is_short and not heard.is_story


_SHORT = 16  # words: beyond them a message that corrects also tells something


def merged(one: HeardAssessment, other: HeardAssessment) -> HeardAssessment:
    """The graver of both in each respect, with all reasons."""
    return HeardAssessment(
        severity=max(one.severity, other.severity, key=lambda severity: severity.rank),
        safety=one.safety or other.safety,
        self_harm=one.self_harm or other.self_harm,
        immediate_action=one.immediate_action or other.immediate_action,
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
    )


def _when(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    corrected = _correction(heard, Question.OCCURRED_ON)
    if corrected and corrected.date:
        return noticed.answered(Question.OCCURRED_ON, corrected.date)
    days = [date.value for date in heard.dates if date.value and not date.is_future]
    is_asked = asked is Question.OCCURRED_ON
    is_named = Question.OCCURRED_ON in heard.questions_named and heard.has(Intent.CORRECT)
    if days and (noticed.draft.details.occurred_on is None or is_asked or is_named):
        return noticed.answered(Question.OCCURRED_ON, _in_their_words(days[0], heard, asked))
    return noticed


def _in_their_words(when: OccurredOn, heard: Interpretation, asked: Question | None) -> OccurredOn:
    is_whole_answer = asked is Question.OCCURRED_ON and len(heard.text) <= 200
    return replace(when, text=heard.text.strip()) if is_whole_answer else when


def _order(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    known = noticed.draft.details.order_or_account
    for correction in heard.corrections:
        if correction.new and _is_about_order(correction, known):
            return noticed.answered(Question.ORDER_OR_ACCOUNT, correction.new)
    is_asked = asked is Question.ORDER_OR_ACCOUNT
    is_named = Question.ORDER_OR_ACCOUNT in heard.questions_named and heard.has(Intent.CORRECT)
    if heard.order_numbers and (known is None or is_asked or is_named):
        return noticed.answered(Question.ORDER_OR_ACCOUNT, heard.order_numbers[0].value)
    return noticed


def _is_about_order(correction: Correction, known: str | None) -> bool:
    if correction.question is not None:
        return correction.question == Question.ORDER_OR_ACCOUNT
    return bool(known and correction.old) and _bare(correction.old) == _bare(known)


def _bare(text: str | None) -> str:
    return "".join(sign for sign in (text or "").casefold() if sign.isalnum())


def _remedy(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    known = noticed.draft.details.remedy_sought
    kinds = _remedies_after(known, heard, asked)
    if kinds is None:
        return noticed
    amount = heard.asked_amount or (known.amount if known and not heard.remedies else None)
    if known and heard.is_addition:
        amount = heard.asked_amount or known.amount
    words = heard.text.strip() if known is None else f"{known.text}\n{heard.text.strip()}"
    if known and kinds == known.kinds and amount in (known.amount, None):
        return noticed.answered(Question.REMEDY_SOUGHT, known)
    return noticed.answered(Question.REMEDY_SOUGHT, RemedySought(kinds, amount, words))


def _remedies_after(
    known: RemedySought | None, heard: Interpretation, asked: Question | None
) -> tuple[Remedy, ...] | None:
    """The kinds wanted once this was heard; None where the message says nothing about them."""
    if not heard.remedies and not heard.dropped_remedies:
        return None
    if known is None:
        return heard.remedies or None
    if asked is Question.REMEDY_SOUGHT and heard.remedies and not heard.is_addition:
        return heard.remedies
    if heard.is_change_of_mind and heard.remedies and not heard.is_addition:
        return heard.remedies
    kept = tuple(kind for kind in known.kinds if kind not in heard.dropped_remedies)
    return tuple(dict.fromkeys((*kept, *heard.remedies))) or (Remedy.UNSURE,)


def _contact(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    contact = heard.contact
    known = noticed.draft.details.contact
    is_asked = asked is Question.CONTACT
    if contact is None and is_asked:
        contact = _reached_by(heard)
    if contact is None or (known is not None and not is_asked and contact.value is None):
        return noticed
    if contact.value is None and contact.kind in (ContactKind.EMAIL, ContactKind.PHONE):
        return noticed  # which address is still to be asked
    if not is_asked and contact.value is None and contact.kind is ContactKind.NONE:
        return noticed  # "don't ring me" in a story is no wish to hear nothing
    return noticed.answered(Question.CONTACT, contact)


def _reached_by(heard: Interpretation) -> Contact | None:
    if heard.emails:
        return Contact(ContactKind.EMAIL, heard.emails[0].value)
    return Contact(ContactKind.PHONE, heard.phones[0].value) if heard.phones else None


def _name(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    is_known = noticed.draft.details.name is not None
    is_free = not is_known or asked is Question.NAME
    for correction in heard.corrections:
        if correction.question == Question.NAME and correction.new:
            return noticed.answered(Question.NAME, correction.new)
    if heard.names and is_free and noticed.draft.privacy is not Privacy.ANONYMOUS:
        return noticed.answered(Question.NAME, heard.names[0].value)
    return noticed


def _privacy(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    if heard.has(Intent.ANONYMOUS):
        return replace(noticed, draft=anonymous(noticed.draft))
    if heard.has(Intent.CONFIDENTIAL):
        return replace(noticed, draft=replace(noticed.draft, privacy=Privacy.CONFIDENTIAL))
    return noticed


def anonymous(draft: Draft) -> Draft:
    """The draft without anything that tells who complains; neither is asked any more."""
    details = replace(draft.details, name=None, contact=None, acting_for=None)
    without = replace(draft, privacy=Privacy.ANONYMOUS, details=details, speaks_for_another=False)
    return without.settle(Question.NAME, Question.CONTACT)


def _other_facts(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    details = noticed.draft.details
    if heard.subject and details.subject is None:
        draft = noticed.draft.answered(Question.SUBJECT, heard.subject)
        noticed = replace(noticed, draft=draft)
    if heard.adjustments and details.adjustments is None:
        noticed = noticed.answered(Question.ADJUSTMENTS, heard.adjustments)
    if heard.acting_for and noticed.draft.privacy is not Privacy.ANONYMOUS:
        noticed = replace(noticed, draft=_speaking_for(noticed.draft, heard.acting_for))
    return noticed


def _speaking_for(draft: Draft, words: str) -> Draft:
    """Whom they speak for is told; with what authority is asked, once."""
    before = draft.details.acting_for
    details = replace(draft.details, acting_for=before or words)
    return replace(draft, details=details, speaks_for_another=True)


def _gravity(noticed: Noticed, heard: Interpretation, asked: Question | None) -> Noticed:
    draft = noticed.draft
    categories = [category for category in (draft.category, heard.category) if category]
    return replace(
        noticed,
        draft=replace(
            draft,
            assessment=merged(draft.assessment, heard.assessment),
            category=max(categories, key=lambda category: category.score, default=None),
        ),
    )


def _correction(heard: Interpretation, question: Question) -> Correction | None:
    return next((c for c in heard.corrections if c.question == question), None)


_STEPS: tuple[Callable[[Noticed, Interpretation, Question | None], Noticed], ...] = (
    _privacy, _when, _order, _remedy, _contact, _name, _other_facts, _gravity,
)  # fmt: skip
