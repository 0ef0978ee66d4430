"""What a form that was filled in asks the desk to do, or what is wrong in it: pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot.domain.reference import read_reference
from channels.slack.desk import ids, names
from channels.slack.desk.inputs import Values
from channels.slack.desk.modals import has_points
from channels.slack.desk.standing import Complaint

Fields = Mapping[str, object]


@dataclass(frozen=True)
class Step:
    """One act: its name and fields."""

    action: str
    fields: Fields = field(default_factory=dict)


@dataclass(frozen=True)
class Filled:
    """The acts to be done, in order; or, by the block's id, the key of what is wrong there."""

    steps: tuple[Step, ...] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def response(self) -> Step | None:
        """The answer that is given with it."""
        return next((step for step in self.steps if step.action == "respond"), None)


def filled(kind: str, values: Values, complaint: Complaint) -> Filled:
    """What the form `kind` says."""
    return _READINGS[kind](values, complaint)


# Answers --------------------------------------------------------------------------------------

_FINDING: Final = ("finding", "reasons", "remedy", "prevention")


def _reply(values: Values, complaint: Complaint) -> Filled:
    """Words alone are a message; with a finding they are the answer."""
    errors = _missing(values, "text")
    told = {name: values[name] for name in _FINDING if name in values}
    if not told:
        return Filled((Step("reply", {"text": values.get("text", "")}),), errors)
    errors |= _missing(values, "finding", "reasons")
    return Filled((Step("respond", {"text": values.get("text", ""), **told}),), errors)


def _close(values: Values, complaint: Complaint) -> Filled:
    """An answer, an end, or both."""
    answer = {name: value for name, value in values.items() if name not in ("reason", "where")}
    steps: tuple[Step, ...] = ()
    errors: dict[str, str] = {}
    if answer:
        errors = _missing(values, "text")
        steps, more = _answer(values, complaint)
        errors |= more
    if "reason" in values:
        where = {"where": values["where"]} if "where" in values else {}
        steps = (*steps, Step("close", {"reason": values["reason"], **where}))
        if where and values["reason"] != "referred":
            errors["where"] = "error.where"
    elif not answer:
        errors["reason"] = "error.close"
    return Filled(steps, errors)


def _answer(values: Values, complaint: Complaint) -> tuple[tuple[Step, ...], dict[str, str]]:
    text = {"text": values.get("text", "")}
    if not has_points(complaint):
        errors = _missing(values, "finding", "reasons")
        told = {name: values[name] for name in _FINDING if name in values}
        return (Step("respond", {**text, **told}),), errors
    numbers = range(1, len(complaint["points"]) + 1)
    errors = {}
    for number in numbers:
        errors |= _missing(values, f"finding_{number}", f"reasons_{number}")
    points = [_point(values, number) for number in numbers]
    return (Step("respond", {**text, **_whole(points), "points": points}),), errors


def _point(values: Values, number: int) -> dict[str, object]:
    told = {name: values[key] for name in _FINDING if (key := f"{name}_{number}") in values}
    return {"point": str(number), **told}


def _whole(points: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """What is found of the whole, where each point has an answer of its own."""
    findings = {str(point.get("finding")) for point in points}
    finding = findings.pop() if len(findings) == 1 else "partly"
    reasons = list(dict.fromkeys(str(point.get("reasons") or "") for point in points))
    if len(reasons) == 1:
        return {"finding": finding, "reasons": reasons[0]}
    told = (f"{number}. {point.get('reasons')}" for number, point in enumerate(points, start=1))
    return {"finding": finding, "reasons": "\n".join(told)}


def remedies(step: Step) -> list[str]:
    """Every remedy that an answer names, of the whole and of single points."""
    points: Any = step.fields.get("points") or ()
    told = (step.fields.get("remedy"), *(point.get("remedy") for point in points))
    return [str(one) for one in told if one]


# Among caseworkers ----------------------------------------------------------------------------


def _change(values: Values, complaint: Complaint) -> Filled:
    """Only what is otherwise than it was; a judgement needs its reason."""
    assessment, steps, errors = complaint["assessment"], [], {}
    judged = {
        name: values[name]
        for name in ("category", "severity")
        if name in values and values[name] != assessment.get(name)
    }
    if judged:
        errors = _missing(values, "reason")
        steps.append(Step("assess", {**judged, "reason": values.get("reason", "")}))
    if owner := values.get("owner"):
        steps.append(Step("handover", {"owner": owner}))
    if not steps:
        errors["category"] = "error.unchanged"
    return Filled(tuple(steps), errors)


def _merge(values: Values, complaint: Complaint) -> Filled:
    into = read_reference(values.get("into", ""))
    if into is None:
        return Filled(errors={"into": "error.reference"})
    if into == complaint["reference"]:
        return Filled(errors={"into": "error.same"})
    return Filled((Step("merge", {"into": str(into)}),))


def _as_named(action: str, *needed: str) -> Callable[[Values, Complaint], Filled]:
    """A form whose inputs are the act's fields."""

    def read(values: Values, complaint: Complaint) -> Filled:
        return Filled((Step(action, dict(values)),), _missing(values, *needed))

    return read


def _missing(values: Values, *needed: str) -> dict[str, str]:
    return {name: "error.needed" for name in needed if name not in values}


_READINGS: Final[Mapping[str, Callable[[Values, Complaint], Filled]]] = {
    names.REPLY: _reply,
    names.CHANGE: _change,
    names.HANDOVER: _as_named("handover", "owner"),
    names.REOPEN: _as_named("reopen", "reason"),
    ids.ASK: _as_named("ask", "text"),
    ids.ESCALATE: _as_named("escalate", "reason"),
    ids.MERGE: _merge,
    ids.CLOSE: _close,
    ids.EXTEND: _as_named("extend", "until", "reason"),
    ids.FULFIL: _as_named("fulfil", "proof"),
    ids.VERIFY: _as_named("verify"),
    ids.EXTERNAL: _as_named("external", "finding", "text"),
    ids.SPLIT: _as_named("split", "point"),
    ids.DONE: _as_named("done", "task"),
    ids.HOLD: _as_named("hold", "reason"),
    ids.RELEASE: _as_named("release", "reason"),
}
