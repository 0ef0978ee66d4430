"""What a card's thread says of each event: one audit line, and the words that belong to it.

Nothing that tells who complains is in it: `bot.cards` leaves that out before it gets here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from channels.slack.desk.standing import Complaint
from channels.slack.desk.voice import Voice, moment_of

Told = Mapping[str, Any]

_STATED: Final = ("category", "severity", "safety", "complexity", "impact", "immediate_action")


class Calls(Enum):
    """Who is called by a line."""

    NOBODY = "nobody"
    OWNER = "owner"
    GROUP = "group"


@dataclass(frozen=True)
class Line:
    """The line of event `number`; `words` are people's own.

    - `is_broadcast`: the channel sees it, too; `is_direct`: the owner is told in person, too.
    - `files` are attachments as JSON.
    - `is_note`: its words may stand in the thread already.
    - `to` is who is told beside those that it calls, by name or by Slack's id.
    """

    number: int
    text: str
    words: str = ""
    calls: Calls = Calls.NOBODY
    is_broadcast: bool = False
    is_direct: bool = False
    files: tuple[Told, ...] = ()
    is_note: bool = False
    to: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it may share a message with its neighbours."""
        is_quiet = self.calls is Calls.NOBODY and not (self.is_broadcast or self.is_direct)
        return is_quiet and not (self.words or self.files or self.is_note)


def lines(complaint: Complaint, voice: Voice, shown: int) -> tuple[Line, ...]:
    """The lines of all events behind the first `shown`."""
    history = complaint["history"]
    return tuple(
        _line(number, history[number - 1], complaint, voice)
        for number in range(shown + 1, len(history) + 1)
    )


def _line(number: int, event: Told, complaint: Complaint, voice: Voice) -> Line:
    kind = event["event"]
    if kind == "ComplaintReceived":
        return _received(number, event, complaint, voice)
    if kind in _REMINDING:
        return _reminder(number, event, complaint, voice)
    if kind == "ResponseGiven":
        return Line(number, _text(event, voice), words=_response(event, voice))
    text = _text(event, voice)
    words = str(event.get(_WORDS.get(kind, "")) or "").strip()
    match kind:
        case "Escalated":
            return Line(number, text, words, calls=Calls.GROUP, is_broadcast=True)
        case "EvidenceAdded":
            return Line(number, text, files=tuple(event["attachments"]))
        case "NoteWritten":
            return Line(number, text, words, is_note=True)
        case "ComplainantAdded" | "ReviewRequested" | "PersonRequested" | "ResponseAccepted":
            return Line(number, text, words, calls=Calls.OWNER)
    return Line(number, text, words)


_WORDS: Final = {
    "QuestionAsked": "text",
    "NoteWritten": "text",
    "MessageSent": "text",
    "ComplainantAdded": "text",
    "PersonRequested": "text",
    "OtherMatterRecorded": "text",
    "RatingCommented": "comment",
    "RemedyCarriedOut": "proof",
    "ExternalOutcomeRecorded": "text",
    "Escalated": "reason",
    "DeadlineExtended": "reason",
    "AssessmentMade": "reason",
    "IdentityRevealed": "reason",
    "ComplaintReopened": "reason",
    "ComplaintClosed": "where",
    "OwnerAssigned": "exception",
    "SplitInto": "point",
    "TaskDone": "note",
    "LegalHoldSet": "reason",
    "LegalHoldReleased": "reason",
}
"""Which field of an event holds somebody's own words."""


# The story ------------------------------------------------------------------------------------


def _received(number: int, event: Told, complaint: Complaint, voice: Voice) -> Line:
    details = event["details"]
    told = [str(details.get("narrative") or "").strip()]
    understood = "\n".join(_understood(event, voice))
    if understood:
        told.append(f"{voice.text('thread.understood')}\n{understood}")
    at = voice.moment(event["at"])
    text = voice.text("event.ComplaintReceived", by=_by(event, voice), at=at)
    return Line(number, text, "\n\n".join(filter(None, told)), files=tuple(event["attachments"]))


def _understood(event: Told, voice: Voice) -> Iterator[str]:
    details = event["details"]
    for label, value in (
        ("subject", details.get("subject")),
        ("points", _each(event["points"])),
        ("when", _when(details.get("occurred_on"), voice)),
        ("order", details.get("order_or_account")),
        ("effect", details.get("effect")),
        ("wants", _wanted(details.get("remedy_sought"), voice)),
        ("answer", _way(details.get("contact"), voice)),
        ("needs", details.get("adjustments")),
    ):
        if value:
            yield f"{voice.text(f'field.{label}')}: {value}"


def _each(points: Sequence[str]) -> str | None:
    """Several points, each on its line; a single one is the story itself."""
    return "".join(f"\n• {point}" for point in points) if len(points) > 1 else None


def _when(told: Told | None, voice: Voice) -> str | None:
    return voice.occurred_on(told) if told else None


def _wanted(told: Told | None, voice: Voice) -> str | None:
    return voice.remedy(told) if told else None


def _way(contact: Told | None, voice: Voice) -> str | None:
    """By which way they want to be answered, but not where."""
    return voice.named("contact", contact["kind"]) if contact else None


# Whoever is called ----------------------------------------------------------------------------

_REMINDING: Final = ("OwnerReminded", "DeadlineMissed", "UrgencyAlerted")


