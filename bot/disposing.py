"""What erasing asks of the storage and of the files, beside what everything else asks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.dialogue.conversation import Conversation
from bot.domain.complaint import Complaint
from bot.domain.reference import Reference


@dataclass(frozen=True)
class Erasure:
    """Everything that changes when one complaint loses its words: stored together or not at all.

    - `complaint` is as it is afterwards, its whole history without words; it had `before` events
      (`Conflict` if the stored number differs), those after that are new.
    - `home` is a new conversation that leads to nobody, where the complaint is from now on; None
      where it is in such a one already.
    - `conversation` is the one that it was lodged in, as it is afterwards (`Conflict` unless the
      stored version is the one before); the lines in `forgotten`, both ends included, are deleted.
      If no complaint is left in it, what else was recorded about it loses its words, too.
    """

    complaint: Complaint
    before: int
    home: Conversation | None = None
    conversation: Conversation | None = None
    forgotten: tuple[int, int] | None = None


class Disposing(Protocol):
    """Deletes for good: afterwards no file of the database holds what was deleted."""

    async def erase(self, erasure: Erasure) -> None:
        """Writes the whole history anew, and deletes who complained."""
        ...

    def ended_complaints(self, received_before: datetime) -> AsyncIterator[Complaint]:
        """Those that are closed or withdrawn and whose last event is not their erasure, oldest
        first, from one consistent snapshot."""
        ...

    async def conversations_with(
        self, references: Collection[Reference]
    ) -> tuple[Conversation, ...]:
        """Wherever one of these complaints is known; reads every conversation."""
        ...

    async def digests(self) -> frozenset[str]:
        """The files that something stored still names; reads every complaint."""
        ...

    async def prune(self, before: datetime) -> int:
        """Deletes what is older and of no more use: receipts, payloads in the inbox, quarantine,
        lines that could not be carried, and conversations with neither draft nor complaint. What
        was recorded about such a conversation is still counted. How many rows went."""
        ...


class Shelf(Protocol):
    """Where files lie, named by their digest."""

    async def kept(self, before: datetime) -> frozenset[str]:
        """Those that were last kept before that time."""
        ...

    async def remove(self, digests: Collection[str]) -> int:
        """Deletes them; how many there were."""
        ...
