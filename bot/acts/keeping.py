"""Tasks ticked off, and complaints of which nothing may be deleted for now."""

from __future__ import annotations

from bot.acts.asked import Asked, Decided
from bot.domain.events import LegalHoldReleased, LegalHoldSet, TaskDone
from bot.domain.tasks import TaskKind, recorded_as, tasks
from bot.errors import IllegalMove, InvalidRequest


def done(asked: Asked) -> Decided:
    """A task is ticked off; one that takes more than a tick names the act that ends it."""
    named, note = asked.told["task"], asked.told.get("note")
    todo = {one.task: one for one in tasks(asked.complaint, has_mail=asked.office.has_mail)}
    if named not in todo:
        if _is_done(asked, named):
            return Decided()  # pressed twice
        raise InvalidRequest(f"task: there is no such task; open are: {', '.join(todo) or 'none'}")
    task = todo[named]
    if act := recorded_as(task):
        raise InvalidRequest(f"task: it is done with the action `{act}`")
    if task.kind is TaskKind.SAY_PREVENTION and note is None:
        raise InvalidRequest("note: say what prevents it from happening again, or why nothing does")
    return Decided((TaskDone(**asked.stamp, task=named, note=note),))


def _is_done(asked: Asked, named: str) -> bool:
    history = asked.complaint.history
    return any(isinstance(event, TaskDone) and event.task == named for event in history)


def hold(asked: Asked) -> Decided:
    """Nothing of the complaint is deleted until it is released."""
    reason = asked.told["reason"]
    if asked.complaint.legal_hold == reason:
        return Decided()  # pressed twice
    return Decided((LegalHoldSet(**asked.stamp, reason=reason),))


def release(asked: Asked) -> Decided:
    """It is deleted when its time comes."""
    if asked.complaint.legal_hold is None:
        raise IllegalMove("Nothing holds this complaint.")
    return Decided((LegalHoldReleased(**asked.stamp, reason=asked.told["reason"]),))
