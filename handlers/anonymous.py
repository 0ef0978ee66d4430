"""Somebody wants no identity kept (ISO 10002:2018, 4.10)."""

from __future__ import annotations

from bot.dialogue import checking, following, intake
from bot.dialogue.scene import Scene, Turn
from bot.domain.events import Privacy


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if complaint and scene.draft is None:
        return following.set_privacy(turn, scene, complaint, Privacy.ANONYMOUS)
    return checking.set_privacy(intake.begin(turn, scene), scene, Privacy.ANONYMOUS)
