"""The answer is accepted."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.awaiting_reaction(turn, scene)
    if complaint is None:
        return turn.say("no_answer_yet")
    return following.accept(turn, scene, complaint)
