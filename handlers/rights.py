"""Where else to go with a complaint (ISO 10002:2018, 7.9; ISO 10003)."""

from __future__ import annotations

from bot.dialogue import following, signposting
from bot.dialogue.replies import Reply, Text
from bot.dialogue.scene import Scene, Turn


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    outside = signposting.signpost(scene.organisation, scene.now, complaint)
    return turn.reply(Reply((Text("rights"), *outside)))
