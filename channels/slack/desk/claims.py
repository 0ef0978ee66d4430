"""Who works on a card just now, so that of several processes one alone posts it."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from channels.slack.desk import names
from channels.slack.desk.voice import moment_of

LEASE: Final = timedelta(seconds=30)
"""How long a claim holds that nobody renews: longer than any call to Slack may take."""


@dataclass(frozen=True)
class Claimant:
    """One process. On one host the dead are known by their number, and need not be waited for."""

    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)
    nonce: str = field(default_factory=lambda: uuid4().hex[:12])

    @property
    def token(self) -> str:
        """How it signs."""
        return f"{self.host}:{self.pid}:{self.nonce}"

    def claims(self, state: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A card's state with our claim."""
        until = (now + LEASE).isoformat()
        return {**state, names.CLAIM: self.token, names.CLAIMED_UNTIL: until}

    def holds(self, state: Mapping[str, Any]) -> bool:
        """Whether the claim is ours."""
        return state.get(names.CLAIM) == self.token

    def must_wait(self, state: Mapping[str, Any], now: datetime) -> bool:
        """Whether somebody else works on it; whoever claims for longer than anybody may has
        another clock."""
        token = state.get(names.CLAIM)
        if not token or token == self.token or self._is_dead(str(token)):
            return False
        until = moment_of(state[names.CLAIMED_UNTIL])
        return now < until <= now + 2 * LEASE

    def _is_dead(self, token: str) -> bool:
        host, _, rest = token.rpartition(":")[0].rpartition(":")
        if host != self.host or not rest.isdigit():
            return False
        if int(rest) == self.pid:  # our own number, but not ours: whoever had it before
            return True
        try:
            os.kill(int(rest), 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False
