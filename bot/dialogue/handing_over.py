"""Somebody wants a person: recorded for caseworkers, with an honest word on when (4.5, R9)."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue import following
from bot.dialogue.lodging import promised_on
from bot.dialogue.replies import Text
from bot.dialogue.scene import Scene, Turn
from bot.domain.events import COMPLAINANT, PersonRequested


def hand_over(turn: Turn, scene: Scene) -> Turn:
    """Records the wish with the complaint, the draft or, without either, the conversation."""
    words = scene.text or (scene.message.action or "")
    event = PersonRequested(at=scene.now, by=COMPLAINANT, text=words)
    draft, complaint = turn.conversation.active_draft, following.meant(turn, scene)
    turn = turn.remember(misses=0)
    if draft and draft.registered is None:
        turn = turn.with_draft(replace(draft, person_requested=words)).record(None, event)
        return turn.say("handed_over", when=Text("handed_over.once_sent"))
    if complaint is None or complaint.status.is_final:
        return turn.record(None, event).say("handed_over", when=Text("handed_over.listed"))
    turn = turn.record(complaint.reference, event)
    promise = promised_on(complaint, scene.organisation)
    when = Text("handed_over.by", {"promise": promise}) if promise else Text("handed_over.listed")
    return turn.say("handed_over", when=when)
