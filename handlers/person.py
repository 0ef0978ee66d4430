"""Somebody wants to talk to a person."""

from __future__ import annotations

from bot.dialogue.handing_over import hand_over
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return hand_over(turn, scene)
