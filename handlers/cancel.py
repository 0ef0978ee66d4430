"""Somebody stops: nothing is open any more, and the draft is kept until it is deleted."""

from __future__ import annotations

from bot.dialogue.pressing import pause
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    if scene.draft and scene.draft.told and not scene.draft.registered:
        return pause(turn, scene) or turn
    return turn.remember(draft=None, open=None, unbound=None).say("cancelled")
