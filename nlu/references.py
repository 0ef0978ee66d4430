"""Codes of complaints in a message, as things that were heard."""

from __future__ import annotations

from dataclasses import dataclass

from bot.dialogue.interpretation import Heard
from bot.domain.reference import find_private_codes, find_references


@dataclass(frozen=True)
class WrittenReferences:
    """References with a right check sign, those with a wrong one, and what may be private codes."""

    right: tuple[Heard, ...]
    mistyped: tuple[Heard, ...]
    codes: tuple[str, ...]
    code_spans: tuple[tuple[int, int], ...]

    @property
    def all(self) -> tuple[Heard, ...]:
        """Right and mistyped ones."""
        return (*self.right, *self.mistyped)


def written_references(text: str) -> WrittenReferences:
    """The codes that stand in `text`."""
    found = find_references(text)
    codes = find_private_codes(text)
    return WrittenReferences(
        right=tuple(Heard(one.reference, one.text, one.span) for one in found if one.reference),
        mistyped=tuple(Heard(one.text, one.text, one.span) for one in found if not one.reference),
        codes=tuple(one.code for one in codes),
        code_spans=tuple(one.span for one in codes),
    )
