"""Numbers of orders, accounts and contracts, told from all the other numbers in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.dialogue.interpretation import Context, Heard
from nlu.hearing import Hearing, folded
from nlu.reading import Reading, Span

_CODE = re.compile(
    r"(?<![^\W_])(?<![@.][\w])(?=[\w./-]{0,40}\d)[A-Za-z0-9ÅÄÖÜåäöü]{1,20}(?:[-/_.][A-Za-z0-9ÅÄÖÜåäöü]{1,20}){0,6}(?![^\W_])"
)
_MORE = re.compile(r"(?:, | )\d{2,}(?: \d{2,}){0,4}(?:-\d{1,4})?(?![\w.,:/-]*[^\W\d_])")
_TIME = re.compile(
    r"\d{1,2}[.:]\d{2}|(?:19|20)\d\d|\d{1,3}(?:st|nd|rd|th|ish|x|am|pm|h|kg|km|cm|mm|m|s|k|gb|mb|tb|v|w|e|a|kwh)|[1-4]x\d",
    re.IGNORECASE,
)
_CUED, _SHAPED, _LONG, _ASKED = 10.0, 5.0, 4.0, 3.0
_LONG_DIGITS, _SHORTEST, _FAR = 5, 2, 4


@dataclass(frozen=True)
class _Candidate:
    text: str
    span: Span
    score: float


class Numbers:
    """Finds order and account numbers in one language."""

    def __init__(self, hearing: Hearing) -> None:
        table = hearing.section("numbers")
        self._plain = hearing.plain
        self._strong = frozenset(table.get("strong", []))
        self._endings = tuple(table.get("strong_endings", []))
        self._linking = frozenset(table.get("number_words", []))
        self._bare = frozenset(table.get("bare", []))
        self._excluded = frozenset(table.get("excluded", []))
        self._units = frozenset(table.get("units_after", []))
        self._times = re.compile("|".join(table.get("times", [])) or r"(?!)", re.IGNORECASE)

    def find(
        self, reading: Reading, context: Context, *, taken: Iterable[Span]
    ) -> tuple[Heard, ...]:
        """The numbers that may be meant, the likeliest first; never what lies in `taken`."""
        busy = list(taken)
        found = []
        for match in _CODE.finditer(reading.text):
            if not any(start < match.end() and match.start() < end for start, end in busy):
                found += self._candidates(reading, match, context)
        ordered = sorted(found, key=lambda candidate: (-candidate.score, candidate.span))
        return tuple(Heard(one.text, one.text, one.span) for one in _once(ordered))

    def is_cued(self, reading: Reading, span: Span) -> bool:
        """Whether the words before say that a number is that of an order or account."""
        return self._cue(reading, reading.covering(span).start) == "strong"

    def _candidates(
        self, reading: Reading, match: re.Match[str], context: Context
    ) -> list[_Candidate]:
        text = match[0]
        position = reading.covering(match.span()).start
        score = self._score(reading, position, text, context)
        if score <= 0 or self._has_unit(reading, match.span(), text, score):
            return []
        span = match.span()
        more = (
            _MORE.match(reading.text, match.end())
            if score >= _CUED and text[-1].isdigit()
            else None
        )
        if (
            more
            and len(re.sub(r"\D", "", text)) <= _LONG_DIGITS
            and not self._has_unit(reading, more.span(), more[0], 0)
        ):
            span = (match.start(), more.end())
        return [_Candidate(reading.text[slice(*span)], span, score)]

    def _score(self, reading: Reading, position: int, text: str, context: Context) -> float:
        cue = self._cue(reading, position)
        if cue == "excluded" or self._times.fullmatch(text):
            return 0
        if cue == "strong" and not re.fullmatch(r"[1-4]?\d[.:][0-5]\d", text):
            return (
                0 if text.isdigit() and len(text) < _SHORTEST else _CUED + 1 + _digits(text) / 100
            )
        if _TIME.fullmatch(text):
            return 0
        score = 0.0
        if cue == "bare":
            score = _CUED - 1
        elif _is_shaped(text):
            score = _SHAPED + _digits(text) / 10
        elif text.isdigit() and len(text) >= _LONG_DIGITS:
            score = _LONG
        elif context.ask == "order_or_account":
            score = _ASKED + _digits(text) / 10
        return score

    def _cue(self, reading: Reading, position: int) -> str | None:
        """What the words before say of the number: the nearest noun decides."""
        words = [
            self._plain(folded(reading.text[slice(*span)]))
            for span in reading.spans[max(0, position - _FAR - 2) : position]
        ]
        linked = False
        for distance, word in enumerate(reversed(words)):
            two = f"{words[-distance - 2]} {word}" if distance + 2 <= len(words) else word
            if two in self._excluded or word in self._excluded:
                return "excluded"
            if (
                word in self._strong
                or two in self._strong
                or word.endswith(self._endings or ("\0",))
            ):
                return "strong"
            if word in self._linking or word in (":", "#", ".", "(", "=", "-"):
                linked = linked or word in self._bare
                continue
            if (
                distance == 0
                and len(word) <= 3
                and word.isalpha()
                and reading.text[reading.spans[position - 1][0]].isupper()
            ):
                continue  # "flight NW 482"
            break
        return "bare" if linked else None

    def _has_unit(self, reading: Reading, span: Span, text: str, score: float) -> bool:
        after = reading.text[span[1] : span[1] + 24]
        word = re.match(r"[\s-]?([^\W\d_]+|o'clock|%)", after)
        if not word:
            return False
        is_plain = bool(re.fullmatch(r"[\d.,]+", text.strip()))
        return is_plain and self._plain(folded(word[1])) in self._units


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_shaped(text: str) -> bool:
    """Whether a code looks like one by itself: long enough, with digits and letters or hyphens."""
    if re.fullmatch(r"[\d.,]+", text) or text.isdigit() or _digits(text) < 3:
        return False
    if re.fullmatch(r"[\d.,]{1,5}-[^\W\d_]{3,}", text) and text.islower():
        return False  # "the 9.15-train"
    return len(text) >= 5 and (any(map(str.isalpha, text)) or "-" in text or "/" in text)


def _once(ordered: list[_Candidate]) -> list[_Candidate]:
    seen: set[str] = set()
    kept = []
    for one in ordered:
        if one.text not in seen:
            kept.append(one)
        seen.add(one.text)
    return kept
