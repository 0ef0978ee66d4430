"""Whether Telegram can be reached just now, for `/readyz`; what changes is logged once."""

from __future__ import annotations

from typing import Final

import structlog
from aiogram.exceptions import (
    AiogramError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramNotFound,
    TelegramUnauthorizedError,
)

log = structlog.get_logger(__name__)

# A token of the wrong shape is "not found": it is part of the address.
REFUSED_TOKEN: Final = (TelegramUnauthorizedError, TelegramNotFound)
RECEIVING: Final = "receiving"
SENDING: Final = "sending"

_BAD_TOKEN: Final = "Telegram refuses the token: set the one that @BotFather shows"  # noqa: S105
_WEBHOOK: Final = (
    "a webhook is set for this bot, so it can't be polled: restart, or use the webhook"
)
_SECOND: Final = "another program polls with this bot's token: stop one of the two"


class Health:
    """Troubles by what they keep from working."""

    def __init__(self) -> None:
        self._troubles: dict[str, str] = {RECEIVING: "Telegram was not reached yet"}

    @property
    def trouble(self) -> str | None:
        """The first trouble in words; None where all is well."""
        return next(iter(self._troubles.values()), None)

    def well(self, what: str) -> None:
        """It works, or works again."""
        if self._troubles.pop(what, None) is not None:
            log.info("telegram reached", what=what)

    def failed(self, what: str, error: Exception) -> None:
        """It does not work; the error's own words stay out, they may quote addresses."""
        trouble = reason(error)
        if self._troubles.get(what) == trouble:
            return
        self._troubles[what] = trouble
        is_ours = isinstance(error, (*REFUSED_TOKEN, TelegramConflictError))
        (log.error if is_ours else log.warning)("telegram fails", what=what, reason=trouble)


def reason(error: Exception) -> str:
    """Why Telegram can't be used, in a line that may be shown."""
    if isinstance(error, REFUSED_TOKEN):
        return _BAD_TOKEN
    if isinstance(error, TelegramConflictError):
        return _WEBHOOK if "webhook" in error.message.lower() else _SECOND
    if isinstance(error, TelegramBadRequest):  # of our own settings: no person's words are in it
        return f"Telegram refuses it: {error.message}"
    if isinstance(error, AiogramError):
        return f"Telegram does not answer as it should ({type(error).__name__})"
    return f"what comes in can't be kept ({type(error).__name__})"
