"""Why an act was not done, in the organisation's words, beside the input that can mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.errors import IllegalMove, InvalidRequest, NotAllowed, NotFound, OmbudError
from channels.slack.desk.filled import Step
from channels.slack.desk.standing import Complaint
from channels.slack.desk.voice import Voice

_BY_FIELD: Final = {"points": "finding", "into": "into"}


def explained(error: OmbudError, step: Step, complaint: Complaint, voice: Voice) -> str:
    """The reason in words."""
    match error:
        case NotAllowed() if step.action == "reveal":
            return voice.text("refused")
        case NotAllowed():
            return voice.text("error.independent")
        case NotFound():
            return voice.text("error.unknown")
        case IllegalMove() if step.action == "close" and step.fields.get("reason") == "accepted":
            return voice.text("error.not_accepted")
        case IllegalMove() if step.action == "reveal":
            return voice.text("error.anonymous")
        case IllegalMove():
            status = voice.named("status", complaint["status"])
            return voice.text("error.moved", status=status)
        case InvalidRequest():
            key = f"error.{_field(error)}"
            return voice.text(key if voice.language.has(f"desk.{key}") else "error.other")
    return voice.text("again")


def beside(error: OmbudError, step: Step, blocks: Sequence[str]) -> str:
    """The id of the block that the reason is told at: the field's, else the first."""
    field = _field(error) or ("reason" if step.action == "close" else "")
    if isinstance(error, NotFound) and "into" in blocks:
        field = "into"
    field = _BY_FIELD.get(field, field)
    return next((one for one in blocks if one == field or one.startswith(f"{field}_")), blocks[0])


def _field(error: OmbudError) -> str:
    return str(error).partition(":")[0] if isinstance(error, InvalidRequest) else ""


def in_words(errors: Mapping[str, str], voice: Voice, blocks: Sequence[str]) -> dict[str, str]:
    """Keys of texts as texts; what stands at no block is told at the first."""
    return {
        block if block in blocks else blocks[0]: voice.text(key) for block, key in errors.items()
    }
