"""Small talk gets a short, friendly word."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("smalltalk")
