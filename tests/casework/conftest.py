"""The desk that most tests sit at."""

from __future__ import annotations

import pytest

from tests.casework.desk import Desk


@pytest.fixture
async def desk() -> Desk:
    """A desk with one complaint."""
    desk = Desk()
    await desk.open()
    return desk
