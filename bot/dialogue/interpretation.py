"""What was heard in one message: the only thing that understanding hands to the dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.domain.answers import Amount, Contact, OccurredOn, Remedy
from bot.domain.assessment import Severity


class Intent(StrEnum):
    """What a message wants. The first block is the contract's, the second refines it."""

    LODGE = "lodge"
    TRACK = "track"
    RATE = "rate"
    PERSON = "person"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    CORRECT = "correct"
    HELP = "help"
    WHY = "why"
    GREET = "greet"
    THANK = "thank"
    BYE = "bye"
    AFFIRM = "affirm"
    DENY = "deny"
    DONT_KNOW = "dont_know"
    SKIP = "skip"
    REPEAT = "repeat"
    PAUSE = "pause"
    RESUME = "resume"
    RESTART = "restart"
    DELETE = "delete"
    ADD = "add"
    QUESTION = "question"
    PRAISE = "praise"
    OTHER = "other"

    SEND = "send"
    REFUSE = "refuse"  # declines to answer: "none of your business"
    ALREADY_TOLD = "already_told"
    FREE = "free"  # asks whether it costs anything
    DURATION = "duration"  # asks how long it takes
    ROBOT = "robot"  # asks whether a machine is talking
    PROCESS = "process"  # asks how complaints work here
    PRIVACY = "privacy"  # asks who sees what is said
    RIGHTS = "rights"  # asks where else to go: ombudsman, court, appeal
    INSULT = "insult"
    SMALLTALK = "smalltalk"
    REQUEST = "request"  # asks for a service, complains of nothing
    ANONYMOUS = "anonymous"  # wants no name kept
    CONFIDENTIAL = "confidential"  # wants the name kept apart
    NEW_COMPLAINT = "new_complaint"  # says that this is another matter
    LANGUAGE = "language"  # asks for another language
    CODE = "code"  # asks to see the private code again, or for a new one
    SATISFIED = "satisfied"  # accepts the answer
    NOT_SATISFIED = "not_satisfied"  # does not accept the answer
    OUT_OF_SCOPE = "out_of_scope"  # employment, or already before a court (ISO 10002:2018, scope)
    SETTINGS = "settings"  # asks what can be set here: a command of menus
    NONSENSE = "nonsense"  # no words of any language known here, or advertising


@dataclass(frozen=True)
class HeardIntent:
    """An intent with its score between 0 and 1."""

    name: Intent
    score: float


Span = tuple[int, int]
"""Character offsets into the message: first, and one past the last."""


@dataclass(frozen=True)
class HeardDate:
    """A day or time span; `value` is None where the words name no possible day ("30 February")."""

    value: OccurredOn | None
    text: str
    span: Span
    is_future: bool = False


@dataclass(frozen=True)
class HeardAmount:
    """A sum of money."""

    value: Amount
    text: str
    span: Span


@dataclass(frozen=True)
class Heard:
    """Anything else that was found: e-mail, phone (E.164), name, reference, order number."""

    value: str
    text: str
    span: Span


@dataclass(frozen=True)
class Correction:
    """Something told before is taken back: `question` None where only the old value tells which.

    `old` and `new` are the person's words; `dates` what `new` means where it is a day.
    """

    question: str | None
    old: str | None
    new: str | None
    date: OccurredOn | None = None


@dataclass(frozen=True)
class HeardAssessment:
    """How grave the words are, and the words that say so."""

    severity: Severity = Severity.LOW
    safety: bool = False
    self_harm: bool = False
    immediate_action: bool = False
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Category:
    """Which kind of complaint this is, by the names in the language files."""

    name: str
    score: float


@dataclass(frozen=True)
class Context:
    """What understanding may know beside the text; `ask` is the open question's name."""

    language: str
    country: str
    today: date
    ask: str | None = None
    languages: tuple[str, ...] = ("en", "sv")


@dataclass(frozen=True)
class Interpretation:
    """Everything that was heard in one message.

    `command` is set only where the *whole* message is that intent ("cancel", "please skip this",
    "is this free?"): while a question is open nothing else interrupts it.
    """

    language: str
    text: str
    intents: tuple[HeardIntent, ...] = ()
    command: Intent | None = None
    switch_to: str | None = None  # the language that the person asked for, or clearly writes in
    dates: tuple[HeardDate, ...] = ()
    amounts: tuple[HeardAmount, ...] = ()
    emails: tuple[Heard, ...] = ()
    phones: tuple[Heard, ...] = ()
    names: tuple[Heard, ...] = ()
    references: tuple[Heard, ...] = ()
    mistyped_references: tuple[Heard, ...] = ()  # the form of a reference, a wrong check sign
    private_codes: tuple[str, ...] = ()
    order_numbers: tuple[Heard, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    dropped_remedies: tuple[Remedy, ...] = ()  # "I don't want a refund"
    asked_amount: Amount | None = None  # a sum that is asked for, not one that is only told
    contact: Contact | None = None
    subject: str | None = None  # their words for what it is about; None where the story is too thin
    acting_for: str | None = None  # their words for whom they speak and with what authority
    adjustments: str | None = None  # their words for help they need
    corrections: tuple[Correction, ...] = ()
    is_addition: bool = False  # "also", "as well": adds to what was said rather than replacing it
    is_change_of_mind: bool = False  # "actually", "no wait", "instead": replaces what was said
    questions_named: tuple[str, ...] = ()  # form questions that the words name: "the date"
    category: Category | None = None
    assessment: HeardAssessment = HeardAssessment()
    points: tuple[str, ...] = ()
    is_story: bool = False  # tells of something that went wrong, said or implied
    is_thin: bool = False  # a story too short to act on without one more question

    def has(self, intent: Intent, at_least: float = 0.5) -> bool:
        """Whether `intent` was heard with that score."""
        return any(heard.name is intent and heard.score >= at_least for heard in self.intents)
