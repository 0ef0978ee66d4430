"""The intents of a message with their scores: of the whole, and of what it says on the way."""

from __future__ import annotations

from bot.dialogue.interpretation import HeardIntent, Intent
from nlu.reading import Reading
from nlu.stories import Kind, Told

_WHOLE = 0.97
_IN_STORY = 0.48  # beside a story the rest decides nothing
_WITHIN = {
    Intent.LODGE: 0.85,
    Intent.ANONYMOUS: 0.9,
    Intent.CONFIDENTIAL: 0.85,
    Intent.WITHDRAW: 0.8,
    Intent.ADD: 0.9,
    Intent.NEW_COMPLAINT: 0.85,
    Intent.OUT_OF_SCOPE: 0.85,
    Intent.PERSON: 0.6,
}
_OF_KIND = {
    Kind.STORY: (Intent.LODGE, 0.48),
    Kind.WISH: (Intent.LODGE, 0.45),
    Kind.QUESTION: (Intent.QUESTION, 0.75),
    Kind.REQUEST: (Intent.REQUEST, 0.8),
    Kind.PRAISE: (Intent.PRAISE, 0.8),
    Kind.INSULT: (Intent.INSULT, 0.8),
}


def heard_intents(
    reading: Reading, told: Told, command: Intent | None, further: dict[Intent, float]
) -> tuple[HeardIntent, ...]:
    """Every intent heard, the surest first; `OTHER` where there is none."""
    scores: dict[Intent, float] = dict(further)
    for _, kind in told.kinds:
        if kind in _OF_KIND and not (kind is Kind.WISH and not told.is_story):
            intent, score = _OF_KIND[kind]
            _raise(scores, intent, min(score, _IN_STORY) if told.is_story else score)
    for intent, score in _WITHIN.items():
        if reading.has(f"within.{intent}"):
            _raise(scores, intent, score)
    for intent in (Intent.GREET, Intent.THANK):
        begins = any(mark.start == 0 for mark in reading.found(f"whole.{intent}"))
        if begins if intent is Intent.GREET else reading.has(f"whole.{intent}"):
            _raise(scores, intent, 0.5 if told.is_story else 0.6)
    if command:
        _raise(scores, command, _WHOLE)
    if not scores:
        return (HeardIntent(Intent.OTHER, 0.5),)
    ordered = sorted(scores.items(), key=lambda item: -item[1])
    return tuple(HeardIntent(intent, score) for intent, score in ordered)


def _raise(scores: dict[Intent, float], intent: Intent, score: float) -> None:
    scores[intent] = max(scores.get(intent, 0.0), score)


def sole_intent(told: Told) -> Intent | None:
    """What a message is as a whole by its sentences alone: a mere question, request, praise."""
    kinds = {kind for _, kind in told.kinds} - {Kind.OTHER}
    if told.is_story or not kinds:
        return None
    for kind in (Kind.INSULT, Kind.REQUEST, Kind.PRAISE, Kind.QUESTION):
        if kind in kinds:
            return _OF_KIND[kind][0]
    return None
