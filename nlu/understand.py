"""The one door of understanding: a message in, all that was heard in it out, without any I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.dialogue.interpretation import Context, Intent, Interpretation
from bot.domain.reference import find_references
from nlu.ear import Ear
from nlu.hearing import read_hearing
from nlu.nonsense import Nonsense
from nlu.tongues import Tongues

_LONGEST = 20_000  # characters; what is longer is refused anyway


class Understanding:
    """Understands messages in every language that has something to hear by.

    `tables` are the `hearing` tables of the language files by code; `patterns` are regular
    expressions of the organisation's own order numbers.
    """

    def __init__(
        self, tables: Mapping[str, Mapping[str, Any]], patterns: Sequence[str] = ()
    ) -> None:
        hearings = {code: read_hearing(code, table) for code, table in tables.items() if table}
        nonsense = Nonsense([word for one in hearings.values() for word in one.vocabulary])
        own = [re.compile(pattern) for pattern in patterns]
        self._ears = {code: Ear(hearing, nonsense, own) for code, hearing in hearings.items()}
        self._tongues = Tongues(hearings)

    def understand(self, text: str, context: Context) -> Interpretation:
        """What `text` says, given what is known beside it."""
        text = text[:_LONGEST]
        spoken = context.language if context.language in self._ears else next(iter(self._ears))
        written = self._tongues.tell(_without_references(text), spoken)
        heard = self._ears[written].hear(text, context, written)
        return replace(heard, switch_to=self._switch(heard, text, context, written))

    def _switch(
        self, heard: Interpretation, text: str, context: Context, written: str
    ) -> str | None:
        """The language asked for, or the one that a message of some length is clearly in."""
        if heard.command is Intent.LANGUAGE:
            wanted = self._tongues.asked(text) or written
            return wanted if wanted != context.language else None
        is_other = written != context.language
        return written if is_other and self._tongues.is_clear(text) else None


def _without_references(text: str) -> str:
    """The text without references, which look like words of no language."""
    for one in reversed(find_references(text)):
        text = text[: one.span[0]] + text[one.span[1] :]
    return text
