"""What can be set in this chat, and how: language, name, deleting (a command of menus)."""

from __future__ import annotations

from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    url = f"{scene.organisation.public_url}/rights"
    return turn.say("settings", language=scene.language.endonym, url=url)
