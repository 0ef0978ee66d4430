"""What somebody at the desk still has to do about a complaint, beside moving it on.

Computed from the events whenever it is asked for: an event opens a task, a later one or a tick
(`TaskDone`) ends it. Nothing about a task is kept anywhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from bot.domain import events as happened
from bot.domain.answers import ContactKind
from bot.domain.complaint import Complaint
from bot.domain.events import Event, Finding, Outcome
from bot.domain.identity import joined

_LOW_HANDLING: Final = 2
"""A rating of the handling that somebody has to look at, from 1 to 5."""


class TaskKind(StrEnum):
    """What there is to do."""

    TELL = "tell"  # send or read out words, since the complainant wants them that way
    LOOK_INTO_RATING = "look_into_rating"
    LOOK_INTO_REJECTION = "look_into_rejection"
    CARRY_OUT_REMEDY = "carry_out_remedy"
    VERIFY_REMEDY = "verify_remedy"
    SAY_PREVENTION = "say_prevention"  # or say why nothing prevents it
    REACH_OTHERWISE = "reach_otherwise"


@dataclass(frozen=True)
class Task:
    """Something to do: `task` names it, `way` is by which it is done, `words` are what to say or
    to see to."""

    task: str
    kind: TaskKind
    since: datetime
    way: str | None = None
    words: str | None = None


_RECORDED_AS: Final = {TaskKind.CARRY_OUT_REMEDY: "fulfil", TaskKind.VERIFY_REMEDY: "verify"}
_ENDS_WITH_IT: Final = frozenset(
    {
        TaskKind.LOOK_INTO_REJECTION, TaskKind.CARRY_OUT_REMEDY, TaskKind.VERIFY_REMEDY,
        TaskKind.REACH_OTHERWISE,
    }
)  # fmt: skip
"""What nobody needs to do any more once the complaint is closed or withdrawn."""


def recorded_as(task: Task) -> str | None:
    """The act that ends a task which can't be ticked off, since more has to be told."""
    return _RECORDED_AS.get(task.kind)


def tasks(complaint: Complaint, *, has_mail: bool = False) -> tuple[Task, ...]:
    """What is to be done, oldest first. With `has_mail` e-mail goes out by itself."""
    desk = _Desk(complaint, _way(complaint, has_mail))
    for number, event in enumerate(complaint.history, start=1):
        desk.see(number, event)
    return tuple(desk.open)


def _way(complaint: Complaint, has_mail: bool) -> str | None:
    """By which way words have to be carried by hand; None where the machine carries them."""
    contact = joined(complaint.details, complaint.identity).contact
    by_hand = (ContactKind.PHONE,) if has_mail else (ContactKind.PHONE, ContactKind.EMAIL)
    return contact.kind.value if contact and contact.kind in by_hand else None


