"""Ombud: takes complaints in chat and carries them through the steps of ISO 10002."""

__version__ = "0.1.0"
