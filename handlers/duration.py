"""How long it takes, by the rules that apply (ISO 10002:2018, 7.1)."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    clocks = scene.organisation.regime.clocks
    days = next((clock.days for clock in clocks if clock.name == "respond"), 0)
    return turn.say("duration", days=days)
