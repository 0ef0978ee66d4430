"""A complaint's end from the shell, on a real installation while it serves: its file, the report,
and that no word is left anywhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bot.commands.forget import app
from bot.errors import InvalidRequest
from tests.serving import ROOT, Caseworker, Server, Visitor, serving

CANARY = "quokka"
STORY = f"Order 48213 came smashed yesterday, says {CANARY}. I want a refund"
SCRIPT: tuple[dict[str, str], ...] = (
    {"text": STORY}, {"text": f"it ruined the evening of {CANARY}"},
    {"text": f"Kim {CANARY.title()}"}, {"text": f"{CANARY}@example.org"}, {"action": "send"},
)  # fmt: skip


def ombud(folder: Path, *line: str) -> subprocess.CompletedProcess[str]:
    """One command in that folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OMBUD_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *line], cwd=folder, env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def done(folder: Path, *line: str) -> str:
    """What a command writes that ends well."""
    ended = ombud(folder, *line)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that runs all the while."""
    with serving(tmp_path_factory.mktemp("forgetful")) as there:
        yield there


def lodged(server: Server) -> str:
    """A complaint told in the chat, with a file, a note and a word after it; its reference."""
    visitor = Visitor(server.url)
    visitor.enter()
    file = {"file": (f"{CANARY}.txt", f"A picture of {CANARY}.".encode(), "text/plain")}
    url = f"{server.url}/chat/attachments"
    given = httpx.post(url, files=file, headers=visitor.headers).json()
    visitor.send(attachments=[given["attachment"]])
    said = [line for step in SCRIPT for line in visitor.send(**step)]
    reference = next(line["reference"] for line in said if line["reference"])
    staff = Caseworker(server.url)
    staff.act(reference, "note", text=f"{CANARY} rang again")
    staff.act(reference, "reply", text=f"Dear {CANARY}, we are looking")
    return str(reference)


def traces(folder: Path) -> set[str]:
    """The files below the folder in which the word stands, or that are named by it."""
    words = (CANARY.encode(), CANARY.title().encode())
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.name
        for path in found
        if CANARY in path.name or any(word in path.read_bytes() for word in words)
    }


def test_no_word_is_left_in_the_folder(server: Server) -> None:
    """Told, filed, counted, forgotten: then no file below the folder has the word, while the
    report counts as before."""
    reference = lodged(server)
    folder = server.folder
    assert traces(folder)

    held = json.loads(done(folder, "file", reference, "--json"))
    assert STORY in held["words"][0]["text"]
    assert f"Kim {CANARY.title()}" == held["complainant"]["name"]
    assert [f"{CANARY}.txt"] == [file["name"] for file in held["files"]]
    assert any(STORY == line["text"] for line in held["conversation"])
    assert "Mina" not in json.dumps(held)
    assert f"{CANARY} rang again" not in json.dumps(held)
    assert 1 == held["notes_left_out"]
    text = done(folder, "file", reference, "--with-notes")
    assert "1 internal note" not in text
    assert f"{CANARY} rang again" in text

    refused = ombud(folder, "forget", reference, "--reason", "asked for")
    assert (refused.returncode, 1) == (1, refused.stderr.count("\n"))
    assert "--yes" in refused.stderr
    assert traces(folder)
    told = done(folder, "forget", reference, "--reason", "asked for", "--yes", "--by", "Kim")
    assert told == f"{reference} is erased (withdrawn); what is counted stays.\n"

    for _ in range(100):
        if not traces(folder):
            break
        time.sleep(0.1)
    assert set() == traces(folder)
    after = json.loads(done(folder, "report", "--from", "2020-01-01", "--format", "json"))
    assert (1, {"withdrawn": 1}) == (after["received"], after["by_status"])
    shown = Caseworker(server.url).show(reference)
    assert ("withdrawn", "") == (shown["status"], shown["details"]["narrative"])
    assert "PersonalDataErased" == shown["history"][-1]["event"]


def test_a_hold_stops_it_with_one_sentence(server: Server) -> None:
    """Exit 1, and nothing is changed."""
    reference = lodged(server)
    staff = Caseworker(server.url)
    staff.act(reference, "hold", reason="court")
    refused = ombud(server.folder, "forget", reference, "--reason", "asked for", "--yes")

    assert refused.returncode == 1
    assert "legal hold" in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert STORY in staff.show(reference)["details"]["narrative"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        pytest.param(("CMP-0000-0000-0", "--reason", " ", "--yes"), "needs words", id="no reason"),
        pytest.param(("CMP-0000-0000-0", "--reason", "x"), "--yes", id="no yes"),
    ],
)
def test_it_asks_before_it_does_anything(line: tuple[str, ...], says: str) -> None:
    """Without a reason or a yes nothing is even opened."""
    with pytest.raises(InvalidRequest, match=says):
        CliRunner().invoke(app, line, catch_exceptions=False)
