"""The answer is not accepted (ISO 10002:2018, 7.9)."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.awaiting_reaction(turn, scene)
    if complaint is None:
        return turn.say("no_answer_yet")
    return following.ask_review(turn, scene, complaint)
