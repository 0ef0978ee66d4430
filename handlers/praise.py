"""Praise is recorded and passed on."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn
from bot.domain.events import COMPLAINANT, OtherMatter, OtherMatterRecorded


def handle(turn: Turn, scene: Scene) -> Turn:
    matter = OtherMatter.PRAISE
    event = OtherMatterRecorded(at=scene.now, by=COMPLAINANT, matter=matter, text=scene.text)
    return turn.record(None, event).remember(unbound=None, misses=0).say(f"other.{matter}")
