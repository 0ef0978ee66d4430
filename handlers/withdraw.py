"""Somebody wants to take a complaint back."""

from __future__ import annotations

from bot.dialogue import following
from bot.dialogue.conversation import Open
from bot.dialogue.scene import Scene, Turn
from bot.domain.form import Question
from bot.domain.status import Move


def handle(turn: Turn, scene: Scene) -> Turn:
    complaint = following.meant(turn, scene)
    if scene.draft and not scene.named_complaints():
        return turn.open(Open(Question.CONFIRM, purpose="delete"))
    if complaint is None:
        return turn.say("withdraw.nothing")
    if not following.is_possible(complaint, Move.WITHDRAW):
        return turn.say("withdraw.too_late", reference=complaint.reference)
    if len(turn.conversation.known) > 1 and not scene.named_complaints():
        return turn.open(Open(Question.REFERENCE, purpose="withdraw"))
    return turn.open(Open(Question.CONFIRM, complaint.reference, "withdraw"))
