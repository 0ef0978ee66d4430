"""Who sees what is said (ISO 10002:2018, 4.10)."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("privacy.who_sees", url=f"{scene.organisation.public_url}/rights")
