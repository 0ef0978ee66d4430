"""What lies on the desk: overdue, due today, nobody's, mine; for Home tabs and the digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from channels.slack.desk.standing import Complaint, is_overdue, next_promise, title
from channels.slack.desk.voice import Voice
from channels.slack.escaping import escape


@dataclass(frozen=True)
class Lists:
    """Complaints in work, each list with what is due first at its head."""

    overdue: tuple[Complaint, ...] = ()
    due_today: tuple[Complaint, ...] = ()
    unassigned: tuple[Complaint, ...] = ()
    mine: tuple[Complaint, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)


def sorted_out(open_: Sequence[Complaint], voice: Voice, me: str | None) -> Lists:
    """Puts what is open into the lists; what is overdue is not due today as well."""
    first = sorted(open_, key=lambda one: _due_at(one, voice))
    overdue = tuple(one for one in first if is_overdue(one, voice.now))
    return Lists(
        overdue=overdue,
        due_today=tuple(one for one in first if one not in overdue and _is_today(one, voice)),
        unassigned=tuple(one for one in first if not one.get("owner")),
        mine=tuple(one for one in first if me and one.get("owner") == me),
    )


def _due_at(complaint: Complaint, voice: Voice) -> tuple[bool, datetime]:
    promise = next_promise(complaint)
    return (promise is None, promise.due_at if promise else voice.now)


def _is_today(complaint: Complaint, voice: Voice) -> bool:
    promise = next_promise(complaint)
    return promise is not None and promise.due_at.astimezone(voice.zone).date() == voice.today


def line(complaint: Mapping[str, Any], voice: Voice, link: str | None) -> str:
    """One complaint in mrkdwn, without a word of the complainant's."""
    reference = complaint["reference"]
    shown = f"<{escape(link)}|{reference}>" if link else reference
    parts = [title(complaint, voice), complaint.get("owner") or voice.text("field.nobody")]
    promise = next_promise(complaint)
    if promise is not None:
        what = voice.named("deadline", promise.name)
        parts.append(voice.text("card.due", what=what, at=voice.moment(promise.due_at)))
    return " · ".join((shown, *map(escape, parts)))
