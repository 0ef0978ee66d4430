"""Log lines: machine-readable away from a terminal, and never what people said."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from bot.logs import set_up_logs

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What was logged so far, parsed; afterwards logging is as it was."""
    root, out = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers[:], root.level
    set_up_logs("INFO", out)
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:], root.level = handlers, level
    logging.captureWarnings(False)
    structlog.reset_defaults()


def test_a_line_has_time_level_event_and_ids(lines: Lines) -> None:
    """A line is one JSON object with `time`, `level`, `event` and what identifies it."""
    structlog.get_logger().info("listening", port=8080)

    (line,) = lines()
    assert {"level": "info", "event": "listening", "port": 8080, "time": line["time"]} == line
    assert line["time"].endswith(("Z", "+00:00"))


def test_libraries_write_the_same_lines(lines: Lines) -> None:
    """What uvicorn and others log by the standard library has the same form."""
    logging.getLogger("uvicorn.error").warning("Shutting %s", "down")

    assert [(line["level"], line["event"]) for line in lines()] == [("warning", "Shutting down")]


def test_less_grave_lines_are_left_out(lines: Lines) -> None:
    """The level holds for Ombud and libraries; access lines, which hold addresses, never appear."""
    structlog.get_logger().debug("detail")
    logging.getLogger("anything").debug("detail")
    logging.getLogger("uvicorn.access").info("GET /")

    assert lines() == []


@pytest.mark.parametrize("field", ["text", "contact", "private_code", "token", "name"])
def test_private_fields_are_blanked(field: str, lines: Lines) -> None:
    """A field that holds what people said, or a secret, shows *** whoever writes it."""
    structlog.get_logger().info("turn", **{field: "sesame"})

    assert [line[field] for line in lines()] == ["***"]


def test_an_exception_tells_kind_and_place_alone(lines: Lines) -> None:
    """A foreign message may quote what was stored, so only its kind and where it rose are kept."""
    try:
        int("sesame")
    except ValueError:
        structlog.get_logger().exception("turn_failed")
        logging.getLogger("library").exception("failed")

    first, second = lines()
    assert first["error"] == second["error"] == "ValueError"
    assert "test_logs.py" in first["where"][-1]
    assert "sesame" not in json.dumps([first, second])
