"""Somebody wants to see the private code again, or another one (contract §3)."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint is None:
        return turn.say("code.none")
    return following.show_code(turn, scene, complaint)
