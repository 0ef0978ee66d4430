"""What each button does, and when it still means something.

A button of an old message that means nothing any more is answered, never ignored, and changes
nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, get_args

from bot.dialogue import answering, checking, confirming, following, lodging, tracking
from bot.dialogue.conversation import Open
from bot.dialogue.handing_over import hand_over
from bot.dialogue.interpretation import Intent
from bot.dialogue.replies import Reply, Text
from bot.dialogue.scene import Scene, Turn
from bot.domain.answers import ContactKind, Remedy
from bot.domain.events import Outcome, Privacy
from bot.domain.form import FORM_QUESTIONS, Question
from bot.domain.reference import Reference
from bot.domain.status import Move


def press(turn: Turn, scene: Scene, action: str) -> Turn:
    """Does what the button means here and now.

    A button that was put before the open question does not answer it, whatever it says.
    """
    if not _is_current(scene):
        scene = scene.with_conversation(replace(scene.conversation, open=None))
    open_ = scene.conversation.open
    at_question = _AT_QUESTION.get(open_.ask) if open_ else None
    done = at_question(turn, scene, action) if at_question else None
    if done is None:
        done = _anywhere(turn, scene, action)
    return turn.say("stale") if done is None else done


def _is_current(scene: Scene) -> bool:
    seq = scene.message.pressed_seq
    return seq is None or seq >= scene.conversation.asked_from


def _anywhere(turn: Turn, scene: Scene, action: str) -> Turn | None:
    verb, _, object_ = action.partition(":")
    match verb:
        case "reference":
            return _switch(turn, scene, Reference(object_))
        case "change":
            return _change(turn, scene, object_)
        case "named" | "confidential" | "anonymous":
            return _privacy(turn, scene, Privacy(verb))
    return _ANYWHERE[action](turn, scene) if action in _ANYWHERE else None


def _switch(turn: Turn, scene: Scene, reference: Reference) -> Turn | None:
    complaint = scene.complaints.get(reference)
    if complaint is None:
        return None
    open_ = scene.conversation.open
    turn = turn.remember(current=reference)
    if open_ and open_.ask is Question.REFERENCE:
        turn = turn.open(None)
        if open_.purpose == "add":
            return confirming.bind(turn, scene)
        if open_.purpose == "withdraw":
            return turn.open(Open(Question.CONFIRM, reference, "withdraw"))
    return tracking.show(turn, scene, complaint)


def _change(turn: Turn, scene: Scene, name: str) -> Turn | None:
    open_ = scene.conversation.open
    is_at_check = open_ and (open_.ask is Question.CHECK or open_.purpose == "change")
    if not is_at_check or not turn.conversation.active_draft or name not in FORM_QUESTIONS:
        return None
    return checking.change(turn, scene, Question(name))


def _privacy(turn: Turn, scene: Scene, privacy: Privacy) -> Turn | None:
    draft = turn.conversation.active_draft
    if draft and not draft.registered:
        return checking.set_privacy(turn, scene, privacy)
    complaint = following.meant(turn, scene)
    return following.set_privacy(turn, scene, complaint, privacy) if complaint else None


def _complain(turn: Turn, scene: Scene) -> Turn:
    return confirming.new_complaint(turn, scene)


def _status(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint and len(turn.conversation.known) == 1:
        return tracking.show(turn, scene, complaint)
    if turn.conversation.active_draft and turn.conversation.open:
        return turn.say("status.which")
    return turn.open(Open(Question.REFERENCE, purpose="status"))


def _add(turn: Turn, scene: Scene) -> Turn | None:
    if turn.conversation.unbound:
        if len(turn.conversation.known) > 1 and turn.conversation.current is None:
            return turn.open(Open(Question.REFERENCE, purpose="add"))
        return confirming.bind(turn, scene)
    complaint = following.meant(turn, scene)
    if complaint is None or turn.conversation.active_draft:
        return None
    return turn.open(Open(Question.NARRATIVE, complaint.reference, "add"))


def _withdraw(turn: Turn, scene: Scene) -> Turn | None:
    open_ = scene.conversation.open
    if open_ and open_.purpose == "withdraw":
        return confirming.settle(turn, scene, is_yes=True)
    complaint = following.meant(turn, scene)
    if complaint is None or not following.is_possible(complaint, Move.WITHDRAW):
        return None
    return turn.open(Open(Question.CONFIRM, complaint.reference, "withdraw"))


def _accept(turn: Turn, scene: Scene) -> Turn | None:
    complaint = following.awaiting_reaction(turn, scene)
    return following.accept(_free(turn), scene, complaint) if complaint else None


def _free(turn: Turn) -> Turn:
    """The question about the response is answered; one of a draft stays open."""
    return turn if turn.conversation.active_draft else turn.open(None)


def _not_satisfied(turn: Turn, scene: Scene) -> Turn | None:
    complaint = following.awaiting_reaction(turn, scene)
    return following.ask_review(turn, scene, complaint) if complaint else None


def _delete(turn: Turn, scene: Scene) -> Turn | None:
    open_, draft = scene.conversation.open, turn.conversation.draft
    if draft is None or draft.registered:
        return None
    if draft.is_paused or (open_ and open_.purpose == "delete"):
        return confirming.delete_draft(turn.open(None), scene)
    return turn.open(Open(Question.CONFIRM, purpose="delete"))


def _keep(turn: Turn, scene: Scene) -> Turn | None:
    open_ = scene.conversation.open
    is_asked = open_ and open_.purpose in ("delete", "withdraw", "restart")
    return confirming.settle(turn, scene, is_yes=False) if is_asked else None


def pause(turn: Turn, scene: Scene) -> Turn | None:
    """The draft is put aside: nothing is open, nothing is lost."""
    draft = turn.conversation.active_draft
    if draft is None:
        return None
    turn = turn.with_draft(replace(draft, is_paused=True)).open(None)
    text = Text("paused", {"hours": scene.organisation.draft_hours})
    return turn.reply(Reply((text,), choices=("resume", "delete")))


def _resume(turn: Turn, scene: Scene) -> Turn | None:
    return confirming.resume(turn.open(None), scene) if turn.conversation.draft else None


def _copy(turn: Turn, scene: Scene) -> Turn | None:
    complaint = following.meant(turn, scene)
    return tracking.show(turn, scene, complaint) if complaint else None


_ANYWHERE: Mapping[str, Callable[[Turn, Scene], Turn | None]] = {
    "complain": _complain,
    "status": _status,
    "person": hand_over,
    "add": _add,
    "withdraw": _withdraw,
    "accept": _accept,
    "not_satisfied": _not_satisfied,
    "delete": _delete,
    "keep": _keep,
    "pause": pause,
    "resume": _resume,
    "copy": _copy,
}


def _at_check(turn: Turn, scene: Scene, action: str) -> Turn | None:
    return lodging.lodge(turn, scene) if action == "send" else None


def _at_confirm(turn: Turn, scene: Scene, action: str) -> Turn | None:
    open_ = scene.conversation.open
    if action in ("yes", "no"):
        return confirming.settle(turn, scene, is_yes=action == "yes")
    if action == "complain" and open_ and open_.purpose in ("resume", "bind", "insist"):
        return confirming.settle(turn, scene, is_yes=open_.purpose == "insist")
    return None


def _at_contact(turn: Turn, scene: Scene, action: str) -> Turn | None:
    if action in set(ContactKind):
        return answering.press_contact(turn, scene, ContactKind(action))
    return _at_form(turn, scene, action)


def _at_remedy(turn: Turn, scene: Scene, action: str) -> Turn | None:
    if action in set(Remedy):
        return answering.press_remedy(turn, scene, Remedy(action))
    return _at_form(turn, scene, action)


def _at_form(turn: Turn, scene: Scene, action: str) -> Turn | None:
    open_ = scene.conversation.open
    if open_ is None or not turn.conversation.active_draft:
        return _leave_open(turn, action)
    if action == "skip" or (action == "no" and open_.ask is Question.EVIDENCE):
        skipping = replace(scene, heard=replace(scene.heard, command=Intent.SKIP))
        return answering.decline(turn, skipping, open_.ask)
    return None


def _leave_open(turn: Turn, action: str) -> Turn | None:
    """ "Skip" where words were to be added to a complaint that is lodged."""
    return turn.open(None).say("as_you_like") if action == "skip" else None


def _at_handling(turn: Turn, scene: Scene, action: str) -> Turn | None:
    complaint = following.meant(turn, scene)
    if complaint is None or action not in ("1", "2", "3", "4", "5", "skip"):
        return None
    figure = next((f for f in get_args(Literal[1, 2, 3, 4, 5]) if str(f) == action), None)
    return following.rate_handling(turn, scene, complaint, figure)


def _at_outcome(turn: Turn, scene: Scene, action: str) -> Turn | None:
    complaint = following.meant(turn, scene)
    if complaint is None or action not in (*Outcome, "skip"):
        return None
    outcome = None if action == "skip" else Outcome(action)
    return following.rate_outcome(turn, scene, complaint, outcome)


def _at_comment(turn: Turn, scene: Scene, action: str) -> Turn | None:
    complaint = following.meant(turn, scene)
    if complaint is None or action != "skip":
        return None
    return following.comment(turn, scene, complaint, None)


_AT_QUESTION: Mapping[Question, Callable[[Turn, Scene, str], Turn | None]] = {
    **dict.fromkeys(FORM_QUESTIONS, _at_form),
    Question.CONTACT: _at_contact,
    Question.REMEDY_SOUGHT: _at_remedy,
    Question.CHECK: _at_check,
    Question.CONFIRM: _at_confirm,
    Question.RATING_HANDLING: _at_handling,
    Question.RATING_OUTCOME: _at_outcome,
    Question.COMMENT: _at_comment,
    Question.REFERENCE: lambda turn, scene, action: _leave_open(turn, action),
    Question.PRIVATE_CODE: lambda turn, scene, action: _leave_open(turn, action),
}
