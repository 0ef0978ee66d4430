"""What the channels that are switched on find when they look themselves over."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from bot.assembly import Parts
from bot.commands.checks import Check, State


def checkups(parts: Parts) -> Iterator[Check]:
    """The findings of every channel; each asks its platform and changes nothing there."""
    for name in parts.channel_names:
        module, settings = parts.channel_settings(name)
        for finding in asyncio.run(module.checkup(settings)):
            state = State.OK if finding.is_fine else State.FAIL
            yield Check(finding.name, state, finding.what, finding.why, finding.mend)
