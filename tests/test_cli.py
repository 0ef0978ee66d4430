"""The command line: quick to help, one clear sentence for an error, and the promised exit codes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import __version__
from bot.cli import COMMANDS, main

ROOT = Path(__file__).parent.parent
HEAVY = ("aiogram", "fastapi", "pydantic", "rich", "slack_bolt", "spacy", "sqlalchemy", "sqlmodel")

Ombud = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def ombud(tmp_path: Path) -> Ombud:
    """Runs `ombud` in an empty folder, with none of this machine's own settings."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OMBUD_")}

    def run(*arguments: str, stdin: str = "", **told: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            cwd=tmp_path, env={**clean, "PYTHONPATH": str(ROOT), **told}, input=stdin,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def test_version(ombud: Ombud) -> None:
    """`ombud --version` prints the name and the version of the package."""
    done = ombud("--version")

    assert (done.returncode, done.stdout) == (0, f"ombud {__version__}\n")


def test_help_lists_every_command_with_its_summary(ombud: Ombud) -> None:
    """`ombud --help` names all commands that exist and no other."""
    lines = ombud("--help").stdout.split("Commands:\n")[1].splitlines()

    assert list(COMMANDS) == [line.split()[0] for line in lines]


def test_help_is_quick(ombud: Ombud) -> None:
    """`ombud --help` answers within 0.4 s, the best of five counting on a busy machine."""

    def seconds() -> float:
        begun = time.perf_counter()
        ombud("--help")
        return time.perf_counter() - begun

    assert min(seconds() for _ in range(5)) <= 0.4


def test_help_loads_nothing_heavy() -> None:
    """Help imports no channel, no database, no understanding: only Typer."""
    script = (
        "import sys\n"
        "from bot.cli import main\n"
        "try:\n    main(['--help'])\n"
        f"except SystemExit:\n    print('loaded:', *[m for m in {HEAVY} if m in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "loaded:"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help(name: str, ombud: Ombud) -> None:
    """Each command's module loads and shows how it is called."""
    done = ombud(name, "--help")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Usage: ombud {name}")


def test_a_mistyped_command_suggests_the_nearest(ombud: Ombud) -> None:
    """`ombud serv` says that there is no such command and which was most likely meant."""
    done = ombud("serv")

    assert done.returncode == 2
    assert "Did you mean 'serve'?" in done.stderr


@pytest.mark.parametrize("command", ["serve", "migrate", "export", "chat", "doctor"])
def test_a_wrong_configuration_ends_with_2(command: str, ombud: Ombud) -> None:
    """Nothing starts on a wrong configuration: one line for each problem, no traceback, exit 2."""
    done = ombud(command, OMBUD_LANGAUGE="en", OMBUD_PORT="x")

    said = done.stdout if command == "doctor" else done.stderr
    assert done.returncode == 2
    assert "did you mean OMBUD_LANGUAGE?" in said
    assert "OMBUD_PORT (environment) must be a whole number" in said
    assert "Traceback" not in done.stderr


def test_a_command_that_cannot_do_its_work_ends_with_1(ombud: Ombud) -> None:
    """What is asked wrongly ends with one sentence on standard error and exit 1."""
    done = ombud("export", "--since", "last week")

    assert done.returncode == 1
    assert done.stderr.startswith("ombud: --since must be a date or time in ISO 8601")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_options_and_their_values_reach_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of the line is handed on as it stands, options before and after arguments too."""
    with pytest.raises(SystemExit) as left:
        main(["case", "respond", "CMP-0000-0000-0", "--finding", "sideways", "--json"])

    assert left.value.code == 2
    assert "'sideways' is not one of" in capsys.readouterr().err
