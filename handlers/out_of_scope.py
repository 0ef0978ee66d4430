"""Outside what complaints here are about: said, with where to go; lodged if the person insists."""

from __future__ import annotations

from bot.dialogue.conversation import Open, Unbound
from bot.dialogue.scene import Scene, Turn
from bot.domain.events import COMPLAINANT, OtherMatter, OtherMatterRecorded
from bot.domain.form import Question


def handle(turn: Turn, scene: Scene) -> Turn:
    matter = OtherMatter.OUT_OF_SCOPE
    event = OtherMatterRecorded(at=scene.now, by=COMPLAINANT, matter=matter, text=scene.text)
    waits = Unbound(scene.text, (), scene.heard)
    turn = turn.record(None, event).remember(unbound=waits).say("out_of_scope")
    return turn.open(Open(Question.CONFIRM, purpose="insist"))
