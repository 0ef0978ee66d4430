"""The acceptance dialogues, played against a real server; they lie beside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import ROOT, TOKEN, serving

SUITE = ROOT.parent / "shared" / "dialogues"


@pytest.mark.skipif(not SUITE.exists(), reason="the acceptance dialogues are not beside this clone")
@pytest.mark.parametrize(
    ("language", "country", "least"), [("en", "GB", 0.9), ("sv", "SE", 0.8)], ids=["en", "sv"]
)
def test_enough_dialogues_pass(tmp_path: Path, language: str, country: str, least: float) -> None:
    """People with these stories get them recorded as a good clerk would."""
    results = tmp_path / "results.json"
    with serving(tmp_path, OMBUD_COUNTRY=country) as server:
        run = subprocess.run(
            [
                sys.executable, "-m", "dialogue_suite", "--url", server.url, "--api-token", TOKEN,
                "--jobs", "4", "--min-pass", str(least), "--json", str(results),
                str(SUITE / "dev" / language),
            ],
            env=os.environ | {"PYTHONPATH": str(SUITE / "src")},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    figures = json.loads(results.read_text(encoding="utf-8"))["figures"]
    assert figures["told_and_asked_again"] <= 0.02
