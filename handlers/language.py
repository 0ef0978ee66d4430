"""Another language was asked for; the conversation goes on in it. Without one: which there are."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.replies import Several, Words
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    wanted = scene.heard.switch_to or _named(scene)
    if scene.message.command and wanted is None:
        known = tuple(Words(f"{name} ({code})") for code, name in scene.languages.items())
        return turn.say("language.which", languages=Several(known))
    if wanted and wanted in scene.languages:
        conversation = replace(turn.conversation, language=wanted)
        turn = replace(turn, conversation=conversation)
    return turn.say("language.switched")


def _named(scene: Scene) -> str | None:
    """The language whose code or own name stands behind the command."""
    wanted = scene.text.strip().casefold()
    names = {name.casefold(): code for code, name in scene.languages.items()}
    return wanted if wanted in scene.languages else names.get(wanted)
