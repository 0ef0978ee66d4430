"""What can be said here."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.say("help", url=f"{scene.organisation.public_url}/rights")
