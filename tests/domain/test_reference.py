"""References and private codes are read as people write them, and nothing else is taken for one."""

from __future__ import annotations

import pytest

from bot.domain.reference import (
    find_private_codes,
    find_references,
    has_wrong_check_sign,
    new_reference,
    read_private_code,
    read_reference,
)

RIGHT = "CMP-4F7K-9Q2X-V"
WITH_LOOKALIKES = new_reference("A01B10ZZ")


def test_new_reference_adds_prefix_and_check_sign() -> None:
    """Eight signs become the quotable form with the check sign of Luhn mod 32."""
    assert new_reference("4F7K9Q2X") == RIGHT


@pytest.mark.parametrize("signs", ["4F7K9Q2", "4F7K9Q2U", "4f7k9q2x", "4F7K9Q2XV", ""])
def test_new_reference_refuses_other_signs(signs: str) -> None:
    """What is not eight signs of the alphabet makes no reference."""
    with pytest.raises(ValueError, match="eight signs"):
        new_reference(signs)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("CMP-4F7K-9Q2X-V", id="as printed"),
        pytest.param("cmp-4f7k-9q2x-v", id="lower case"),
        pytest.param("4F7K9Q2XV", id="bare"),
        pytest.param("CMP 4F7K 9Q2X V", id="spaced"),
        pytest.param("  cmp4f7k9q2xv ", id="run together"),
        pytest.param("4f7k-9q2x-v", id="without prefix"),
        pytest.param("CMP–4F7K–9Q2X–V", id="typographic dashes"),
    ],
)
def test_read_reference_is_tolerant(text: str) -> None:
    """Case, spaces, hyphens and a missing prefix make no difference."""
    assert read_reference(text) == RIGHT


def test_read_reference_takes_lookalikes() -> None:
    """O is read as 0, I and L as 1."""
    body = WITH_LOOKALIKES.removeprefix("CMP-")

    assert read_reference("CMP-" + body.replace("0", "O").replace("1", "l")) == WITH_LOOKALIKES
    assert read_reference(body.replace("0", "o").replace("1", "I")) == WITH_LOOKALIKES


@pytest.mark.parametrize("text", ["", "CMP", "CMP-4F7K-9Q2X", "CMP-4F7K-9Q2X-VV", "hello", "?"])
def test_read_reference_leaves_other_text(text: str) -> None:
    """Text of another form is neither a reference nor a mistyped one."""
    assert read_reference(text) is None
    assert not has_wrong_check_sign(text)


@pytest.mark.parametrize("text", ["CMP-4F7K-9Q2X-7", "cmp 4f7k 9q2y v", "4F7K-Q92X-V"])
def test_wrong_check_sign_is_told(text: str) -> None:
    """One wrong sign, or two neighbours swapped, is noticed."""
    assert has_wrong_check_sign(text)
    assert read_reference(text) is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("what about cmp 4f7k 9q2x v?", "cmp 4f7k 9q2x v", id="question mark"),
        pytest.param("status of CMP-4F7K-9Q2X-V.", "CMP-4F7K-9Q2X-V", id="full stop"),
        pytest.param("4F7K9Q2XV", "4F7K9Q2XV", id="bare"),
        pytest.param("how is 4f7k9q2xv doing", "4f7k9q2xv", id="bare in a sentence"),
        pytest.param("(CMP4F7K9Q2XV)", "CMP4F7K9Q2XV", id="in brackets"),
        pytest.param("see 4F7K-9Q2X-V, please", "4F7K-9Q2X-V", id="no prefix"),
    ],
)
def test_references_are_found_in_running_text(text: str, written: str) -> None:
    """A reference is found with the place where it stands."""
    (found,) = find_references(text)

    assert found.reference == RIGHT
    assert text[slice(*found.span)] == written == found.text


@pytest.mark.parametrize("text", ["status of CMP-4F7K-9Q2X-7", "my ref is 4F7K-9Q2X-8 I think"])
def test_mistyped_references_are_found(text: str) -> None:
    """The form of a reference with a wrong sign is found as one that names none."""
    (found,) = find_references(text)

    assert found.reference is None


@pytest.mark.parametrize(
    "text",
    [
        "The complaint department is wonderful and yesterday something happened to my neighbours",
        "order 601188220 and KX-55-20418, account 88100462, call 07700 900238",
        "booking K7RQ2M4TX for train 12 34 56 78 9",
        "i was at the shop at 7 a m on 4 5 2026 a b c d",
        "CMP is not a code and neither is CMP-12",
        "my parcel 7714-4402-1 came late",
    ],
)
def test_other_words_and_numbers_are_no_references(text: str) -> None:
    """Ordinary words and other organisations' numbers are left alone."""
    assert find_references(text) == ()


def test_two_references_in_one_text_are_found() -> None:
    """Every reference in a text is found, in order."""
    found = find_references(f"{RIGHT} and {WITH_LOOKALIKES}")

    assert [RIGHT, WITH_LOOKALIKES] == [written.reference for written in found]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("my private code is 7KQ2M4TX", "7KQ2M4TX"),
        ("code: 7kq2-m4tx.", "7KQ2M4TX"),
        ("the code is 7KQO M4TX", "7KQ0M4TX"),
    ],
)
def test_private_codes_are_found(text: str, code: str) -> None:
    """Eight signs with a digit are taken for a private code, lookalikes read as meant."""
    assert code in [written.code for written in find_private_codes(text)]


@pytest.mark.parametrize(
    "text", ["complain", "everyone answered", RIGHT, "KX-55-20418", "7-003318"]
)
def test_words_and_references_are_no_private_codes(text: str) -> None:
    """Eight letters of a word, a reference or a longer number are no private code."""
    assert find_private_codes(text) == ()


def test_read_private_code_needs_eight_signs() -> None:
    """A whole text is a private code only if it has eight signs."""
    assert read_private_code(" 7kq2-m4tx ") == "7KQ2M4TX"
    assert read_private_code("7kq2m4t") is None


def test_long_strange_text_is_read_in_linear_time() -> None:
    """Text made to be slow to search has no references and takes no time."""
    assert find_references("A-" * 10_000) == ()
    assert find_references("CMP" * 5_000) == ()
    assert find_references("1 " * 10_000) == ()
