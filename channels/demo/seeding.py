"""Plays weeks of complaints through the real service and desk, at a clock that is moved.

Nobody is simulated inside: people tell, press and rate, caseworkers act, and the reminders do what
is due, in the order of their times.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from random import Random  # noqa: TID251  # the demo is the same each time
from typing import Final

from bot.dialogue.messages import Address, ConversationId, InboundMessage
from bot.domain.complaint import Complaint
from bot.domain.form import Question
from bot.domain.reference import Reference
from bot.errors import OmbudError
from bot.ports import Answer, Conversing, Desk, Fact, Storage, Work
from channels.demo.stories import STORIES, TOLD_BY_PHONE, Story
from channels.demo.workspace import PEOPLE

COMPLAINTS: Final = 120
_DAYS: Final = 56
_ROUND: Final = timedelta(hours=6)  # between two looks at what is due
_SPOKEN: Final = 0.15  # the share that is told by word of mouth
_STAFF: Final = tuple(one.name for one in PEOPLE if one.is_member)
_HANDLING: Final = (("5", 9), ("4", 8), ("3", 4), ("2", 2), ("1", 1))
_FAIR: Final = (("yes", 12), ("partly", 5), ("no", 2))

Step = Callable[[], Awaitable[None]]


@dataclass
class Past:
    """An installation whose clock is `now`; `remind` does what is due then."""

    service: Conversing
    desk: Desk
    storage: Storage
    remind: Callable[[], Awaitable[object]]
    now: datetime


@dataclass
class Weeks:
    """So many complaints, told until `until`; `progress` hears how many have come."""

    past: Past
    until: datetime
    progress: Callable[[int], Awaitable[None]]
    complaints: int = COMPLAINTS
    chance: Random = field(default_factory=lambda: Random(10002))  # noqa: S311  # nothing is secret here
    addresses: list[Address] = field(default_factory=list)
    _steps: list[tuple[datetime, int, Step]] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)
    _told: int = 0

    async def play(self) -> None:
        """All of it, one step after the other in the order of their times."""
        begin = self.until - timedelta(days=_DAYS)
        for number in range(self.complaints):
            at = begin + (number + self.chance.random()) * timedelta(days=_DAYS) / self.complaints
            self._at(_by_day(at), self._arrives(number))
        looks = begin
        while looks < self.until:
            self._at(looks, self._looks)
            looks += _ROUND
        while self._steps:
            at, _, step = heapq.heappop(self._steps)
            if at >= self.until:
                break
            self.past.now = at
            await step()

    def _at(self, at: datetime, step: Step) -> None:
        heapq.heappush(self._steps, (at, next(self._numbers), step))

    async def _looks(self) -> None:
        await self.past.remind()

    def _arrives(self, number: int) -> Step:
        story = STORIES[self.chance.choice(_OFTEN)]
        pounds = f"{self.chance.randrange(8, 120)}.{self.chance.randrange(100):02d}"
        words = story.told.format(number=48000 + 7 * number, pounds=pounds)
        is_spoken = self.chance.random() < _SPOKEN
        life = _Life(self, number, story, words)

        async def arrive() -> None:
            reference = await (life.spoken() if is_spoken else life.written())
            if reference is not None:
                life.plan(reference, is_spoken=is_spoken)
            self._told += 1
            await self.progress(self._told)

        return arrive

    def after(self, wait: timedelta, step: Step) -> None:
        """Does something later, in working hours."""

        async def careful() -> None:
            try:
                await step()
            except OmbudError:
                return  # people try what is not possible any more, and are told so

        self._at(_by_day(self.past.now + wait), careful)


_OFTEN: Final = (0, 0, 1, 1, 2, 3, 3, 3, 4, 5, 5, 6, 7, 7, 8, 8, 9, 9, 9, 10, 11)
"""Which stories come, some more often than others."""


def _by_day(at: datetime) -> datetime:
    """The same in working hours."""
    if at.weekday() > 4:
        at += timedelta(days=7 - at.weekday())
    return at.replace(hour=8 + at.hour % 9)


@dataclass
class _Life:
    """One complaint: how it is told, worked on, answered and rated."""

    weeks: Weeks
    number: int
    story: Story
    words: str
    lines: count[int] = field(default_factory=count)

    @property
    def past(self) -> Past:
        return self.weeks.past

    @property
    def address(self) -> Address:
        return Address("web", f"demo-{self.number}")

    async def written(self) -> Reference | None:
        """In the chat, question by question."""
        await self.past.service.begin(self.address, "en")
        answer = await self._say(self.words)
        for _ in range(12):
            if answer.messages[-1].ask == Question.CHECK:
                break
            answer = await self._say(action="skip")
        await self._say(action="send")
        self.weeks.addresses.append(self.address)
        found = await self.past.service.find(self.address)
        return found.complaints[0] if found and found.complaints else None

    async def spoken(self) -> Reference:
        """To a caseworker, who writes it down."""
        way = self.weeks.chance.choice(TOLD_BY_PHONE)
        told: dict[str, object] = {"story": self.words, "channel": way}
        once = f"demo:{self.number}"
        return await self.past.desk.lodge_for(told, self.weeks.chance.choice(_STAFF), once)

    async def _say(self, text: str = "", action: str | None = None) -> Answer:
        id_ = f"{self.number}-{next(self.lines)}"
        now = self.past.now
        return await self.past.service.receive(
            InboundMessage(self.address, id_, now, text=text, action=action)
        )

    def plan(self, reference: Reference, *, is_spoken: bool) -> None:
        """Who does what about it, and when."""
        chance, weeks = self.weeks.chance, self.weeks
        by, other = chance.sample(_STAFF, 2)
        takes = timedelta(hours=chance.uniform(0.5, 30))
        days = chance.choices((1.5, 3, 6, 15, 34), (33, 29, 19, 12, 7))[0] * chance.uniform(
            0.7, 1.2
        )
        answers = takes + timedelta(days=days)
        weeks.after(takes, self._acts(reference, by, "take"))
        if chance.random() < 0.1:
            weeks.after(
                takes * 2, self._acts(reference, by, "escalate", reason="It needs a decision.")
            )
        weeks.after(answers, self._answers(reference, by))
        if is_spoken:  # nobody can accept an answer that reaches them in no chat
            end = answers + timedelta(days=10)
            weeks.after(end, self._acts(reference, by, "close", reason="unreachable"))
            return
        if chance.random() < 0.12:
            weeks.after(answers + timedelta(days=1), self._wants_review())
            weeks.after(answers + timedelta(days=1.5), self._acts(reference, other, "take"))
            weeks.after(answers + timedelta(days=4), self._answers(reference, other))
            answers += timedelta(days=4)
        if chance.random() < 0.95:
            weeks.after(answers + timedelta(days=1.2), self._accepts())
        if self.story.remedy not in (None, "apology"):
            for wait, act, fields in (
                (2.0, "fulfil", {"proof": "Receipt in the file."}),
                (3.0, "verify", {}),
                (4.0, "close", {"reason": "accepted"}),
            ):
                step = self._acts(reference, by, act, **fields)
                weeks.after(answers + timedelta(days=wait), step)

    def _acts(self, reference: Reference, by: str, action: str, **fields: object) -> Step:
        async def act() -> None:
            await self.past.desk.act(reference, action, fields, by)

        return act

    def _answers(self, reference: Reference, by: str) -> Step:
        fields: dict[str, object] = {
            "text": self.story.answer,
            "finding": self.story.finding,
            "reasons": self.story.why,
        }
        if self.story.remedy:
            fields["remedy"] = [self.story.remedy]
        if self.story.prevention:
            fields["prevention"] = self.story.prevention
        return self._acts(reference, by, "respond", **fields)

    def _wants_review(self) -> Step:
        async def ask() -> None:
            await self._say(action="not_satisfied")
            await self._say(action="yes")

        return ask

    def _accepts(self) -> Step:
        chance = self.weeks.chance
        handling, fair = _drawn(chance, _HANDLING), _drawn(chance, _FAIR)
        is_silent = chance.random() < 0.3

        async def accept() -> None:
            await self._say(action="accept")
            await self._say(action="skip" if is_silent else handling)
            await self._say(action="skip" if is_silent else fair)
            await self._say(action="skip")

        return accept


def _drawn(chance: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    values, weights = zip(*weighted, strict=True)
    return str(chance.choices(values, weights)[0])


async def moved(past: Storage, there: Storage) -> int:
    """Puts all of the past into a storage that has none of it; how many complaints."""
    moved_over = 0
    async for complaint in past.all_complaints():
        await there.commit(await _whole(past, complaint))
        moved_over += 1
    return moved_over


async def _whole(past: Storage, complaint: Complaint) -> Work:
    """A complaint with all of its conversation."""
    conversation = await past.conversation(ConversationId(complaint.conversation))
    if conversation is None:
        raise LookupError(complaint.reference)
    facts = [Fact(event, conversation.id, complaint.reference) for event in complaint.history]
    beside = await past.conversation_facts(conversation.id)
    return Work(
        conversation=replace(conversation, version=1),
        facts=(*(Fact(event, conversation.id) for event in beside), *facts),
        complaints=((complaint, 0),),
        said=await past.messages(conversation.id),
    )
