"""What `[hours]` and `[escalation]` say reaches what acts by itself; a mistake is an error."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import time
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.assembly import Parts, assembled, migrate
from bot.domain.clocks import Weekday
from bot.domain.policy import Opening, Policy
from bot.errors import ConfigurationError
from bot.settings import Settings, read_settings
from tests.storage.building import NOW, complaint, lodging, reference, turn

ROOT = Path(__file__).parent.parent


def told(folder: Path, toml: str) -> Settings:
    """The settings that a file gives."""
    (folder / "ombud.toml").write_text(toml)
    return read_settings({}, folder)


def test_without_tables_nothing_waits_for_hours(tmp_path: Path) -> None:
    """Any hour will do, nobody stands above, and alerts come each quarter of an hour."""
    assert Policy() == Parts(told(tmp_path, "")).policy


def test_the_tables_become_the_policy(tmp_path: Path) -> None:
    """Days by name, hours as people write them."""
    settings = told(
        tmp_path,
        '[hours]\ndays = ["monday", "saturday"]\nopens = "08:30"\ncloses = 16:00:00\n'
        '[escalation]\ncontact = "Boss"\nminutes = 5\npercents = [25, 100]\n',
    )

    opening = Opening(frozenset({Weekday.MONDAY, Weekday.SATURDAY}), time(8, 30), time(16))
    assert Policy("Boss", (25, 100), 5, opening=opening) == Parts(settings).policy


@pytest.mark.parametrize(
    ("toml", "key", "what"),
    [
        ('[hours]\ndays = ["mon"]', "hours.days.0", "must be"),
        ("[hours]\ndays = []", "hours.days", "at least 1"),
        ('[hours]\nopens = "17:00"\ncloses = "09:00"', "hours", "opens must be earlier"),
        ('[hours]\nopen = "09:00"', "hours.open", "did you mean hours.opens"),
        ("[escalation]\nminutes = 0", "escalation.minutes", "must be 1 or more"),
        ("[escalation]\npercents = [120]", "escalation.percents.0", "must be 100 or less"),
        ("[escalation]\npercents = []", "escalation.percents", "at least 1"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, toml: str, key: str, what: str) -> None:
    """Key, what is wrong, and how to mend it."""
    with pytest.raises(ConfigurationError) as refused:
        told(tmp_path, toml)

    assert key in str(refused.value)
    assert what in str(refused.value)


def installation(folder: Path, **more: object) -> Settings:
    """Settings of an installation in a folder."""
    url = SecretStr(f"sqlite:///{folder / 'ombud.db'}")
    return Settings(database_url=url, secret_key=SecretStr("k" * 40), **more)  # type: ignore[arg-type]  # settings


async def test_an_installation_times_what_it_stores(tmp_path: Path) -> None:
    """Every commit of it writes when the complaint is due, by its rules."""
    settings = installation(tmp_path)
    migrate(settings)
    async with assembled(settings) as ombud:
        await ombud.storage.commit(turn())
        await ombud.storage.commit(lodging(complaint(1)))

        far = NOW.replace(year=2030)
        assert [reference(1)] == [
            one.reference for _, one in await ombud.storage.due_complaints(far)
        ]
        assert 1 == await ombud.storage.overdue(far)


async def test_migrate_reckons_anew_what_other_settings_changed(tmp_path: Path) -> None:
    """With other percents the next reminder has another time, and the command says so."""
    settings = installation(tmp_path)
    migrate(settings)
    async with assembled(settings) as ombud:
        await ombud.storage.commit(turn())
        await ombud.storage.commit(lodging(complaint(1)))
    (tmp_path / "ombud.toml").write_text("[escalation]\npercents = [10]\n")

    assert "due at another time: 1" in migrated(tmp_path)
    assert "another time" not in migrated(tmp_path)


def migrated(folder: Path) -> str:
    """What `ombud migrate` prints there."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("OMBUD_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", "migrate"],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT), "OMBUD_SECRET_KEY": "k" * 40},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
