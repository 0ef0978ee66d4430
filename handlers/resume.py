"""Somebody comes back to what was put aside."""

from __future__ import annotations

from bot.dialogue import confirming
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    if scene.draft:
        return turn.say("resumed")
    return confirming.resume(turn, scene)
