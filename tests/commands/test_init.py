"""`ombud init`: five answers become a configuration that Ombud starts with."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.init import Told, asked, refuse_to_overwrite, write
from bot.errors import ConfigurationError
from bot.settings import read_settings


def test_the_files_can_be_read_back(tmp_path: Path) -> None:
    """What was answered is what Ombud starts with, whatever signs a name holds."""
    told = Told('Tåg "Öst" \\ AB', "en", "Europe/Stockholm", "Konsument\nverket", "anna")

    said = write(told, tmp_path)

    settings = read_settings({}, tmp_path)
    assert settings.organisation == told.organisation
    assert settings.country == "SE"
    assert settings.external_body is not None
    assert settings.external_body.name == "Konsument\nverket"
    assert list(settings.names_by_token.values()) == ["anna"]
    assert said[-1] == "Next: ombud doctor, then ombud serve."


def test_the_token_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The caseworker's token stands in a file of its own, 0600, and nowhere else."""
    said = write(Told(caseworker="anna"), tmp_path)

    (secret,) = (tmp_path / "ombud-secrets").iterdir()
    token = secret.read_text().strip().partition(":")[2]
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert token not in (tmp_path / "ombud.toml").read_text() + "".join(said)


def test_nothing_is_written_over_unasked(tmp_path: Path) -> None:
    """An ombud.toml that is there stays, unless --force says otherwise."""
    (tmp_path / "ombud.toml").write_text("port = 1\n")

    with pytest.raises(ConfigurationError, match="--force"):
        refuse_to_overwrite(tmp_path, force=False)
    refuse_to_overwrite(tmp_path, force=True)


def test_a_configuration_that_is_wrong_is_not_kept(tmp_path: Path) -> None:
    """Where an answer is no use, what was there before stays."""
    (tmp_path / "ombud.toml").write_text("port = 1\n")

    with pytest.raises(ConfigurationError):
        write(Told(time_zone="Mars/Olympus"), tmp_path)

    assert (tmp_path / "ombud.toml").read_text() == "port = 1\n"


def test_a_wrong_answer_is_asked_again() -> None:
    """A language or zone that is none is asked again, with the reason."""
    answers: Iterator[str] = iter(
        ["Trains", "klingon", "en", "Mars", "Europe/London", "Ombudsman", "anna"]
    )
    said: list[str] = []

    told = asked(lambda question, default: next(answers), said.append)

    assert told == Told("Trains", "en", "Europe/London", "Ombudsman", "anna")
    assert len(said) == 2
