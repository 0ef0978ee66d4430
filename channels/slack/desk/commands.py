"""`/complaint REFERENCE`: a complaint as its card shows it, for the person who asked alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.models.blocks import ActionsBlock

from bot.domain.reference import has_wrong_check_sign, read_reference
from bot.errors import NotFound
from bot.platforms import Behind
from channels.slack.blocks import FALLBACK, Json
from channels.slack.desk import names, pieces
from channels.slack.desk.card import Beside, face
from channels.slack.desk.counter import Body, Counter
from channels.slack.escaping import escape, escaped_to, link, typed


@dataclass(frozen=True)
class Commands:
    """Answers at once, in the acknowledgement."""

    counter: Counter

    async def command(self, body: Body) -> Mapping[str, Any]:
        """What is shown to whoever asked. Unsure, StorageError."""
        roles, voice = self.counter.roles, self.counter.voice
        who = await roles.colleague(body.get("user_id"), body)
        if who is None:
            self.counter.around.observer.refused("slack_desk")
            return _said(voice.text("refused"))
        text = typed(str(body.get("text") or "")).strip()
        reference = read_reference(text)
        if reference is None:
            is_mistyped = has_wrong_check_sign(text)
            return _said(voice.text("command.mistyped" if is_mistyped else "command.how"))
        try:
            seen = await self.counter.seen(reference)
        except NotFound:
            return _said(voice.text("error.unknown"))
        return self._shown(seen)

    def _shown(self, seen: Behind) -> Mapping[str, Any]:
        """Its card without the card's buttons: one leads to all that can be done."""
        voice, card = self.counter.voice, seen.card
        state = card.state if card else {}
        shown = face(seen.complaint, voice, Beside(similar=seen.similar, state=state))
        blocks: list[Json] = [
            {key: part for key, part in block.items() if key != "accessory"}
            for block in shown.blocks
            if block["type"] != "actions"
        ]
        if url := state.get(names.LINK):
            blocks.append(pieces.small(markup=link(str(url), voice.text("command.card"))))
        open_ = pieces.button(voice.text("button.more"), names.OPEN, seen.reference)
        blocks.append(ActionsBlock(elements=[open_]).to_dict())
        text = escaped_to(f"{seen.reference} · {shown.text}", FALLBACK)
        return {"response_type": "ephemeral", "text": text, "blocks": blocks}


def _said(text: str) -> Mapping[str, Any]:
    return {"response_type": "ephemeral", "text": escape(text)}
