"""Figures of a period from complaints, all of them computed from events (ISO 10002:2018, 8.4).

They are about the complaints received in the period, as they stand when the report is made. A
complaint whose words were erased counts as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from bot.domain.complaint import Complaint
from bot.domain.erasure import names_improvement, remedy_code
from bot.domain.events import (
    CloseReason,
    ComplaintReceived,
    ComplaintReopened,
    Escalated,
    Event,
    ExternalBodySignposted,
    OwnerAssigned,
    ResponseAccepted,
    ResponseGiven,
    ReviewRequested,
    TaskDone,
)
from bot.domain.keeping import ended_at
from bot.domain.reference import Reference
from bot.domain.regimes import Deadline, Rules, deadlines
from bot.domain.status import Status
from bot.errors import ConfigurationError
from bot.estimates import Estimate, share
from bot.ratings import Rating, handling, outcome, rounds

REPEATED_WITHIN: Final = timedelta(days=30)
UNCLASSIFIED: Final = "unclassified"

_ACKNOWLEDGING: Final = ("acknowledge", "review_acknowledge")
_ANSWERING: Final = ("respond", "review_respond")


class Kept(StrEnum):
    """What became of a promise."""

    ON_TIME = "on_time"
    LATE = "late"  # kept, but after its time
    OVERDUE = "overdue"  # its time is over and it is not kept
    RUNNING = "running"
    LAPSED = "lapsed"  # the complaint ended before its time was over


@dataclass(frozen=True)
class Period:
    """Days of the organisation's time zone, both included."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def begins(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def looks_back_to(self) -> datetime:
        """From when complaints are needed to tell whether one is a repetition."""
        return self.begins - REPEATED_WITHIN

    def holds(self, at: datetime) -> bool:
        """Whether it was then."""
        return self.first <= at.astimezone(self.zone).date() <= self.last


@dataclass(frozen=True)
class Late:
    """A promise that was not kept in time, and by how many days, begun ones counted whole."""

    reference: Reference
    deadline: str
    due_at: datetime
    met_at: datetime | None
    days: int


@dataclass(frozen=True)
class Promise:
    """How often a promise was kept."""

    name: str
    counts: Mapping[Kept, int]

    @property
    def on_time(self) -> Estimate | None:
        """The share that was kept in time, of those of which it is known."""
        kept = self.counts[Kept.ON_TIME]
        return share(kept, kept + self.counts[Kept.LATE] + self.counts[Kept.OVERDUE])


@dataclass(frozen=True)
class Figure:
    """One of the data of annex H, with the complaints that it counts."""

    name: str
    references: tuple[Reference, ...]
    of: int

    @property
    def count(self) -> int:
        """How many."""
        return len(self.references)


@dataclass(frozen=True)
class Report:
    """The figures of a period. `without_rules` are complaints whose regime is no longer there, so
    that nobody can say what was due."""

    period: Period
    made_at: datetime
    received: int
    open: int
    overdue: int
    by_status: Mapping[str, int]
    by_category: Mapping[str, int]
    by_channel: Mapping[str, int]
    by_severity: Mapping[str, int]
    findings: Mapping[str, int]
    remedies: Mapping[str, int]
    promises: tuple[Promise, ...]
    late: tuple[Late, ...]
    handling: Rating
    outcome: Rating
    reopened: int
    reviewed: int
    escalated: int
    external_body: int
    repeated: int
    median_days: float | None
    answered: int
    annex_h: tuple[Figure, ...]
    without_rules: tuple[Reference, ...]


@dataclass(frozen=True)
class _Judged:
    """A complaint of the period, and what became of its promises."""

    complaint: Complaint
    promises: tuple[tuple[Deadline, Kept], ...]
    late: tuple[Late, ...]
    is_repeated: bool
    has_rules: bool = True

    @property
    def is_overdue(self) -> bool:
        is_open = not self.complaint.status.is_final
        return is_open and any(kept is Kept.OVERDUE for _, kept in self.promises)


