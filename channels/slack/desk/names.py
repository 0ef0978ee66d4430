"""What cards, threads and Home tabs call by name (contract §10): law for what shows and handles.

The state of a card (`bot.platforms.Card.state`) holds what the worker keeps under the names of
`WORKERS`; whatever else is there is left as it is. `SNOOZED_UNTIL` is an ISO time that whoever
snoozes sets, `look_at` at once with it; the worker takes it away when it has passed.
"""

from __future__ import annotations

from typing import Final

CARD: Final = "ombud_complaint"
"""The event type in a card's metadata; its payload names the reference."""

EVENT: Final = "ombud_event"
"""The same of what stands in a thread: reference, first and last event, part."""

DIGEST: Final = "ombud_digest"
"""The same of the daily digest; its payload names the day."""

TAKE: Final = "ombud_take"
HANDOVER: Final = "ombud_handover"
REPLY: Final = "ombud_reply"
CHANGE: Final = "ombud_change"
SNOOZE: Final = "ombud_snooze"
MORE: Final = "ombud_more"
READ: Final = "ombud_read"
REOPEN: Final = "ombud_reopen"

SNOOZES: Final = ("2h", "tomorrow", "pick")
"""The values of `ombud_snooze`."""

MORES: Final = ("ask", "escalate", "merge", "close", "more")
"""The values of `ombud_more`."""

OPEN: Final = "ombud_open"
"""The button of a complaint in a Home tab; its value is the reference."""

FIND: Final = "ombud_find"
"""The button in a Home tab that asks for a reference."""

SNOOZED_UNTIL: Final = "snoozed_until"
SNOOZED_BY: Final = "snoozed_by"

CLAIM: Final = "claim"
CLAIMED_UNTIL: Final = "claimed_until"
UNSURE: Final = "unsure"
SAID: Final = "said"
PRINT: Final = "print"
LINK: Final = "link"
FILES: Final = "files"
WORKERS: Final = frozenset({CLAIM, CLAIMED_UNTIL, UNSURE, SAID, PRINT, LINK, FILES})
"""What the worker keeps in a card's state; `LINK` is the address of the card for people."""

DIGEST_CARD: Final = "digest"
"""Under which name the digest is kept among the cards; `shown` is the day's number."""
