"""The quotable code of a complaint: how it is made, and how it is read as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NewType

from stdnum import luhn

Reference = NewType("Reference", str)
"""A code in the form `CMP-XXXX-XXXX-C` with a right check sign. No credential: letters quote it."""

PREFIX = "CMP"
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_BODY = 8
_LOOKALIKES = str.maketrans("OIL", "011")
# U is in no code, so that no code spells an ugly word; O, I and L are read as what they look like.
_SIGN = r"[0-9A-TV-Za-tv-z]"
_GAP = r"[ \u00a0_./\u2010-\u2015-]{0,2}"
_NINE = _GAP.join([_SIGN] * 9)
_WRITTEN = re.compile(
    rf"(?<![^\W_])(?:(?P<prefix>[Cc][Mm][Pp]){_GAP})?(?P<signs>{_NINE})(?![^\W_])(?!-[^\W_])"
)
_DASHED = re.compile(rf"{_SIGN}{{4}}[\u2010-\u2015-]{_SIGN}{{4}}[\u2010-\u2015-]{_SIGN}")
_SPACED = re.compile(rf"{_SIGN}{{4}} {_SIGN}{{4}} {_SIGN}")
_CODE = re.compile(rf"(?<![^\W_])(?<![\w]-){_SIGN}{{4}}[ -]?{_SIGN}{{4}}(?![^\W_])(?!-[^\W_])")


@dataclass(frozen=True)
class WrittenReference:
    """A reference found in running text; `reference` is None where its check sign is wrong."""

    reference: Reference | None
    text: str
    span: tuple[int, int]


@dataclass(frozen=True)
class WrittenCode:
    """Eight signs that may be a private code, as they stand in running text."""

    code: str
    span: tuple[int, int]


def new_reference(signs: str) -> Reference:
    """The reference made of eight random signs of the alphabet; ValueError for anything else."""
    if len(signs) != _BODY or not set(signs) <= set(ALPHABET):
        raise ValueError("a reference is made of eight signs of its alphabet")
    return _shaped(signs + luhn.calc_check_digit(signs, alphabet=ALPHABET))


def read_reference(text: str) -> Reference | None:
    """The reference that `text` as a whole spells, however it is written; None if it is none."""
    signs = _signs(text)
    return _shaped(signs) if signs and luhn.is_valid(signs, alphabet=ALPHABET) else None


def has_wrong_check_sign(text: str) -> bool:
    """Whether `text` as a whole has the form of a reference but a sign of it is wrong."""
    signs = _signs(text)
    return signs is not None and not luhn.is_valid(signs, alphabet=ALPHABET)


def find_references(text: str) -> tuple[WrittenReference, ...]:
    """The references in running text, right and mistyped, in the order in which they stand.

    Without the prefix an ordinary word or order number may have nine signs too, so then the check
    sign must be right, or the signs must stand exactly as they do in a reference.
    """
    found = []
    position = 0
    while match := _WRITTEN.search(text, position):
        written = _written(match)
        found += [written] if written else []
        position = match.end() if written else match.start("signs") + 1
    return tuple(found)


def find_private_codes(text: str) -> tuple[WrittenCode, ...]:
    """What may be private codes in running text: eight signs, at least one of them a digit."""
    taken = [written.span for written in find_references(text)]
    return tuple(
        WrittenCode(read_private_code(match[0]) or "", match.span())
        for match in _CODE.finditer(text)
        if _is_code(match[0]) and not any(a < match.end() and match.start() < b for a, b in taken)
    )


def read_private_code(text: str) -> str | None:
    """The eight signs that `text` as a whole spells; None if it is no private code."""
    signs = _folded(text)
    return signs if len(signs) == _BODY and set(signs) <= set(ALPHABET) else None


def _signs(text: str) -> str | None:
    signs = _folded(text)
    if len(signs) == len(PREFIX) + _BODY + 1:
        signs = signs.removeprefix(PREFIX)
    return signs if len(signs) == _BODY + 1 and set(signs) <= set(ALPHABET) else None


def _folded(text: str) -> str:
    return re.sub(r"[\s_./\u2010-\u2015-]", "", text).upper().translate(_LOOKALIKES)


def _shaped(signs: str) -> Reference:
    return Reference(f"{PREFIX}-{signs[:4]}-{signs[4:8]}-{signs[8]}")


def _written(match: re.Match[str]) -> WrittenReference | None:
    signs = match["signs"]
    is_dashed = _DASHED.fullmatch(signs) is not None
    is_sure = match["prefix"] is not None or (is_dashed and _is_mixed(signs))
    if not is_sure and not (is_dashed or _is_joined(signs)):
        return None
    reference = read_reference(signs)
    return WrittenReference(reference, match[0], match.span()) if is_sure or reference else None


def _is_joined(signs: str) -> bool:
    """Whether nine signs without prefix and hyphens stand as a reference does."""
    return _is_mixed(signs) and (signs.isalnum() or _SPACED.fullmatch(signs) is not None)


def _is_mixed(signs: str) -> bool:
    return any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))


def _is_code(text: str) -> bool:
    return any(map(str.isdigit, text)) and (text.isalnum() or text[4] in " -")
