"""The one message of a complaint: what a caseworker must know at a glance, and may do at once.

Its blocks and ids are those of contract §10; a name or contact never stands in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    OverflowMenuElement,
    SectionBlock,
    StaticSelectElement,
)

from channels.slack.blocks import FALLBACK, SECTION, Json, cut, plain_text
from channels.slack.desk import names, pieces
from channels.slack.desk.routing import mention
from channels.slack.desk.standing import (
    Complaint,
    State,
    asked_at,
    ended,
    headline,
    is_overdue,
    next_promise,
    state_of,
    title,
)
from channels.slack.desk.voice import Voice, moment_of
from channels.slack.escaping import escaped_to

STORY: Final = 300
_SEVERE: Final = ("medium", "high", "critical")


@dataclass(frozen=True)
class Face:
    """What a card looks like: its blocks, and its words for notifications and screen readers."""

    text: str
    blocks: tuple[Json, ...]


@dataclass(frozen=True)
class Beside:
    """What is shown beside the complaint itself: who is called, how many are like it, what the
    desk remembers."""

    group: str | None = None
    similar: int = 0
    state: Mapping[str, Any] = field(default_factory=dict)


def face(complaint: Complaint, voice: Voice, beside: Beside) -> Face:
    """The card as it is to look now."""
    state = state_of(complaint)
    blocks = _closed if state is State.CLOSED else _open
    told = voice.text(
        f"card.text.{state}", reference=complaint["reference"], title=title(complaint, voice)
    )
    if state is not State.CLOSED and is_overdue(complaint, voice.now):
        told = f"{voice.text('card.overdue')} · {told}"
    return Face(escaped_to(told, FALLBACK), tuple(blocks(complaint, voice, beside)))


def snoozed_until(state: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when nobody wants to be reminded; None once that is over."""
    told = state.get(names.SNOOZED_UNTIL)
    until = moment_of(told) if told else None
    return until if until is not None and now < until else None


# While it is worked on ------------------------------------------------------------------------


def _open(complaint: Complaint, voice: Voice, beside: Beside) -> Iterator[Json]:
    yield pieces.header(headline(complaint, voice))
    yield _received(complaint, voice)
    yield from _standing(complaint, voice, beside.state)
    yield _story(complaint, voice)
    yield _fields(complaint, voice, beside.similar)
    yield from _reasons(complaint, voice)
    if beside.group and state_of(complaint) is State.NEW:
        yield pieces.small(markup=mention(beside.group))
    yield _actions(complaint, voice)


def _received(complaint: Complaint, voice: Voice) -> Json:
    parts = (
        complaint["reference"],
        voice.named("channel", complaint["channel"]),
        voice.language_named(complaint["language"]),
        voice.text("card.received", at=voice.moment(complaint["received_at"])),
        voice.named("status", complaint["status"]),
    )
    promise = next_promise(complaint)
    due = ""
    if promise is not None:
        what = voice.named("deadline", promise.name)
        due = pieces.bold(voice.text("card.due", what=what, at=voice.moment(promise.due_at)))
    return pieces.small(" · ".join(parts), markup=due)


def _standing(complaint: Complaint, voice: Voice, remembered: Mapping[str, Any]) -> Iterator[Json]:
    """What it waits for, where it waits."""
    state, told = state_of(complaint), []
    asked, response = asked_at(complaint), complaint.get("response")
    if state is State.WAITING and asked is not None:
        told.append(voice.text("card.waiting", since=voice.moment(asked)))
    if state is State.ANSWERED and response:
        finding = voice.named("finding", response["finding"])
        at = voice.moment(response["at"])
        told.append(voice.text("card.answered", finding=finding, by=response["by"], at=at))
    if until := snoozed_until(remembered, voice.now):
        by = str(remembered.get(names.SNOOZED_BY) or "")
        key = "card.snoozed" if by else "card.snoozed.plain"
        told.append(voice.text(key, until=voice.moment(until), **({"by": by} if by else {})))
    if complaint.get("unreachable"):
        channel = voice.named("channel", complaint["unreachable"])
        told.append(voice.text("card.unreachable", channel=channel))
    for line in told:
        yield pieces.small(line)


def _story(complaint: Complaint, voice: Voice) -> Json:
    whole = str(complaint["details"].get("narrative") or "").strip() or "…"
    more = None
    if len(whole) > STORY:
        more = pieces.button(voice.text("card.read"), names.READ, complaint["reference"])
    text = plain_text(cut(whole, STORY))
    return SectionBlock(text=text, accessory=more).to_dict()


def _fields(complaint: Complaint, voice: Voice, similar: int) -> Json:
    shown = [
        pieces.field(voice.text(f"field.{name}"), value)
        for name, value in _values(complaint, voice, similar)
    ]
    return SectionBlock(fields=shown).to_dict()


