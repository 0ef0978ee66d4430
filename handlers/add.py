"""Somebody wants to add to a complaint that is lodged, and has not said what yet."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint is None or scene.draft:
        return turn.say("add.just_write")
    return turn.open(Open(Question.NARRATIVE, complaint.reference, "add"))
