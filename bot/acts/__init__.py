"""What a caseworker may do, and what follows from it: pure, one function for each act.

The status table decides what is possible when; folding the events into a complaint asks it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.acts import answering, ending, keeping, owning, splitting, writing
from bot.acts.asked import Asked, Decide, Decided, Office
from bot.acts.fields import (
    Reading,
    day,
    flag,
    one_of,
    points,
    read,
    reference_in,
    remedies,
    words,
)
from bot.domain.assessment import Level, Severity
from bot.domain.events import CloseReason, Finding

__all__ = ["ACTS", "Act", "Asked", "Decided", "Office", "reference_in"]


@dataclass(frozen=True)
class Act:
    """One thing a caseworker may do: the fields it needs, those it may have, what follows."""

    decide: Decide
    needs: Mapping[str, Reading] = field(default_factory=dict)
    may_have: Mapping[str, Reading] = field(default_factory=dict)

    def read(self, fields: Mapping[str, object]) -> dict[str, Any]:
        """The fields, each in its type; InvalidRequest names the one that is wrong."""
        return read(fields, self.needs, self.may_have)


_WHY: Mapping[str, Reading] = {"reason": words}
_TEXT: Mapping[str, Reading] = {"text": words}
_JUDGED: Mapping[str, Reading] = {
    "category": words,
    "severity": one_of(Severity),
    "safety": flag,
    "complexity": one_of(Level),
    "impact": one_of(Level),
    "immediate_action": flag,
}
_FOUND: Mapping[str, Reading] = {"finding": one_of(Finding), "reasons": words}
_OFFERED: Mapping[str, Reading] = {"remedy": remedies, "prevention": words, "points": points}

ACTS: Mapping[str, Act] = {
    "take": Act(owning.take),
    "handover": Act(owning.hand_over, {"owner": words}),
    "assess": Act(writing.assess, _WHY, _JUDGED),
    "ask": Act(writing.ask, _TEXT),
    "note": Act(writing.note, _TEXT),
    "reply": Act(writing.reply, _TEXT),
    "respond": Act(answering.respond, {**_TEXT, **_FOUND}, _OFFERED),
    "fulfil": Act(answering.fulfil, {"proof": words}),
    "verify": Act(ending.verify),
    "external": Act(answering.external, {"finding": one_of(Finding), **_TEXT}),
    "extend": Act(writing.extend, {"until": day, **_WHY}),
    "escalate": Act(writing.escalate, _WHY),
    "merge": Act(ending.merge, {"into": reference_in}),
    "split": Act(splitting.split, {"point": words}),
    "close": Act(ending.close, {"reason": one_of(CloseReason)}, {"where": words}),
    "reopen": Act(ending.reopen, _WHY),
    "done": Act(keeping.done, {"task": words}, {"note": words}),
    "hold": Act(keeping.hold, _WHY),
    "release": Act(keeping.release, _WHY),
    "reveal": Act(writing.reveal, _WHY),
}
