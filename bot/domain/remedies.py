"""What can put something right: the responses that ISO 10002:2018, annex F, has names for."""

from __future__ import annotations

import re
from enum import StrEnum


class RemedyCode(StrEnum):
    """A remedy that is counted by its name; others are told in words of their own."""

    REFUND = "refund"
    REPLACEMENT = "replacement"
    REPAIR = "repair"
    SUBSTITUTE = "substitute"
    TECHNICAL_ASSISTANCE = "technical_assistance"
    INFORMATION = "information"
    REFERRAL = "referral"
    FINANCIAL_ASSISTANCE = "financial_assistance"
    OTHER_ASSISTANCE = "other_assistance"
    COMPENSATION = "compensation"
    APOLOGY = "apology"
    GOODWILL = "goodwill"
    NOTICE_OF_CHANGE = "notice_of_change"
    EXPLANATION = "explanation"
    CORRECTION = "correction"
    CANCELLATION = "cancellation"
    OTHER = "other"


_CODES = frozenset(RemedyCode)


def remedy_named(words: str) -> str:
    """The code where `words` are one, however spaced and capitalised; else the words themselves."""
    code = re.sub(r"[\s_-]+", "_", words.strip().lower())
    return RemedyCode(code).value if code in _CODES else words
