"""The README describes every setting and every command, with the defaults that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.main import get_command

from bot.cli import COMMANDS
from bot.commands.case import app as case_app
from bot.domain.status import diagram
from bot.settings import Escalation, ExternalBody, Hours, Limits, References, Settings
from bot.settings.reading import PLAIN, SECRETS, TABLES, variable

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def row(name: str) -> list[str]:
    """The README's row on a setting, cell by cell."""
    found = re.findall(rf"^\| `{variable(name)}`(.*)\|(.*)\|(.*)\|$", README, re.MULTILINE)
    assert len(found) == 1, f"README.md needs one row for {variable(name)}"
    return [cell.strip() for cell in found[0]]


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_every_setting_has_its_row(name: str) -> None:
    """Each setting stands in the README with its default and meaning; secrets are marked."""
    mark, default, meaning = row(name)

    assert default
    assert meaning
    assert (mark == "*secret*") == (name in SECRETS)


@pytest.mark.parametrize("name", sorted(PLAIN))
def test_the_documented_default_holds(name: str) -> None:
    """A default that is a plain value is the one that the code has."""
    value = Settings.model_fields[name].default
    plain = value.get_secret_value() if isinstance(value, SecretStr) else value
    if isinstance(plain, str | int | float | Path) and str(plain):
        assert row(name)[1].startswith(f"`{plain}`")


def test_no_setting_is_documented_that_is_none() -> None:
    """The README names no variable that Ombud does not know."""
    named = set(re.findall(r"OMBUD_[A-Z_]+", README)) - {"OMBUD_"}

    assert named - {variable(name) for name in PLAIN} == set()


def test_every_table_and_key_is_documented() -> None:
    """Each table of `ombud.toml` and each of its keys stands in the README."""
    tables = {f"`[{name}" for name in TABLES}
    typed = (Escalation, ExternalBody, Hours, Limits, References)
    keys = {f"`{key}`" for table in typed for key in table.model_fields}

    assert {word for word in tables | keys if word not in README} == set()


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    """Each command has a paragraph of its own in the README."""
    assert re.search(rf"^\*\*`ombud {name}\b", README, re.MULTILINE)


def test_every_act_of_a_case_is_documented() -> None:
    """Each thing that `ombud case` does is named in its paragraph."""
    paragraph = next(part for part in README.split("\n\n") if part.startswith("**`ombud case`**"))
    acts = getattr(get_command(case_app), "commands", {})

    assert acts
    assert [act for act in acts if f"`{act}`" not in paragraph] == []


def test_the_changelog_has_its_form() -> None:
    """CHANGELOG.md follows Keep a Changelog: unreleased first, known headings only."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^### (.*)$", text, re.MULTILINE))

    assert "## [Unreleased]" in text
    assert headings <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_no_certificate_is_claimed() -> None:
    """Software cannot be certified to ISO 10002, so nothing here says that it is."""
    assert not re.search(r"\bcertified\b|\bcompliant\b", README, re.IGNORECASE)


def test_the_status_diagram_is_current() -> None:
    """The README's diagram is the one that the status table draws."""
    assert f"<!-- status-diagram -->\n```mermaid\n{diagram()}\n```\n" in README
