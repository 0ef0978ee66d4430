"""What an installation is told: read once, frozen, handed down by the assembly.

Only the assembly and the command line import this package.
"""

from bot.settings.model import Settings
from bot.settings.reading import read_settings
from bot.settings.secret_key import settled_secret_key
from bot.settings.tables import (
    DeskTable,
    Escalation,
    ExternalBody,
    Hours,
    Limits,
    References,
    Roles,
    Route,
)

__all__ = [
    "DeskTable",
    "Escalation",
    "ExternalBody",
    "Hours",
    "Limits",
    "References",
    "Roles",
    "Route",
    "Settings",
    "read_settings",
    "settled_secret_key",
]
