"""Sums of money as they are written: signs, codes and words, with either decimal mark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from babel.numbers import get_territory_currencies

from bot.dialogue.interpretation import Context, HeardAmount
from bot.domain.answers import Amount
from nlu.hearing import Hearing

_SIGNS = {
    "£": "GBP", "€": "EUR", "₹": "INR", "¥": "JPY", "₽": "RUB", "zł": "PLN", "₺": "TRY",
    "us$": "USD", "u$s": "USD", "s/": "PEN",
}  # fmt: skip
# Bare $ and kr mean the money of the country in which the organisation is.
_DOLLARS = {
    "US": "USD",
    "CA": "CAD",
    "AU": "AUD",
    "NZ": "NZD",
    "SG": "SGD",
    "HK": "HKD",
}
_PESOS = {
    "MX": "MXN",
    "AR": "ARS",
    "CL": "CLP",
    "CO": "COP",
    "UY": "UYU",
    "DO": "DOP",
    "CU": "CUP",
    "PH": "PHP",
}
_CROWNS = {"SE": "SEK", "DK": "DKK", "NO": "NOK", "IS": "ISK"}
_CODES = (
    "GBP|EUR|USD|SEK|DKK|NOK|CHF|INR|AUD|CAD|NZD|PLN|JPY|ISK|CZK|HUF|MXN|ARS|CLP|COP|UYU|DOP|PEN"
)
_NUMBER = r"\d{1,3}(?:[ \u00a0\u202f.,'’]\d{3})+(?:[.,'’]\d{1,2})?|\d{1,12}(?:[.,'’]\d{1,2})?"
_DASH = "[,.][-–—]{1,2}"  # where there are no cents: "39,- €"
_SPACE = "[ \u00a0\u202f]"
_MINOR = Decimal(100)


class Amounts:
    """Finds sums of money in one language."""

    def __init__(self, hearing: Hearing) -> None:
        table = hearing.section("amounts")
        self._plain = hearing.plain
        self._words = dict(_forms(table.get("words", {})))
        self._cents = dict(_forms(table.get("cents", {})))
        self._before = dict(_forms(table.get("before", {})))
        self._numbers: Mapping[str, int] = table.get("numbers", {})
        self._thousands = frozenset(str(table.get("thousand", "")).split("|")) - {""}
        words = _any({**self._words, **self._cents})
        thousand = rf"(?: ?{_any(dict.fromkeys(self._thousands))}(?!\w))?"
        signs = "|".join(map(re.escape, (*_SIGNS, "$")))
        spoken = _any(self._numbers)
        before = _any(self._before)
        tail = self._tail(table.get("and"))
        self._pattern = re.compile(
            rf"(?<![\w.,/-])(?:(?P<sign>{signs}|(?:kr|{before}|{_CODES})\.?(?=\s?\d)) "
            rf"?(?P<after>{_NUMBER}){thousand}(?:{_DASH}|:-)?"
            rf"|(?P<before>{_NUMBER}|(?<!\w)(?:{spoken}))(?P<many>{thousand})(?:{_DASH})?(?:"
            rf"(?P<dash>:-)|{_SPACE}?(?P<sign2>{signs})|{_SPACE}?-?(?P<word>{words}|(?:{_CODES})))"
            rf"(?P<tail>{tail})?(?!\w))"
            r"(?![\d])",
            re.IGNORECASE,
        )

    def _tail(self, joining: str | None) -> str:
        """What may follow a unit where people say the cents after it: "42€50", "15 euros et 20"."""
        if joining is None:
            return r"(?!)"
        cents = _any(self._cents)
        return rf"(?<=[€$£])\d\d| (?:(?:{joining}) )?\d\d?(?: {cents}|(?=\s*(?:[.,;:!?)]|$)))"

    def find(self, text: str, context: Context) -> tuple[HeardAmount, ...]:
        """The sums in `text`, in order."""
        matches = self._pattern.finditer(self._plain(text))
        found = (self._amount(match, text[slice(*match.span())], context) for match in matches)
        return tuple(amount for amount in found if amount)

    def _amount(self, match: re.Match[str], written: str, context: Context) -> HeardAmount | None:
        if self._is_day(match, context):
            return None
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
            .rstrip(".")
        )
        if cents := re.search(r"\d+", match["tail"] or ""):
            decimal += Decimal(f"0.{cents[0]:0>2}")
        if unit in self._cents and unit not in self._words:
            return HeardAmount(Amount(decimal / _MINOR, self._cents[unit]), written, match.span())
        return HeardAmount(Amount(decimal, self._currency(unit, context)), written, match.span())

    def _is_day(self, match: re.Match[str], context: Context) -> bool:
        """Whether an abbreviation before a number is no money of this country ("Fr. 18. Mai")."""
        unit = (match["sign"] or "").lower()
        money = self._before.get(unit) or self._before.get(unit.rstrip("."))
        if money is None:
            return False
        is_ordinal = len(match["after"]) <= 2 and match.string[match.end() :].startswith(".")
        return is_ordinal or money not in get_territory_currencies(context.country)

    def _currency(self, unit: str, context: Context) -> str | None:
        if self._words.get(unit) == "peso":
            return _PESOS.get(context.country)
        if unit == "$":
            return {**_DOLLARS, **_PESOS}.get(context.country, "USD")
        if self._words.get(unit) == "USD":
            return _DOLLARS.get(context.country, "USD")
        if unit in ("kr", ":-") or self._words.get(unit) == "kr":
            own = self._words.get("kr")  # the crowns of the language, where only one is spoken of
            return _CROWNS.get(context.country) or (own if own != "kr" else None)
        known = _SIGNS.get(unit) or self._words.get(unit) or self._before.get(unit)
        return known or unit.upper()


def _decimal(text: str) -> Decimal:
    """The number, whichever mark is the decimal one; an apostrophe before one or two digits too."""
    text = re.sub(r"['’](\d\d?)$", r".\1", text)
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
