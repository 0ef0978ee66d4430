"""Where a complaint stands (ISO 10002:2018, 7.3)."""

from __future__ import annotations

from bot.dialogue import tracking
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return tracking.track(turn, scene)