def _reminder(number: int, event: Told, complaint: Complaint, voice: Voice) -> Line:
    if event["event"] == "UrgencyAlerted":
        to = event["to"]
        text = voice.text("event.UrgencyAlerted" if to else "event.UrgencyAlerted.nobody", to=to)
        return Line(number, text, calls=Calls.GROUP, is_broadcast=True, to=to)
    what = voice.named("deadline", event["name"])
    due = voice.moment(event["due_at"])
    if event["event"] == "OwnerReminded":
        percent = str(event["percent"])
        text = voice.text("event.OwnerReminded", what=what, due=due, percent=percent)
        return Line(number, text, calls=Calls.OWNER, to=str(event["to"]))
    text = voice.text("event.DeadlineMissed", what=what, due=due)
    if not _is_open(event, complaint):  # kept meanwhile, though too late: a fact to learn from
        return Line(number, text)
    return Line(number, text, calls=Calls.OWNER, is_broadcast=True, is_direct=True)


def _is_open(missed: Told, complaint: Complaint) -> bool:
    if complaint["status"] in ("closed", "withdrawn"):
        return False
    those = [one for one in complaint["deadlines"] if one["name"] == missed["name"]]
    return all(one["met_at"] is None for one in those)


# Everything else ------------------------------------------------------------------------------


def _text(event: Told, voice: Voice) -> str:
    kind = event["event"]
    values = _VALUES.get(kind)
    told = {"by": _by(event, voice), **(values(event, voice) if values else {})}
    if kind == "OwnerAssigned":
        kind = "OwnerAssigned.taken" if event["owner"] == event["by"] else "OwnerAssigned.handed"
    key = f"event.{kind}"
    if not voice.language.has(f"desk.{key}"):  # of an event that is newer than these words
        return voice.text("event.other", by=told["by"], event=kind)
    return voice.text(key, **told)


def _by(event: Told, voice: Voice) -> str:
    by = str(event["by"])
    return voice.text(f"by.{by}") if by in ("complainant", "ombud") else by


def _assessed(event: Told, voice: Voice) -> dict[str, str]:
    said = [
        f"{voice.text(f'field.{name}')}: {_judgement(name, event[name], voice)}"
        for name in _STATED
        if event.get(name) is not None
    ]
    return {"changes": voice.joined(said) if said else "–"}


def _judgement(name: str, value: object, voice: Voice) -> str:
    if isinstance(value, bool):
        return voice.text("yes" if value else "no")
    return voice.named("category" if name == "category" else "severity", str(value))


def _detail(event: Told, voice: Voice) -> dict[str, str]:
    question = event["question"]
    answer: Any = event.get("answer")
    key = f"desk.question.{question}"
    named = voice.text(f"question.{question}") if voice.language.has(key) else question
    match answer:
        case {"start": _}:
            value = voice.occurred_on(answer)
        case {"kinds": _}:
            value = voice.remedy(answer)
        case {"kind": kind}:
            value = voice.named("contact", str(kind))
        case None:
            value = "–"
        case _:
            value = str(answer)
    return {"question": named, "answer": value}


def _plain(*names: str) -> Callable[[Told, Voice], dict[str, str]]:
    def values(event: Told, voice: Voice) -> dict[str, str]:
        return {
            name: str(event.get(name) if event.get(name) is not None else "–") for name in names
        }

    return values


def _named(**kinds: str) -> Callable[[Told, Voice], dict[str, str]]:
    def values(event: Told, voice: Voice) -> dict[str, str]:
        return {name: voice.named(kind, str(event.get(name))) for name, kind in kinds.items()}

    return values


def _at(name: str) -> Callable[[Told, Voice], dict[str, str]]:
    def values(event: Told, voice: Voice) -> dict[str, str]:
        told = event.get(name)
        if not told:
            return {name: "–"}
        is_day = len(str(told)) == len("2026-11-23")
        return {name: voice.day(told) if is_day else voice.moment(moment_of(told))}

    return values


_VALUES: Final[Mapping[str, Callable[[Told, Voice], dict[str, str]]]] = {
    "AssessmentMade": _assessed,
    "ChannelReachable": _named(channel="channel"),
    "ChannelUnreachable": _named(channel="channel"),
    "ComplaintClosed": _named(reason="close_reason"),
    "DeadlineExtended": _at("until"),
    "DetailTold": _detail,
    "ExternalBodySignposted": _at("until"),
    "ExternalOutcomeRecorded": _named(finding="finding"),
    "HandlingRated": _plain("handling"),
    "MergedInto": _plain("into"),
    "MessageUndelivered": _named(channel="channel"),
    "OutcomeRated": _named(outcome="outcome"),
    "OwnerAssigned": _plain("owner"),
    "PrivacyChanged": _named(privacy="privacy"),
    "ResponseGiven": _named(finding="finding"),
    "SplitFrom": _plain("of"),
    "SplitInto": _plain("into"),
    "TaskDone": _plain("task"),
    "UpdatePromised": _at("due_at"),
}
"""What is filled into the texts, beside who did it."""


def _response(event: Told, voice: Voice) -> str:
    """The answer as it was given, with what it rests on."""
    told = [str(event.get("text") or ""), f"{voice.text('field.reasons')}: {event.get('reasons')}"]
    told += _remedies(event, voice)
    for point in _apart(event):
        finding = voice.named("finding", point["finding"])
        told.append(f"{point['point']}: {finding}. {point['reasons']}")
    return "\n\n".join(told)


def _remedies(event: Told, voice: Voice) -> Iterator[str]:
    if event.get("remedy"):
        yield f"{voice.text('field.remedy')}: {voice.joined(event['remedy'])}"
    if event.get("prevention"):
        yield f"{voice.text('field.prevention')}: {event['prevention']}"


def _apart(event: Told) -> Sequence[Told]:
    whole = (event["finding"], event.get("reasons"))
    points = event.get("points") or ()
    return [one for one in points if (one["finding"], one["reasons"]) != whole]
