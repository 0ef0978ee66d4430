"""Somebody says that they want to complain: the story is asked for, if it did not come along."""

from __future__ import annotations

from bot.dialogue import intake
from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    if scene.heard.is_story and scene.draft is None:
        return intake.tell(turn, scene, scene.text, scene.heard)
    if scene.draft and scene.draft.told:
        return turn.say("lodge.already")
    paused = turn.conversation.draft
    if paused and paused.is_paused and not paused.registered:
        return turn.open(Open(Question.CONFIRM, purpose="resume"))
    return intake.proceed(intake.begin(turn, scene), scene)
