"""What a caseworker's Home tab shows above their own complaints."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from slack_sdk.models.blocks import ActionsBlock, DividerBlock, MarkdownTextObject, SectionBlock

from bot.platforms import Around, Cards
from channels.slack.api import SlackFailed
from channels.slack.blocks import Json
from channels.slack.desk import names, pieces
from channels.slack.desk.lists import line, sorted_out
from channels.slack.desk.members import Members
from channels.slack.desk.standing import Complaint
from channels.slack.desk.voice import Voice
from channels.slack.people import People

_EACH: Final = 10  # complaints in one list: with titles and all, well below 100 blocks
_KEPT: Final = 5.0  # seconds: many open their tab at nine


@dataclass
class StaffHome:
    """Blocks for whoever works here; none for anybody else."""

    around: Around
    cards: Cards
    members: Members
    people: People
    clock: Callable[[], float] = time.monotonic
    _open: tuple[float, tuple[Complaint, ...]] = field(default=(-_KEPT, ()))

    async def blocks(self, user: str) -> list[Json]:
        """What is overdue, due today, nobody's and theirs."""
        try:
            if user not in await self.members.all():
                return []
        except SlackFailed:
            return []
        voice, me = Voice.of(self.around), (await self.people.of(user)).name
        lists = sorted_out(await self._complaints(), voice, me)
        shown: list[Json] = [pieces.header(voice.text("home.title")), _tools(voice)]
        for name in ("overdue", "due_today", "unassigned", "mine"):
            shown += [block async for block in self._list(name, getattr(lists, name), voice)]
        return [*shown, DividerBlock().to_dict()]

    async def _complaints(self) -> tuple[Complaint, ...]:
        read_at, kept = self._open
        if self.clock() - read_at >= _KEPT:
            kept = await self.cards.open()
            self._open = (self.clock(), kept)
        return kept

    async def _list(
        self, name: str, those: Sequence[Complaint], voice: Voice
    ) -> AsyncIterator[Json]:
        count = str(len(those))
        title = pieces.bold(voice.text(f"home.{name}", count=count))
        yield SectionBlock(text=MarkdownTextObject(text=title)).to_dict()
        for complaint in those[:_EACH]:
            card = await self.cards.find(complaint["reference"])
            link = str(card.state.get(names.LINK) or "") if card else ""
            yield _line(complaint, voice, link)
        if len(those) > _EACH:
            yield pieces.small(voice.text("home.more", count=str(len(those) - _EACH)))


def _tools(voice: Voice) -> Json:
    find = pieces.button(voice.text("home.find"), names.FIND, "find")
    return ActionsBlock(elements=[find]).to_dict()


def _line(complaint: Complaint, voice: Voice, link: str) -> Json:
    open_ = pieces.button(voice.text("home.open"), names.OPEN, complaint["reference"])
    text = MarkdownTextObject(text=line(complaint, voice, link), verbatim=True)
    return SectionBlock(text=text, accessory=open_).to_dict()
