"""Somebody leaves: what was told is kept, and they may come back."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("bye")
