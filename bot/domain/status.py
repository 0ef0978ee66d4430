"""Where a complaint stands and which moves lead on: the steps of ISO 10002:2018, clause 7.

Everything about moves lives in this table. A move that is not in it is an error and changes
nothing. No way leads from `responded` to `closed` but acceptance, exhausted options, withdrawal,
a complainant who can't be reached, or another complaint or body that it goes on with (7.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from bot.errors import IllegalMove


class Status(StrEnum):
    """The steps of clause 7, and the states beside them."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    UNDER_ASSESSMENT = "under_assessment"
    UNDER_INVESTIGATION = "under_investigation"
    RESPONDED = "responded"
    UNDER_REVIEW = "under_review"
    EXTERNAL = "external"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_final(self) -> bool:
        """Whether nothing more is promised."""
        return self in (Status.CLOSED, Status.WITHDRAWN)


class Move(StrEnum):
    """What moves a complaint on; the second block keeps the status it finds."""

    ACKNOWLEDGE = "acknowledge"
    TAKE = "take"
    ASSESS = "assess"
    RESPOND = "respond"
    ACCEPT = "accept"
    CLOSE_ACCEPTED = "close_accepted"
    CLOSE_EXHAUSTED = "close_exhausted"
    CLOSE_WITHDRAWN = "close_withdrawn"
    CLOSE_UNREACHABLE = "close_unreachable"
    CLOSE_REFERRED = "close_referred"
    REVIEW = "review"
    SIGNPOST = "signpost"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    MERGE = "merge"

    HANDOVER = "handover"
    ASK = "ask"
    REPLY = "reply"
    EXTEND = "extend"
    ESCALATE = "escalate"
    SPLIT = "split"
    FULFIL = "fulfil"
    VERIFY = "verify"
    EXTERNAL_OUTCOME = "external"


_S, _M = Status, Move

_AT_WORK: Mapping[Move, Status] = {
    _M.ASSESS: _S.UNDER_INVESTIGATION,
    _M.RESPOND: _S.RESPONDED,
    _M.CLOSE_UNREACHABLE: _S.CLOSED,
    _M.CLOSE_REFERRED: _S.CLOSED,
    _M.MERGE: _S.CLOSED,
    _M.WITHDRAW: _S.WITHDRAWN,
}
"""What may happen whenever the organisation works on a complaint."""

_ALWAYS = (_M.HANDOVER, _M.ASK, _M.REPLY, _M.ESCALATE)
_WHILE_OPEN = (*_ALWAYS, _M.EXTEND)
_BEFORE_ANSWER = (*_WHILE_OPEN, _M.SPLIT)
_AFTER_ANSWER = (*_ALWAYS, _M.TAKE, _M.ACCEPT, _M.FULFIL, _M.VERIFY)


def _row(
    status: Status, moves: Mapping[Move, Status], staying: tuple[Move, ...]
) -> Mapping[Move, Status]:
    return {**dict.fromkeys(staying, status), **moves}


MOVES: Mapping[Status, Mapping[Move, Status]] = {
    _S.RECEIVED: _row(
        _S.RECEIVED, {_M.ACKNOWLEDGE: _S.ACKNOWLEDGED, _M.WITHDRAW: _S.WITHDRAWN}, ()
    ),
    _S.ACKNOWLEDGED: _row(
        _S.ACKNOWLEDGED, {_M.TAKE: _S.UNDER_ASSESSMENT, **_AT_WORK}, _BEFORE_ANSWER
    ),
    _S.UNDER_ASSESSMENT: _row(_S.UNDER_ASSESSMENT, _AT_WORK, (*_BEFORE_ANSWER, _M.TAKE)),
    _S.UNDER_INVESTIGATION: _row(_S.UNDER_INVESTIGATION, _AT_WORK, (*_BEFORE_ANSWER, _M.TAKE)),
    _S.RESPONDED: _row(
        _S.RESPONDED,
        {
            _M.CLOSE_ACCEPTED: _S.CLOSED,
            _M.CLOSE_UNREACHABLE: _S.CLOSED,
            _M.REVIEW: _S.UNDER_REVIEW,
            _M.SIGNPOST: _S.EXTERNAL,
            _M.WITHDRAW: _S.WITHDRAWN,
            _M.REOPEN: _S.UNDER_INVESTIGATION,
            _M.MERGE: _S.CLOSED,
        },
        _AFTER_ANSWER,
    ),
    _S.UNDER_REVIEW: _row(
        _S.UNDER_REVIEW,
        {**_AT_WORK, _M.ASSESS: _S.UNDER_REVIEW},
        (*_WHILE_OPEN, _M.TAKE),
    ),
    _S.EXTERNAL: _row(
        _S.EXTERNAL,
        {
            _M.CLOSE_EXHAUSTED: _S.CLOSED,
            _M.CLOSE_ACCEPTED: _S.CLOSED,
            _M.WITHDRAW: _S.WITHDRAWN,
            _M.REOPEN: _S.UNDER_REVIEW,
        },
        (*_AFTER_ANSWER, _M.EXTERNAL_OUTCOME),
    ),
    _S.CLOSED: {_M.REOPEN: _S.UNDER_INVESTIGATION, _M.REPLY: _S.CLOSED},
    _S.WITHDRAWN: {
        _M.CLOSE_WITHDRAWN: _S.CLOSED,
        _M.REOPEN: _S.UNDER_INVESTIGATION,
        _M.REPLY: _S.WITHDRAWN,
    },
}


def moved(status: Status, move: Move) -> Status:
    """The status after `move`; IllegalMove if the table has no such row."""
    try:
        return MOVES[status][move]
    except KeyError:
        raise IllegalMove(f"'{move}' is not possible while a complaint is {status}.") from None


def diagram() -> str:
    """The table as a Mermaid state diagram; moves that stay where they are left out."""
    lines = ["stateDiagram-v2", "    [*] --> received"]
    for status, row in MOVES.items():
        targets: dict[Status, list[str]] = {}
        for move, target in row.items():
            if target is not status:
                targets.setdefault(target, []).append(move.value)
        lines += [f"    {status} --> {to}: {', '.join(names)}" for to, names in targets.items()]
    return "\n".join([*lines, "    closed --> [*]"])
