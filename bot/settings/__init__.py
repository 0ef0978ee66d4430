"""What an installation is told: read once, frozen, handed down by the assembly.

Only the assembly and the command line import this package.
"""

from bot.settings.model import Settings
from bot.settings.reading import read_settings
from bot.settings.secret_key import settled_secret_key
from bot.settings.tables import ExternalBody, Limits, References

__all__ = [
    "ExternalBody",
    "Limits",
    "References",
    "Settings",
    "read_settings",
    "settled_secret_key",
]