def _values(complaint: Complaint, voice: Voice, similar: int) -> Iterator[tuple[str, str]]:
    details = complaint["details"]
    remedy, when = details.get("remedy_sought"), details.get("occurred_on")
    not_told = voice.text("field.not_told")
    yield "wants", voice.remedy(remedy) if remedy else not_told
    yield "when", voice.occurred_on(when) if when else not_told
    if order := details.get("order_or_account"):
        yield "order", str(order)
    if effect := details.get("effect"):
        yield "effect", str(effect)
    files = len(complaint["attachments"])
    if files:
        yield "files", voice.text("field.files.some", count=str(files))
    yield "owner", complaint.get("owner") or voice.text("field.nobody")
    category = complaint["assessment"].get("category")
    if similar > 1 and category:
        named = voice.named("category", category)
        yield "similar", voice.text("field.similar.some", count=str(similar), category=named)
    yield "needs", str(details.get("adjustments") or voice.text("field.no_needs"))


def _reasons(complaint: Complaint, voice: Voice) -> Iterator[Json]:
    """Why each inferred value is what it is, where it says that something is grave."""
    told = complaint["assessment"]
    judged = complaint.get("judged") or ()
    first = judged[0]["reasons"] if judged else told["reasons"]
    words = voice.joined([f"“{' '.join(one.split())}”" for one in first]) if first else ""
    lines = []
    if told["safety"]:
        lines.append(voice.text("card.risk", words=words or voice.text("card.risk.none")))
    if told["severity"] in _SEVERE:
        severity = voice.named("severity", told["severity"])
        person = _judge(judged)
        if person is not None:
            reason = " ".join(" ".join(person["reasons"]).split())
            told_by = voice.text("card.why.person", by=person["by"], reason=reason)
        else:
            told_by = voice.text("card.why.words", words=words) if words else ""
        if told_by:
            lines.append(voice.text("card.why", severity=severity, reason=told_by))
    if lines:
        yield pieces.small(*lines)


def _judge(judged: Any) -> Mapping[str, Any] | None:
    """Who said last, instead of the machine, how grave it is."""
    those = (one for one in reversed(judged) if one["by"] != "ombud" and one["severity"])
    return next(those, None)


def _actions(complaint: Complaint, voice: Voice) -> Json:
    reference = complaint["reference"]
    if complaint.get("owner"):
        first = pieces.button(voice.text("button.handover"), names.HANDOVER, reference)
    else:
        first = pieces.button(voice.text("button.take"), names.TAKE, reference, "primary")
    snooze = StaticSelectElement(
        action_id=names.SNOOZE,
        placeholder=plain_text(voice.text("button.snooze")),
        options=pieces.options(
            [voice.text(f"snooze.{value}") for value in names.SNOOZES], names.SNOOZES
        ),
    )
    more = OverflowMenuElement(
        action_id=names.MORE,
        options=pieces.options([voice.text(f"more.{value}") for value in names.MORES], names.MORES),
    )
    reply = pieces.button(voice.text("button.reply"), names.REPLY, reference)
    change = pieces.button(voice.text("button.change"), names.CHANGE, reference)
    return ActionsBlock(elements=[first, reply, change, snooze, more]).to_dict()


# When it is over ------------------------------------------------------------------------------


def _closed(complaint: Complaint, voice: Voice, beside: Beside) -> Iterator[Json]:
    """Two lines, and the way back."""
    first = " · ".join(
        (
            voice.named("status", complaint["status"]),
            complaint["reference"],
            headline(complaint, voice),
        )
    )
    second = " · ".join(_outcome(complaint, voice))
    reopen = pieces.button(voice.text("button.reopen"), names.REOPEN, complaint["reference"])
    text = plain_text(f"{cut(first, SECTION // 2)}\n{cut(second, SECTION // 2)}")
    yield SectionBlock(text=text, accessory=reopen).to_dict()


def _outcome(complaint: Complaint, voice: Voice) -> Iterator[str]:
    """Outcome, who, days taken, rating."""
    if complaint.get("merged_into"):
        yield voice.text("closed.merged", into=complaint["merged_into"])
    elif complaint.get("close_reason"):
        yield voice.named("close_reason", complaint["close_reason"])
    response = complaint.get("response")
    if response:
        yield voice.named("finding", response["finding"])
    end = ended(complaint)
    who = complaint.get("owner") or (response or {}).get("by")
    if who:
        yield str(who)
    if end is not None:
        taken = (moment_of(end["at"]) - moment_of(complaint["received_at"])).days
        key = "closed.day" if taken == 1 else "closed.days"
        yield voice.text(key, days=str(taken))
    feedback = complaint.get("feedback") or {}
    if feedback.get("handling"):
        yield voice.text("closed.handling", handling=str(feedback["handling"]))
    if feedback.get("outcome"):
        yield voice.text("closed.outcome", outcome=voice.named("outcome", feedback["outcome"]))
