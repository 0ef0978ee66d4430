"""How long it takes, by the rules that apply (ISO 10002:2018, 7.1)."""

from __future__ import annotations

from bot.dialogue.process import period
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    clock = scene.organisation.rules.in_force(scene.today).answer_within(1)
    return turn.say("duration", period=period(clock))
