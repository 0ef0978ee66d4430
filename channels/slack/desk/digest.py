"""The daily digest: at nine on working days, once, whoever restarts meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Final

import structlog
from slack_sdk.models.blocks import MarkdownTextObject, SectionBlock

from bot.errors import StorageError
from bot.platforms import Around, Card, Cards
from channels.slack.api import SlackFailed
from channels.slack.blocks import FALLBACK, Json
from channels.slack.desk import names, pieces
from channels.slack.desk.claims import Claimant
from channels.slack.desk.lists import Lists, line, sorted_out
from channels.slack.desk.posting import Board, Content, Place
from channels.slack.desk.standing import Complaint
from channels.slack.desk.voice import Voice
from channels.slack.escaping import escaped_to

log = structlog.get_logger(__name__)

AT: Final = time(9)
UNTIL: Final = time(12)
"""What could not be posted by then is not posted that day: it would be old."""

_EACH: Final = 8
_LOOKS_EVERY: Final = 20.0  # seconds


@dataclass
class Digest:
    """Posts to the triage channel what the day brings."""

    around: Around
    cards: Cards
    board: Board
    claimant: Claimant
    channel: str

    async def run(self) -> None:
        """Looks at the clock until it is cancelled."""
        while True:
            try:
                await self.once()
            except (SlackFailed, StorageError) as error:
                log.warning("digest not posted yet", error=type(error).__name__)
            await asyncio.sleep(_LOOKS_EVERY)

    async def once(self) -> bool:
        """Posts if it is time; whether it did."""
        now = self.around.now()
        local = now.astimezone(self.around.local.zone)
        today = local.date()
        card = await self.cards.find(names.DIGEST_CARD)
        if card is None:
            # The first start: whoever begins at noon did not ask for this morning's.
            begun = today if local.time() >= AT else today - timedelta(days=1)
            first = Card(self.channel, shown=begun.toordinal())
            await self.cards.keep(names.DIGEST_CARD, first)
            return False
        is_time = AT <= local.time() < UNTIL and self.around.local.is_working_day(today)
        if not is_time or card.shown >= today.toordinal():
            return False
        return await self._claimed(card, now)

    async def _claimed(self, card: Card, now: datetime) -> bool:
        if self.claimant.must_wait(card.state, now):
            return False
        is_unsure = bool(card.state.get(names.CLAIM))
        claimed = replace(card, state=self.claimant.claims({}, now))
        if not await self.cards.keep(names.DIGEST_CARD, claimed):
            return False
        day = now.astimezone(self.around.local.zone).date()
        payload = {"day": day.isoformat()}
        place = Place(self.channel)
        ts = None
        if is_unsure:
            morning = datetime.combine(day, time(0), self.around.local.zone).timestamp()
            ts = await self.board.posted(place, names.DIGEST, payload, morning)
        if ts is None:
            text, blocks = await self._said()
            ts = await self.board.post(place, Content(text, blocks, names.DIGEST, payload))
        done = replace(
            card, channel=self.channel, ts=ts, shown=day.toordinal(), state={},
            version=claimed.version + 1,
        )  # fmt: skip
        await self.cards.keep(names.DIGEST_CARD, done)
        return True

    async def _said(self) -> tuple[str, list[Json]]:
        voice = Voice.of(self.around)
        open_ = await self.cards.open()
        lists = sorted_out(open_, voice, None)
        title = voice.text("digest.title", day=voice.day(voice.today))
        summary = voice.text(
            "digest.summary",
            open=str(len(open_)),
            overdue=str(len(lists.overdue)),
            today=str(len(lists.due_today)),
            unassigned=str(len(lists.unassigned)),
        )
        blocks = [pieces.header(title), pieces.section(summary)]
        blocks += [block for name in _SHOWN for block in await self._list(name, lists, voice)]
        return escaped_to(f"{title}\n{summary}", FALLBACK), blocks

    async def _list(self, name: str, lists: Lists, voice: Voice) -> list[Json]:
        those: tuple[Complaint, ...] = getattr(lists, name)
        if not those:
            return []
        told = [pieces.bold(voice.text(f"home.{name}", count=str(len(those))))]
        for complaint in those[:_EACH]:
            card = await self.cards.find(complaint["reference"])
            link = str(card.state.get(names.LINK) or "") if card else ""
            told.append(f"• {line(complaint, voice, link)}")
        if len(those) > _EACH:
            told.append(voice.text("home.more", count=str(len(those) - _EACH)))
        text = MarkdownTextObject(text="\n".join(told)[:3000], verbatim=True)
        return [SectionBlock(text=text).to_dict()]


_SHOWN: Final = ("overdue", "due_today", "unassigned")
