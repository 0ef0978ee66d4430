"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving import Caseworker, serving

ELSEWHERE = "http://shop.localhost"
"""An origin that may embed the chat."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-transcripts",
        action="store_true",
        help="write the transcripts as the bot talks now; review the difference",
    )


@pytest.fixture
def update_transcripts(request: pytest.FixtureRequest) -> bool:
    """Whether transcripts are to be written anew."""
    return bool(request.config.getoption("--update-transcripts"))


@pytest.fixture(scope="session")
def ombud_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real server that all browser tests share."""
    folder = tmp_path_factory.mktemp("ombud")
    with serving(folder, OMBUD_ALLOWED_ORIGINS=ELSEWHERE) as server:
        yield server.url


@pytest.fixture
def staff(ombud_url: str) -> Caseworker:
    """Somebody who answers there."""
    return Caseworker(ombud_url)
