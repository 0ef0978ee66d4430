"""Which of the days told is that of the trouble, and which have not been yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.dialogue.interpretation import Context, HeardDate
from bot.domain.answers import OccurredOn, Precision
from nlu import days
from nlu.dates import FoundDate
from nlu.days import Day
from nlu.reading import Piece, Reading

_NAMED = frozenset({"weekday", "day_month", "the_day", "day_number", "holiday", "month"})
_PRECISION = {
    Precision.DAY: 2.0,
    Precision.ONGOING: 2.0,
    Precision.WEEK: 1.2,
    Precision.MONTH: 1.0,
    Precision.YEAR: 0.3,
}
_STORY_LABELS = ("story.trouble", "danger.now", "danger.harm", "danger.violence")


def ordered_dates(
    reading: Reading,
    found: tuple[FoundDate, ...],
    context: Context,
    *,
    denied: frozenset[tuple[int, int]],
) -> tuple[tuple[HeardDate, Piece], ...]:
    """The days with the trouble's first; those that a correction denies are left out."""
    kept = [one for one in found if one.span not in denied]
    timed = [_timed(reading, one, context) for one in kept]
    ranked = sorted(
        timed,
        key=lambda one: (
            one.day is not None and one.day.is_future,
            -_weight(reading, one),
            one.span,
        ),
    )
    return tuple((_heard(reading, one), one.piece) for one in ranked)


def _timed(reading: Reading, found: FoundDate, context: Context) -> FoundDate:
    """A day named without its year is one to come where the tense says so."""
    if not found.day or found.day.is_future or context.ask == "occurred_on":
        return found
    has_year = any(
        norm == "#" and len(reading.text[slice(*reading.spans[i])]) == 4
        for i, norm in _numbered(reading, found.piece)
    )
    if found.meaning not in _NAMED or has_year:
        return found
    clause = _clause(reading, found.piece)
    if not reading.has("story.future", clause) or reading.has("story.event", clause):
        return found
    if reading.has("story.expected", clause):
        return found
    return replace(found, day=_next(found, context))


def _next(found: FoundDate, context: Context) -> Day:
    day = found.day
    assert day  # noqa: S101  only days that were read are moved
    if found.meaning == "weekday":
        moment = day.start + timedelta(days=7)
        return days.single(max(context.today, moment), context.today)
    moved = days.coming(day.start.month, day.start.day, context.today)
    if found.meaning in ("the_day", "day_number"):
        moved = days.shifted(day.start, -1, "month")
    return replace(day, start=moved or day.start, end=moved or day.start, is_future=True)


def _clause(reading: Reading, piece: Piece) -> Piece:
    first, last = reading.clause_at(piece.start), reading.clause_at(piece.end - 1)
    return Piece(first.start, last.end)


def _numbered(reading: Reading, piece: Piece) -> list[tuple[int, str]]:
    return [(index, reading.norms[index]) for index in range(piece.start, piece.end)]


def _weight(reading: Reading, found: FoundDate) -> float:
    """How likely it is that the trouble happened then."""
    if found.day is None:
        return 0.5
    sentence, clause = reading.sentence_at(found.piece.start), _clause(reading, found.piece)
    weight = _PRECISION[found.day.precision]
    weight += 2 * any(reading.has(label, clause) for label in _STORY_LABELS)
    weight += any(reading.has(label, sentence) for label in _STORY_LABELS)
    weight += 0.8 * (found.meaning in ("since", "range", "range_days", "for"))
    weight += 0.7 * (found.meaning in ("day_month", "iso", "numeric") and len(found.piece) >= 3)
    weight -= 3 * reading.has("story.purchase", clause)
    weight -= 1.5 * (
        reading.has("story.contacted", clause) and not reading.has("story.about", sentence)
    )
    weight -= 1.5 * reading.has("story.expected", clause)
    weight += 2 * _follows_about(reading, sentence)
    return weight


def _follows_about(reading: Reading, sentence: Piece) -> bool:
    """Whether this sentence, or the one before, says that now comes the matter itself."""
    return any(
        sentence.start - mark.end <= 3 and mark.start < sentence.end
        for mark in reading.found("story.about")
        if mark.end <= sentence.end
    )


def _heard(reading: Reading, found: FoundDate) -> HeardDate:
    text = reading.text[slice(*found.span)]
    day = found.day
    if day is None:
        return HeardDate(None, text, found.span)
    value = OccurredOn(day.start, day.end, day.precision, text)
    return HeardDate(value, text, found.span, is_future=day.is_future)
