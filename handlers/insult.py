"""Abuse is not answered in kind; the complaint goes on."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("insult")