@dataclass
class _Desk:
    """What lies on the desk while the history is read from its beginning."""

    complaint: Complaint
    way: str | None

    def __post_init__(self) -> None:
        self.open: list[Task] = []
        self._is_accepted = self._is_fulfilled = False
        self._promised: tuple[str, ...] = ()

    def see(self, number: int, event: Event) -> None:
        """Ends what `event` ends, then opens what it opens."""
        self._end(event)
        self._remember(event)
        words = _words_of(event)
        if words and self.way:
            self._add(TaskKind.TELL, number, event, words, self.way)
        match event:
            case happened.HandlingRated() | happened.OutcomeRated() if _is_low(event):
                self._add_once(TaskKind.LOOK_INTO_RATING, number, event)
            case happened.ReviewRequested() | happened.ExternalBodySignposted():
                self._add(TaskKind.LOOK_INTO_REJECTION, number, event)
            case happened.ResponseGiven() if _leaves_prevention_open(event):
                self._add(TaskKind.SAY_PREVENTION, number, event)
            case happened.ChannelUnreachable():
                self._add(TaskKind.REACH_OTHERWISE, number, event, way=event.instead)
            case happened.ResponseAccepted() | happened.RemedyCarriedOut():
                self._see_to_remedy(number, event)

    def _see_to_remedy(self, number: int, event: Event) -> None:
        if not self._is_accepted or not self._promised:
            return
        kind = TaskKind.VERIFY_REMEDY if self._is_fulfilled else TaskKind.CARRY_OUT_REMEDY
        self._add_once(kind, number, event, "\n".join(self._promised))

    def _remember(self, event: Event) -> None:
        match event:
            case happened.ResponseGiven(remedy=remedy, points=points):
                each = (*remedy, *(one for point in points for one in point.remedy))
                self._promised = tuple(dict.fromkeys(each))
                self._is_accepted = self._is_fulfilled = False
            case happened.ResponseAccepted():
                self._is_accepted = True
            case happened.RemedyCarriedOut():
                self._is_fulfilled = True
            case happened.ReviewRequested() | happened.ComplaintReopened():
                self._is_accepted = False

    def _end(self, event: Event) -> None:
        match event:
            case happened.TaskDone(task=done):
                self.open = [task for task in self.open if task.task != done]
            case happened.PersonalDataErased() | happened.SplitFrom():
                self.open = []  # the words are gone, or were told with the whole
            case _:
                self._drop(_ended_by(event))

    def _drop(self, kinds: Iterable[TaskKind]) -> None:
        gone = frozenset(kinds)
        self.open = [task for task in self.open if task.kind not in gone]

    def _add_once(
        self, kind: TaskKind, number: int, event: Event, words: str | None = None
    ) -> None:
        if all(task.kind is not kind for task in self.open):
            self._add(kind, number, event, words)

    def _add(
        self,
        kind: TaskKind,
        number: int,
        event: Event,
        words: str | None = None,
        way: str | None = None,
    ) -> None:
        self.open.append(Task(f"{kind}-{number}", kind, event.at, way, words))


def _ended_by(event: Event) -> Iterable[TaskKind]:
    remedy = (TaskKind.CARRY_OUT_REMEDY, TaskKind.VERIFY_REMEDY)
    match event:
        case happened.ResponseGiven():
            return (TaskKind.LOOK_INTO_REJECTION, TaskKind.SAY_PREVENTION, *remedy)
        case happened.ExternalOutcomeRecorded():
            return (TaskKind.LOOK_INTO_REJECTION,)
        case happened.RemedyCarriedOut():
            return (TaskKind.CARRY_OUT_REMEDY,)
        case happened.RemedyVerified() | happened.ReviewRequested() | happened.ComplaintReopened():
            return remedy
        case happened.ChannelReachable() | happened.ChannelUnreachable():
            return (TaskKind.REACH_OTHERWISE,)
        case happened.ComplaintClosed() | happened.ComplaintWithdrawn() | happened.MergedInto():
            return _ENDS_WITH_IT
    return ()


def _words_of(event: Event) -> str | None:
    """What the complainant was told, in a caseworker's own words."""
    match event:
        case happened.QuestionAsked(text=text) | happened.MessageSent(text=text):
            return text
        case happened.ResponseGiven():
            return "\n\n".join([event.text, *(f"{p.point}\n{p.reasons}" for p in event.apart)])
        case happened.DeadlineExtended(until=until, reason=reason):
            return f"{until.isoformat()}: {reason}"
        case happened.ComplaintClosed(where=where):
            return where
    return None


def _is_low(event: happened.HandlingRated | happened.OutcomeRated) -> bool:
    if isinstance(event, happened.HandlingRated):
        return event.handling <= _LOW_HANDLING
    return event.outcome is Outcome.NO


def _leaves_prevention_open(event: happened.ResponseGiven) -> bool:
    """Whether something was found wrong, and neither what prevents it nor why nothing does."""
    if event.prevention is not None:
        return False
    if not event.points:
        return event.finding is not Finding.NOT_UPHELD
    return any(
        one.finding is not Finding.NOT_UPHELD and one.prevention is None for one in event.points
    )
