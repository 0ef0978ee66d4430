"""The form: what a complaint may be asked for, in which order, and what was told (contract §1)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.answers import Contact, OccurredOn, RemedySought


class Question(StrEnum):
    """What a bot's message may leave open; the first eleven are the form."""

    NARRATIVE = "narrative"
    SUBJECT = "subject"
    OCCURRED_ON = "occurred_on"
    ORDER_OR_ACCOUNT = "order_or_account"
    EFFECT = "effect"
    REMEDY_SOUGHT = "remedy_sought"
    EVIDENCE = "evidence"
    ACTING_FOR = "acting_for"
    NAME = "name"
    CONTACT = "contact"
    ADJUSTMENTS = "adjustments"

    CHECK = "check"
    CONFIRM = "confirm"
    RATING_HANDLING = "rating_handling"
    RATING_OUTCOME = "rating_outcome"
    COMMENT = "comment"
    REFERENCE = "reference"
    PRIVATE_CODE = "private_code"


@dataclass(frozen=True)
class Entry:
    """One question of the form.

    `is_asked` is False for what is only offered at the check; `only_if_told` for what is asked
    only once the story has touched it.
    """

    question: Question
    is_skippable: bool = True
    is_asked: bool = True
    only_if_told: bool = False


FORM = (
    Entry(Question.NARRATIVE, is_skippable=False),
    Entry(Question.SUBJECT),
    Entry(Question.OCCURRED_ON),
    Entry(Question.ORDER_OR_ACCOUNT),
    Entry(Question.EFFECT),
    Entry(Question.REMEDY_SOUGHT),
    Entry(Question.EVIDENCE),
    Entry(Question.ACTING_FOR, only_if_told=True),
    Entry(Question.NAME),
    Entry(Question.CONTACT),
    Entry(Question.ADJUSTMENTS, is_asked=False),
)
FORM_QUESTIONS = frozenset(entry.question for entry in FORM)

IDENTIFYING = frozenset({Question.NAME, Question.CONTACT, Question.ACTING_FOR})
"""Answers that tell who somebody is: kept apart always, and not at all when anonymous."""


@dataclass(frozen=True)
class Details:
    """What was told, by question; None is not told, refused, skipped or unknown."""

    narrative: str = ""
    subject: str | None = None
    occurred_on: OccurredOn | None = None
    order_or_account: str | None = None
    effect: str | None = None
    remedy_sought: RemedySought | None = None
    evidence: None = None  # the files are the complaint's attachments
    name: str | None = None
    contact: Contact | None = None
    acting_for: str | None = None
    adjustments: str | None = None

    def answer(self, question: Question) -> object:
        """What was told to `question`."""
        return getattr(self, question.value)

    def with_answer(self, question: Question, value: object) -> Details:
        """The same with another answer to `question`."""
        return replace(self, **{question.value: value})  # type: ignore[arg-type]  # an answer fits its question