def report(complaints: Iterable[Complaint], period: Period, rules: Rules, now: datetime) -> Report:
    """The figures; `complaints` are those from `period.looks_back_to` on, oldest first."""
    judged = tuple(_judged(complaints, period, rules, now))
    all_of_them = tuple(one.complaint for one in judged)
    rated = [rating for one in all_of_them for rating in rounds(one)]
    days = [found for one in all_of_them if (found := _days_to_answer(one)) is not None]
    return Report(
        period=period,
        made_at=now,
        received=len(judged),
        open=sum(not one.status.is_final for one in all_of_them),
        overdue=sum(one.is_overdue for one in judged),
        by_status=_in_order(Counter(one.status.value for one in all_of_them), Status),
        by_category=_counted(one.assessment.category or UNCLASSIFIED for one in all_of_them),
        by_channel=_counted(one.channel for one in all_of_them),
        by_severity=_counted(one.assessment.severity.value for one in all_of_them),
        findings=_counted(one.response.finding.value for one in all_of_them if one.response),
        remedies=_counted(code for one in all_of_them for code in _remedies(one)),
        promises=_promises(judged),
        late=tuple(late for one in judged for late in one.late),
        handling=handling(rated),
        outcome=outcome(rated),
        reopened=sum(_has(one, ComplaintReopened) for one in all_of_them),
        reviewed=sum(_has(one, ReviewRequested) for one in all_of_them),
        escalated=sum(_has(one, Escalated) for one in all_of_them),
        external_body=sum(_has(one, ExternalBodySignposted) for one in all_of_them),
        repeated=sum(one.is_repeated for one in judged),
        median_days=median(days) if days else None,
        answered=len(days),
        annex_h=tuple(_annex_h(judged)),
        without_rules=tuple(one.complaint.reference for one in judged if not one.has_rules),
    )


# Promises ------------------------------------------------------------------------------------


def _judged(
    complaints: Iterable[Complaint], period: Period, rules: Rules, now: datetime
) -> Iterator[_Judged]:
    seen: dict[str, datetime] = {}  # when the last complaint of each category came
    for one in complaints:
        category, at = one.assessment.category, one.received_at
        before = seen.get(category) if category else None
        if category:
            seen[category] = at
        if not period.holds(at):
            continue
        is_repeated = before is not None and at - before <= REPEATED_WITHIN
        try:
            promised = deadlines(one, rules.of(one), period.zone)
        except ConfigurationError:
            yield _Judged(one, (), (), is_repeated, has_rules=False)
            continue
        kept = tuple((deadline, _kept(one, deadline, now)) for deadline in promised)
        late = (_late(one, each, now, period.zone) for each, how in kept if how in _NOT_KEPT)
        yield _Judged(one, kept, tuple(late), is_repeated)


_NOT_KEPT: Final = frozenset({Kept.LATE, Kept.OVERDUE})


def _kept(complaint: Complaint, deadline: Deadline, now: datetime) -> Kept:
    if deadline.met_at is not None:
        return Kept.ON_TIME if deadline.met_at <= deadline.due_at else Kept.LATE
    if _end(complaint, now) > deadline.due_at:
        return Kept.OVERDUE
    return Kept.LAPSED if complaint.status.is_final else Kept.RUNNING


def _end(complaint: Complaint, now: datetime) -> datetime:
    """Until when it could be kept."""
    return ended_at(complaint) or now


def _late(complaint: Complaint, deadline: Deadline, now: datetime, zone: ZoneInfo) -> Late:
    over = (deadline.met_at or _end(complaint, now)).astimezone(zone).date()
    days = max(1, (over - deadline.due_at.astimezone(zone).date()).days)
    return Late(complaint.reference, deadline.name, deadline.due_at, deadline.met_at, days)


def _promises(judged: Sequence[_Judged]) -> tuple[Promise, ...]:
    """Each promise by its name, in the order in which they first stand in the rules."""
    counts: dict[str, Counter[Kept]] = {}
    for one in judged:
        for deadline, kept in one.promises:
            counts.setdefault(deadline.name, Counter())[kept] += 1
    return tuple(
        Promise(name, {kept: found[kept] for kept in Kept}) for name, found in counts.items()
    )


