"""Log lines: JSON on standard error, or easy to read when that is a terminal (contract §8).

Nothing that people said gets into a line: known private fields are blanked, and of an exception
only its kind and place are kept, since foreign messages may quote what was stored.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any, Final, TextIO

import structlog

HIDDEN: Final = "***"
PRIVATE: Final = frozenset(
    {
        "address", "answer", "authorization", "body", "comment", "contact", "details", "email",
        "headers", "key", "name", "narrative", "password", "payload", "phone", "private_code",
        "secret", "text", "token", "url",
    }
)  # fmt: skip
"""Fields that a line never shows, whoever writes it."""

# These tell more than an operator wants to read, or quote addresses that hold a bot's token.
_QUIET: Final = (
    "uvicorn.access", "httpx", "httpcore", "aiohttp.access", "aiogram.event", "sqlalchemy.engine",
)  # fmt: skip

_Fields = MutableMapping[str, Any]


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Sends every line, of Ombud's code and of libraries alike, to `stream` (standard error)."""
    out = stream or sys.stderr
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _tell_where_it_failed,
        _hide_what_is_private,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _renderer(pretty=out.isatty()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderer(*, pretty: bool) -> structlog.typing.Processor:
    if pretty:
        return structlog.dev.ConsoleRenderer(timestamp_key="time")
    return structlog.processors.JSONRenderer(ensure_ascii=False)


def _hide_what_is_private(_logger: object, _method: str, fields: _Fields) -> _Fields:
    for field in PRIVATE & fields.keys():
        fields[field] = HIDDEN
    return fields


def _tell_where_it_failed(_logger: object, _method: str, fields: _Fields) -> _Fields:
    error = _exception(fields.pop("exc_info", None))
    if error is not None:
        fields["error"] = type(error).__name__
        fields["where"] = _places(error.__traceback__)
    return fields


def _exception(told: object) -> BaseException | None:
    """What `exc_info` stands for: an exception, logging's triple, or "the one being handled"."""
    if isinstance(told, tuple):
        told = told[1]
    elif told is True:
        told = sys.exc_info()[1]
    return told if isinstance(told, BaseException) else None


def _places(trace: TracebackType | None) -> list[str]:
    """Innermost last: file, line and function, never the values."""
    frames = traceback.extract_tb(trace)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
