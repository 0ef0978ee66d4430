"""Keeps every card at the latest state, round after round, however often Slack fails.

Complaints are never waited for, and never wait: a round reads what is behind and edits each card
once. A channel that is limited or gone holds up its own cards alone.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from bot.errors import StorageError
from bot.platforms import Behind, Cards, Place
from channels.slack.api import REFUSED_TOKEN, SlackFailed
from channels.slack.desk.holding import ClaimLost
from channels.slack.desk.routing import Routing
from channels.slack.desk.showing import NO_CHANNEL, Showing
from channels.slack.pausing import Pauses

log = structlog.get_logger(__name__)

_PAGE: Final = 20
_LOOKS_EVERY: Final = 5.0
"""Seconds: other processes' acts that say nothing to complainants are announced by nobody."""
_SOON: Final = 0.5
_MOST_PAUSE: Final = 2.0
_STALE: Final = 0.2  # seconds after which what was read is read again

_FORBIDDEN: Final = NO_CHANNEL | {
    "missing_scope", "restricted_action", "no_permission", "ekm_access_denied",
    "restricted_action_read_only_channel",
}  # fmt: skip
_MENDING: Final = {
    "channel_not_found": "set OMBUD_SLACK_TRIAGE_CHANNEL to a channel's id, and invite the app",
    "not_in_channel": "invite the app to the channel",
    "is_archived": "unarchive the channel, or set OMBUD_SLACK_TRIAGE_CHANNEL to another",
}


@dataclass
class Worker:
    """Runs `showing` for whatever is behind; `trouble` tells why cards can't be shown."""

    cards: Cards
    showing: Showing
    routing: Routing
    retry_seconds: float
    done: Callable[[], None] = lambda: None
    clock: Callable[[], float] = time.monotonic
    _woken: asyncio.Event = field(default_factory=asyncio.Event)
    _blocked: dict[str, float] = field(default_factory=dict)
    _pauses: dict[str, Pauses] = field(default_factory=dict)
    _troubles: dict[str, str] = field(default_factory=dict)
    _is_listening: bool = False

    @property
    def trouble(self) -> str | None:
        """The first channel that can't be written to, and what to do about it."""
        return next(iter(self._troubles.values()), None)

    def wake(self) -> None:
        """Something may be behind."""
        self._woken.set()

    async def run(self) -> None:
        """Works until it is cancelled."""
        if not self._is_listening:
            self.cards.on_change(self.wake)
            self._is_listening = True
        while True:
            self._woken.clear()
            is_more, began = False, self.clock()
            try:
                is_more = await self.once()
            except StorageError as error:
                log.warning("cards not read", reason=str(error))
            if self._has_blocked():  # what waits is read in each round: not in every moment
                await asyncio.sleep(min(_MOST_PAUSE, self.clock() - began))
            await self._rest(is_more=is_more)

    def _has_blocked(self) -> bool:
        return any(self._is_blocked(name) for name in self._blocked)

    async def _rest(self, *, is_more: bool) -> None:
        """Until something changes, or a channel may be written to again."""
        now = self.clock()
        waits = [until - now for until in self._blocked.values() if until > now]
        longest = min([_LOOKS_EVERY, *([_SOON] if is_more else ()), *waits])
        try:
            async with asyncio.timeout(max(0.01, longest)):
                await self._woken.wait()
        except TimeoutError:
            pass

    async def once(self) -> bool:
        """Goes once through all that is behind; whether some of it should be tried soon."""
        after: Place | None = None
        is_more = False
        if all(self._is_blocked(channel) for channel in self.routing.channels):
            return False  # Slack is down: nothing is read that can't be shown
        while page := await self.cards.behind(_PAGE, after):
            after = page[-1].place
            is_more |= await self._page(page)
        return is_more

    async def _page(self, page: Sequence[Behind]) -> bool:
        by_channel: defaultdict[str, list[Behind]] = defaultdict(list)
        for one in page:
            by_channel[self._channel(one)].append(one)
        queues = (self._queue(channel, those) for channel, those in by_channel.items())
        return any(await asyncio.gather(*queues))

    def _channel(self, one: Behind) -> str:
        return one.card.channel if one.card else self.routing.route(one.complaint).channel

    async def _queue(self, channel: str, those: Sequence[Behind]) -> bool:
        """The cards of one channel, until it can't be written to any more."""
        is_more, read_at = False, self.clock()
        for one in those:
            if self._is_blocked(channel) or self._is_blocked(one.reference):
                continue
            if self.clock() - read_at > _STALE:
                fresh = await self.cards.seen(one.reference)
                one = fresh or one
            is_more |= not await self._show(channel, one)
        return is_more

    def _is_blocked(self, name: str) -> bool:
        return self.clock() < self._blocked.get(name, 0.0)

    async def _show(self, channel: str, one: Behind) -> bool:
        """Whether the card shows it all now, or will be tried at its time."""
        try:
            await self.showing.show(one)
        except ClaimLost:
            return False
        except SlackFailed as error:
            return self._failed(channel, one.reference, error)
        except StorageError:
            raise
        except Exception:  # one card that can't be made must not hold up the others
            log.exception("card not shown", reference=one.reference)
            self._block(one.reference, None, is_hopeless=True)
            return True
        for name in (channel, one.reference):
            self._blocked.pop(name, None)
            self._pauses.pop(name, None)
        if self._troubles.pop(channel, None):
            log.info("channel takes cards again", channel=channel)
        self.done()
        return True

    def _failed(self, channel: str, reference: str, error: SlackFailed) -> bool:
        if error.code == "message_not_found" and error.retry_after == 0:
            return False
        if error.code in _FORBIDDEN:
            if channel not in self._troubles:
                log.error("channel takes no cards", channel=channel, code=error.code)
            mend = _MENDING.get(error.code, "run `ombud doctor`")
            self._troubles[channel] = f"Slack refuses cards for {channel} ({error.code}): {mend}"
        if not error.code or error.code in _FORBIDDEN | REFUSED_TOKEN | {"ratelimited"}:
            is_hopeless = error.code in REFUSED_TOKEN
            self._block(channel, error.retry_after, is_hopeless=is_hopeless)
        else:
            log.error("card not shown", reference=reference, code=error.code)
            self._block(reference, error.retry_after)
        return True

    def _block(self, name: str, told: float | None, *, is_hopeless: bool = False) -> None:
        pauses = self._pauses.setdefault(name, Pauses(self.retry_seconds))
        if told is not None:  # Slack says when: nothing was tried too early
            self._blocked[name] = self.clock() + told
        else:
            self._blocked[name] = self.clock() + pauses.next(is_hopeless=is_hopeless)

    def state(self) -> Mapping[str, float]:
        """What is blocked, and until when by the clock; for whoever looks."""
        return dict(self._blocked)
