"""The workspace in which the app is installed; what comes from another one is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.ports import Observer
from channels.slack.translate import team_of


@dataclass
class Workspace:
    """`team` is known once Slack has told whose token this is."""

    observer: Observer
    team: str | None = None

    def is_ours(self, body: Mapping[str, Any]) -> bool:
        """Whether a payload comes from here, as far as it tells; one that does not is counted."""
        team = team_of(body)
        if self.team is None or team is None or team == self.team:
            return True
        self.observer.refused("slack_team")
        return False
