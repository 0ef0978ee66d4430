"""Somebody wants what they told deleted: asked once, then gone."""

from __future__ import annotations

from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    draft = turn.conversation.draft
    if draft and not draft.registered:
        return turn.open(Open(Question.CONFIRM, purpose="delete"))
    return turn.say("delete.lodged" if turn.conversation.known else "nothing_to_delete")
