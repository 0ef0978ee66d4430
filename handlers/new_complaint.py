"""Another matter than those told before."""

from __future__ import annotations

from bot.dialogue import intake
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    if scene.draft:
        return turn.say("lodge.one_at_a_time")
    if scene.heard.is_story:
        return intake.tell(turn.remember(draft=None), scene, scene.text, scene.heard)
    return intake.proceed(intake.begin(turn.remember(draft=None), scene), scene)
