"""What this channel and Slack call by name, so that manifest and listeners can't drift apart."""

from __future__ import annotations

from typing import Final

CHANNEL: Final = "slack"
EVENTS_PATH: Final = "/slack/events"

EVENTS: Final = ("message", "app_mention", "app_home_opened")
"""The events that are listened to, as Bolt names them."""

SAY: Final = "ombud_say_"
"""What the action ids of complainants' buttons begin with (contract §10)."""

SHEET: Final = "ombud_check"
"""The modal in which the summary can be changed."""

OPEN_SHEET: Final = "ombud_check_open"
"""The button that opens it."""

COMPLAIN: Final = "/complain"
STATUS: Final = "/status"
COMMANDS: Final = (COMPLAIN, STATUS)
"""The commands of complainants; those of caseworkers stand in `channels.slack.desk.ids`."""

START: Final = "ombud_start"
SHORTCUTS: Final = (START,)
"""The shortcuts of complainants."""

LINE: Final = "ombud_line"
"""The event type in the metadata of every line that is sent."""
