"""Sums of money as they are written: signs, codes and words, with either decimal mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from bot.dialogue.interpretation import Context, HeardAmount
from bot.domain.answers import Amount
from nlu.hearing import Hearing

_SIGNS = {"£": "GBP", "€": "EUR", "₹": "INR", "¥": "JPY", "₽": "RUB", "zł": "PLN", "₺": "TRY"}
# Bare $ and kr mean the money of the country in which the organisation is.
_DOLLARS = {
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "SG": "SGD",
    "HK": "HKD",
    "MX": "MXN",
}
_CROWNS = {"SE": "SEK", "DK": "DKK", "NO": "NOK", "IS": "ISK"}
_CODES = "GBP|EUR|USD|SEK|DKK|NOK|CHF|INR|AUD|CAD|NZD|PLN|JPY|ISK|CZK|HUF"
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?"
_MINOR = Decimal(100)


class Amounts:
    """Finds sums of money in one language."""

    def __init__(self, hearing: Hearing) -> None:
        table = hearing.section("amounts")
        self._words = dict(_forms(table.get("words", {})))
        self._cents = dict(_forms(table.get("cents", {})))
        self._numbers: Mapping[str, int] = table.get("numbers", {})
        self._thousands = frozenset(str(table.get("thousand", "")).split("|")) - {""}
        words = _any({**self._words, **self._cents})
        thousand = rf"(?: ?{_any(dict.fromkeys(self._thousands))}(?!\w))?"
        signs = "|".join(map(re.escape, (*_SIGNS, "$")))
        spoken = _any(self._numbers)
        self._pattern = re.compile(
            rf"(?<![\w.,/-])(?:(?P<sign>{signs}|(?:kr|{_CODES})\.?(?=\s?\d)) "
            rf"?(?P<after>{_NUMBER}){thousand}(?:,-|:-)?"
            rf"|(?P<before>{_NUMBER}|(?<!\w)(?:{spoken}))(?P<many>{thousand})(?:"
            rf"(?P<dash>:-)| ?(?P<sign2>{signs})| ?-?(?P<word>{words}|(?:{_CODES})))(?!\w))"
            r"(?![\d])",
            re.IGNORECASE,
        )

    def find(self, text: str, context: Context) -> tuple[HeardAmount, ...]:
        """The sums in `text`, in order."""
        found = (self._amount(match, context) for match in self._pattern.finditer(text))
        return tuple(amount for amount in found if amount)

    def _amount(self, match: re.Match[str], context: Context) -> HeardAmount | None:
        number = match["after"] or match["before"]
        value = self._numbers.get(number.lower()) if number else None
        try:
            decimal = Decimal(value) if value is not None else _decimal(number)
        except InvalidOperation:
            return None
        if (
            any(
                match[0].lower().rstrip(",:- ").endswith(f"{sign}{word}")
                for word in self._thousands
                for sign in (" ", *"0123456789")
            )
            or (match["many"] or "").strip()
        ):
            decimal *= 1000
        unit = (
            (match["sign"] or match["sign2"] or match["word"] or match["dash"] or "")
            .lower()
            .strip(".")
        )
        if unit in self._cents and unit not in self._words:
            return HeardAmount(Amount(decimal / _MINOR, self._cents[unit]), match[0], match.span())
        return HeardAmount(Amount(decimal, self._currency(unit, context)), match[0], match.span())

    def _currency(self, unit: str, context: Context) -> str | None:
        if unit == "$" or self._words.get(unit) == "USD":
            return _DOLLARS.get(context.country, "USD")
        if unit in ("kr", ":-") or self._words.get(unit) == "kr":
            own = self._words.get("kr")  # the crowns of the language, where only one is spoken of
            return _CROWNS.get(context.country) or (own if own != "kr" else None)
        return _SIGNS.get(unit) or self._words.get(unit) or unit.upper()


def _decimal(text: str) -> Decimal:
    """The number, whichever of the two marks is the decimal one."""
    bare = re.sub(r"[ \u00a0\u202f'’]", "", text)
    last = max(bare.rfind("."), bare.rfind(","))
    if last < 0:
        return Decimal(bare)
    is_decimal = len(bare) - last - 1 <= 2
    whole = re.sub(r"[.,]", "", bare[:last])
    return Decimal(f"{whole}.{bare[last + 1 :]}" if is_decimal else whole + bare[last + 1 :])


def _forms(table: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(form, name) for name, forms in table.items() for form in forms.split("|")]


def _any(names: Mapping[str, object]) -> str:
    longest_first = sorted(names, key=len, reverse=True)
    return "(?:" + "|".join(map(re.escape, longest_first)) + ")" if longest_first else "(?!)"
