"""What works beside the web server: platforms that listen, the relay, reminders, retention.

Leaving takes at most `_LEAVE_WITHIN` twice: nothing new is taken in, turns in progress end, and
lines on their way arrive.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import structlog

from bot.assembly import Parts, now
from bot.inbox import PlatformInbox
from bot.platforms import Around, Batch, Platform
from bot.ports import Channel, Raw
from bot.relay import Relay, RelayLimits
from bot.reminders import Reminders
from bot.undelivered import Undelivered

log = structlog.get_logger(__name__)

_LEAVE_WITHIN = 3.0  # seconds, for turns and then for lines; the contract allows 10 in all
_AGAIN_AFTER = 1.0  # seconds, before a job that failed is begun again


@dataclass
class Platforms:
    """The channels of other networks that are switched on, and what came in through them."""

    by_name: dict[str, Platform] = field(default_factory=dict)
    inboxes: list[PlatformInbox] = field(default_factory=list)

    @classmethod
    def opened(cls, parts: Parts) -> Self:
        """Loads and builds what is switched on; nothing is connected yet."""
        platforms = cls()

        def inbox(
            channel: str,
            handle: Callable[[Batch], Coroutine[Any, Any, None]],
            joins: Callable[[Raw, Raw], bool],
        ) -> PlatformInbox:
            opened = parts.inbox(channel, handle, joins)
            platforms.inboxes.append(opened)
            return opened

        around = Around(
            parts.service,
            parts.loaded_languages,
            inbox,  # type: ignore[arg-type]  # what handles a batch is a coroutine function
            now,
            parts.metrics,
            desk=parts.casework,
            cards=parts.cards,
            evidence=parts.evidence,
            local=parts.local,
        )
        for name in parts.channel_names:
            module, settings = parts.channel_settings(name)
            platforms.by_name[name] = module.open_channel(settings, around)
        return platforms

    def troubles(self) -> Mapping[str, str | None]:
        """Why a channel is not ready, by its name."""
        return {name: platform.trouble for name, platform in self.by_name.items()}


class Background:
    """Runs all of it as long as it is entered."""

    def __init__(self, parts: Parts, platforms: Platforms, *others: Channel) -> None:
        self._platforms = platforms
        storage, talk, metrics = parts.storage, parts.talk, parts.metrics
        channels = {**platforms.by_name, **{other.name: other for other in others}}
        undelivered = Undelivered(storage, now, has_mail=talk.organisation.has_mail)
        self._relay = Relay(
            storage,
            channels,
            now,
            parts.settings.retry_seconds,
            metrics,
            shown=talk.codes.shown,
            failed=undelivered.note,
            limits=RelayLimits(closing_seconds=_LEAVE_WITHIN),
        )
        self._reminders = Reminders(storage, talk, now, metrics, parts.policy)
        self._retention = parts.retention
        self._listening: list[asyncio.Task[None]] = []
        self._working: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        for inbox in self._platforms.inboxes:
            await inbox.resume()
        self._listening = [_started(one.run) for one in self._platforms.by_name.values()]
        jobs = (self._relay.run, self._reminders.run, self._retention.run)
        self._working = [_started(job) for job in jobs]
        return self

    def stop_listening(self) -> None:
        """Takes nothing new in; what was taken is still finished and answered."""
        for task in self._listening:
            task.cancel()

    async def __aexit__(self, *_: object) -> None:
        self.stop_listening()
        await asyncio.gather(*self._listening, return_exceptions=True)
        await asyncio.gather(*(inbox.close() for inbox in self._platforms.inboxes))
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        closing = (platform.close() for platform in self._platforms.by_name.values())
        await asyncio.gather(*closing, return_exceptions=True)


def _started(job: Callable[[], Coroutine[Any, Any, None]]) -> asyncio.Task[None]:
    return asyncio.create_task(_kept_alive(job))


async def _kept_alive(job: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """The outermost loop: whatever a job fails on, it is logged and begun again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("background job failed", job=job.__qualname__)
        await asyncio.sleep(_AGAIN_AFTER)
