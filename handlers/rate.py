"""Somebody wants to rate: a complaint that was answered, once it was (ISO 10002:2018, 8.3)."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint is None or complaint.response is None or scene.draft:
        return turn.say("rate.not_yet")
    return turn.open(Open(Question.RATING_HANDLING, complaint.reference))
