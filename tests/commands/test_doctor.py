"""`ombud doctor`: each thing that is wrong is found, with why it matters and what mends it."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from bot.commands import checks
from bot.commands.checks import State, checked
from bot.commands.doctor import shown
from bot.dialogue.interpretation import Context, Interpretation
from bot.errors import StorageError
from bot.languages import Language
from bot.ports import Understand
from bot.settings import Settings, read_settings


def hear(text: str, context: Context) -> Interpretation:
    """Understands nothing, without fail."""
    return Interpretation(context.language, text)


class Parts:
    """The parts of an installation, each in the state that a test needs."""

    def __init__(
        self,
        found: str | None = "7",
        texts: Mapping[str, Mapping[str, str]] | None = None,
        error: Exception | None = None,
    ) -> None:
        self.found, self.error = found, error
        self.texts = texts or {"en": {"greeting": "hi"}, "sv": {"greeting": "hej"}}

    def schema_versions(self) -> tuple[str | None, str]:
        """The schema found and the one that is needed."""
        if self.error:
            raise self.error
        return self.found, "7"

    def languages(self) -> Mapping[str, Language]:
        """The languages with their texts."""
        return {code: Language(code, texts, {}) for code, texts in self.texts.items()}

    def understanding(self) -> Understand:
        """Understanding that loads, or fails to."""
        if self.error:
            raise self.error
        return hear


GOOD = 'organisation = "Trains"\napi_tokens = "anna:0123456789abcdef0"\nport = 0\n'
BODY = '[external_body]\nname = "Ombudsman"\n'


def settings(folder: Path, toml: str = GOOD + BODY) -> Settings:
    """The settings of an installation in this folder."""
    (folder / "ombud.toml").write_text(toml)
    return read_settings({"OMBUD_DATABASE_URL": f"sqlite:///{folder}/ombud.db"}, folder)


def test_a_sound_installation_has_no_finding(tmp_path: Path) -> None:
    """Where all is well every check says so."""
    found = list(checked(settings(tmp_path), Parts(), tmp_path))

    assert [check for check in found if check.state is not State.OK] == []


def test_every_finding_says_why_and_what_mends_it(tmp_path: Path) -> None:
    """A warning or failure is never without its reason and its command."""
    told = settings(tmp_path, '[categories]\nparcels = "lost"\n')
    (tmp_path / "ombud.key").write_text("k" * 32)
    (tmp_path / "ombud.key").chmod(0o644)
    broken = Parts(texts={"en": {"a": "", "b": ""}, "sv": {"a": ""}}, error=StorageError())

    found = [check for check in checked(told, broken, tmp_path) if check.state is not State.OK]

    assert {
        "database", "external_body", "languages", "organisation", "secret_key", "staff",
        "understanding", "unused",
    } == {check.name for check in found}  # fmt: skip
    assert all(check.why and check.mend for check in found)


@pytest.mark.parametrize(
    ("found", "state"),
    [
        pytest.param("7", State.OK, id="current"),
        pytest.param("6", State.WARN, id="old"),
        pytest.param(None, State.WARN, id="empty"),
    ],
)
def test_the_schema(found: str | None, state: State) -> None:
    """A database of another version is a warning: `ombud serve` upgrades it by itself."""
    assert checks.database(Parts(found)).state is state


def test_an_unreachable_database_fails_without_its_address() -> None:
    """The finding names the kind of error, not its words, which may hold a password."""
    check = checks.database(Parts(error=StorageError("postgresql://anna:sesame@db")))

    assert check.state is State.FAIL
    assert "sesame" not in repr(check)


def test_a_port_that_is_taken_fails(tmp_path: Path) -> None:
    """A port that another program holds is found before `serve` is tried."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        told = Settings(port=other.getsockname()[1])

        assert checks.port(told).state is State.FAIL


@pytest.mark.parametrize(
    ("day", "state"), [(date(2026, 11, 23), State.OK), (date(1970, 1, 1), State.FAIL)]
)
def test_a_clock_that_was_never_set_fails(day: date, state: State) -> None:
    """A machine that thinks it is 1970 would reckon every deadline wrongly."""
    assert checks.clock(Settings(), day).state is state


def test_a_place_that_cannot_be_written_fails(tmp_path: Path) -> None:
    """A files folder that is a file is found before anybody sends evidence."""
    (tmp_path / "taken").write_text("")
    told = Settings(files_dir=tmp_path / "taken" / "files")

    (files,) = (check for check in checks.folders(told, tmp_path) if check.name == "files_folder")

    assert files.state is State.FAIL


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        pytest.param("", "the organisation has no name", id="no name"),
        pytest.param('organisation = "Trains"\n', "no external body is named", id="no body"),
    ],
)
def test_policy_facts_are_asked_for(toml: str, what: str, tmp_path: Path) -> None:
    """ISO 10002 wants people told who answers and where else they can turn."""
    found = list(checks.policy(settings(tmp_path, toml)))

    assert (State.WARN, what) in [(check.state, check.what) for check in found]


def test_a_short_token_is_named_by_its_owner(tmp_path: Path) -> None:
    """A token that can be guessed is a warning that shows whose it is, not what it is."""
    check = checks.staff(settings(tmp_path, 'api_tokens = "anna:sesame"\n'))

    assert check.state is State.WARN
    assert "anna" in check.what
    assert "sesame" not in repr(check)


def test_an_open_address_wants_encryption() -> None:
    """Where others than this machine can reach the chat, https is asked for."""
    assert checks.encryption(Settings()).state is State.OK
    assert checks.encryption(Settings(host="0.0.0.0")).state is State.WARN
    assert (
        checks.encryption(Settings(host="0.0.0.0", public_url="https://c.example")).state
        is State.OK
    )


def test_secrets_are_blanked(tmp_path: Path) -> None:
    """What the doctor shows can be pasted where others read it."""
    told = read_settings(
        {
            "OMBUD_API_TOKENS": "anna:sesame",
            "OMBUD_DATABASE_URL": "postgresql://u:sesame@db/x",
            "OMBUD_SECRET_KEY": "sesame" * 6,
            "OMBUD_PORT": "81",
        },
        tmp_path,
    )

    assert json.loads(json.dumps(shown(told))) == {
        "api_tokens": "***", "database_url": "***", "port": 81, "secret_key": "***",
    }  # fmt: skip
