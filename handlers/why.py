"""Why the open question is asked: each has its purpose (ISO 10002:2018, 4.9)."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    key = f"why.{scene.open.ask}" if scene.open else "why"
    return turn.say(key if scene.language.has(key) else "why")
