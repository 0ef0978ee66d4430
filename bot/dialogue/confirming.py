"""What a yes, a no or other words do where the bot asked to confirm something."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue import following, intake
from bot.dialogue.conversation import Draft, Open, Unbound
from bot.dialogue.interpretation import Intent
from bot.dialogue.noticing import notice
from bot.dialogue.scene import Scene, Turn
from bot.domain.complaint import Complaint
from bot.domain.events import COMPLAINANT, ComplainantAdded
from bot.domain.form import Question

_YES = frozenset({Intent.AFFIRM, Intent.SEND})
_NO = frozenset({Intent.DENY, Intent.CANCEL, Intent.SKIP})


def answer(turn: Turn, scene: Scene) -> Turn | None:
    """Takes a typed answer; None where the words are no answer to this and mean something else."""
    open_ = scene.conversation.open
    if open_ is None or open_.purpose is None:
        return None
    command = scene.heard.command
    if open_.purpose == "response":
        return _reaction(turn, scene)
    if command in _YES:
        return settle(turn, scene, is_yes=True)
    if command in _NO:
        return settle(turn, scene, is_yes=False)
    if open_.purpose == "more":
        return _more_words(turn, scene)
    return None


def settle(turn: Turn, scene: Scene, *, is_yes: bool) -> Turn:
    """Does what was confirmed, or leaves things as they are."""
    purpose = (scene.conversation.open or Open(Question.CONFIRM)).purpose or "more"
    yes, no = _EFFECTS[purpose]
    return (yes if is_yes else no)(turn.open(None), scene)


def _reaction(turn: Turn, scene: Scene) -> Turn | None:
    complaint = following.awaiting_reaction(turn, scene)
    if complaint is None:
        return None
    if scene.heard.command in (Intent.SATISFIED, Intent.AFFIRM):
        return following.accept(turn.open(None), scene, complaint)
    if scene.heard.command in (Intent.NOT_SATISFIED, Intent.DENY):
        return following.ask_review(turn, scene, complaint)
    return None


def _more_words(turn: Turn, scene: Scene) -> Turn:
    """After an early registration whatever is said is kept with the complaint."""
    before = turn.draft
    noticed = notice(before, scene.heard, None)
    turn = turn.with_draft(noticed.draft)
    turn = intake.record_late_answers(turn, before, scene)
    event = ComplainantAdded(at=scene.now, by=COMPLAINANT, text=scene.text)
    turn = turn.record(before.registered, event)
    return turn.say("added", reference=before.registered or "")


def delete_draft(turn: Turn, scene: Scene) -> Turn:
    """What was told is gone, from the memory and from the conversation."""
    draft = turn.conversation.draft
    if draft is None or draft.registered:
        return turn.remember(draft=None, open=None).say("nothing_to_delete")
    turn = turn.remember(draft=None, open=None, unbound=None, misses=0, files=())
    return replace(turn.say("deleted"), forgets_from=draft.first_seq)


def _restart(turn: Turn, scene: Scene) -> Turn:
    return delete_draft(turn, scene).open(Open(Question.NARRATIVE))


def keep(turn: Turn, scene: Scene) -> Turn:
    """Nothing changes: back to where the person was."""
    turn = turn.say("kept")
    draft = turn.conversation.active_draft
    return intake.proceed(turn, scene) if draft else turn


def resume(turn: Turn, scene: Scene) -> Turn:
    """Goes on with a draft that was put aside."""
    draft = turn.conversation.draft
    if draft is None:
        return turn.say("nothing_to_resume")
    turn = turn.with_draft(replace(draft, is_paused=False)).say("resumed")
    if turn.conversation.unbound:
        return tell_unbound(turn, scene)
    return intake.proceed(turn, scene)


def tell_unbound(turn: Turn, scene: Scene) -> Turn:
    """The words that waited become part of the draft."""
    unbound = turn.conversation.unbound or Unbound("")
    turn = turn.remember(unbound=None, open=None)
    if unbound.attachments:
        turn = intake.attach(turn, scene, unbound.attachments)
    if unbound.heard is None:
        return intake.proceed(intake.begin(turn, scene), scene)
    return intake.tell(turn, scene, unbound.text, unbound.heard)


def new_complaint(turn: Turn, scene: Scene) -> Turn:
    """Another complaint; a draft that was put aside makes room only by the person's own word."""
    if turn.conversation.active_draft:
        return turn
    return tell_unbound(turn.remember(draft=None), scene)


def insist(turn: Turn, scene: Scene) -> Turn:
    """It is lodged although it is outside the scope: the person insists."""
    turn = tell_unbound(turn.remember(draft=None), scene)
    draft: Draft | None = turn.conversation.draft
    return turn.with_draft(replace(draft, is_insisted=True)) if draft else turn


def bind(turn: Turn, scene: Scene) -> Turn:
    """The words that waited belong to the complaint that is lodged."""
    unbound, complaint = turn.conversation.unbound, following.meant(turn, scene)
    if unbound is None or complaint is None:
        return turn.say("stale")
    turn = turn.remember(unbound=None, open=None)
    if unbound.attachments:
        turn = following.attach(turn, scene, complaint, unbound.attachments)
    if not unbound.text:
        return turn.say("added", reference=complaint.reference)
    return following.add(turn, scene, complaint, unbound.text)


def _leave(turn: Turn, scene: Scene) -> Turn:
    return turn.remember(unbound=None).say("as_you_like")


def _withdraw(turn: Turn, scene: Scene) -> Turn:
    complaint = _asked_about(turn, scene)
    return following.withdraw(turn, scene, complaint) if complaint else turn.say("stale")


def _asked_about(turn: Turn, scene: Scene) -> Complaint | None:
    about = scene.conversation.open.about if scene.conversation.open else None
    return scene.complaints.get(about) if about else following.meant(turn, scene)


def _review(turn: Turn, scene: Scene) -> Turn:
    complaint = _asked_about(turn, scene)
    if complaint is None or complaint is not following.awaiting_reaction(turn, scene):
        return turn.say("stale")
    return following.review(turn, scene, complaint)


def _renew(turn: Turn, scene: Scene) -> Turn:
    complaint = _asked_about(turn, scene)
    return following.renew_code(turn, scene, complaint) if complaint else turn.say("stale")


def _more(turn: Turn, scene: Scene) -> Turn:
    return intake.proceed(turn, scene) if turn.conversation.draft else turn


def _no_more(turn: Turn, scene: Scene) -> Turn:
    return turn.with_draft(None).say("as_you_like")


Effect = Callable[[Turn, Scene], Turn]
_EFFECTS: Mapping[str, tuple[Effect, Effect]] = {
    "delete": (delete_draft, keep),
    "restart": (_restart, keep),
    "withdraw": (_withdraw, _leave),
    "review": (_review, _leave),
    "resume": (resume, new_complaint),
    "bind": (bind, new_complaint),
    "insist": (insist, _leave),
    "more": (_more, _no_more),
    "renew": (_renew, _leave),
    "response": (_leave, _leave),
}
