"""The question again, put more simply."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    key = f"again.{scene.open.ask}" if scene.open else "again"
    return turn.say(key if scene.language.has(key) else "again")
