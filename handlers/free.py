"""Complaining costs nothing (ISO 10002:2018, 4.8)."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("free")
