"""How grave a message is: danger to people first, the harmless senses of its words left out."""

from __future__ import annotations

from bot.dialogue.interpretation import HeardAssessment
from bot.domain.assessment import Severity
from nlu.automaton import Mark
from nlu.reading import Piece, Reading

_NEAR = 8  # words between two things that are dangerous together
_NEGATION_REACH = 3
_MOST_REASONS = 6
_CLEARLY_LONGER = 2  # words
# Each label of danger: how grave, and whether it goes on now.
_DANGERS = (
    ("danger.now", Severity.CRITICAL, True),
    ("danger.self_harm", Severity.CRITICAL, True),
    ("danger.violence", Severity.HIGH, False),
    ("danger.harm", Severity.HIGH, False),
)
_PAIRS = (
    ("danger.first", "danger.second", Severity.CRITICAL, True),
    ("danger.child", "danger.hurt", Severity.HIGH, False),
    ("danger.child", "danger.hazard", Severity.HIGH, False),
    ("danger.device", "danger.heat", Severity.HIGH, True),
)
_CONCERNS = (
    "within.discrimination",
    "within.fraud",
    "within.vulnerable",
    "within.legal",
    "within.long_failure",
    "within.money_lost",
    "within.no_utility",
    "within.harassment",
)


def assess(reading: Reading, *, is_story: bool) -> HeardAssessment:
    """How grave the words are. A danger counts in any message, other concerns only in a story."""
    found = _dangers(reading)
    concerns = _concerns(reading) if is_story or found else ()
    if not found:
        severity = Severity.MEDIUM if concerns else Severity.LOW
        return HeardAssessment(severity=severity, reasons=concerns[:_MOST_REASONS])
    severity = max((grave for _, grave, _ in found), key=lambda grave: grave.rank)
    reasons = dict.fromkeys([_words(reading, mark) for mark, _, _ in found] + list(concerns))
    return HeardAssessment(
        severity=severity,
        safety=True,
        self_harm=any(mark.label == "danger.self_harm" for mark, _, _ in found),
        immediate_action=any(is_now for _, _, is_now in found),
        reasons=tuple(reasons)[:_MOST_REASONS],
    )


def _dangers(reading: Reading) -> list[tuple[Mark, Severity, bool]]:
    guarded = reading.found("danger.guard")
    found = [
        (mark, severity, is_now)
        for label, severity, is_now in _DANGERS
        for mark in reading.found(label)
        if not _is_harmless(reading, mark, guarded, label)
    ]
    for first, second, severity, is_now in _PAIRS:
        mark = _pair(reading, first, second, guarded)
        found += [(mark, severity, is_now)] if mark else []
    return found


def _is_harmless(reading: Reading, mark: Mark, guarded: tuple[Mark, ...], label: str) -> bool:
    if any(_covers(guard, mark) for guard in guarded):
        return True
    if label not in ("danger.harm", "danger.violence"):
        return False
    clause = reading.clause_at(mark.start)
    before = Piece(max(clause.start, mark.start - _NEGATION_REACH), mark.start)
    return reading.has("danger.negation", before)


def _covers(guard: Mark, mark: Mark) -> bool:
    """Whether a harmless sense decides: it overlaps, and is no mere part of a longer danger."""
    if guard.end <= mark.start or mark.end <= guard.start:
        return False
    is_inside = mark.start <= guard.start and guard.end <= mark.end
    longer = (mark.end - mark.start) - (guard.end - guard.start)
    return not (is_inside and longer >= _CLEARLY_LONGER)


def _is_guarded(guarded: tuple[Mark, ...], *marks: Mark) -> bool:
    return any(
        guard.start < mark.end and mark.start < guard.end for guard in guarded for mark in marks
    )


def _pair(reading: Reading, first: str, second: str, guarded: tuple[Mark, ...]) -> Mark | None:
    for one in reading.found(first):
        for other in reading.found(second):
            start, end = min(one.start, other.start), max(one.end, other.end)
            both = Mark(first, start, end)
            is_near = end - start <= _NEAR + 2 and one.start != other.start
            is_one = reading.sentence_at(start) == reading.sentence_at(end - 1)
            if is_near and is_one and not _is_guarded(guarded, one, other):
                return both
    return None


def _concerns(reading: Reading) -> tuple[str, ...]:
    found = [mark for label in _CONCERNS for mark in reading.found(label)[:2]]
    return tuple(dict.fromkeys(_words(reading, mark) for mark in found))


def _words(reading: Reading, mark: Mark) -> str:
    return " ".join(reading.words(mark).split())
