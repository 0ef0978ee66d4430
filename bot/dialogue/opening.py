"""Words to which no question is open: a story, an addition, a question, or nothing understood."""

from __future__ import annotations

from bot.dialogue import answering, following, intake, tracking
from bot.dialogue.conversation import Open, Unbound
from bot.dialogue.interpretation import Intent
from bot.dialogue.scene import Handlers, Scene, Turn
from bot.domain.form import Question

_BY_INTENT = (
    Intent.OUT_OF_SCOPE, Intent.NOT_SATISFIED, Intent.SATISFIED, Intent.WITHDRAW, Intent.RATE,
)  # fmt: skip
"""Heard anywhere in a message, these decide what it is."""

_NO_STORY = (
    Intent.QUESTION, Intent.PRAISE, Intent.REQUEST, Intent.SMALLTALK, Intent.GREET, Intent.THANK,
    Intent.BYE, Intent.LODGE, Intent.INSULT, Intent.TRACK, Intent.PROCESS, Intent.HELP,
)  # fmt: skip
"""What else a message without a story may be, by the first that was heard."""


def hear(turn: Turn, scene: Scene, handlers: Handlers) -> Turn:
    """Decides what the words are and what becomes of them."""
    heard = scene.heard
    if heard.has(Intent.NONSENSE):
        return answering.miss(turn)
    if heard.references or heard.mistyped_references:
        return _about_references(turn, scene)
    for intent in _BY_INTENT:
        if heard.has(intent) and intent in handlers and not _is_insisted(scene):
            return handlers[intent](turn, scene)
    if is_addition(turn, scene):
        return _add(turn, scene)
    if heard.is_story or heard.has(Intent.NEW_COMPLAINT):
        return _story(turn, scene)
    return _no_story(turn, scene, handlers)


def _is_insisted(scene: Scene) -> bool:
    return scene.draft is not None and scene.draft.is_insisted


def _about_references(turn: Turn, scene: Scene) -> Turn:
    """A story that names a complaint of this conversation is more to it; otherwise a look-up."""
    named = scene.named_complaints()
    says_more = scene.heard.is_story or scene.heard.has(Intent.ADD)
    if named and says_more and not named[0].status.is_final:
        return following.add(turn, scene, named[0], scene.text)
    return tracking.look_up(turn, scene)


def is_addition(turn: Turn, scene: Scene) -> bool:
    """Whether the words belong to a complaint that is lodged: said so, or asked for."""
    complaint = following.meant(turn, scene)
    if complaint is None or complaint.status.is_final or turn.conversation.active_draft:
        return False
    if scene.heard.has(Intent.NEW_COMPLAINT):
        return False
    return scene.heard.has(Intent.ADD) or complaint.open_question is not None


def _add(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint is None or (
        len(turn.conversation.known) > 1 and turn.conversation.current is None
    ):
        turn = turn.remember(unbound=Unbound(scene.text, (), scene.heard))
        return turn.open(Open(Question.REFERENCE, purpose="add"))
    return following.add(turn, scene, complaint, scene.text)


def _story(turn: Turn, scene: Scene) -> Turn:
    is_new = scene.heard.has(Intent.NEW_COMPLAINT)
    waits = Unbound(scene.text, (), scene.heard)
    draft = turn.conversation.draft
    if draft and draft.is_paused and not draft.registered:
        return turn.remember(unbound=waits).open(Open(Question.CONFIRM, purpose="resume"))
    complaint = following.meant(turn, scene)
    is_begun = turn.conversation.active_draft is not None  # they said that they want to complain
    if complaint and not is_new and not is_begun and not complaint.status.is_final:
        open_ = Open(Question.CONFIRM, complaint.reference, "bind")
        return turn.remember(unbound=waits).open(open_)
    return intake.tell(
        turn.remember(draft=turn.conversation.active_draft), scene, scene.text, scene.heard
    )


def _no_story(turn: Turn, scene: Scene, handlers: Handlers) -> Turn:
    for intent in _NO_STORY:
        if scene.heard.has(intent) and intent in handlers:
            return handlers[intent](turn, scene)
    command = scene.heard.command
    if command and command in handlers:
        return handlers[command](turn, scene)
    open_ = turn.conversation.open
    if open_ and open_.ask is Question.NARRATIVE and _may_be_told(scene):
        return intake.tell(turn, scene, scene.text, scene.heard)
    return answering.miss(turn)


def _may_be_told(scene: Scene) -> bool:
    """Where the story was asked for, a few words are its beginning."""
    return scene.heard.command is None and len(scene.text.split()) >= 2
