"""How complaints work here: the seven facts of ISO 10002:2018, 7.1 (the same stand on /rights)."""

from __future__ import annotations

from bot.dialogue.process import facts
from bot.dialogue.replies import Reply
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    return turn.reply(Reply(facts(scene.organisation, scene.today)))
