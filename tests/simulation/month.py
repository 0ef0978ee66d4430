"""A month of many complaints with outages, holidays and people who get tired, on a virtual clock.

The reminders are the real ones on the storage in memory; people are drawn by a seed. What was late,
and why, is read off the events afterwards.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from random import Random  # noqa: TID251  # a seed must give the same month again
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.messages import ConversationId
from bot.domain.assessment import InitialAssessment, Severity
from bot.domain.complaint import Complaint, lodged
from bot.domain.duties import heard_next_at, timing
from bot.domain.events import (
    OMBUD,
    AcknowledgedByPerson,
    AssessmentMade,
    ComplaintAcknowledged,
    DeadlineMissed,
    Event,
    Finding,
    OwnerAssigned,
    OwnerReminded,
    QuestionAsked,
    ResponseGiven,
    UpdateSent,
    UrgencyAlerted,
)
from bot.domain.policy import Opening, Policy
from bot.domain.regimes import Rules
from bot.domain.status import Status
from bot.ports import Work
from bot.reminders import Reminders
from bot.rules import load_rules
from storage.memory import MemoryStorage
from tests.reminding import Seen, talk
from tests.simulation.lives import Outage
from tests.storage.building import conversation, following, lodging, received, reference

ZONE = ZoneInfo("Europe/London")
BEGIN = datetime(2026, 12, 7, tzinfo=UTC)  # Christmas, Boxing Day and New Year lie within
DAYS = 30
ROUND = timedelta(minutes=30)
OPENING = Opening(opens=time(9), closes=time(17))


@dataclass(frozen=True)
class Late:
    """A promise that was not kept, and why."""

    reference: str
    name: str
    due_at: datetime
    why: str


@dataclass
class Month:
    """So many complaints in thirty days, with as many people at the desk as are just too few."""

    count: int
    seed: int = 4
    now: datetime = BEGIN
    silent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = Random(self.seed)
        self.rules: Rules = load_rules("uk-housing")
        self.policy = Policy(contact="head of complaints", opening=OPENING, alert_minutes=60)
        self.outages = self._outages()
        self.storage = MemoryStorage(
            partial(timing, rules=self.rules, zone=ZONE, policy=self.policy)
        )
        self._speech = talk(self.rules, "en", ZONE.key)
        self._reminders = Reminders(
            self.storage, self._speech, lambda: self.now, Seen(), self.policy
        )
        self._waiting: deque[str] = deque()
        self._arrivals = sorted(
            BEGIN + timedelta(minutes=self.chance.randrange(60 * 24 * (DAYS - 5)))
            for _ in range(self.count)
        )

    def _outages(self) -> tuple[Outage, ...]:
        begins = [BEGIN + timedelta(hours=hours) for hours in (90, 380, 600)]
        return tuple(
            Outage(begin, begin + timedelta(hours=hours))
            for begin, hours in zip(begins, (5, 70, 26), strict=True)
        )

    async def run(self) -> None:
        """The month, half an hour after the other."""
        end, number = BEGIN + timedelta(days=DAYS), 0
        while self.now < end:
            while number < self.count and self._arrivals[number] <= self.now:
                number += 1
                await self._receive(number, self._arrivals[number - 1])
            if self._people_are_there():
                await self._work()
            if not self._is_down():
                await self._reminders.once()
                if self.now.hour == 20 and self.now.minute == 0:
                    await self._listen()
            self.now += ROUND

    def _is_down(self) -> bool:
        return any(one.begin <= self.now < one.end for one in self.outages)

    def _people_are_there(self) -> bool:
        local = self.now.astimezone(ZONE)
        regime = self.rules.in_force(local.date())
        is_day = OPENING.is_day(local.date()) and regime.days.is_open(local.date())
        return is_day and OPENING.opens <= local.time() < OPENING.closes

    async def _receive(self, number: int, at: datetime) -> None:
        name = str(number)
        severity = self.chance.choices(list(Severity), (60, 30, 9, 1))[0]
        first = replace(
            received(number, at=at),
            assessment=InitialAssessment(severity=severity),
            regime=self.rules.in_force(at.date()).label,
        )
        one = lodged(reference(number), conversation(name).id, first)
        await self.storage.commit(Work(conversation(name)))
        await self.storage.commit(lodging(one, name))
        await self._happen(one, ComplaintAcknowledged(at=at, by=OMBUD))
        self._waiting.append(one.reference)

    async def _happen(self, one: Complaint, *events: Event) -> Complaint:
        after, work = following(one, *events)
        await self.storage.commit(work)
        return after

    async def _work(self) -> None:
        """A share of what waits is done in each half hour, most of it in the order of coming."""
        for _ in range(self.chance.randrange(1, 3 + self.count // 200)):
            if not self._waiting:
                return
            if self.chance.random() < 0.02:
                self._waiting.rotate(-1)  # somebody lays one under the pile
                continue
            await self._next(self._waiting.popleft())

    async def _next(self, name: str) -> None:
        (one,) = (await self.storage.complaints([name])).values()  # type: ignore[list-item]  # a reference
        by = f"caseworker {self.chance.randrange(9)}"
        stamp: dict[str, Any] = {"at": self.now, "by": by}
        if one.owner is None:
            await self._happen(
                one,
                AcknowledgedByPerson(**stamp),
                OwnerAssigned(**stamp, owner=by),
                AssessmentMade(**stamp, reason="Read."),
            )
            self._waiting.append(name)
        elif self.chance.random() < 0.1 and one.open_question is None:
            await self._happen(one, QuestionAsked(**stamp, text="Which flat?"))
            self._waiting.append(name)
        elif one.status is not Status.RESPONDED:
            answer = ResponseGiven(**stamp, text="So.", finding=Finding.PARTLY, reasons="R.")
            await self._happen(one, answer)

    async def _listen(self) -> None:
        """Whoever was told a day that has passed, and heard nothing, has been left in silence."""
        hours_ago = self.now - timedelta(hours=20)
        async for one in self.storage.all_complaints():
            promised = heard_next_at(one, self.rules.of(one), ZONE, self.policy)
            spoken_by = promised and self.policy.within(promised, ZONE)
            if spoken_by and spoken_by < hours_ago and not self._was_down(spoken_by):
                self.silent.append(f"{one.reference} was told {promised:%d %b}")

    def _was_down(self, since: datetime) -> bool:
        return any(one.begin <= self.now and one.end >= since for one in self.outages)

    # Afterwards -----------------------------------------------------------------------------

    async def late(self) -> Sequence[Late]:
        """Every promise that was not kept, and why."""
        return [each async for one in self.storage.all_complaints() for each in self._late(one)]

    def _late(self, one: Complaint) -> Iterator[Late]:
        for event in one.history:
            if isinstance(event, DeadlineMissed):
                why = self._why(one, event)
                yield Late(one.reference, event.name, event.due_at, why)

    def _why(self, one: Complaint, missed: DeadlineMissed) -> str:
        before = [event for event in one.history if event.at <= missed.due_at]
        if missed.name == "update":
            return "everything was down on the promised day"
        if not any(isinstance(event, OwnerAssigned) for event in before):
            return "nobody had taken it"
        if any(isinstance(event, QuestionAsked) for event in before):
            return "an answer of the complainant was awaited"
        if self._holidays(one.received_at.date(), missed.due_at.date()):
            return "taken, but holidays left too few days"
        return "taken, and not done in time"

    def _holidays(self, begin: date, end: date) -> int:
        days = self.rules.in_force(begin).days
        span = (begin + timedelta(days=count) for count in range((end - begin).days + 1))
        return sum(days.holiday(day) is not None for day in span)

    async def told(self) -> Counter[str]:
        """How often each thing happened by itself."""
        kinds = (DeadlineMissed, OwnerReminded, UpdateSent, UrgencyAlerted)
        return Counter(
            [
                type(event).__name__
                async for one in self.storage.all_complaints()
                for event in one.history
                if isinstance(event, kinds)
            ]
        )

    async def most_in_a_day(self) -> int:
        """The most messages that one complainant got by itself on one day."""
        most = 0
        async for one in self._conversations():
            days = Counter(at.astimezone(ZONE).date() for at in one)
            most = max([most, *days.values()])
        return most

    async def _conversations(self) -> AsyncIterator[list[datetime]]:
        for number in range(1, self.count + 1):
            id_ = ConversationId(conversation(str(number)).id)
            yield [line.at for line in await self.storage.messages(id_)]
