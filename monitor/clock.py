"""The real clock. Only what stands at the top reads it: everything below is told the time."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This instant, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place
