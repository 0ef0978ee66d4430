"""Where a complaint is shown, and who is called: the one place that decides it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from channels.slack.settings import Settings

Complaint = Mapping[str, Any]

_CONDITIONS: Final = ("category", "severity", "language", "site")


@dataclass(frozen=True)
class Route:
    """The channel of a card; `group` is called when it arrives, `escalation` when it is urgent."""

    channel: str
    group: str | None = None
    escalation: str | None = None


@dataclass(frozen=True)
class Routing:
    """Follows the routes in the order of the file; each thing comes from the first that tells."""

    triage: str
    routes: Sequence[Mapping[str, Any]] = ()

    @classmethod
    def of(cls, settings: Settings) -> Routing:
        """As the installation is told."""
        return cls(settings.triage_channel or "", settings.desk_routes)

    @property
    def channels(self) -> tuple[str, ...]:
        """Every channel that cards may be in."""
        told = (route.get("channel") for route in self.routes)
        return tuple(dict.fromkeys((self.triage, *(channel for channel in told if channel))))

    def route(self, complaint: Complaint) -> Route:
        """Where this one goes."""
        fitting = [route for route in self.routes if _fits(route, complaint)]
        group = _first(fitting, "group")
        return Route(
            channel=_first(fitting, "channel") or self.triage,
            group=group,
            escalation=_first(fitting, "escalation") or group,
        )


def _first(routes: Sequence[Mapping[str, Any]], key: str) -> str | None:
    return next((route[key] for route in routes if route.get(key)), None)


def _fits(route: Mapping[str, Any], complaint: Complaint) -> bool:
    assessment = complaint.get("assessment") or {}
    told = {
        "category": assessment.get("category"),
        "severity": assessment.get("severity"),
        "language": complaint.get("language"),
        "site": complaint.get("site"),
    }
    return all(not route.get(key) or told[key] in route[key] for key in _CONDITIONS)


def mention(id_: str | None) -> str:
    """How somebody is called in mrkdwn; nothing where it is nobody."""
    if not id_:
        return ""
    return f"<!subteam^{id_}>" if id_.startswith("S") else f"<@{id_}>"
