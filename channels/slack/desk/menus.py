"""What the desk shows in modals that ask for nothing: all that can be done, what happened, who
complains, what was done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from slack_sdk.models.blocks import ActionsBlock

from bot.domain.status import MOVES, Move, Status
from channels.slack.blocks import SECTION, Json
from channels.slack.desk import ids, modals, names, pieces
from channels.slack.desk.lines import lines
from channels.slack.desk.standing import Complaint, headline
from channels.slack.desk.voice import Voice
from channels.slack.splitting import split

_BLOCKS: Final = 90  # of the 100 that a view may have
_LINE: Final = 600


def more(complaint: Complaint, voice: Voice, metadata: str) -> Json:
    """Everything that may be done about a complaint as it stands."""
    blocks = [
        pieces.section(headline(complaint, voice)),
        pieces.small(
            complaint["reference"],
            voice.named("status", complaint["status"]),
            str(complaint.get("owner") or voice.text("field.nobody")),
        ),
    ]
    if hold := complaint.get("legal_hold"):
        blocks.append(pieces.small(voice.text("held", reason=str(hold))))
    tasks = complaint.get("tasks") or ()
    blocks += [pieces.small(f"☐ {modals.task_named(task, voice)}") for task in tasks]
    for group in _GROUPS:
        buttons = [
            pieces.button(voice.text(f"button.{_named(action)}"), action, action)
            for action in group
            if _is_possible(action, complaint)
        ]
        if buttons:
            blocks.append(ActionsBlock(elements=buttons).to_dict())
    return modals.view(names.MORE, metadata, voice, blocks[:_BLOCKS])


_GROUPS: Final = (
    (names.TAKE, names.HANDOVER, names.REPLY, ids.ASK, names.CHANGE),
    (ids.EXTEND, ids.ESCALATE, ids.CLOSE, ids.MERGE, ids.SPLIT, names.REOPEN),
    (ids.FULFIL, ids.VERIFY, ids.EXTERNAL, ids.DONE),
    (names.READ, ids.HISTORY, ids.IDENTITY, ids.HOLD, ids.RELEASE),
)

_MOVES: Final[Mapping[str, Move]] = {
    names.TAKE: Move.TAKE,
    names.HANDOVER: Move.HANDOVER,
    names.REPLY: Move.REPLY,
    names.CHANGE: Move.ASSESS,
    names.REOPEN: Move.REOPEN,
    ids.ASK: Move.ASK,
    ids.EXTEND: Move.EXTEND,
    ids.ESCALATE: Move.ESCALATE,
    ids.MERGE: Move.MERGE,
    ids.SPLIT: Move.SPLIT,
    ids.FULFIL: Move.FULFIL,
    ids.VERIFY: Move.VERIFY,
    ids.EXTERNAL: Move.EXTERNAL_OUTCOME,
}
"""What the status table must allow for a button to stand there."""


def _named(action: str) -> str:
    return action.removeprefix("ombud_")


def _is_possible(action: str, complaint: Complaint) -> bool:
    status = Status(complaint["status"])
    move = _MOVES.get(action)
    if move is not None and move not in MOVES[status]:
        return False
    match action:
        case names.TAKE:
            return not complaint.get("owner")
        case ids.CLOSE:
            return status is not Status.CLOSED
        case ids.SPLIT:
            return len(complaint.get("points") or ()) > 1
        case ids.FULFIL | ids.VERIFY:
            return _is_promised(complaint.get("response") or {})
        case ids.DONE:
            return bool(modals.tickable(complaint))
        case ids.IDENTITY:
            return str(complaint["privacy"]) != "anonymous"
        case ids.HOLD:
            return not complaint.get("legal_hold")
        case ids.RELEASE:
            return bool(complaint.get("legal_hold"))
    return True


def _is_promised(response: Mapping[str, Any]) -> bool:
    parts = (response, *(response.get("points") or ()))
    return any(part.get("remedy") for part in parts)


def history(complaint: Complaint, voice: Voice, metadata: str) -> Json:
    """All that happened, the newest where there is more than fits."""
    told = [
        pieces.section(f"{line.text}\n{line.words[:_LINE]}".strip())
        for line in lines(complaint, voice, 0)[-_BLOCKS:]
    ]
    return modals.view(ids.HISTORY, metadata, voice, told)


def story(complaint: Complaint, voice: Voice, metadata: str) -> Json:
    """The complainant's words, whole."""
    told = str(complaint["details"].get("narrative") or "…")
    sections = [pieces.section(piece) for piece in split(told, SECTION)]
    return modals.view(names.READ, metadata, voice, sections[:_BLOCKS])


def told(kind: str, voice: Voice, metadata: str, *texts: str) -> Json:
    """A few words in the place of a form that was taken."""
    return modals.view(f"{kind}_told", metadata, voice, [pieces.section(text) for text in texts])


def identity(complaint: Mapping[str, Any], voice: Voice, metadata: str) -> Json:
    """Who complains, for the one person who asked and gave a reason."""
    return told(ids.IDENTITY, voice, metadata, "\n".join(_identity(complaint, voice)))


def _identity(complaint: Mapping[str, Any], voice: Voice) -> Iterator[str]:
    details = complaint["details"]
    yield f"{voice.text('question.name')}: {details.get('name') or voice.text('field.not_told')}"
    if contact := details.get("contact"):
        way = voice.named("contact", contact["kind"])
        yield f"{voice.text('question.contact')}: {way} {contact.get('value') or ''}".rstrip()
    if details.get("acting_for"):
        yield f"{voice.text('question.acting_for')}: {details['acting_for']}"
