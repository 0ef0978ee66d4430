"""Somebody wants to begin again: asked once, since what was told is deleted."""

from __future__ import annotations

from bot.dialogue import intake
from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    draft = turn.conversation.draft
    if draft and draft.told and not draft.registered:
        return turn.open(Open(Question.CONFIRM, purpose="restart"))
    return intake.proceed(intake.begin(turn.remember(draft=None), scene), scene)
