"""What is pressed, filled in and called by name at the desk (contract §10), beside `names`."""

from __future__ import annotations

from typing import Final

from channels.slack.desk import names

ASK: Final = "ombud_ask"
ESCALATE: Final = "ombud_escalate"
MERGE: Final = "ombud_merge"
CLOSE: Final = "ombud_close"
EXTEND: Final = "ombud_extend"
HISTORY: Final = "ombud_history"
IDENTITY: Final = "ombud_identity"
FULFIL: Final = "ombud_fulfil"
VERIFY: Final = "ombud_verify"
EXTERNAL: Final = "ombud_external"
SPLIT: Final = "ombud_split"
DONE: Final = "ombud_done"
HOLD: Final = "ombud_hold"
RELEASE: Final = "ombud_release"
PREVIEW: Final = "ombud_preview"
CONFIRM: Final = "ombud_confirm"
DECLINE: Final = "ombud_decline"

LOG: Final = "ombud_log"
MAKE: Final = "ombud_make"
SEND: Final = "ombud_send"
SHORTCUTS: Final = (LOG, MAKE, SEND)

COMMAND: Final = "/complaint"

PROPOSAL: Final = "ombud_proposal"
"""The event type in the metadata of an answer that waits for a second person."""

MODALS: Final = (
    names.REPLY, names.CHANGE, names.HANDOVER, names.REOPEN, names.SNOOZE, names.FIND, names.MORE,
    ASK, ESCALATE, MERGE, CLOSE, EXTEND, IDENTITY, FULFIL, VERIFY, EXTERNAL, SPLIT, DONE, HOLD,
    RELEASE, LOG,
)  # fmt: skip
"""The modals that can be submitted."""

BUTTONS: Final = (
    names.TAKE, names.HANDOVER, names.REPLY, names.CHANGE, names.SNOOZE, names.MORE, names.READ,
    names.REOPEN, names.OPEN, names.FIND, ASK, ESCALATE, MERGE, CLOSE, EXTEND, HISTORY, IDENTITY,
    FULFIL, VERIFY, EXTERNAL, SPLIT, DONE, HOLD, RELEASE, PREVIEW, CONFIRM, DECLINE,
)  # fmt: skip
"""What is pressed or chosen in messages and views."""

OVERFLOW: Final = {
    "ask": ASK,
    "escalate": ESCALATE,
    "merge": MERGE,
    "close": CLOSE,
    "more": names.MORE,
}
"""What the values of `ombud_more` open."""

PROPOSED: Final = "proposed"
"""Under which name a card's state holds the answer that waits for a second person."""