# The rest ------------------------------------------------------------------------------------


def _annex_h(judged: Sequence[_Judged]) -> Iterator[Figure]:
    """The eight data of annex H, by the names that it gives them."""
    answered = sum(one.complaint.response is not None for one in judged)
    for name, counts, of in (
        ("received", lambda one: True, len(judged)),
        ("resolved_at_first_contact", _is_resolved_at_once, len(judged)),
        ("wrongly_prioritised", _was_misjudged, len(judged)),
        ("acknowledged_late", lambda one: _is_late(one, _ACKNOWLEDGING), len(judged)),
        ("resolved_late", lambda one: _is_late(one, _ANSWERING), len(judged)),
        ("referred_externally", _went_outside, len(judged)),
        ("repeated", lambda one: one.is_repeated, len(judged)),
        ("improvements_made", _improves, answered),
    ):
        found = tuple(one.complaint.reference for one in judged if counts(one))
        yield Figure(name, found, of)


def _is_resolved_at_once(one: _Judged) -> bool:
    """The first answer of the first person who took it was accepted."""
    history = one.complaint.history
    owners = {event.owner for event in history if isinstance(event, OwnerAssigned)}
    went_on = (ReviewRequested, Escalated, ComplaintReopened, ExternalBodySignposted)
    answers = sum(isinstance(event, ResponseGiven) for event in history)
    is_first = answers == 1 and len(owners) <= 1 and not _has(one.complaint, *went_on)
    return is_first and _has(one.complaint, ResponseAccepted)


def _was_misjudged(one: _Judged) -> bool:
    """A person had to change how grave it is, or whether people are in danger."""
    first, now = one.complaint.history[0], one.complaint.assessment
    if not isinstance(first, ComplaintReceived):
        return False
    judged = first.assessment
    return (judged.severity, judged.safety) != (now.severity, now.safety)


def _is_late(one: _Judged, names: Sequence[str]) -> bool:
    return any(late.deadline in names for late in one.late)


def _went_outside(one: _Judged) -> bool:
    """The external body was named as the way on, or it was referred elsewhere."""
    is_referred = one.complaint.close_reason is CloseReason.REFERRED
    return is_referred or _has(one.complaint, ExternalBodySignposted)


def _improves(one: _Judged) -> bool:
    """An answer, or what was added to it, says what keeps it from happening again."""
    for event in one.complaint.history:
        told: tuple[str | None, ...] = ()
        if isinstance(event, ResponseGiven):
            told = (event.prevention, *(point.prevention for point in event.points))
        elif isinstance(event, TaskDone) and event.task.startswith("say_prevention"):
            told = (event.note,)
        if any(map(names_improvement, told)):
            return True
    return False


def _has(complaint: Complaint, *kinds: type[Event]) -> bool:
    return any(isinstance(event, kinds) for event in complaint.history)


def _remedies(complaint: Complaint) -> Iterator[str]:
    """Each remedy of the answer once, those of its points included; by the name it has erased."""
    if complaint.response is None:
        return
    response = complaint.response
    told = (*response.remedy, *(code for point in response.points for code in point.remedy))
    yield from dict.fromkeys(map(remedy_code, told))


def _days_to_answer(complaint: Complaint) -> float | None:
    """Days from receipt to the first answer."""
    answers = (event.at for event in complaint.history if isinstance(event, ResponseGiven))
    first = next(answers, None)
    return None if first is None else (first - complaint.received_at) / timedelta(days=1)


def _counted(values: Iterable[str]) -> dict[str, int]:
    """How often each comes, the most frequent first."""
    counts = Counter(values)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _in_order(counts: Mapping[str, int], kind: type[StrEnum]) -> dict[str, int]:
    return {one.value: counts[one.value] for one in kind if one.value in counts}
