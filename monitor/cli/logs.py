"""The daemon's log: lines for people on a terminal, JSON elsewhere; times in UTC."""

from __future__ import annotations

import logging
from typing import TextIO

import structlog

from monitor.cli.output import plain

# A tick that is still at work when its next one comes is no news, so the scheduler speaks of failures only.
QUIET = {
    "apscheduler": logging.ERROR,
    "httpx": logging.WARNING,  # it tells addresses, and those of channels are secrets
    "uvicorn.error": logging.WARNING,
    "uvicorn.access": logging.WARNING,
}


def configure_logs(stream: TextIO, level: int = logging.INFO) -> None:
    """Send our own and the libraries' log records of at least `level` to `stream`, in one shape."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    shown: list[structlog.typing.Processor]
    if stream.isatty():
        # The plain formatter, since the prettier ones print local variables, and those may hold secrets.
        shown = [_printable, structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
    else:
        shown = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    structlog.configure(
        processors=[*shared, _without_nothing, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    remove_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[remove_meta, *shown])
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(least)


def _printable(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out what a terminal would obey: reasons and titles are other people's text."""
    return {key: plain(value) if isinstance(value, str) else value for key, value in event.items()}


def _without_nothing(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Leave out what is not there: `failure=None` says nothing."""
    return {key: value for key, value in event.items() if value is not None}
