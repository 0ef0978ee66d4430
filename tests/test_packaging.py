"""What is installed: the built package holds all that it needs, the lock files name it."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PACKAGES = ("bot", "channels", "handlers", "nlu", "storage")
LOCKS = ("constraints.txt", "constraints-test.txt")

NOT_IMPORTED_BY_NAME = {
    "aiogram": "the Telegram channel is loaded only when it is on",
    "asyncpg": "SQLAlchemy loads it for a postgresql address",
    "httptools": "uvicorn takes it for parsing where it is there",
    "python-multipart": "FastAPI takes it for uploads",
    "slack-bolt": "the Slack channel is loaded only when it is on",
    "tzdata": "zoneinfo takes it where the system has no time zones",
    "uvloop": "uvicorn takes it as its event loop where it is there",
}
"""Dependencies that no import statement names, each with its reason."""

PART_OF = {"pydantic-core": "pydantic", "starlette": "fastapi"}
"""Distributions that are the inside of another, which names their versions."""


def declared() -> dict[str, Requirement]:
    """What the package says that it runs on, by canonical name."""
    requirements = map(Requirement, PROJECT["dependencies"])
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def imported() -> set[str]:
    """The distributions behind every import of the product's own code."""
    known = packages_distributions()
    names: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            names |= set(_roots(ast.parse(path.read_text(encoding="utf-8"))))
    outside = names - set(PACKAGES) - sys.stdlib_module_names
    found = {canonicalize_name(known[name][0]) for name in outside if name in known}
    return {PART_OF.get(name, name) for name in found}


def _roots(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def pins(lock: str) -> dict[str, set[str]]:
    """The versions that a lock file names, by distribution."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def test_every_import_is_declared() -> None:
    """Nothing is imported that only happens to be there because something else needs it."""
    assert imported() - declared().keys() == set()


def test_every_dependency_is_used() -> None:
    """Nothing is installed for nothing."""
    assert declared().keys() - imported() - NOT_IMPORTED_BY_NAME.keys() == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_names_no_place(lock: str) -> None:
    """A lock file holds names, versions and hashes: no address, no path of somebody's machine."""
    allowed = re.compile(r"[A-Za-z0-9._-]+==\S+( ; .*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?")
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not allowed.fullmatch(line)] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_file_holds_every_dependency(lock: str) -> None:
    """Each dependency is locked at versions that its range allows."""
    wrong = [
        str(requirement)
        for name, requirement in declared().items()
        if not pins(lock).get(name)
        or not all(requirement.specifier.contains(version) for version in pins(lock)[name])
    ]

    assert wrong == []


def test_the_test_lock_adds_to_the_other() -> None:
    """Tests run on the very versions that Ombud runs on."""
    run, test = pins("constraints.txt"), pins("constraints-test.txt")

    assert {name: test.get(name) for name in run} == run


def test_no_giant_is_locked() -> None:
    """Understanding runs without a deep-learning library."""
    assert {"torch", "tensorflow", "jax"} & pins("constraints-test.txt").keys() == set()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a clean export, unpacked as an installation would be."""
    export, place = tmp_path_factory.mktemp("export"), tmp_path_factory.mktemp("installed")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, export / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, export)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(export / "dist")],
        cwd=export, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (export / "dist").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def test_the_wheel_holds_every_file(installed: Path) -> None:
    """Code, types' markers, languages, regimes, migrations, widget and templates are all in it."""
    ours = {
        path.relative_to(ROOT)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert {path for path in ours if not (installed / path).is_file()} == set()
    assert all((installed / package / "py.typed").is_file() for package in PACKAGES)


def test_the_wheel_holds_nothing_else(installed: Path) -> None:
    """Tests and tools stay in the checkout."""
    top = {path.name for path in installed.iterdir() if not path.name.endswith(".dist-info")}

    assert top == set(PACKAGES)


def test_the_installed_package_works(installed: Path, tmp_path: Path) -> None:
    """`ombud` of the wheel, away from the checkout, finds its languages and understands a text."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OMBUD_")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "nlu", "parse"],
        input='{"text": "My parcel never came"}\n', cwd=tmp_path, text=True,
        env={**clean, "PYTHONPATH": str(installed)}, capture_output=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["language"] == "en"
