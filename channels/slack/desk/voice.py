"""How the desk speaks: in the organisation's language, by its clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot.dialogue.wording import Wording
from bot.domain.answers import Amount, OccurredOn, Precision, Remedy, RemedySought
from bot.languages import Language
from bot.platforms import Around

_DAYS_END: Final = time(23, 59)


@dataclass(frozen=True)
class Voice:
    """Words, days and sums as caseworkers read them; whoever `languages` name is written so."""

    language: Language
    languages: Mapping[str, Language]
    zone: ZoneInfo
    now: datetime

    @classmethod
    def of(cls, around: Around) -> Voice:
        """As it is at this moment."""
        local = around.local
        language = around.languages[local.language]
        return cls(language, around.languages, local.zone, around.now())

    def text(self, key: str, **values: str) -> str:
        """A text of the desk."""
        return self.language.text(f"desk.{key}", values)

    def named(self, kind: str, name: str) -> str:
        """What a category, channel, deadline or the like is called; its own name where the
        organisation made it up. A part of a text: in words even where texts are shown as keys."""
        return self.language.texts.get(f"desk.{kind}.{name}") or name.replace("_", " ")

    def language_named(self, code: str) -> str:
        """What a language calls itself."""
        known = self.languages.get(code)
        return known.endonym if known and known.endonym else code

    def joined(self, items: Sequence[str]) -> str:
        """Items as in a sentence."""
        return self.language.joined(items)

    @property
    def today(self) -> date:
        """The day where the organisation is."""
        return self.now.astimezone(self.zone).date()

    def moment(self, at: datetime | str) -> str:
        """A day with its weekday, and the hour unless the whole day is meant."""
        local = moment_of(at).astimezone(self.zone)
        day = self.language.day(local.date(), self.today)
        is_day = local.time().replace(second=0, microsecond=0) == _DAYS_END
        return day if is_day else f"{day} {local:%H:%M}"

    def day(self, at: date | str) -> str:
        """A day with its weekday."""
        return self.language.day(date.fromisoformat(at) if isinstance(at, str) else at, self.today)

    def occurred_on(self, told: Mapping[str, Any]) -> str:
        """When it happened."""
        when = OccurredOn(
            date.fromisoformat(told["start"]),
            date.fromisoformat(told["end"]) if told.get("end") else None,
            Precision(told["precision"]),
            told["text"],
        )
        return self._wording.value(when)

    def remedy(self, told: Mapping[str, Any]) -> str:
        """What would put it right."""
        amount = told.get("amount")
        sought = RemedySought(
            tuple(Remedy(kind) for kind in told["kinds"]),
            Amount(Decimal(amount["value"]), amount["currency"]) if amount else None,
            told["text"],
        )
        return self._wording.value(sought)

    @property
    def _wording(self) -> Wording:
        return Wording(self.language, self.now, self.zone)


def moment_of(at: datetime | str) -> datetime:
    """A time as JSON has it."""
    return datetime.fromisoformat(at) if isinstance(at, str) else at
