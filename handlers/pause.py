"""Somebody goes on later."""

from __future__ import annotations

from bot.dialogue.pressing import pause
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return pause(turn, scene) or turn.open(None).say("bye")
